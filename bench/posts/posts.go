// Command posts sends replies to a press room at a set rate, whether answers come or not, from one address or from many, as programs would that want to keep it from its readers. With -sink it is the control instead: a
// server that takes the same posts and does nothing with them, so that what they cost whoever shares a machine with those who send them can be told from what they cost the press room.
//
//	go run ./bench/posts -rate 2000 -seconds 10 -from 200 http://127.0.0.1:9443/en/valley/js-9/
//	go run ./bench/posts -sink 127.0.0.1:18097
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

func main() {
	rate := flag.Float64("rate", 1000, "replies a second")
	from := flag.Int("from", 1, "addresses of this machine that they come from, at most 250")
	connections := flag.Int("connections", 32, "connections that take turns")
	seconds := flag.Float64("seconds", 5, "how long")
	sink := flag.String("sink", "", "be the server that does nothing, at this address")
	flag.Parse()
	err := error(nil)
	if *sink != "" {
		var l net.Listener
		if l, err = net.Listen("tcp", *sink); err == nil {
			err = serve(l)
		}
	} else {
		var sent answers
		sent, err = flood(flag.Arg(0), *rate, min(*from, 250), *connections, time.Duration(*seconds*float64(time.Second)))
		fmt.Println(sent.line(*seconds))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "posts:", err)
		os.Exit(1)
	}
}

// serve answers every request with a page of the size of those that refuse a reply.
func serve(l net.Listener) error {
	page := []byte(`<input name="form" value="">` + strings.Repeat("x", 4000))
	return fasthttp.Serve(l, func(c *fasthttp.RequestCtx) {
		if c.IsPost() {
			c.SetStatusCode(fasthttp.StatusTooManyRequests)
		}
		c.SetContentType("text/html; charset=utf-8")
		c.SetBody(page)
	})
}

// answers are how many came, by status.
type answers map[int]int

// line is answers a second, and how many there were of each kind.
func (a answers) line(seconds float64) string {
	all, kinds := 0, ""
	for _, status := range slices.Sorted(maps.Keys(a)) {
		all += a[status]
		kinds += fmt.Sprintf(" %d:%d", status, a[status])
	}
	return fmt.Sprintf("%.0f%s", float64(all)/seconds, kinds)
}

// flood sends replies to a communiqué, evenly, the connections taking turns; each looks at the form before every eighth reply.
func flood(page string, rate float64, from, connections int, d time.Duration) (answers, error) {
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "http" || rate <= 0 || connections < 1 || from < 1 {
		return nil, errors.New("it takes an address that begins with http://, a rate, a connection and an address to come from")
	}
	start := time.Now().Add(100 * time.Millisecond)
	all, errs := make([]answers, connections), make([]error, connections)
	var g sync.WaitGroup
	for i := range connections {
		g.Go(func() {
			due := func(turn int) time.Time {
				return start.Add(time.Duration(float64(i+turn*connections) / rate * float64(time.Second)))
			}
			w := writer{host: u.Host, form: u.Path + "reply/", got: answers{}}
			errs[i] = w.write(i, from, due, start.Add(d))
			all[i] = w.got
		})
	}
	g.Wait()
	sum := answers{}
	for _, a := range all {
		for status, n := range a {
			sum[status] += n
		}
	}
	return sum, errors.Join(errs...)
}

// writer is one connection at a time.
type writer struct {
	host, form string
	token      string
	conn       net.Conn
	answers    *bufio.Reader
	got        answers
}

// move begins a connection from the nth of this machine's addresses.
func (w *writer) move(n int) (err error) {
	if w.conn != nil {
		if err := w.conn.Close(); err != nil {
			return err
		}
	}
	w.conn, err = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+n))}}).Dial("tcp", w.host)
	w.answers = bufio.NewReaderSize(w.conn, 64<<10)
	return err
}

// write sends replies when each is due. With as many addresses as that, a connection moves on to the next of its own before it looks at the form.
func (w *writer) write(i, from int, due func(turn int) time.Time, end time.Time) error {
	for turn := 0; due(turn).Before(end); turn++ {
		time.Sleep(time.Until(due(turn)))
		if turn%8 == 0 {
			if turn == 0 || from > 1 {
				if err := w.move((i + turn/8*7) % from); err != nil {
					return err
				}
			}
			if err := w.look(); err != nil {
				return err
			}
		}
		body := url.Values{"form": {w.token}, "name": {"Reader"}, "email": {fmt.Sprintf("reader%d@example.org", i)}, "words": {fmt.Sprintf("A question about the text, number %d of %d.", turn, i)}}.Encode()
		if _, err := w.ask("POST", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "+fmt.Sprint(len(body))+"\r\n", body); err != nil {
			return err
		}
	}
	return w.conn.Close()
}

var formToken = regexp.MustCompile(`name="form" value="([^"]*)"`)

// look takes the form.
func (w *writer) look() error {
	page, err := w.ask("GET", "", "")
	if m := formToken.FindSubmatch(page); m != nil && w.token == "" { // that of the first form is soon old enough to be believed
		w.token = string(m[1])
	}
	return err
}

// ask counts the answer to one request.
func (w *writer) ask(method, headers, body string) ([]byte, error) {
	if _, err := w.conn.Write([]byte(method + " " + w.form + " HTTP/1.1\r\nHost: " + w.host + "\r\n" + headers + "\r\n" + body)); err != nil {
		return nil, err
	}
	var answer fasthttp.Response
	if err := answer.Read(w.answers); err != nil {
		return nil, err
	}
	w.got[answer.StatusCode()]++
	return answer.Body(), nil
}
