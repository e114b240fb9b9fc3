package standby

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"entente.example/refusal"
)

// process is one of a node's processes in a test: a door with a site before it.
type process struct {
	*Door
	site string
}

func processIn(t *testing.T, dir string, patience time.Duration) process {
	t.Helper()
	d := New(Options{Socket: filepath.Join(dir, "door"), Patience: patience, Refuse: func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, refusal.As(err).Key, http.StatusServiceUnavailable)
	}})
	s := httptest.NewServer(d)
	t.Cleanup(func() {
		d.End()
		s.Close()
	})
	return process{d, s.URL}
}

func (p process) hold(t *testing.T, members http.HandlerFunc) (leave func()) {
	t.Helper()
	leave, err := p.Hold(t.Context(), map[string]http.Handler{Members: members})
	if err != nil {
		t.Fatal(err)
	}
	return leave
}

// ask asks at a site, and gives what came of it.
func ask(method, address, body string) string {
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return strings.TrimSpace(string(b)) + errorText(err)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// echo answers who speaks, whom with, and what was said.
func echo(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		_, _ = io.WriteString(w, strings.Join([]string{name, host, r.Host, r.URL.RequestURI(), string(b), r.Header.Get(fromHeader), r.Header.Get(roomHeader)}, "|"))
	}
}

