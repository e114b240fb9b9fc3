package api

import "sync"

// verification is how far a verification has come, in entries.
type verification struct {
	Running bool  `json:"running"`
	Done    int64 `json:"done"`
	Total   int64 `json:"total" doc:"Of the mechanism that is being verified"`
}

// progress is shared by the request that verifies and those that ask how far it is.
type progress struct {
	mu  sync.Mutex
	now verification
	n   int // verifications that are going on
}

// begin starts counting; the function it returns ends it.
func (p *progress) begin() (end func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	p.now = verification{Running: true}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.n--; p.n == 0 {
			p.now = verification{}
		}
	}
}

func (p *progress) set(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.Done, p.now.Total = done, total
}

func (p *progress) get() verification {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}
