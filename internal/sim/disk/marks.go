package disk

import (
	"bytes"
	"os"

	"github.com/ncruces/go-sqlite3/vfs"

	"entente.example/internal/marks"
)

// Marks is the ground of a marks file on the disk.
func (d *Disk) Marks(name string) marks.Ground { return &ground{d, name} }

type ground struct {
	*Disk
	file string
}

var _ marks.Ground = (*ground)(nil)

func (g *ground) String() string { return g.file }

func (g *ground) Read() ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m, ok := g.files[g.file]
	if !ok {
		return nil, os.ErrNotExist
	}
	return m.Bytes(), nil
}

// Edit implements marks.Ground.
func (g *ground) Edit() (marks.Writer, error) {
	if err := g.syncNames(); err != nil {
		return nil, err
	}
	return g.edit(), nil
}

func (g *ground) edit() marks.Writer {
	g.mu.Lock()
	defer g.mu.Unlock()
	return writer{g.open(g.file, 0)}
}

// Replace implements marks.Ground.
func (g *ground) Replace(image []byte) (marks.Writer, error) {
	if err := g.rename(image); err != nil {
		return nil, err
	}
	return g.edit(), g.syncNames()
}

func (g *ground) rename(image []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.do(Op{Kind: Rename, File: g.file, data: bytes.Clone(image)}); err != nil {
		return err
	}
	g.files[g.file] = ImageOf(image)
	return g.said()
}

func (g *ground) syncNames() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.do(Op{Kind: SyncNames}); err != nil {
		return err
	}
	return g.said()
}

// writer is an open marks file.
type writer struct{ *file }

func (w writer) Sync() error { return w.file.Sync(vfs.SYNC_FULL) }
