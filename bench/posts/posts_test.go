package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// As many replies are sent as the rate says, with the words of the form that was handed out first, from as many addresses as asked.
func TestRepliesAreSent(t *testing.T) {
	var mu sync.Mutex
	looks, posts, from := 0, 0, map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		from[host] = true
		if r.Method == http.MethodGet {
			looks++
			fmt.Fprintf(w, `<input name="form" value="%d">`, looks)
			return
		}
		posts++
		if r.URL.Path != "/page/reply/" || r.FormValue("form") != "1" || r.FormValue("words") == "" {
			t.Errorf("%s %v", r.URL.Path, r.Form)
		}
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	got, err := flood(server.URL+"/page/", 200, 5, 1, time.Second)
	if err != nil || posts != 200 || looks != 25 || got[http.StatusTooManyRequests] != 200 || got[http.StatusOK] != 25 || len(from) != 5 {
		t.Errorf("%v: %d replies, %d looks, counted %v, from %v", err, posts, looks, got, from)
	}
	if line := got.line(1); line != "225 200:25 429:200" {
		t.Error(line)
	}
	for _, page := range []string{"https://press.example/", "http://127.0.0.1:1/"} {
		if got, err := flood(page, 100, 1, 1, 50*time.Millisecond); err == nil {
			t.Errorf("%s: %v", page, got)
		}
	}
}

// The control answers whatever comes.
func TestTheSink(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = serve(l) }() // until the listener is closed
	defer l.Close()
	for method, want := range map[string]int{http.MethodGet: http.StatusOK, http.MethodPost: http.StatusTooManyRequests} {
		req, err := http.NewRequest(method, "http://"+l.Addr().String()+"/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != want || !formToken.Match(page) {
			t.Errorf("%s: %d, %v", method, resp.StatusCode, err)
		}
	}
}
