package storetest

import (
	"context"
	"runtime"
	"sync"
)

// Hiccup is a context under which one read of a store fails, and the next ones succeed, as on a disk that stumbles. Grounds ask their context before each read.
type Hiccup struct {
	context.Context
	mu     sync.Mutex
	due    bool
	failed map[place]bool
}

// place is where in the program a read is asked for: who called whom.
type place [depth]uintptr

// depth is how far up callers count: two pages that come to a read by the same way over so many functions fail there alike.
const depth = 32

// shallow is fewer callers than a read has: database/sql asks, too, in goroutines that only wait for the end of what asked.
const shallow = 6

// NewHiccup is a context under which nothing fails yet.
func NewHiccup(ctx context.Context) *Hiccup {
	return &Hiccup{Context: ctx, failed: map[place]bool{}}
}

// Everywhere runs f again and again. Each time one read fails, at a place in the program where none has failed before; the last time none does.
func (h *Hiccup) Everywhere(f func()) (failures int) {
	for ; ; failures++ {
		h.fall(true)
		if f(); h.fall(false) {
			return failures
		}
	}
}

// fall says that a read is to fail, or that none is any more, and whether one was still to.
func (h *Hiccup) fall(due bool) (was bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was, h.due = h.due, due
	return was
}

// Err fails where a read is to.
func (h *Hiccup) Err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.due {
		return h.Context.Err()
	}
	var at place
	if callers := runtime.Callers(2, at[:]); callers < shallow || h.failed[at] {
		return h.Context.Err()
	}
	h.due, h.failed[at] = false, true
	return context.Canceled
}
