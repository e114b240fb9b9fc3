package main

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"entente.example/internal/store/postgres/pgtest"
)

// A page that is open at a process that stands by is told of what is written, whatever becomes of the process that holds the node and of its sessions with the database: they are ended under it,
// it is stopped and wakes up, it is stopped and killed. What was written while the page heard nothing is there when it comes again, and it is told to look.
func TestAPageHearsOfWhatIsWrittenWhateverHappens(t *testing.T) {
	h, web := foundedHouse(t)
	sites := []string{"http://" + web[0], "http://" + web[1]}
	first := h.serve(nil, "serve", "--stand-by")
	h.heldBy(first, 0)
	second := h.serve(nil, "--set", "web.listen="+web[1], "serve", "--stand-by")
	h.heldBy(first, 1)
	m := h.signIn(sites[1])
	told := follow(t, m, sites[1])
	write := func(site, thread string) error {
		_, err := m.begin(site)
		if err == nil && !heard(told, thread) {
			err = errors.New("the page's stream ended before it was told of " + thread)
		}
		return err
	}
	if err := write(sites[0], "t-1"); err != nil {
		t.Fatal(err)
	}

	pgtest.Exec(t, h.store, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	if err := errors.Join(write(sites[0], "t-2"), write(sites[1], "t-3")); err != nil {
		t.Fatal(err)
	}

	written := make(chan error, 1)
	signal := func(s syscall.Signal) {
		t.Helper()
		if err := first.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	go func() { written <- write(sites[1], "t-4") }() // nobody follows a process that may wake up
	signal(syscall.SIGCONT)
	if err := <-written; err != nil {
		t.Fatal(err)
	}

	signal(syscall.SIGSTOP)
	go func() { // the next process answers it
		_, err := m.begin(sites[1])
		written <- err
	}()
	signal(syscall.SIGKILL)
	<-first.ended
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	for range told { // it ends with the process that fed it
	}
	h.heldBy(second, 0)
	told = follow(t, m, sites[1]) // as a browser does by itself; what it hears first is that anything may have happened
	m.all(sites[1])
	if err := write(sites[1], "t-6"); err != nil {
		t.Error(err)
	}
}

// heard waits until a page is told of a thread.
func heard(told <-chan string, thread string) bool {
	for s := range told {
		if strings.Contains(s, "thread/"+thread) {
			return true
		}
	}
	return false
}
