package serving

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"
)

// While requests come garbage may lie, and a minute after the last one the measure is what it was.
func TestGarbageLiesWhilePagesAreAskedFor(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(75))
	runtime.GC() // so that it is known what is kept
	synctest.Test(t, func(t *testing.T) {
		node := func() http.Handler {
			return Roomily(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
		}
		nodes := []http.Handler{node(), node()} // in one program, as in the demo
		ask := func() {
			for _, h := range nodes {
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil)); w.Code != http.StatusNoContent {
					t.Fatalf("answered %d", w.Code)
				}
			}
		}
		for range 2 { // as well when they come again
			for range 3 {
				ask()
				synctest.Wait()
				if got := percent(); got <= 75 {
					t.Errorf("while pages are asked for, %d percent", got)
				}
				time.Sleep(lull - time.Second)
			}
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if got := percent(); got != 75 {
				t.Errorf("a minute after the last one, %d percent", got)
			}
		}
	})
}

// What the collector's measure is can be asked without waiting for it, also while it is turned off.
func TestTheMeasureIsAsked(t *testing.T) {
	for _, percent := range []int{75, 100, -1, 0} {
		was := debug.SetGCPercent(percent)
		if got := measure(); got != percent {
			t.Errorf("it is %d, asked %d", percent, got)
		}
		debug.SetGCPercent(was)
	}
}

func percent() int {
	is := debug.SetGCPercent(100)
	debug.SetGCPercent(is)
	return is
}

func TestHowMuchMayLie(t *testing.T) {
	for _, c := range []struct {
		usual int
		kept  uint64
		want  int
	}{
		{100, least / 8, 800},
		{100, least / lying, 100 * lying},
		{100, 4 * least, 100 * lying},
		{900, least / 8, 900},
		{-1, least / 8, -1}, // turned off
		{100, 0, 100},       // nothing was ever collected
	} {
		if got := roomy(c.usual, c.kept); got != c.want {
			t.Errorf("%d percent and %d kept: %d, want %d", c.usual, c.kept, got, c.want)
		}
	}
}
