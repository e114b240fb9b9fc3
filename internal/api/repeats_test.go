package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// counting answers with how often it was asked, so that a request carried out twice shows.
type counting struct {
	mu     sync.Mutex
	n      int
	status int
	body   string
}

func (c *counting) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(c.status)
	_, _ = w.Write([]byte(c.body + strconv.Itoa(c.n)))
}

type asked struct{ member, path, key, body string }

func (a asked) of(h http.Handler) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", a.path, strings.NewReader(a.body))
	r.Header.Set(repeatHeader, a.key)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), memberKey{}, a.member)))
	return w
}

// Attack 11: the same request under the same key is carried out once; another one under that key is refused.
func TestRepeats(t *testing.T) {
	now := time.Date(2024, 12, 9, 9, 0, 0, 0, time.UTC)
	c := &counting{status: http.StatusOK}
	h := newRepeats(func() time.Time { return now }, rand.Reader).once(c)
	first := asked{"cedar-hod", "/a", "k1", `{"x":1}`}
	steps := []struct {
		name   string
		ask    asked
		status int
		n      string // which carrying-out answers
		again  bool
	}{
		{"the first time", first, 200, "1", false},
		{"the same again gets the same answer", first, 200, "1", true},
		{"another body is not the same request", asked{"cedar-hod", "/a", "k1", `{"x":2}`}, 409, "", false},
		{"after which the first still stands", first, 200, "1", true},
		{"another member's key is another key", asked{"cedar-sec", "/a", "k1", `{"x":1}`}, 200, "2", false},
		{"another operation's key is another key", asked{"cedar-hod", "/b", "k1", `{"x":1}`}, 200, "3", false},
		{"another key", asked{"cedar-hod", "/a", "k2", `{"x":1}`}, 200, "4", false},
		{"no key is always another request", asked{"cedar-hod", "/a", "", `{"x":1}`}, 200, "5", false},
		{"a key that is none", asked{"cedar-hod", "/a", "two words", `{"x":1}`}, 400, "", false},
		{"a key without end", asked{"cedar-hod", "/a", strings.Repeat("k", 129), `{"x":1}`}, 400, "", false},
	}
	for _, s := range steps {
		w := s.ask.of(h)
		if w.Code != s.status || s.n != "" && w.Body.String() != s.n || (w.Header().Get("Idempotency-Replayed") == "true") != s.again {
			t.Errorf("%s: %d %s %v", s.name, w.Code, w.Body, w.Header())
		}
	}
	now = now.Add(keptFor)
	if w := first.of(h); w.Body.String() != "6" {
		t.Errorf("after a day: %s", w.Body)
	}
}

// What came to nothing may be tried again under the same key; what is on the record may not, whatever the answer was.
func TestWhatCameToNothingIsNotKept(t *testing.T) {
	for _, tc := range []struct {
		status int
		body   string
		second int
	}{
		{409, `{"key":"text.frozen"} `, 2},
		{503, `{"key":"node.disk_full"} `, 2},
		{503, `{"key":"node.unsigned"}`, 1},
		{200, `{}`, 1},
	} {
		c := &counting{status: tc.status, body: strings.TrimSuffix(tc.body, "}") + `,"n":`}
		c.body = tc.body
		h := newRepeats(time.Now, rand.Reader).once(withoutCount{c})
		for range 2 {
			asked{"m", "/", "k", ""}.of(h)
		}
		if c.n != tc.second {
			t.Errorf("%d %s: carried out %d times", tc.status, tc.body, c.n)
		}
	}
}

// withoutCount answers with the body alone.
type withoutCount struct{ *counting }

func (c withoutCount) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	c.n++
	w.WriteHeader(c.status)
	_, _ = w.Write([]byte(c.body))
}

// Two copies of a request at the same moment are carried out once, and a client that left finds its answer.
func TestRepeatsAtTheSameMoment(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	n := 0
	h := newRepeats(time.Now, rand.Reader).once(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		close(begun)
		<-finish
		if r.Context().Err() != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	var wg sync.WaitGroup
	wg.Go(func() {
		ctx, leave := context.WithCancel(t.Context())
		r := httptest.NewRequestWithContext(ctx, "POST", "/", nil)
		r.Header.Set(repeatHeader, "k")
		go func() {
			<-begun
			leave()
			close(finish)
		}()
		h.ServeHTTP(httptest.NewRecorder(), r)
	})
	<-begun
	if w := (asked{"", "/", "k", ""}).of(h); w.Code != http.StatusOK || w.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("the copy: %d", w.Code)
	}
	wg.Wait()
	if n != 1 {
		t.Errorf("carried out %d times", n)
	}
}

// However many requests come, memory stays bounded, and the oldest go first.
func TestRepeatsAreBounded(t *testing.T) {
	now := time.Date(2024, 12, 9, 9, 0, 0, 0, time.UTC)
	p := newRepeats(func() time.Time { now = now.Add(time.Millisecond); return now }, rand.Reader)
	c := &counting{status: http.StatusOK}
	h := p.once(c)
	for i := range maxKept + 3 {
		asked{"m", "/", strconv.Itoa(i), ""}.of(h)
	}
	if len(p.kept) != maxKept {
		t.Errorf("%d requests are kept", len(p.kept))
	}
	if w := (asked{"m", "/", strconv.Itoa(maxKept + 2), ""}).of(h); w.Header().Get("Idempotency-Replayed") == "" {
		t.Error("the newest is forgotten")
	}
	if w := (asked{"m", "/", "0", ""}).of(h); w.Header().Get("Idempotency-Replayed") != "" {
		t.Error("the oldest is kept")
	}
}