// Whoever comes to a process that stands by is answered by the one that holds the node as if they had come there: by their own address, for the name that they used.
func TestOneAnswersForAll(t *testing.T) {
	dir := t.TempDir()
	a, b := processIn(t, dir, 0), processIn(t, dir, 0)
	leave := a.hold(t, echo("a"))
	defer leave()
	for _, p := range []process{a, b} {
		want := "a|127.0.0.1|" + strings.TrimPrefix(p.site, "http://") + "|/x%2Fy?q=1;2|words||"
		if got := ask(http.MethodPost, p.site+"/x%2Fy?q=1;2", "words"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// What is asked while nobody holds the node waits, and is answered by whoever takes it up: by the process that was asked, or by another one.
func TestRequestsWaitForTheNextProcess(t *testing.T) {
	dir := t.TempDir()
	a, b := processIn(t, dir, time.Minute), processIn(t, dir, time.Minute)
	leave := a.hold(t, echo("a"))
	stood := make(chan error, 1)
	go func() { stood <- b.StandBy(t.Context(), "b", "") }()
	for len(a.Others()) == 0 {
		runtime.Gosched()
	}
	leave()
	if err := <-stood; err != nil {
		t.Error(err)
	}
	answers := make(chan string, 2)
	for _, p := range []process{a, b} {
		go func() { answers <- ask(http.MethodPost, p.site, "words") }()
	}
	leave = b.hold(t, echo("b"))
	defer leave()
	for range 2 {
		if got := <-answers; !strings.HasPrefix(got, "b|") || !strings.Contains(got, "|words|") {
			t.Errorf("%s, want an answer of b", got)
		}
	}
}

// Who is being answered when a node is laid down gets the answer, whichever door they came by; nobody is let in after that; and a stream ends.
func TestWhoIsInsideIsAnsweredFirst(t *testing.T) {
	dir := t.TempDir()
	a, b := processIn(t, dir, time.Nanosecond), processIn(t, dir, time.Nanosecond)
	inside, goOn := make(chan struct{}), make(chan struct{})
	leave := a.hold(t, func(w http.ResponseWriter, r *http.Request) {
		inside <- struct{}{}
		if r.Header.Get("Accept") == "text/event-stream" {
			<-r.Context().Done()
			return
		}
		<-goOn
		_, _ = io.WriteString(w, "answered")
	})
	answers := make(chan string, 2)
	streams := make(chan error, 2)
	for _, p := range []process{a, b} {
		go func() { answers <- ask(http.MethodPost, p.site, "") }()
		<-inside
		r, err := http.NewRequest(http.MethodGet, p.site, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/event-stream")
		go func() {
			res, err := http.DefaultClient.Do(r)
			if err == nil {
				err = res.Body.Close()
			}
			streams <- err
		}()
		<-inside
	}
	left := make(chan struct{})
	go func() {
		leave()
		close(left)
	}()
	for range 2 {
		if err := <-streams; err != nil {
			t.Errorf("a stream: %v", err)
		}
	}
	for _, p := range []process{a, b} {
		if got := ask(http.MethodPost, p.site, ""); got != "node.nobody_holds" {
			t.Errorf("somebody who came late: %s", got)
		}
	}
	select {
	case <-left:
		t.Error("the node was laid down while somebody waited for an answer")
	default:
	}
	close(goOn)
	for range 2 {
		if got := <-answers; got != "answered" {
			t.Errorf("somebody who was inside: %s", got)
		}
	}
	<-left
}

// A process that dies in the middle of an answer may have done what it was asked: nobody does it twice. What only reads is asked again.
func TestWhatGotLostIsNotRepeated(t *testing.T) {
	dir := t.TempDir()
	p := processIn(t, dir, time.Minute)
	l, remove, err := Listen(t.Context(), p.o.Socket)
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	asked := make(chan string, 3)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte{hello})
			r, err := http.ReadRequest(bufio.NewReader(c))
			if err != nil {
				asked <- err.Error()
			} else {
				asked <- r.Method
			}
			if len(asked) == 3 {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nread")
			}
			_ = c.Close()
		}
	}()
	if got := ask(http.MethodPost, p.site, "words"); got != "node.no_answer" {
		t.Errorf("an act that got lost: %s", got)
	}
	if got := ask(http.MethodGet, p.site, ""); got != "read" {
		t.Errorf("a page that got lost: %s", got)
	}
	if a, b, c := <-asked, <-asked, <-asked; a != http.MethodPost || b != http.MethodGet || c != http.MethodGet {
		t.Errorf("asked %s, %s, %s", a, b, c)
	}
}

// A process that holds the node and hangs lets nobody in; who waited long enough is told so, and nothing of it is done when it wakes.
func TestAProcessThatHangs(t *testing.T) {
	dir := t.TempDir()
	p := processIn(t, dir, time.Nanosecond)
	l, remove, err := Listen(t.Context(), p.o.Socket)
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	if got := ask(http.MethodPost, p.site, "words"); got != "node.nobody_holds" {
		t.Errorf("%s, want node.nobody_holds", got)
	}
	c, err := l.Accept() // it wakes
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(c); err != nil || len(b) > 0 {
		t.Errorf("it finds %q, %v", b, err)
	}
}

// A process that has laid the node down and goes on, as when its database went away, lets members wait for whoever takes it up, though nobody stood by: for itself, or for another one.
func TestOneThatGoesOnLetsMembersWait(t *testing.T) {
	dir := t.TempDir()
	a, b := processIn(t, dir, time.Minute), processIn(t, dir, time.Minute)
	answers := make(chan string, 1)
	for _, p := range []process{a, b} {
		a.hold(t, echo("nobody"))()
		go func() { answers <- ask(http.MethodPost, a.site, "words") }()
		leave := p.hold(t, echo("next"))
		if got := <-answers; !strings.HasPrefix(got, "next|") {
			t.Errorf("%s, want an answer of the next one", got)
		}
		leave()
	}
}

// Whoever has laid the node down alone, and then stood by at another process, gives that one what it is asked at its end.
func TestOneThatStoodByPassesOnAtItsEnd(t *testing.T) {
	dir := t.TempDir()
	a, b := processIn(t, dir, time.Minute), processIn(t, dir, time.Minute)
	a.hold(t, echo("a"))()
	leave := b.hold(t, echo("b"))
	defer leave()
	ctx, cancel := context.WithCancel(t.Context())
	stood := make(chan struct{})
	go func() {
		_ = a.StandBy(ctx, "a", "")
		close(stood)
	}()
	for len(b.Others()) == 0 {
		runtime.Gosched()
	}
	cancel()
	<-stood
	a.End()
	if got := ask(http.MethodPost, a.site, "words"); !strings.HasPrefix(got, "b|") {
		t.Errorf("%s, want an answer of b", got)
	}
}

// Nobody waits at a process that ends and laid the node down when no other one stood by.
func TestNobodyFollows(t *testing.T) {
	p := processIn(t, t.TempDir(), time.Hour)
	leave := p.hold(t, echo("a"))
	p.End()
	leave()
	if got := ask(http.MethodGet, p.site, ""); got != "node.nobody_holds" {
		t.Errorf("%s, want node.nobody_holds", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Dial(ctx, p.o.Socket); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("somebody was let in: %v", err)
	}
}
