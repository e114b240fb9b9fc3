package pressroom

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"entente.example/internal/locale"
	"entente.example/internal/serving"
)

// Limits of the public listener. A proxy in front is one peer, so the number of connections of one peer is no reader's fair share but what keeps one machine from taking all.
const (
	maxHead     = 16 << 10
	maxConns    = 4096
	maxOfPeer   = 512
	maxRequests = 10_000 // on one connection, which then ends
	readTimeout = 30 * time.Second
	idleTimeout = 2 * time.Minute
	sendTimeout = 5 * time.Minute // somebody with a thin line takes a whole export
	goodbye     = 3 * time.Second // how long open requests may take to end
)

// Serve answers readers until ctx ends; whoever is being answered then still gets the answer.
//
// What has been rendered is handed out as it lies in memory. Everything else, and every request that is not plainly for a page that lies there, goes to h: the site itself, or what has it inside.
func (s *Site) Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	l = serving.Patient(l) // fasthttp would end, and the whole node with it, when readers have opened more connections than the system has files
	open := connections{all: map[net.Conn]struct{}{}}
	base := context.WithoutCancel(ctx) // an answer that was begun is ended
	f := &fasthttp.Server{Handler: func(c *fasthttp.RequestCtx) { s.answer(base, c, h) }, ErrorHandler: s.unread, ConnState: open.note, Logger: quiet{s.o.Log},
		ReadBufferSize: maxHead, WriteBufferSize: 16 << 10, MaxRequestBodySize: maxForm, Concurrency: maxConns, MaxConnsPerIP: maxOfPeer, MaxRequestsPerConn: maxRequests,
		ReadTimeout: readTimeout, WriteTimeout: sendTimeout, IdleTimeout: idleTimeout, TCPKeepalive: true, NoDefaultServerHeader: true, NoDefaultContentType: true, DisablePreParseMultipartForm: true}
	ended := make(chan error, 1)
	go func() { ended <- f.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(base, goodbye)
	defer cancel()
	err := l.Close() // here, too: Shutdown knows no listener before Serve has begun
	if failed := f.ShutdownWithContext(late); failed != nil && !errors.Is(failed, net.ErrClosed) {
		open.close()
	}
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return errors.Join(err, <-ended)
}

// answer hands out a page that lies ready, or asks handler. An address with an escape is never taken as it stands.
func (s *Site) answer(base context.Context, c *fasthttp.RequestCtx, handler http.Handler) {
	defer s.survive(c)
	h := &c.Request.Header
	if err := clear(h); err != nil {
		s.unread(c, err)
		return
	}
	address := h.RequestURI()
	if (h.IsGet() || h.IsHead()) && bytes.IndexByte(address, '%') < 0 {
		if x, ok := s.ready(base, string(address)); ok {
			x.hand(c)
			s.o.Told(true)
			s.o.Handed(string(h.Method()), string(address), c.Response.StatusCode())
			return
		}
	}
	if h.IsPost() && s.turnAway(c) {
		return
	}
	r, err := reread(c)
	if err != nil {
		s.unread(c, err)
		return
	}
	p := &paper{header: http.Header{}, status: http.StatusOK}
	handler.ServeHTTP(p, r.WithContext(base))
	p.hand(c)
}

// turnAway answers somebody who sends forms without end, before anything of one is looked at, if the page for them lies ready. The links of letters, which mail services follow for many readers, are never counted.
func (s *Site) turnAway(c *fasthttp.RequestCtx) bool {
	address, now := string(c.Request.Header.RequestURI()), s.current.Load()
	if now == nil || strings.Contains(address, "/mail-") || !s.limits.spent(perForm, counted(c.RemoteAddr().String())) {
		return false
	}
	tag, _, _ := strings.Cut(strings.TrimPrefix(address, "/"), "/")
	page, ok := now.waits.Load(locale.Match(tag))
	if !ok {
		return false
	}
	page.(*sheet).hand(c)
	s.o.Handed(string(c.Request.Header.Method()), address, c.Response.StatusCode())
	return true
}

var errUnclear = errors.New("a request that can be read in more than one way")

// clear refuses what fasthttp mends or lets pass, and another machine on the way may read otherwise: a version or a host that is not there, a length beside chunks, a field over several lines.
func clear(h *fasthttp.RequestHeader) error {
	switch string(h.Protocol()) {
	case "HTTP/1.1":
		if len(h.Host()) == 0 {
			return errUnclear
		}
	case "HTTP/1.0":
	default:
		return errUnclear
	}
	length, chunks := false, false
	for line := range bytes.Lines(h.RawHeaders()) { // as they came: what was read of them says neither any more
		if line[0] == ' ' || line[0] == '\t' {
			return errUnclear
		}
		name, _, _ := bytes.Cut(line, []byte(":"))
		length = length || bytes.EqualFold(name, []byte("Content-Length"))
		chunks = chunks || bytes.EqualFold(name, []byte("Transfer-Encoding"))
	}
	if length && chunks {
		return errUnclear
	}
	return nil
}

