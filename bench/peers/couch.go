package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"entente.example/bench/floor"
)

// couch is a server that speaks CouchDB's protocol, in a process and a folder of its own.
type couch struct {
	*exec.Cmd
	url string
}

func startCouch(ctx context.Context, dir string) (*couch, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	c := &couch{exec.CommandContext(ctx, "pouchdb-server", "--host", "127.0.0.1", "--port", port, "--dir", dir, "--no-stdout-logs", "--config", filepath.Join(dir, "config.json")), "http://" + net.JoinHostPort("127.0.0.1", port)}
	c.Dir = dir
	if err := c.Start(); err != nil {
		return nil, err
	}
	for range 1500 {
		if err = c.ask(ctx, http.MethodPut, "/entries", nil, nil); err == nil {
			return c, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("the server does not begin: %w", err), c.end())
}

func (c *couch) end() error {
	err := c.Process.Kill()
	_ = c.Wait() // it was killed, and says so
	return err
}

// ask puts one question and reads the answer into the second value, if there is one.
func (c *couch) ask(ctx context.Context, method, path string, body, answer any) error {
	var b []byte
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err = io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %.200s", method, path, res.Status, b)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(b, answer)
}

// replicate has a second server pull a database of the first, one document an entry, and counts both servers' processor time.
func replicate(ctx context.Context, dir string, leaves [][]byte) (cost floor.Cost, err error) {
	from, err := startCouch(ctx, filepath.Join(dir, "from"))
	if err != nil {
		return cost, err
	}
	defer func() { err = errors.Join(err, from.end()) }()
	type document struct {
		ID    string `json:"_id"`
		Entry []byte `json:"entry"`
	}
	for i := 0; i < len(leaves); i += 1000 {
		var docs []document
		for j := i; j < min(i+1000, len(leaves)); j++ {
			docs = append(docs, document{fmt.Sprintf("%09d", j), leaves[j]})
		}
		if err := from.ask(ctx, http.MethodPost, "/entries/_bulk_docs", map[string]any{"docs": docs}, nil); err != nil {
			return cost, err
		}
	}
	to, err := startCouch(ctx, filepath.Join(dir, "to"))
	if err != nil {
		return cost, err
	}
	defer func() { err = errors.Join(err, to.end()) }()
	pids := []int{from.Process.Pid, to.Process.Pid}
	cost, err = measureRunning(pids, func() error {
		return to.ask(ctx, http.MethodPost, "/_replicate", map[string]any{"source": from.url + "/entries", "target": "entries", "batch_size": 1000, "batches_limit": 10}, nil)
	})
	if err != nil {
		return cost, err
	}
	var there struct {
		Documents int `json:"doc_count"`
	}
	if err := to.ask(ctx, http.MethodGet, "/entries", nil, &there); err != nil {
		return cost, err
	}
	if there.Documents != len(leaves) {
		return cost, fmt.Errorf("%d of %d documents arrived", there.Documents, len(leaves))
	}
	return cost, nil
}

// freePort is one on which nobody listens just now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), l.Close()
}
