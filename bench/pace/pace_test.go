package main

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// As many are asked as the rate says, and whoever should have been asked while the server stood still counts as having waited for it.
func TestStandingStillIsCounted(t *testing.T) {
	const stall = 300 * time.Millisecond
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			time.Sleep(stall)
		}
	}))
	defer server.Close()
	got, err := pace(server.URL+"/page", 100, 1, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 100 || asked.Load() != 100 {
		t.Fatalf("%d waits, %d asked", len(got), asked.Load())
	}
	// The first waited for all of it, the second for 10 milliseconds less, and so on: a program that asks only after it was answered would have noticed one.
	for i := range 29 {
		if want := stall - time.Duration(i)*10*time.Millisecond; got[len(got)-1-i] < want {
			t.Errorf("the %dth longest waited %v, not %v", i+1, got[len(got)-1-i], want)
		}
	}
}

// A page that is not there, or a server that hangs up, is no figure.
func TestOnlyAnswersCount(t *testing.T) {
	lost := httptest.NewServer(http.NotFoundHandler())
	defer lost.Close()
	gone := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer gone.Close()
	for _, page := range []string{lost.URL, gone.URL, "https://press.example/", "http://127.0.0.1:1/"} {
		if got, err := pace(page, 100, 2, 50*time.Millisecond); err == nil {
			t.Errorf("%s: %v", page, got)
		}
	}
}
