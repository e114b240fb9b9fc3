package node

import (
	"bytes"

	"entente.example/internal/record"
)

// An act that comes in another order than it was written in lets the fold read the whole history of its matter. Such acts come in bunches, when parties speak at the same time, so the
// histories of the matters that were asked for last are kept, and grow with what is folded.

// keptHistory bounds what is kept of them in a mechanism, by the bytes of their entries.
const keptHistory = 256 << 10

// histories are applied entries, by matter. What is kept of a matter is all there is of it.
type histories struct {
	of   map[string][]record.Past
	size int
}

// keep takes a history that was read from the store.
func (h *histories) keep(key string, all []record.Past) {
	size := 0
	for _, p := range all {
		size += len(p.Leaf)
	}
	if size > keptHistory {
		return
	}
	if h.size += size; h.of == nil || h.size > keptHistory {
		h.of, h.size = map[string][]record.Past{}, size
	}
	h.of[key] = all
}

// grow adds an entry that was folded, if the history that it belongs to is kept.
func (h *histories) grow(in record.Input, out record.Outcome) {
	kept, ok := h.of[out.Matter]
	if !ok {
		return
	}
	if h.size += len(in.Leaf); h.size > keptHistory {
		*h = histories{}
		return
	}
	in.Leaf = bytes.Clone(in.Leaf) // or it would hold on to all that it came with
	h.of[out.Matter] = append(kept, record.Past{Input: in, Position: out.Position, Void: out.Void != nil})
}
