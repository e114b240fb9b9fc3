package serving

import (
	"net/http"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// How much garbage may lie while pages are asked for: so many times what is kept, and so many bytes where little is. How long after the last request memory is spared again, and how often it is looked at how much is kept.
const (
	lying = 4
	least = 128 << 20
	lull  = time.Minute
	look  = 10 * time.Second
)

// Roomily answers by h, and lets garbage lie for longer while requests come: a page leaves up to a megabyte of it, and the collector goes through all that a node remembers, so that with its usual measure, as much garbage as there
// is memory in use, one page in some twenty would meet it and take two or three times as long. In this way fewer than one in a hundred do. A minute after the last request the usual measure holds again, and what was taken goes back to the system.
// A limit of memory that the operator has set (GOMEMLIMIT) holds throughout.
func Roomily(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		program.enter()
		h.ServeHTTP(w, q)
	})
}

// program is the one room of all nodes in this program: they have one collector, and a second room would take the measure of the first for the usual one.
var program room

type room struct {
	mu     sync.Mutex
	last   time.Time // of the last request
	looked time.Time
	usual  int // percent, while it is not in force
	end    *time.Timer
	set    sync.Mutex // held while the collector is told, which waits for a collection that is under way: no request may
}

func (r *room) enter() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end == nil {
		r.usual = measure()
		r.end = time.AfterFunc(lull, r.leave)
	}
	r.end.Reset(lull)
	r.last = time.Now()
	if r.last.Sub(r.looked) >= look {
		r.looked = r.last
		go r.widen()
	}
}

func (r *room) widen() {
	r.set.Lock()
	defer r.set.Unlock()
	r.mu.Lock()
	open, percent := r.end != nil, roomy(r.usual, kept())
	r.mu.Unlock()
	if open {
		debug.SetGCPercent(percent)
	}
}

func (r *room) leave() {
	r.set.Lock()
	defer r.set.Unlock()
	r.mu.Lock()
	last, usual := r.last, r.usual
	r.mu.Unlock()
	debug.SetGCPercent(usual)
	r.mu.Lock()
	if r.looked = (time.Time{}); r.last.Equal(last) {
		r.end = nil
	} // else somebody has come, for whom the timer runs
	r.mu.Unlock()
	go debug.FreeOSMemory()
}

// measure is the collector's, in percent; negative while it is turned off.
func measure() int {
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(sample)
	return int(int32(sample[0].Value.Uint64())) // as the runtime keeps it
}

// roomy is how many percent of what is kept may lie before it is collected; a collector that was turned off stays off.
func roomy(usual int, kept uint64) int {
	if usual < 0 || kept == 0 {
		return usual
	}
	return max(usual, 100*lying, int(100*least/kept))
}

// kept is how many bytes were in use when garbage was last collected.
func kept() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
