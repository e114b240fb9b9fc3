package ordeal

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
	"strings"
	"sync"
	"syscall"
	"time"
)

// house is one party with its node: a directory, and a process while it runs.
type house struct {
	g       *ground
	i       int
	party   string
	program string
	dir     string
	log     *os.File // what every process of this house said
	http    *http.Client

	mu      sync.Mutex
	process *exec.Cmd     // nil while nobody runs
	ended   chan error    // hears when it has ended
	took    time.Duration // from being started to answering, the last time
}

// parties are the houses' names, by number.
var parties = [hosts]string{"cedar", "birch", "willow"}

// member has every role, so that one person can do all that an ordeal asks.
const member = "all"

const passphrase = "long enough words"

func newHouse(g *ground, i int, program string) (*house, error) {
	h := &house{g: g, i: i, party: parties[i], program: program, dir: filepath.Join(g.dir, parties[i])}
	if i == hosts-1 && g.smallDisk != "" {
		h.dir = filepath.Join(g.smallDisk, parties[i])
	}
	socket := filepath.Join(h.dir, "api.sock")
	h.http = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}}}
	var err error
	h.log, err = os.Create(filepath.Join(g.dir, h.party+".log"))
	return h, err
}

// run runs a command of the program to its end.
func (h *house) run(ctx context.Context, args ...string) ([]byte, error) {
	c := h.g.command(ctx, h.i, h.program, append([]string{"--dir", h.dir, "--as", member, "--passphrase-file", filepath.Join(h.g.dir, "pass")}, args...)...)
	var out, talk bytes.Buffer
	c.Stdout, c.Stderr = &out, &talk
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("%s: %s: %w: %s", h.party, strings.Join(args, " "), err, talk.Bytes())
	}
	return out.Bytes(), nil
}

// launch lets the node run, and waits for nothing.
func (h *house) launch(ctx context.Context) (ended chan error, err error) {
	c := h.g.command(context.WithoutCancel(ctx), h.i, h.program, "--dir", h.dir, "serve")
	c.Stdout, c.Stderr = h.log, h.log
	// The program is the child of "ip netns exec" only until that has become the program; a group makes sure that a kill reaches it.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		return nil, err
	}
	ended = make(chan error, 1)
	go func() { ended <- c.Wait(); close(ended) }()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.process, h.ended = c, ended
	return ended, nil
}

// start lets the node run and waits until it answers.
func (h *house) start(ctx context.Context) error {
	began := time.Now()
	ended, err := h.launch(ctx)
	if err != nil {
		return err
	}
	for {
		if err := h.call(ctx, http.MethodGet, "/mechanisms", nil, nil); err == nil {
			h.took = time.Since(began)
			return nil
		}
		select {
		case err := <-ended:
			return fmt.Errorf("%s ended instead of serving: %v", h.party, err)
		case <-ctx.Done():
			return fmt.Errorf("%s does not come to serve: %w", h.party, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// signal sends a signal to the node's process, if there is one.
func (h *house) signal(s syscall.Signal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.process != nil {
		_ = syscall.Kill(-h.process.Process.Pid, s)
	}
}

// kill ends the node in the middle of whatever it does.
func (h *house) kill() {
	h.signal(syscall.SIGKILL)
	h.mu.Lock()
	ended := h.ended
	h.process, h.ended = nil, nil
	h.mu.Unlock()
	if ended != nil {
		for range ended { // until nobody is left who could hold a file
		}
	}
	for h.answers() { // the kernel may take a moment
		time.Sleep(time.Millisecond)
	}
}

func (h *house) answers() bool {
	c, err := net.Dial("unix", filepath.Join(h.dir, "api.sock"))
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

// refused is what the node answered instead of doing it.
type refused struct {
	status int
	Kind   string `json:"kind"`
	Key    string `json:"key"`
}

func (r *refused) Error() string { return fmt.Sprintf("%d %s %s", r.status, r.Kind, r.Key) }

// call asks the node's own API.
func (h *house) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://node/api/v1"+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Entente-Member", member)
	resp, err := h.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode >= 300:
		p := &refused{status: resp.StatusCode}
		return errors.Join(p, json.Unmarshal(b, p))
	case out == nil:
		return nil
	}
	return json.Unmarshal(b, out)
}

// table puts a small draft on the record and returns the references that the node acknowledged.
func (h *house) table(ctx context.Context, id string) (refs []string, err error) {
	var out struct{ Posted []struct{ Ref string } }
	draft := map[string]any{"title": map[string]string{"en": "Draft " + id}, "languages": []string{"en"},
		"paragraphs": []any{map[string]any{"id": "1", "kind": "operative", "text": map[string]string{"en": "Decide to go on, whatever happens to " + id + ";"}}}}
	err = h.call(ctx, http.MethodPost, "/mechanisms/"+mechanism+"/texts/"+id+"/table", draft, &out)
	for _, p := range out.Posted {
		refs = append(refs, p.Ref)
	}
	return refs, err
}

// holds reads the references of every entry of a party's log that this node holds.
func (h *house) holds(ctx context.Context, party string) (map[string]bool, error) {
	all := map[string]bool{}
	for before := int64(0); ; {
		var page []struct {
			Ref string
			Lam int64
		}
		if err := h.call(ctx, http.MethodGet, fmt.Sprintf("/mechanisms/%s/log?party=%s&limit=1000&before=%d", mechanism, party, before), nil, &page); err != nil {
			return nil, err
		}
		n := len(all)
		for _, e := range page {
			all[e.Ref], before = true, e.Lam
		}
		if len(all) == n {
			return all, nil
		}
	}
}

func (h *house) digest(ctx context.Context) (string, error) {
	var out struct{ Digest string }
	err := h.call(ctx, http.MethodGet, "/mechanisms/"+mechanism+"/digest", nil, &out)
	return out.Digest, err
}
