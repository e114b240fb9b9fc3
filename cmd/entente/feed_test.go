package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// feed DIR FILE gives the node that serves in DIR the first three quarters of a pouch and returns when a part of it is on the record; the rest never comes.
func feed(ts *testscript.TestScript, _ bool, args []string) {
	pouch, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	socket := filepath.Join(ts.MkAbs(args[0]), "api.sock")
	node := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	entries := func() (n int64) {
		r, err := node.Get("http://node/api/v1/mechanisms")
		ts.Check(err)
		defer r.Body.Close()
		var all []struct {
			Logs []struct{ Size int64 }
		}
		ts.Check(json.NewDecoder(r.Body).Decode(&all))
		for _, l := range all[0].Logs {
			n += l.Size
		}
		return n
	}
	before := entries()
	body, rest := io.Pipe()
	ts.Defer(func() { _ = rest.Close() })
	go func() {
		r, err := node.Post("http://node/api/v1/mechanisms/-/pouch", "application/octet-stream", io.MultiReader(bytes.NewReader(pouch[:len(pouch)*3/4]), body))
		if err == nil {
			_ = r.Body.Close() // the node is killed before it answers
		}
	}()
	for deadline := time.Now().Add(time.Minute); entries() == before; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("nothing of %s was taken in", args[1])
		}
	}
}
