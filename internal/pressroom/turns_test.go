package pressroom

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// However many write at once, few of their letters are worked on at a time, and readers need not wait for any.
func TestWritersWaitForTheirTurn(t *testing.T) {
	r := newRoom(t)
	r.site.turns = make(turns, 2)
	token, page := r.token(time.Minute), r.get("/en/valley/js-9/")
	var now, most atomic.Int64
	both, read := make(chan struct{}, 2), make(chan struct{})
	r.desk.during = func() {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		select {
		case both <- struct{}{}:
		default:
		}
		<-read
		now.Add(-1)
	}
	var sent sync.WaitGroup
	for i := range 20 {
		sent.Go(func() {
			f := good(token)
			f.Set("words", fmt.Sprint("A question, number ", i))
			req := httptest.NewRequest(http.MethodPost, "https://press.example"+form, strings.NewReader(f.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.RemoteAddr = fmt.Sprintf("198.51.100.%d:1", i)
			w := httptest.NewRecorder()
			if r.site.ServeHTTP(w, req); w.Code != http.StatusSeeOther {
				t.Errorf("letter %d: %d", i, w.Code)
			}
		})
	}
	<-both
	<-both
	if r.get("/en/valley/js-9/") != page {
		t.Error("a reader gets something else while letters are worked on")
	}
	close(read)
	if sent.Wait(); most.Load() != 2 {
		t.Errorf("%d letters were worked on at once", most.Load())
	}
}

// A turn rests longer than the work in it took: writers together never have all of a processor. A fault gives it back, too.
func TestATurnIsFollowedByARest(t *testing.T) {
	x := make(turns, 1)
	var ended, began time.Time
	const work = 2 * time.Millisecond
	x.in(func() {
		time.Sleep(work)
		ended = time.Now()
	})
	x.in(func() { began = time.Now() })
	if rest := began.Sub(ended); rest < restFor*work {
		t.Errorf("a rest of %v after %v", rest, work)
	}
	func() {
		defer func() { _ = recover() }()
		x.in(func() { panic("a fault") })
	}()
	x.in(func() {})
}

// From so many addresses that no more can be remembered, newcomers share one count, and the others are not looked through for each of them.
func TestMoreReadersThanAreCounted(t *testing.T) {
	r := newRoom(t)
	l := r.site.limits
	for i := range maxReaders {
		l.take(perForm, fmt.Sprint(i))
	}
	taken := 0
	for i := range 1000 {
		if l.take(perForm, fmt.Sprint("new ", i)) {
			taken++
		}
	}
	if taken != int(perForm.burst) || len(l.left) != maxReaders+1 {
		t.Errorf("%d of the newcomers were let in, %d are counted", taken, len(l.left))
	}
	if !l.take(perForm, "7") {
		t.Error("who came before is taken for a newcomer")
	}
	r.now.Add(11 * 60)
	if !l.take(perForm, "new") || len(l.left) > 2 {
		t.Errorf("after they were quiet, %d are counted", len(l.left))
	}
}
