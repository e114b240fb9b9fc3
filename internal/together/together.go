// Package together spreads work that falls into independent pieces over the processors of the machine.
package together

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Each calls work with 0 to n-1, several at once and in no particular order, and returns when all are done.
func Each(n int, work func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				work(int(i))
			}
		})
	}
	all.Wait()
}
