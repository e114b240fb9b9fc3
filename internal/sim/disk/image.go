package disk

import "slices"

// page is the unit in which images share what they have in common.
const page = 4096

// Image is what a file holds. Copies share their pages until one of them is written to.
type Image struct {
	size  int64
	pages []*[page]byte
	own   []bool // pages that no copy shares
}

// ImageOf is a file with these bytes.
func ImageOf(b []byte) *Image {
	m := &Image{}
	m.write(b, 0)
	return m
}

// Bytes are all of a file.
func (m *Image) Bytes() []byte {
	b := make([]byte, m.size)
	m.read(b, 0)
	return b
}

// Copy is another file with the same content.
func (m *Image) Copy() *Image {
	for i, own := range m.own {
		if own { // what nobody has written to since its last copy is only read: many may copy it at once
			m.own[i] = false
		}
	}
	return &Image{m.size, slices.Clone(m.pages), make([]bool, len(m.own))}
}

func (m *Image) read(p []byte, off int64) int {
	if m == nil { // its name is gone
		return 0
	}
	n := 0
	for n < len(p) && off < m.size {
		from := m.pages[off/page][off%page:]
		c := copy(p[n:], from[:min(int64(len(from)), m.size-off)])
		n, off = n+c, off+int64(c)
	}
	return n
}

func (m *Image) write(p []byte, off int64) {
	if end := off + int64(len(p)); end > m.size {
		m.resize(end)
	}
	for len(p) > 0 {
		c := copy(m.mine(off / page)[off%page:], p)
		p, off = p[c:], off+int64(c)
	}
}

// mine is a page that may be written to.
func (m *Image) mine(i int64) *[page]byte {
	if !m.own[i] {
		b := *m.pages[i]
		m.pages[i], m.own[i] = &b, true
	}
	return m.pages[i]
}

// resize cuts a file or lets it grow by zeros.
func (m *Image) resize(n int64) {
	pages := int((n + page - 1) / page)
	for len(m.pages) < pages {
		m.pages, m.own = append(m.pages, new([page]byte)), append(m.own, true)
	}
	m.pages, m.own = m.pages[:pages], m.own[:pages]
	if n < m.size && n%page != 0 {
		clear(m.mine(n / page)[n%page:])
	}
	m.size = n
}

// Files are files by name. Nobody writes to an image that stands here.
type Files map[string]*Image

func (f Files) copy() Files {
	out := make(Files, len(f))
	for name, m := range f {
		out[name] = m.Copy()
	}
	return out
}
