package chancery

import (
	"testing"
	"testing/synctest"
	"time"

	"entente.example/internal/node"
)

// Whoever looks at everything after a change waits for the end of a burst, and for all of a backlog even if it comes slowly; but neither a mechanism that is never quiet nor somebody who signs more than comes keeps it waiting for ever.
func TestLull(t *testing.T) {
	const atMost = 5 * time.Second
	const first = time.Second / 2
	for name, c := range map[string]struct {
		every     time.Duration // a change comes, from first on
		more, all int           // how many of them say that more is on its way, and how many come
		ends      time.Duration
	}{
		"nothing":                     {first, 0, 0, quiet},
		"a burst":                     {first, 0, 4, 4*first + quiet},
		"never quiet":                 {first, 0, 1000, atMost},
		"a backlog":                   {3 * time.Second, 10, 11, first + 30*time.Second + quiet},
		"one whose end does not come": {3 * time.Second, 10, 10, first + 27*time.Second + atMost},
		"one that has no end":         {first, 1000, 1000, backlog},
	} {
		synctest.Test(t, func(t *testing.T) {
			changes, done, began, heard := make(chan node.Changed), make(chan struct{}), time.Now(), 0
			go func() {
				for i, next := 0, time.After(first); i < c.all; i, next = i+1, time.After(c.every) {
					select {
					case <-next:
					case <-done:
						return
					}
					select {
					case changes <- node.Changed{More: i < c.more}:
					case <-done:
						return
					}
				}
			}()
			Lull(t.Context(), changes, atMost, func(node.Changed) { heard++ })
			close(done)
			if took := time.Since(began); took != c.ends {
				t.Errorf("%s: it took %v with %d changes, not %v", name, took, heard, c.ends)
			}
		})
	}
}
