package direct

import (
	"context"
	"errors"
	"net"
	"time"

	"entente.example/internal/carrier/pinned"
	"entente.example/refusal"
)

// Health is what is known of the line to a peer.
type Health struct {
	Open    bool
	Tried   bool          // at least once since this carrier began
	Up      time.Time     // when it was last open; zero: never since this carrier began
	Problem error         // the last one, a refusal; nil: none yet
	Failed  time.Time     // when that was
	Ahead   time.Duration // the peer's clock is so much ahead of ours, as it last said; 0 unless open
	Told    bool          // whether it has said so on the line that is open
}

// Health tells how the line to a peer is.
func (c *Carrier) Health(pin Pin) Health {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := *c.health(pin)
	if conn := c.conns[pin]; conn != nil {
		h.Told = conn.told.Load() // before what it told
		h.Open, h.Up, h.Ahead = true, time.Now().UTC(), time.Duration(conn.ahead.Load())
	}
	h.Tried = h.Tried || !h.Up.IsZero()
	return h
}

// health is the entry of a peer. c.mu is held.
func (c *Carrier) health(pin Pin) *Health {
	h := c.state[pin]
	if h == nil {
		h = &Health{}
		c.state[pin] = h
	}
	return h
}

func (c *Carrier) failed(pin Pin, problem error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.health(pin)
	h.Tried, h.Problem, h.Failed = true, problem, time.Now().UTC()
}

// dialProblem says in words why nobody was reached.
func dialProblem(address string, err error) error {
	_, unknown := errors.AsType[*net.DNSError](err)
	wait, ok := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, pinned.ErrStranger):
		return refusal.New(refusal.Unverified, "line.wrong_key", "address", address).Because(err)
	case unknown:
		return refusal.New(refusal.Unavailable, "line.no_host", "address", address).Because(err)
	case ok && wait.Timeout() || errors.Is(err, context.DeadlineExceeded):
		return refusal.New(refusal.Unavailable, "line.no_answer", "address", address).Because(err)
	}
	return refusal.New(refusal.Unavailable, "line.nobody", "address", address).Because(err)
}
