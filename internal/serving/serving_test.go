package serving

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"entente.example/internal/serving/servingtest"
)

// ending serves h to one caller, who can begin the end; ended gives what Until returns then.
func ending(t *testing.T, h http.HandlerFunc, caller func(c net.Conn, end context.CancelFunc, ended <-chan error)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		l, ended := newOne(), make(chan error, 1)
		go func() { ended <- Until(ctx, &http.Server{Handler: h}, l) }()
		near, far := net.Pipe()
		l.conn <- far
		caller(near, end, ended)
		end()
		_ = near.Close()
	})
}

// ask asks by a connection and reads the answer.
func ask(t *testing.T, c net.Conn, answers *bufio.Reader) *http.Response {
	t.Helper()
	if _, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	return r
}

// Whoever is being answered when the end begins gets the answer, and only then does Until return: its caller closes what answers are made from.
func TestTheEndWaitsForAnswers(t *testing.T) {
	const takes = goodbye - time.Millisecond
	ending(t, func(http.ResponseWriter, *http.Request) { time.Sleep(takes) }, func(c net.Conn, end context.CancelFunc, ended <-chan error) {
		began := time.Now()
		go func() {
			synctest.Wait() // the question has come
			end()
		}()
		if r := ask(t, c, bufio.NewReader(c)); r.StatusCode != http.StatusOK || time.Since(began) != takes {
			t.Errorf("%v later the answer is %s", time.Since(began), r.Status)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// Whoever asks again by a connection that they were left is answered although the end has begun, and told that it was the last time.
func TestTheEndAnswersWhoeverAsksAgain(t *testing.T) {
	ending(t, func(http.ResponseWriter, *http.Request) {}, func(c net.Conn, end context.CancelFunc, ended <-chan error) {
		answers := bufio.NewReader(c)
		if r := ask(t, c, answers); r.Close {
			t.Error("the connection is not left to whoever may ask again")
		}
		end()
		time.Sleep(linger / 2)
		if r := ask(t, c, answers); r.StatusCode != http.StatusOK || !r.Close {
			t.Errorf("asked again: %s, the last by this connection: %v", r.Status, r.Close)
		}
		began := time.Now()
		if err := <-ended; err != nil || time.Since(began) > 0 {
			t.Errorf("%v after the last answer, with nobody left: %v", time.Since(began), err)
		}
	})
}

// Nobody keeps a server by a connection of which no use is made.
func TestTheEndDoesNotWaitForTheSilent(t *testing.T) {
	ending(t, func(http.ResponseWriter, *http.Request) {}, func(c net.Conn, end context.CancelFunc, ended <-chan error) {
		ask(t, c, bufio.NewReader(c))
		end()
		began := time.Now()
		if err := <-ended; err != nil || time.Since(began) != linger {
			t.Errorf("it ends %v later: %v", time.Since(began), err)
		}
	})
}

// A stream ends with the server, a goodbye later.
func TestTheEndCutsStreams(t *testing.T) {
	ending(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, func(c net.Conn, end context.CancelFunc, ended <-chan error) {
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: here\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		end()
		began := time.Now()
		if err := <-ended; err != nil || time.Since(began) != goodbye {
			t.Errorf("it ends %v later: %v", time.Since(began), err)
		}
	})
}

// What stops by itself is an error, and nothing waits for an end that nobody asked for.
func TestAServerThatFails(t *testing.T) {
	if err := Until(t.Context(), &http.Server{}, servingtest.Failing(listen(t), syscall.EINVAL)); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("%v", err)
	}
}
