package histories

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// altered stands between clients and the node, and makes of the two a node that breaks a promise.
type altered struct {
	*memory
	node http.RoundTripper // as it is
}

// memory is what it remembers through a history, whatever becomes of the process.
type memory struct {
	sync.Mutex
	kept map[string][]byte
}

// reply is an answer that has been read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// alter is a node that answers by f.
func alter(f func(altered, *http.Request) (reply, error)) func(http.RoundTripper) http.RoundTripper {
	m := &memory{kept: map[string][]byte{}}
	return func(node http.RoundTripper) http.RoundTripper {
		return tripper(func(r *http.Request) (*http.Response, error) {
			got, err := f(altered{m, node}, r)
			if err != nil {
				return nil, err
			}
			return &http.Response{StatusCode: got.status, Header: got.header, Body: io.NopCloser(bytes.NewReader(got.body)), Request: r}, nil
		})
	}
}

// ask asks the node as it is.
func (a altered) ask(r *http.Request) (reply, error) {
	resp, err := a.node.RoundTrip(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, b}, err
}

// did reports whether an answer is that of an act that was done just now.
func (g reply) did(r *http.Request) bool {
	return g.status == http.StatusOK && r.Method == http.MethodPost && g.header.Get("Idempotency-Replayed") == ""
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

const keyed = "Idempotency-Key"

// again is a request to be sent once more.
func again(r *http.Request) *http.Request {
	c := r.Clone(r.Context())
	if r.GetBody != nil {
		c.Body, _ = r.GetBody() // of bytes that are there
	}
	return c
}

// withoutTheNewest is a thread without its newest message, and any other answer as it is.
func withoutTheNewest(b []byte) []byte {
	var read map[string]json.RawMessage
	var messages []json.RawMessage
	if json.Unmarshal(b, &read) != nil || json.Unmarshal(read["messages"], &messages) != nil || len(messages) == 0 {
		return b
	}
	read["messages"], _ = json.Marshal(messages[:len(messages)-1])
	out, _ := json.Marshal(read)
	return out
}

// Each of these breaks one promise; all the rest is the node itself.
var faults = map[string]struct {
	dies   bool
	answer func(altered, *http.Request) (reply, error)
}{
	"keys are not heeded": {answer: func(a altered, r *http.Request) (reply, error) {
		r = again(r)
		r.Header.Del(keyed)
		return a.ask(r)
	}},
	"who reads is shown what was shown before": {answer: func(a altered, r *http.Request) (reply, error) {
		got, err := a.ask(r)
		if err == nil && got.status == http.StatusOK && r.Method == http.MethodGet {
			a.Lock()
			defer a.Unlock()
			was := a.kept[r.URL.String()]
			a.kept[r.URL.String()] = got.body
			if was != nil {
				got.body = was
			}
		}
		return got, err
	}},
	"another body is answered as the first": {answer: func(a altered, r *http.Request) (reply, error) {
		got, err := a.ask(r)
		if err != nil || r.Header.Get(keyed) == "" {
			return got, err
		}
		a.Lock()
		defer a.Unlock()
		name := r.URL.Path + r.Header.Get(keyed)
		if got.status == http.StatusOK {
			a.kept[name] = got.body
		} else if was := a.kept[name]; was != nil && bytes.Contains(got.body, []byte("api.key_used")) {
			got.header.Set("Idempotency-Replayed", "true")
			got = reply{http.StatusOK, got.header, was}
		}
		return got, nil
	}},
	"an act is done twice": {answer: func(a altered, r *http.Request) (reply, error) {
		second := again(r)
		got, err := a.ask(r)
		if err == nil && got.did(r) && strings.HasSuffix(r.URL.Path, "/say") {
			second.Header.Del(keyed)
			_, _ = a.ask(second)
		}
		return got, err
	}},
	"a repetition is answered with another act": {answer: func(a altered, r *http.Request) (reply, error) {
		got, err := a.ask(r)
		var said map[string][]map[string]any
		if err == nil && got.header.Get("Idempotency-Replayed") != "" && json.Unmarshal(got.body, &said) == nil {
			said["posted"][0]["index"] = 1
			got.body, err = json.Marshal(said)
		}
		return got, err
	}},
	"what was acknowledged last is gone after a death": {dies: true, answer: func(a altered, r *http.Request) (reply, error) {
		got, err := a.ask(r)
		a.Lock()
		defer a.Unlock()
		switch {
		case err != nil && r.Context().Err() == nil:
			a.kept["dead"] = []byte{}
		case err == nil && r.Method == http.MethodGet && a.kept["dead"] != nil:
			got.body = withoutTheNewest(got.body)
		}
		return got, err
	}},
	"what was asked of the dead is done by the living": {dies: true, answer: func(a altered, r *http.Request) (reply, error) {
		dead := again(r)
		got, err := a.ask(r)
		a.Lock()
		defer a.Unlock()
		switch {
		case err != nil && r.Context().Err() == nil && strings.HasSuffix(r.URL.Path, "/say"):
			a.kept[r.URL.Path], _ = io.ReadAll(dead.Body)
		case err == nil && r.Method == http.MethodGet:
			for path, body := range a.kept {
				late := again(r)
				late.Method, late.URL.Path, late.URL.RawQuery, late.Body, late.ContentLength = http.MethodPost, path, "", io.NopCloser(bytes.NewReader(body)), int64(len(body))
				_, _ = a.ask(late)
				delete(a.kept, path)
			}
		}
		return got, err
	}},
}

// tried is in how many histories a fault has to be noticed.
const tried = 20

// Where a node breaks a promise there is no order, and that is noticed.
func TestAFaultIsNoticed(t *testing.T) {
	h := start(t)
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(tried) {
				s, err := play(t.Context(), h, 1_000_000+seed, fault.dies, alter(fault.answer))
				if err != nil {
					t.Fatalf("history %d: %v\n%s", seed, err, s)
				}
				if !holds(s.steps, s.last) {
					t.Logf("in history %d of it", seed+1)
					return
				}
			}
			t.Errorf("not in %d histories", tried)
		})
	}
}
