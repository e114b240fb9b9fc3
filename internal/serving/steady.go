package serving

import (
	"io"
	"net/http"
	"time"
)

// How a request's body has to come: the first of it within a minute, and so many bytes a second from then on. A form over a line of a few hundred bytes a second is there within the minute.
const (
	patience = time.Minute
	pace     = 4096
)

// Steadily answers by h, and ends the connection of whoever begins a body and then says it too slowly, or no more of it: a server's own limits are for heads, and one limit for every body would
// either cut off a large file on a thin line or let anybody keep a connection, and what answers it, for as long.
func Steadily(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			b := &steady{ReadCloser: r.Body, line: http.NewResponseController(w), began: time.Now()}
			b.wait() // also for what h leaves unread, which the server reads to its end
			r.Body = b
		}
		h.ServeHTTP(w, r)
	})
}

type steady struct {
	io.ReadCloser
	line  *http.ResponseController
	began time.Time
	came  int64
}

// wait says until when the next bytes are waited for. A recorder in a test has no deadline.
func (b *steady) wait() {
	_ = b.line.SetReadDeadline(b.began.Add(patience + time.Duration(b.came/pace)*time.Second))
}

func (b *steady) Read(p []byte) (int, error) {
	b.wait()
	n, err := b.ReadCloser.Read(p)
	b.came += int64(n)
	if err == io.EOF {
		_ = b.line.SetReadDeadline(time.Time{}) // the body is here; answering it may take its time
	}
	return n, err
}
