package node

import (
	"testing"

	"entente.example/internal/link"
	"entente.example/internal/store"
)

// Watchers are told when the rest of a backlog is on its way: of a log that grew, more is signed than is held. What is missing of a log that did not grow may never come.
func TestWatchersHearOfABacklog(t *testing.T) {
	for name, c := range map[string]struct {
		size, signed int64
		grew, more   bool
	}{
		"the first of it":      {3, 9, true, true},
		"the last of it":       {9, 9, true, false},
		"a log that stands":    {3, 9, false, false},
		"our own, not signed":  {9, 8, true, false},
		"nothing, as it seems": {9, 9, false, false},
	} {
		l := &logState{Log: store.Log{Origin: "entente/0123456789abcdef/a/1", Size: c.size}, noteSize: c.signed}
		m := &mechanism{id: "m", logs: []*logState{l}, grown: map[int]bool{0: c.grew}, untold: map[string]bool{"text/t": true}, line: link.NewLine(link.Config{Mech: "m"}, nil)}
		core := &Core{mechs: map[string]*mechanism{"m": m}}
		core.publish(m)
		told := false
		for _, e := range core.out {
			if e, ok := e.(Changed); ok {
				told = true
				if e.More != c.more {
					t.Errorf("%s: more is to come: %v", name, e.More)
				}
			}
		}
		if !told {
			t.Errorf("%s: nobody is told of what changed", name)
		}
	}
}
