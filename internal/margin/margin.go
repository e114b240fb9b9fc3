// Package margin owns what a machine writes beside a wording: what one language of a paragraph asks the others, and which words of the glossary stand in it.
//
// It promises to say the same as package concordance and package termbase do. It remembers what it said, within bounds: a table of hundreds of paragraphs is drawn anew at each act, and few of its
// words are others by then. What it remembers is of words alone, so that it tells nobody anything but what follows from words that they have.
package margin

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"sync"

	"entente.example/internal/concordance"
	"entente.example/internal/termbase"
	"entente.example/lang"
)

// Remarks are what stands beside a wording.
type Remarks struct {
	Questions []concordance.Question
	Terms     []termbase.Hit
}

// generation is after how many wordings a memory begins anew. It keeps the generation before as well.
const generation = 4096

type digest = [sha256.Size]byte

// Memory remembers remarks. A nil one remembers nothing.
type Memory struct {
	mu          sync.Mutex
	now, before map[digest]Remarks
}

func (m *Memory) find(d digest) (Remarks, bool) {
	if m == nil {
		return Remarks{}, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.now[d]
	if !ok {
		if r, ok = m.before[d]; ok {
			m.put(d, r)
		}
	}
	return r, ok
}

func (m *Memory) keep(d digest, r Remarks) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(d, r)
}

func (m *Memory) put(d digest, r Remarks) {
	if m.now == nil || len(m.now) == generation {
		m.now, m.before = make(map[digest]Remarks, generation/8), m.now
	}
	m.now[d] = r
}

// Reader reads the wordings of one mechanism as it is now: the names that are used in it, and its words.
type Reader struct {
	memory   *Memory
	names    []concordance.Name
	concepts []termbase.Concept
	base     *termbase.Base // made when a wording is read that nobody remembers
	sum      []byte
}

// Reader makes a reader; it is for one goroutine.
func (m *Memory) Reader(names []concordance.Name, concepts []termbase.Concept) (*Reader, error) {
	r := &Reader{memory: m, names: names, concepts: concepts}
	if m == nil {
		return r, nil
	}
	b, err := json.Marshal(struct {
		Names    []concordance.Name
		Concepts []termbase.Concept
	}{names, concepts})
	sum := sha256.Sum256(b)
	r.sum = sum[:]
	return r, err
}

// Of are the remarks beside a wording. Whoever is given them does not change them.
func (r *Reader) Of(words lang.Text) Remarks {
	d := r.digest(words)
	if known, ok := r.memory.find(d); ok {
		return known
	}
	if r.base == nil {
		r.base = termbase.New(r.concepts)
	}
	out := Remarks{concordance.Questions(words, r.names), r.base.In(words)}
	r.memory.keep(d, out)
	return out
}

// digest is of everything that the remarks follow from.
func (r *Reader) digest(words lang.Text) (d digest) {
	if r.memory == nil {
		return d
	}
	size := len(r.sum)
	for tag, s := range words {
		size += len(tag) + len(s) + 8
	}
	b := append(make([]byte, 0, size), r.sum...)
	for _, tag := range words.Tags() {
		for _, s := range []string{string(tag), words[tag]} {
			b = append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
		}
	}
	return sha256.Sum256(b)
}
