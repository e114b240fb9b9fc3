// Package mailtest is a mail server (SMTP, RFC 5321, as little of it as our letters need) that keeps every letter, or refuses each; tests only.
package mailtest

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Office is the server.
type Office struct {
	Address string // host and port

	mu      sync.Mutex
	refuses bool
	taken   []string
}

// Open starts a server that ends with the test.
func Open(t *testing.T) *Office {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	o := &Office{Address: l.Addr().String()}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go o.serve(c)
		}
	}()
	return o
}

// Refuse says whether every receiver is refused from now on.
func (o *Office) Refuse(all bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuses = all
}

// Taken are the letters that were taken, as they came.
func (o *Office) Taken() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.taken)
}

// Forget empties what was taken.
func (o *Office) Forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.taken = nil
}

func (o *Office) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewScanner(c)
	say := func(s string) { _, _ = fmt.Fprintf(c, "%s\r\n", s) }
	say("220 office.example ready")
	for in.Scan() {
		line := in.Text()
		o.mu.Lock()
		refuses := o.refuses
		o.mu.Unlock()
		switch verb, _, _ := strings.Cut(strings.ToUpper(line), " "); {
		case verb == "EHLO":
			say("250-office.example")
			say("250 AUTH PLAIN")
		case verb == "AUTH":
			say("235 welcome")
		case verb == "RCPT" && refuses:
			say("550 nobody here by the name of " + strings.ToUpper(line))
		case verb == "DATA":
			say("354 go on")
			var b strings.Builder
			for in.Scan() && in.Text() != "." {
				b.WriteString(strings.TrimPrefix(in.Text(), ".") + "\r\n")
			}
			if in.Text() != "." { // it broke off
				continue
			}
			o.mu.Lock()
			o.taken = append(o.taken, b.String())
			o.mu.Unlock()
			say("250 taken")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
	if err := in.Err(); err != nil { // a line too long, say
		say("500 " + err.Error())
	}
}
