package node

import (
	"bytes"
	"testing"

	"entente.example/internal/record"
)

// A history that is kept is whole: it grows with each entry of its matter, and is forgotten rather than cut off.
func TestAHistoryIsKeptWholeOrNotAtAll(t *testing.T) {
	folded := func(h *histories, key string, leaf []byte) {
		h.grow(record.Input{Leaf: leaf}, record.Outcome{Matter: key})
	}
	var h histories
	folded(&h, "text/a", []byte("before anybody asked"))
	if len(h.of) != 0 {
		t.Fatal("the beginning of a history is missing, and it is kept")
	}
	h.keep("text/a", []record.Past{{Input: record.Input{Leaf: []byte("1")}}})
	chunk := []byte("23")
	folded(&h, "text/a", chunk[:1])
	folded(&h, "text/b", []byte("another's"))
	chunk[0] = 'x'
	if all := h.of["text/a"]; len(all) != 2 || !bytes.Equal(all[1].Leaf, []byte("2")) || len(h.of) != 1 {
		t.Errorf("%v is kept", h.of)
	}
	folded(&h, "text/a", make([]byte, keptHistory))
	if len(h.of) != 0 || h.size != 0 {
		t.Error("more is kept than there is room for")
	}
	h.keep("text/a", []record.Past{{Input: record.Input{Leaf: make([]byte, keptHistory)}}})
	h.keep("text/b", []record.Past{{Input: record.Input{Leaf: []byte("1")}}})
	if len(h.of["text/a"]) != 0 || len(h.of["text/b"]) != 1 || h.size != 1 {
		t.Error("what was asked for last is not what is kept")
	}
	h.keep("text/c", []record.Past{{Input: record.Input{Leaf: make([]byte, keptHistory+1)}}})
	if len(h.of["text/b"]) != 1 || len(h.of) != 1 {
		t.Error("one that is too large to be kept drives others out")
	}
}
