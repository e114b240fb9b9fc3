package pressroom

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"entente.example/internal/press"
	"entente.example/internal/serving/servingtest"
)

// open serves a room on a listener of its own until the test ends.
func (r *room) open() (address string, end func() error) {
	r.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	go func() { done <- r.site.Serve(ctx, l, r.site) }()
	end = func() error {
		cancel()
		return <-done
	}
	return l.Addr().String(), end
}

// Readers who open more connections than there are files for do not end the press room, and with it the node: whoever comes is answered once there is room.
func TestAPressRoomOutlivesACrowd(t *testing.T) {
	r := newRoom(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- r.site.Serve(ctx, servingtest.Failing(l, syscall.EMFILE, syscall.EMFILE, syscall.EMFILE), r.site)
	}()
	if got := say(t, l.Addr().String(), "GET /en/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 200") {
		t.Errorf("a reader is told %.60q", got)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// say sends bytes as they are and reads what comes back until the connection ends.
func say(t *testing.T, address, words string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, words); err != nil {
		t.Fatal(err)
	}
	_ = c.(*net.TCPConn).CloseWrite() // nothing else is asked; the other end may have gone by now
	b, err := io.ReadAll(c)
	if err != nil && len(b) == 0 {
		t.Fatal(err)
	}
	return string(b)
}

// The listener answers as ServeHTTP does, whether a page lies ready or not: the same status, headers and bytes, for every kind of address and of reader.
func TestTheListenerAnswersAlike(t *testing.T) {
	r := newRoom(t)
	address, end := r.open()
	page := "/en/valley/js-9/"
	tag := r.do(http.MethodGet, page, nil).Header.Get("Etag")
	reader := &http.Client{Transport: &http.Transport{DisableCompression: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, x := range []struct {
		method, path string
		header       []string
		want         int
	}{
		{"GET", page, nil, 200}, {"GET", page, []string{"Accept-Encoding", "br, GZIP;q=0.5"}, 200}, {"GET", page, []string{"Accept-Encoding", "gzip;q=0"}, 200}, {"HEAD", page, nil, 200}, {"HEAD", page, []string{"Accept-Encoding", "gzip"}, 200},
		{"GET", page, []string{"If-None-Match", tag}, 304}, {"GET", page, []string{"If-None-Match", `"x", ` + tag}, 304}, {"GET", page, []string{"If-None-Match", `"x"`}, 200}, {"GET", page, []string{"If-None-Match", "*"}, 304}, {"GET", page, []string{"Range", "bytes=0-9"}, 200},
		{"GET", page + "?x=1", nil, 200}, {"GET", "/en/valley%2fjs-9/", nil, 200}, {"GET", "/en//valley/js-9/", nil, 307}, {"GET", "/en/../en/", nil, 307}, {"GET", "/", []string{"Accept-Language", "ja"}, 302}, {"GET", "/nothing", nil, 307}, {"GET", "/nothing/", nil, 404}, {"GET", "/xx/", nil, 404},
		{"GET", "/c/valley/js-9/files/content.json", nil, 200}, {"GET", "/c/valley/js-9.zip", nil, 200}, {"GET", r.site.look.url("press.js"), []string{"Accept-Encoding", "gzip"}, 200}, {"GET", "/static/x/press.js", nil, 404}, {"GET", "/en/search/?q=channel", nil, 200},
		{"PUT", page, nil, 404}, {"DELETE", "/en/on-record/", nil, 404}, {"POST", "/en/on-record/", []string{"Content-Type", "application/x-www-form-urlencoded", "body", "quote=whatever+the+situation"}, 200},
		{"POST", "/en/on-record/", []string{"Content-Type", "application/x-www-form-urlencoded", "body", "quote=x", "Origin", "https://evil.example"}, 403},
		{"POST", "/en/on-record/", []string{"Content-Type", "application/x-www-form-urlencoded", "body", "quote=%zz"}, 400}, {"POST", "/en/on-record/", []string{"Content-Type", "multipart/form-data; boundary=x", "body", "--x\r\nnonsense"}, 200},
	} {
		var answers []string
		for _, base := range []string{"", "http://" + address, "http://" + address} { // the second time over the wire, it may lie ready
			var body string
			header := http.Header{}
			for i := 0; i+1 < len(x.header); i += 2 {
				if x.header[i] == "body" {
					body = x.header[i+1]
				} else {
					header.Set(x.header[i], x.header[i+1])
				}
			}
			var got *http.Response
			if base == "" {
				req := httptest.NewRequest(x.method, x.path, strings.NewReader(body))
				req.Host, req.Header = address, header
				w := httptest.NewRecorder()
				r.site.ServeHTTP(w, req)
				got = w.Result()
			} else {
				req, err := http.NewRequest(x.method, base+x.path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				req.Header = header
				if got, err = reader.Do(req); err != nil {
					t.Fatal(err)
				}
			}
			b, err := io.ReadAll(got.Body)
			if err := errors.Join(err, got.Body.Close()); err != nil {
				t.Fatal(err)
			}
			if x.method == http.MethodHead {
				b = nil // what net/http's server does, the recorder does not
			}
			h := got.Header
			for name := range guards() {
				if got.StatusCode < 300 && h.Get(name) == "" {
					t.Errorf("%s %s has no %s", x.method, x.path, name)
				}
			}
			for _, name := range []string{"Date", "Connection", "Content-Length"} {
				h.Del(name)
			}
			if h.Get("Server") != "" {
				t.Errorf("the listener says what it is: %s", h.Get("Server"))
			}
			var lines []string
			for _, name := range slices.Sorted(maps.Keys(h)) {
				lines = append(lines, name+": "+strings.Join(h[name], "|"))
			}
			answers = append(answers, fmt.Sprintf("%d\n%s\n%s", got.StatusCode, strings.Join(lines, "\n"), b))
			if got.StatusCode != x.want {
				t.Errorf("%s %s %q: %d, want %d", x.method, x.path, x.header, got.StatusCode, x.want)
			}
		}
		if answers[0] != answers[1] || answers[1] != answers[2] {
			t.Errorf("%s %s %q is answered in several ways:\n%s\n\n%s\n\n%s", x.method, x.path, x.header, answers[0], answers[1], answers[2])
		}
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// A request that two machines could read in two ways is read in none: 400, and the connection ends (attack 25), so that nothing in its body becomes a request of its own.
func TestNoRequestHidesInAnother(t *testing.T) {
	r := newRoom(t)
	address, end := r.open()
	const hidden = "GET /en/feed.json HTTP/1.1\r\nHost: press.example\r\n\r\n"
	post := "POST /en/on-record/ HTTP/1.1\r\nHost: press.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	for name, words := range map[string]string{
		"two lengths":                     post + "Content-Length: 7\r\nContent-Length: 60\r\n\r\nquote=x" + hidden,
		"two lengths in a list":           post + "Content-Length: 7, 60\r\n\r\nquote=x" + hidden,
		"a signed length":                 post + "Content-Length: +7\r\n\r\nquote=x" + hidden,
		"a negative length":               post + "Content-Length: -1\r\n\r\nquote=x" + hidden,
		"chunks and a length":             post + "Transfer-Encoding: chunked\r\ncontent-length: 7\r\n\r\n0\r\n\r\n" + hidden,
		"a length and chunks":             post + "Content-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"chunks twice":                    post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + hidden,
		"chunks in two fields":            post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden,
		"an encoding that is not chunked": post + "Transfer-Encoding: xchunked\r\nContent-Length: 7\r\n\r\nquote=x" + hidden,
		"chunks of a nonsensical length":  post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + hidden,
		"a space before the colon":        post + "Transfer-Encoding : chunked\r\nContent-Length: 7\r\n\r\nquote=x" + hidden,
		"a folded field":                  post + "X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\nquote=x" + hidden,
		"a bare line end in a field":      post + "X: a\rTransfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\nquote=x" + hidden,
		"a zero byte in a field":          post + "X: a\x00b\r\nContent-Length: 7\r\n\r\nquote=x" + hidden,
		"no host":                         "GET /en/ HTTP/1.1\r\n\r\n" + hidden,
		"two hosts":                       "GET /en/ HTTP/1.1\r\nHost: press.example\r\nHost: evil.example\r\n\r\n" + hidden,
		"a host with a path":              "GET /en/ HTTP/1.1\r\nHost: press.example/x\r\n\r\n" + hidden,
		"no request":                      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n" + hidden,
		"a version of nobody":             "GET /en/ HTTP/3.7\r\nHost: press.example\r\n\r\n" + hidden,
		"an address with a space":         "GET /en/ x HTTP/1.1\r\nHost: press.example\r\n\r\n" + hidden,
	} {
		got := say(t, address, words)
		if !strings.HasPrefix(got, "HTTP/1.1 400 ") || strings.Count(got, "HTTP/1.1 ") != 1 || !strings.Contains(got, "Content-Security-Policy: ") {
			t.Errorf("%s: %.300q", name, got)
		}
	}
	if got := say(t, address, "GET /en/ HTTP/1.1\r\nHost: press.example\r\nX: "+strings.Repeat("a", 2*maxHead)+"\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 431 ") {
		t.Errorf("an endless field: %.60q", got)
	}
	if got := say(t, address, post+"Content-Length: 1000000000\r\n\r\nquote=x"); !strings.HasPrefix(got, "HTTP/1.1 413 ") {
		t.Errorf("an endless form: %.60q", got)
	}
	// Whole requests behind each other are answered in their order; chunks of a form are put together.
	got := say(t, address, hidden+post+"Transfer-Encoding: chunked\r\n\r\n7\r\nquote=x\r\n0\r\n\r\n"+"GET /en/ HTTP/1.1\r\nHost: press.example\r\nConnection: close\r\n\r\n")
	if strings.Count(got, "HTTP/1.1 200 OK") != 3 {
		t.Errorf("three requests: %.600q", got)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// slow is a desk whose answer can be waited for.
type slow struct {
	desk
	begun, go_ chan struct{}
	answered   atomic.Bool
}

func (d *slow) Own(context.Context, string) (press.Own, error) {
	close(d.begun)
	<-d.go_
	for range 1000 {
		runtime.Gosched() // whoever does not wait is gone by now
	}
	d.answered.Store(true)
	return press.Own{Key: key, Words: "mine", State: "held"}, nil
}

// Whoever is being answered when the end begins gets the answer, and only then does Serve return: its caller closes what answers are made from. A connection that says nothing holds nobody up.
func TestTheListenerEndsWell(t *testing.T) {
	r := newRoom(t)
	d := &slow{begun: make(chan struct{}), go_: make(chan struct{})}
	r.site.o.Letters = d
	address, end := r.open()
	idle, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	if _, err := io.WriteString(idle, "GET /en/ HTTP/1.1\r\nHost: press.example\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := http.ReadResponse(bufio.NewReader(idle), nil); err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 1)
	go func() { got <- say(t, address, "GET /en/my-reply/x/ HTTP/1.1\r\nHost: press.example\r\n\r\n") }()
	<-d.begun
	ended := make(chan error, 1)
	go func() { ended <- end() }()
	for { // until nobody new is let in
		c, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		runtime.Gosched()
	}
	close(d.go_)
	if err := <-ended; err != nil || !d.answered.Load() {
		t.Errorf("%v; answered: %v", err, d.answered.Load())
	}
	if answer := <-got; !strings.Contains(answer, "mine") {
		t.Errorf("%.200q", answer)
	}
}

// broken is a source with a fault of ours in it.
type broken struct{}

func (b *broken) Edition(context.Context) (*press.Edition, error) { panic("a fault of ours") }

// A fault in one answer is a 500 there, and others are served.
func TestAFaultEndsNothing(t *testing.T) {
	r := newRoom(t)
	address, end := r.open()
	whole := r.site.o.Source
	ask := "GET /en/ HTTP/1.1\r\nHost: press.example\r\nConnection: close\r\n\r\n"
	r.site.o.Source = &broken{}
	if got := say(t, address, ask); !strings.HasPrefix(got, "HTTP/1.1 500 ") || strings.Contains(got, "a fault of ours") {
		t.Errorf("%.200q", got)
	}
	r.site.o.Source = whole
	if got := say(t, address, ask); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Errorf("%.200q", got)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// What one request brought is not changed by the next on the same connection, though the server reads both into the same memory.
func TestRequestsKeepTheirWords(t *testing.T) {
	r := newRoom(t)
	address, end := r.open()
	for _, name := range []string{"First", "Other"} {
		f := good(r.token(time.Minute))
		f.Set("name", name)
		body := f.Encode()
		say(t, address, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: press.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", form, len(body), body)+
			"GET /en/"+url.PathEscape(strings.Repeat("x", 500))+" HTTP/1.1\r\nHost: press.example\r\nConnection: close\r\n\r\n")
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	if len(r.desk.letters) != 2 || r.desk.letters[0].Name != "First" || r.desk.letters[1].Name != "Other" {
		t.Errorf("%+v", r.desk.letters)
	}
}

// Who sends too many forms is told so alike by the site and, before anything is looked at, by the listener; the links of letters are followed all the same.
func TestTheListenerTurnsFormsAway(t *testing.T) {
	r := newRoom(t)
	var handled atomic.Int64
	r.site.o.Handed = func(_, _ string, status int) {
		if status == http.StatusTooManyRequests {
			handled.Add(1)
		}
	}
	for range int(perForm.burst) {
		r.site.limits.take(perForm, "127.0.0.1")
	}
	address, _ := r.open()
	answer := func(path, body string) string {
		said := say(t, address, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body))
		head, page, _ := strings.Cut(said, "\r\n\r\n")
		var lines []string
		for line := range strings.SplitSeq(head, "\r\n") {
			if !strings.HasPrefix(line, "Date:") {
				lines = append(lines, line)
			}
		}
		slices.Sort(lines)
		return strings.Join(lines, "\n") + "\n" + page
	}
	for _, path := range []string{form, "/ja/on-record/"} {
		before := handled.Load()
		first, second := answer(path, "words=x"), answer(path, "words=x")
		if first != second || !strings.Contains(first, "HTTP/1.1 429 ") || !strings.Contains(first, "Retry-After: 60") || handled.Load() != before+1 {
			t.Errorf("%s: %d handed out\n%s\n\n%s", path, handled.Load()-before, first, second)
		}
	}
	if said := answer("/en/mail-end/word/", "List-Unsubscribe=One-Click"); strings.Contains(said, " 429 ") {
		t.Error("letters cannot be ended from where too many forms came")
	}
}

// BenchmarkForms is what the site spends on a form: one that is looked at, one that comes back with what to mend, and one that is not read because too many came.
func BenchmarkForms(b *testing.B) {
	r := newRoom(b)
	post := func(name string) {
		b.Run(name, func(b *testing.B) {
			body := good(r.token(0)).Encode()
			for b.Loop() {
				r.site.limits.left = map[string]bucket{}
				if name == "turned away" {
					r.site.limits.left["form 127.0.0.9"] = bucket{r.site.o.Now(), 0}
				}
				var c fasthttp.RequestCtx
				c.Init(&fasthttp.Request{}, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9), Port: 1}, nil)
				c.Request.Header.SetMethod("POST")
				c.Request.SetRequestURI(form)
				c.Request.Header.SetHost("press.example")
				c.Request.Header.SetContentType("application/x-www-form-urlencoded")
				c.Request.SetBodyString(body)
				if name == "looked at" {
					c.Request.Header.SetMethod("GET")
				}
				r.site.answer(b.Context(), &c, r.site.handler)
				b.ReportMetric(float64(c.Response.StatusCode()), "status")
			}
		})
	}
	for _, name := range []string{"looked at", "to be mended", "turned away"} {
		post(name)
	}
}
