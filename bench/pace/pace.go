// Command pace asks for one page at a set rate, whether answers come or not, and says how long readers waited: counted from the moment at which each was to be asked, so that a server that stands still is not spared
// the readers who would have come meanwhile.
//
//	go run ./bench/pace -rate 6000 -seconds 10 http://127.0.0.1:9443/en/
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

func main() {
	rate := flag.Float64("rate", 1000, "requests a second")
	connections := flag.Int("connections", 32, "connections that take turns")
	seconds := flag.Float64("seconds", 5, "how long")
	flag.Parse()
	waits, err := pace(flag.Arg(0), *rate, *connections, time.Duration(*seconds*float64(time.Second)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "pace:", err)
		os.Exit(1)
	}
	fmt.Println(waits.line(*seconds))
}

// waits are how long each reader waited, the shortest first.
type waits []time.Duration

// at is what a part of the readers waited at most.
func (w waits) at(part float64) time.Duration { return w[min(int(part*float64(len(w))), len(w)-1)] }

// line is requests a second, and the waits of the middle, of 99 and 99.9 per cent and the longest, in milliseconds.
func (w waits) line(seconds float64) string {
	out := fmt.Sprintf("%.0f", float64(len(w))/seconds)
	for _, part := range []float64{0.5, 0.99, 0.999, 1} {
		out += fmt.Sprintf(" %.2f", float64(w.at(part).Microseconds())/1000)
	}
	return out
}

// pace asks for the page rate times a second for as long as d says, evenly, the connections taking turns.
func pace(page string, rate float64, connections int, d time.Duration) (waits, error) {
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "http" || rate <= 0 || connections < 1 {
		return nil, errors.New("it takes an address that begins with http://, a rate and a connection")
	}
	request := []byte("GET " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\nAccept-Encoding: gzip\r\n\r\n")
	start := time.Now().Add(100 * time.Millisecond)
	all, errs := make([]waits, connections), make([]error, connections)
	var g sync.WaitGroup
	for i := range connections {
		g.Go(func() {
			due := func(turn int) time.Duration {
				return time.Duration(float64(i+turn*connections) / rate * float64(time.Second))
			}
			all[i], errs[i] = ask(u.Host, request, start, due, d)
		})
	}
	g.Wait()
	out := slices.Concat(all...)
	slices.Sort(out)
	if err := errors.Join(errs...); err != nil || len(out) == 0 {
		return nil, errors.Join(err, errors.New("not every reader was answered"))
	}
	return out, nil
}

// ask sends a connection's requests when each is due.
func ask(host string, request []byte, start time.Time, due func(turn int) time.Duration, d time.Duration) (out waits, err error) {
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	answers := bufio.NewReaderSize(conn, 64<<10)
	var answer fasthttp.Response
	for turn := 0; due(turn) < d; turn++ {
		at := start.Add(due(turn))
		time.Sleep(time.Until(at))
		if _, err := conn.Write(request); err != nil {
			return out, err
		}
		if err := answer.Read(answers); err != nil {
			return out, fmt.Errorf("%w after %d answers", errors.Join(err, io.ErrUnexpectedEOF), turn)
		}
		if answer.StatusCode() != fasthttp.StatusOK {
			return out, fmt.Errorf("answered with %d", answer.StatusCode())
		}
		out = append(out, time.Since(at))
	}
	return out, nil
}