// reread gives a request to net/http's own reader: by its rules, and in memory of its own, for what fasthttp hands out is overwritten by the next request. How long a body is was decided
// before, once.
func reread(c *fasthttp.RequestCtx) (*http.Request, error) {
	h, body := &c.Request.Header, c.Request.Body()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s %s\r\n", h.Method(), h.RequestURI(), h.Protocol())
	for name, value := range h.All() {
		switch string(name) {
		case "Content-Length", "Transfer-Encoding", "Trailer", "Expect", "Connection":
		default:
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(body))
	b.Write(body)
	r, err := http.ReadRequest(bufio.NewReader(&b))
	if err == nil {
		r.RemoteAddr = c.RemoteAddr().String()
	}
	return r, err
}

// hand answers with a page that lies ready.
func (x *sheet) hand(c *fasthttp.RequestCtx) {
	r := &c.Request.Header
	head, body := x.head, x.body
	if x.packed != nil && unpacks(string(r.Peek("Accept-Encoding"))) {
		head, body = x.packedHead, x.packed
	}
	if known := r.Peek("If-None-Match"); len(known) > 0 && x.known(string(known)) {
		x.head.CopyTo(&c.Response.Header)
		c.SetStatusCode(fasthttp.StatusNotModified)
		return
	}
	head.CopyTo(&c.Response.Header)
	c.SetStatusCode(x.status())
	c.Response.SetBodyRaw(body) // nobody changes it
}

// hand answers with what a handler wrote.
func (p *paper) hand(c *fasthttp.RequestCtx) {
	c.SetStatusCode(p.status)
	setAll(&c.Response.Header, p.header)
	c.Response.SetBodyRaw(p.Bytes())
}

func setAll(to *fasthttp.ResponseHeader, from http.Header) {
	to.SetNoDefaultContentType(true)
	for name, values := range from {
		if name == "Content-Length" {
			continue // it is counted where the body is sent
		}
		for i, v := range values {
			if i == 0 {
				to.Set(name, v)
			} else {
				to.Add(name, v)
			}
		}
	}
}

// unread answers what could not be read as a request; the connection ends.
func (s *Site) unread(c *fasthttp.RequestCtx, err error) {
	status := fasthttp.StatusBadRequest
	var large *fasthttp.ErrSmallBuffer
	var slow net.Error
	switch {
	case errors.As(err, &large):
		status = fasthttp.StatusRequestHeaderFieldsTooLarge
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		status = fasthttp.StatusRequestEntityTooLarge
	case errors.As(err, &slow) && slow.Timeout():
		status = fasthttp.StatusRequestTimeout
	}
	s.plainly(c, status)
	c.SetConnectionClose()
}

// plainly answers without a page.
func (s *Site) plainly(c *fasthttp.RequestCtx, status int) {
	h := maps.Clone(guards())
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	c.Response.Reset()
	setAll(&c.Response.Header, h)
	c.SetStatusCode(status)
	c.SetBodyString(http.StatusText(status) + "\n")
}

// survive keeps a fault in one answer from ending the node.
func (s *Site) survive(c *fasthttp.RequestCtx) {
	if x := recover(); x != nil {
		s.o.Log.Error("answering a reader", "path", string(c.Request.Header.RequestURI()), "error", fmt.Sprint(x))
		s.plainly(c, fasthttp.StatusInternalServerError)
	}
}

// quiet is where the server's own words go.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, args ...any) { q.log.Debug(fmt.Sprintf(format, args...)) }

// connections are those that are open.
type connections struct {
	mu  sync.Mutex
	all map[net.Conn]struct{}
}

func (o *connections) note(c net.Conn, is fasthttp.ConnState) {
	switch is {
	case fasthttp.StateNew:
		o.mu.Lock()
		o.all[c] = struct{}{}
		o.mu.Unlock()
	case fasthttp.StateClosed, fasthttp.StateHijacked:
		o.mu.Lock()
		delete(o.all, c)
		o.mu.Unlock()
	}
}

// close ends them, whoever is still listening.
func (o *connections) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for c := range o.all {
		_ = c.Close() // its reader was given the time that there is
	}
}
