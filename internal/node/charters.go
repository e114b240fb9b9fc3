package node

import (
	"bytes"
	"sync"

	"entente.example/internal/charter"
	"entente.example/internal/store"
)

// parsed is a charter as it stands in a store, and as it is understood. Documents are read-only.
type parsed struct {
	raw []byte
	doc *charter.Document
}

// charters remembers what this process has parsed: a charter never changes, and may be long.
var charters = struct {
	sync.Mutex
	known map[string]parsed
}{known: map[string]parsed{}}

// mostCharters bounds what is remembered.
const mostCharters = 64

// charterOf parses a mechanism's charter, once.
func charterOf(m store.Mechanism) (*charter.Document, error) {
	charters.Lock()
	defer charters.Unlock()
	if p, ok := charters.known[m.ID]; ok && bytes.Equal(p.raw, m.Charter) {
		return p.doc, nil
	}
	d, err := charter.Parse(m.Charter)
	if err != nil {
		return nil, err
	}
	if len(charters.known) >= mostCharters {
		clear(charters.known)
	}
	charters.known[m.ID] = parsed{m.Charter, d}
	return d, nil
}
