package sqlite

import "sync"

// pool has the idle connections. Who borrows is given the one that came back last: each has a cache of its own, and those that are hardly ever needed at once with others hold next to nothing.
type pool struct {
	free chan struct{} // has one for each idle connection; whoever takes one out may take
	mu   sync.Mutex
	idle []*conn
}

func newPool(size int) *pool { return &pool{free: make(chan struct{}, size)} }

func (p *pool) put(c *conn) {
	p.mu.Lock()
	p.idle = append(p.idle, c)
	p.mu.Unlock()
	p.free <- struct{}{}
}

func (p *pool) take() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	return c
}
