package glance

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"entente.example/internal/record"
	"entente.example/internal/subject/subjecttest"
)

// BenchmarkBook keeps what is known of 1,000 mechanisms with 200 texts each, as a node does. It says what a text takes of the heap, in how many pieces, and what a collection of garbage costs beside all that.
func BenchmarkBook(b *testing.B) {
	c := subjecttest.New(b, "text/js-1", nil).Charter
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const mechanisms, texts = 1000, 200
	kept := make([]*Glance, mechanisms)
	for i := range kept {
		g := &Glance{}
		for n := range texts {
			key := fmt.Sprintf("text/js-%d", n)
			st, err := record.State(key, fmt.Appendf(nil, stored, n))
			if err != nil {
				b.Fatal(err)
			}
			g.keys = append(g.keys, Of(c, key, st))
		}
		g.keys = pack(g.keys)
		g.sort()
		kept[i] = g
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	worked := work(b)
	for b.Loop() {
		runtime.GC()
	}
	b.ReportMetric(float64((work(b)-worked).Microseconds())/1000/float64(b.N), "ms/collection") // of a processor's
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/mechanisms/texts, "B/text")
	b.ReportMetric(float64(after.HeapObjects-before.HeapObjects)/mechanisms/texts, "pieces/text")
	runtime.KeepAlive(kept)
}

// work is what this process has worked.
func work(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

const stored = `{"id":"js-%[1]d","tabled":{"party":"cedar","member":"c-draft","act":"0.0.%[1]d","index":0,"at":"2026-11-28T10:00:00Z","title":{"en":"Joint statement number %[1]d on the way","zh-Hans":"联合声明 %[1]d","ja":"共同声明 %[1]d"},"languages":["en","zh-Hans","ja"],"drafting":"en"},
"paragraphs":[{"id":"1","kind":"operative","label":"1","wordings":[{"act":"0.0.1","party":"cedar","index":0,"member":"c-draft","at":"2026-11-28T10:00:00Z","id":"w1","label":"1","versions":[]}]}],"rounds":{}}`
