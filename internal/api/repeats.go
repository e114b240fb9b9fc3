package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/text"
	"entente.example/refusal"
)

// A client whose answer got lost cannot know whether its act is on the record. It sends the same request again under the same Idempotency-Key, and gets the answer that the first one got;
// the act is done once. Answers are kept in memory for a day: after a restart a client has to look at the log, which tells everything.
const (
	repeatHeader = "Idempotency-Key"
	keptFor      = 24 * time.Hour
	maxKept      = 10_000  // requests
	maxAnswer    = 1 << 20 // bytes of an answer that is kept
	maxKey       = 128
)

var repeatParam = &huma.Param{Name: repeatHeader, In: "header", Description: "Any name of the client's for this request, up to 128 visible characters. Kept for a day.", Schema: &huma.Schema{Type: huma.TypeString}}

// repeats knows the requests that came with a key.
type repeats struct {
	now  func() time.Time
	salt [32]byte // bodies may hold passphrases: their bare digests are not kept

	mu   sync.Mutex
	kept map[string]*repeat
}

// repeat is one request under its key. What stands below done is written before done is closed, and only read after.
type repeat struct {
	at     time.Time
	digest [32]byte // of the body
	done   chan struct{}

	keep   bool // false: the request came to nothing and may be tried again
	status int
	kind   string
	body   []byte
}

func newRepeats(now func() time.Time, rand io.Reader) *repeats {
	p := &repeats{now: now, kept: map[string]*repeat{}}
	if _, err := io.ReadFull(rand, p.salt[:]); err != nil {
		panic("api: no chance: " + err.Error())
	}
	return p
}

// once carries a keyed request out the first time, and answers it from memory afterwards.
func (p *repeats) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get(repeatHeader)
		if key == "" || r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		if !goodKey(key) {
			refuse(w, r, http.StatusBadRequest, refusal.New(refusal.Invalid, "api.bad_key", "limit", strconv.Itoa(maxKey)))
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, text.MaxDraftFile))
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			refuse(w, r, http.StatusRequestEntityTooLarge, refusal.New(refusal.Invalid, "api.too_large"))
			return
		} else if err != nil {
			return // the client has gone
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		member, _ := r.Context().Value(memberKey{}).(string)
		name, digest := member+"\n"+r.URL.Path+"\n"+key, p.digest(body)
		for {
			e, first := p.claim(name, digest)
			if first {
				p.carryOut(next, w, r, name, e)
				return
			}
			if e.digest != digest {
				refuse(w, r, http.StatusConflict, refusal.New(refusal.Conflict, "api.key_used"))
				return
			}
			select {
			case <-e.done:
			case <-r.Context().Done():
				return
			}
			if e.keep {
				w.Header().Set("Content-Type", e.kind)
				w.Header().Set("Idempotency-Replayed", "true")
				w.WriteHeader(e.status)
				_, _ = w.Write(e.body) // the client has gone if this fails
				return
			}
		}
	})
}

func goodKey(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return len(key) <= maxKey
}

func (p *repeats) digest(body []byte) [32]byte {
	mac := hmac.New(sha256.New, p.salt[:])
	mac.Write(body)
	return [32]byte(mac.Sum(nil))
}

// claim finds the request of this name, or begins it.
func (p *repeats) claim(name string, digest [32]byte) (e *repeat, first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if e, ok := p.kept[name]; ok && now.Sub(e.at) < keptFor {
		return e, false
	}
	if len(p.kept) >= maxKept {
		p.makeRoom(now)
	}
	e = &repeat{at: now, digest: digest, done: make(chan struct{})}
	p.kept[name] = e
	return e, true
}

// makeRoom forgets what is over, and the oldest if nothing is.
func (p *repeats) makeRoom(now time.Time) {
	oldest := ""
	for name, e := range p.kept {
		if now.Sub(e.at) >= keptFor {
			delete(p.kept, name)
		} else if oldest == "" || e.at.Before(p.kept[oldest].at) {
			oldest = name
		}
	}
	if len(p.kept) >= maxKept {
		delete(p.kept, oldest)
	}
}

// carryOut lets the request through and keeps its answer. It goes on if the client leaves: that is when the answer is needed.
func (p *repeats) carryOut(next http.Handler, w http.ResponseWriter, r *http.Request, name string, e *repeat) {
	defer func() {
		if !e.keep {
			p.mu.Lock()
			if p.kept[name] == e {
				delete(p.kept, name)
			}
			p.mu.Unlock()
		}
		close(e.done)
	}()
	rec := &recorder{ResponseWriter: w, status: http.StatusOK}
	next.ServeHTTP(rec, r.WithContext(context.WithoutCancel(r.Context())))
	e.status, e.kind, e.body = rec.status, rec.Header().Get("Content-Type"), rec.body.Bytes()
	e.keep = !rec.over && (rec.status < 300 || onTheRecord(e.body))
}

// onTheRecord reports whether a problem is one that left its act on the record.
func onTheRecord(problem []byte) bool {
	var p Problem
	return json.Unmarshal(problem, &p) == nil && p.Key == "node.unsigned"
}

// recorder passes an answer on and keeps a copy, up to a bound.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
	over   bool
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.over = r.over || r.body.Len()+len(b) > maxAnswer; !r.over {
		r.body.Write(b)
	}
	_, _ = r.ResponseWriter.Write(b) // if the client has gone, its answer waits here
	return len(b), nil
}

// Unwrap lets http.ResponseController through.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
