package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/node"
	"entente.example/refusal"
)

// heartbeat keeps proxies from closing a quiet stream, and is how often a session's end is noticed.
const heartbeat = 15 * time.Second

// changed is what an event carries: names only. Whoever hears it reads again what they may see.
type changed struct {
	Mechanism string   `json:"mechanism" doc:"Id, 64 hex digits"`
	Matters   []string `json:"matters" doc:"Such as text/js-9"`
}

// eventsOperation describes the stream, which the library does not serve.
func eventsOperation() *huma.Operation {
	return &huma.Operation{Method: http.MethodGet, Path: "/events", OperationID: "events", Summary: "What changes, as it changes",
		Description: "Server-sent events named “changed”, with JSON: mechanism, the id, and matters, such as text/js-9. A stream that begins says nothing of what was before: read first what you show, and again after each interruption.",
		Responses:   map[string]*huma.Response{"200": {Description: "The stream", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}}}}}
}

// events serves the stream until the caller leaves or the session ends.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	if _, err := memberOf(ctx); err != nil && !s.operator {
		refuse(w, r, http.StatusBadRequest, refusal.As(err))
		return
	}
	news := s.listen(ctx)
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	_ = out.SetWriteDeadline(time.Time{}) // the server's limit is for answers that end
	fmt.Fprint(w, "retry: 3000\n\n")
	tick := time.NewTicker(s.heartbeat)
	defer tick.Stop()
	for out.Flush() == nil {
		select {
		case <-ctx.Done():
			return
		case <-news.some:
			for _, c := range news.take() {
				if s.admitted(ctx, c.Mechanism) != nil {
					continue // not for this member to know
				}
				b, err := json.Marshal(c)
				if err != nil {
					return
				}
				fmt.Fprintf(w, "event: changed\ndata: %s\n\n", b)
			}
		case <-tick.C:
			if !s.still(r) {
				return
			}
			fmt.Fprint(w, ":\n\n")
		}
	}
}

// news gathers what changed since the caller was last told. A slow caller hears of everything, later and in fewer events.
type news struct {
	some chan struct{} // holds one token while there is something to take

	mu      sync.Mutex
	matters map[string]map[string]bool // by mechanism
}

// listen gathers until ctx ends.
func (s *server) listen(ctx context.Context) *news {
	n := &news{some: make(chan struct{}, 1), matters: map[string]map[string]bool{}}
	changes, stop := s.c.Watch()
	go func() {
		defer stop()
		for {
			select {
			case <-ctx.Done():
				return
			case c := <-changes:
				n.add(c)
			}
		}
	}()
	return n
}

func (n *news) add(c node.Changed) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.matters[c.Mech] == nil {
		n.matters[c.Mech] = map[string]bool{}
	}
	for _, m := range c.Matters {
		n.matters[c.Mech][m] = true
	}
	select {
	case n.some <- struct{}{}:
	default: // the caller has not come for the last token yet
	}
}

func (n *news) take() []changed {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := make([]changed, 0, len(n.matters))
	for _, mech := range slices.Sorted(maps.Keys(n.matters)) {
		out = append(out, changed{mech, slices.Sorted(maps.Keys(n.matters[mech]))})
	}
	clear(n.matters)
	return out
}
