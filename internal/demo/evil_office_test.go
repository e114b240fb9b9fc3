package demo

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"

	"entente.example/internal/carrier/pinned"
	"entente.example/internal/chancery"
	"entente.example/internal/keys"
	"entente.example/internal/mailbox"
)

// evil is an office that says yes to everything and does what it likes with the mail.
type evil struct {
	address mailbox.Address
	spoil   func(lying [][]byte) [][]byte // what is handed out, of everything that was ever put in
	mayLose int                           // how many more messages it may lose: it acknowledges every third, and throws it away

	mu    sync.Mutex
	put   int
	boxes map[string][][]byte
}

func newEvil(t *testing.T) *evil {
	t.Helper()
	key := keys.FromSeed([32]byte{66})
	cert, err := key.Certificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &evil{address: mailbox.Address{Host: l.Addr().String(), Pin: key.Public().TLS}, boxes: map[string][][]byte{}}
	server := &http.Server{Handler: e, BaseContext: func(net.Listener) context.Context { return t.Context() }}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(tls.NewListener(l, pinned.TLS(cert, "http/1.1", func(pinned.Pin, []byte) bool { return true })))
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return e
}

func (e *evil) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch r.Method {
	case http.MethodPut:
		b, err := io.ReadAll(r.Body)
		if e.put++; e.mayLose > 0 && e.put%3 == 1 {
			e.mayLose--
			return
		}
		if err == nil {
			e.boxes[r.URL.Path] = append(e.boxes[r.URL.Path], b)
		}
	case http.MethodGet:
		for _, m := range e.spoil(e.boxes[r.URL.Path]) {
			if mailbox.WriteMessage(w, m) != nil {
				return
			}
		}
	}
}

// An office that repeats everything for ever, in the wrong order, with copies that are cut or have a bit turned, changes nothing: the two sides come to the same record. SPEC mail-idempotent.
func TestAnOfficeThatSpoilsTheMail(t *testing.T) {
	e := newEvil(t)
	e.spoil = func(lying [][]byte) (out [][]byte) {
		for _, m := range lying[max(0, len(lying)-6):] {
			turned, cut := bytes.Clone(m), make([]byte, mailbox.Class(len(m)/2))
			turned[len(turned)/2] ^= 4
			copy(cut, m)
			out = append(out, turned, m, cut, m)
		}
		slices.Reverse(out)
		return out
	}
	converse(t, e, 0)
}

// An office that acknowledges messages and throws some away costs time and nothing else.
func TestAnOfficeThatLosesMail(t *testing.T) {
	e := newEvil(t)
	handed := map[*byte]bool{}
	e.spoil = func(lying [][]byte) (out [][]byte) {
		for _, m := range lying {
			if !handed[&m[0]] {
				handed[&m[0]] = true
				out = append(out, m)
			}
		}
		return out
	}
	converse(t, e, 2)
}

// converse lets two parties that have nothing but an office write to each other until both have everything and know it. In each of three rounds the office may lose so many messages: without
// an end to that, one message could be the third each time it is sent again, and every time takes twice as long as the one before.
func converse(t *testing.T, e *evil, loses int) {
	t.Helper()
	s := stage(t, e.address.String())
	a, b := s.Actors[0], s.Actors[1]
	alone(t, s, a)
	until(t, a, b, chancery.RouteRelay)
	for _, id := range []string{"one", "two", "three"} {
		e.mu.Lock()
		e.mayLose = loses
		e.mu.Unlock()
		for _, at := range []*Actor{a, b} {
			if _, err := at.Act(t.Context(), s.Mech, string(at.Party)+"-draft", "text/"+id+"-"+string(at.Party), draft(id)); err != nil {
				t.Fatal(err)
			}
		}
		meet(t, s, a, b)
		meet(t, s, b, a)
	}
	digests, err := s.Digests(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if digests[a.Party] != digests[b.Party] {
		t.Errorf("%s and %s", digests[a.Party], digests[b.Party])
	}
	for _, x := range []*Actor{a, b} {
		if _, err := x.Verify(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}
}
