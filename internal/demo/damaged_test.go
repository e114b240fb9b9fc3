package demo

import (
	"fmt"
	"iter"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/node"
	"entente.example/internal/store"
)

// damaged reads a record in which something is not as it was written.
type damaged struct {
	store.Reader
	matter func(*store.Matter) (there bool)
	entry  func(*store.Entry)
	leaf   func([]byte) []byte
	tile   func(*store.Tile)
}

func (d damaged) Matter(mech, key string) (store.Matter, error) {
	m, err := d.Reader.Matter(mech, key)
	if d.matter != nil && err == nil && !d.matter(&m) {
		return store.Matter{}, store.ErrMissing
	}
	return m, err
}

func (d damaged) Matters(mech, prefix string) iter.Seq2[store.Matter, error] {
	return func(yield func(store.Matter, error) bool) {
		for m, err := range d.Reader.Matters(mech, prefix) {
			if d.matter != nil && !d.matter(&m) {
				continue
			}
			if !yield(m, err) {
				return
			}
		}
		if extra := (store.Matter{Key: "zz/invented", State: []byte("{}"), Acts: 1}); strings.HasPrefix(extra.Key, prefix) && d.matter != nil && d.matter(&extra) && extra.Acts == 2 {
			yield(extra, nil)
		}
	}
}

func (d damaged) Entries(log store.LogID, from, to int64) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		for e, err := range d.Reader.Entries(log, from, to) {
			if d.entry != nil {
				d.entry(&e)
			}
			if d.leaf != nil {
				e.Leaf = d.leaf(e.Leaf)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (d damaged) Tile(log store.LogID, level int, n int64) (store.Tile, error) {
	t, err := d.Reader.Tile(log, level, n)
	if d.tile != nil && err == nil {
		t.Data = append([]byte(nil), t.Data...)
		d.tile(&t)
	}
	return t, err
}

// A node's own record is folded again from its bytes: whatever is stored otherwise than it follows from them is found and named. More matters than the fold keeps at hand at once are
// taken in, so that some are written down, dropped and read again on the way.
func TestADamagedRecordIsFound(t *testing.T) {
	s := stage(t)
	a := s.Actors[0]
	var many []node.Draft
	for i := range 300 {
		many = append(many, node.Draft{Matter: fmt.Sprintf("text/many-%d", i), Body: draft("many")})
	}
	if _, err := a.Node().Do(t.Context(), s.Mech, entry.Actor{Member: string(a.Party) + "-draft", Role: "drafter"}, many...); err != nil {
		t.Fatal(err)
	}
	touched := func(m *store.Matter, change func()) bool {
		if m.Key == "text/many-7" {
			change()
		}
		return true
	}
	for want, d := range map[string]damaged{
		"": {},
		"stored state of text/many-7 differs": {matter: func(m *store.Matter) bool {
			return touched(m, func() { m.State = []byte(strings.Replace(string(m.State), "many", "none", 1)) })
		}},
		"have a stored state":                           {matter: func(m *store.Matter) bool { return m.Key != "text/many-7" }},
		"zz/invented has a stored state and no entries": {matter: func(m *store.Matter) bool { m.Acts = 2; return true }},
		"stored verdict differs": {entry: func(e *store.Entry) {
			if e.Matter == "text/many-7" {
				e.Void = []byte(`{"key":"text.frozen"}`)
			}
		}},
		"do not hash to the stored root": {leaf: func(b []byte) []byte {
			if strings.Contains(string(b), "many-7") {
				return []byte(strings.Replace(string(b), "many-7", "many-6", 1))
			}
			return b
		}},
		"differs from its entries": {tile: func(x *store.Tile) { x.Data[3] ^= 1 }},
	} {
		err := a.Node().View(t.Context(), func(r store.Reader) error {
			d.Reader = r
			v, err := node.Verify(d, s.Mech, nil)
			if err == nil && (want != "" || v.Matters < 301) {
				return fmt.Errorf("%d matters are right", v.Matters)
			}
			return err
		})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("for %q: %v", want, err)
		}
	}
}
