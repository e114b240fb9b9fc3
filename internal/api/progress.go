package api

import "sync"

// advance is how far something has come: a verification in entries, a pouch in bytes.
type advance struct {
	Running bool  `json:"running"`
	Done    int64 `json:"done"`
	Total   int64 `json:"total" doc:"Of the mechanism that is being verified, or of the pouches"`
}

// progress is shared by the request that does the work and those that ask how far it is.
type progress struct {
	mu  sync.Mutex
	now advance
	n   int // how many are going on
}

// begin starts counting; the function it returns ends it.
func (p *progress) begin() (end func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	p.now = advance{Running: true}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.n--; p.n == 0 {
			p.now = advance{}
		}
	}
}

func (p *progress) set(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.Done, p.now.Total = done, total
}

func (p *progress) get() advance {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}
