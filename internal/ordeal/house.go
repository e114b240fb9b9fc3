package ordeal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	process *exec.Cmd  // nil while nobody runs
	ended   chan error // hears when it has ended
	began   time.Time
	took    time.Duration // from being started to answering, the last time

	serves   atomic.Bool   // it has answered since it was started
	answered atomic.Int64  // acts since then
	acting   atomic.Bool   // it was asked for an act and has not answered yet
	acted    atomic.Int64  // how many nanoseconds its last act took
	asked    chan struct{} // hears when it is asked for one
	hurry    chan struct{} // wants the next one soon
	shown    int           // how many of the acts that it acknowledged were seen in its record after a start
}

// parties are the houses' names, by number.
var parties = [hosts]string{"cedar", "birch", "willow"}

// member has every role, so that one person can do all that an ordeal asks.
const member = "all"

const passphrase = "long enough words"

func newHouse(g *ground, i int, program string) (*house, error) {
	h := &house{g: g, i: i, party: parties[i], program: program, dir: filepath.Join(g.dir, parties[i]), asked: make(chan struct{}), hurry: make(chan struct{})}
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
	c.Env = append(os.Environ(), "ENTENTE_LINE_RETRY=50ms", "GOGC=400") // they are away for moments, and collect most garbage as they start
	// The program is the child of "ip netns exec" only until that has become the program; a group makes sure that a kill reaches it.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	h.answered.Store(0)
	if err := c.Start(); err != nil {
		return nil, err
	}
	ended = make(chan error, 1)
	go func() { ended <- c.Wait(); close(ended) }()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.process, h.ended, h.began = c, ended, time.Now()
	return ended, nil
}

// await waits until a node that was launched answers.
func (h *house) await(ctx context.Context, ended chan error) error {
	for !h.answers() {
		select {
		case err := <-ended:
			return fmt.Errorf("%s ended instead of serving: %v", h.party, err)
		case <-ctx.Done():
			return fmt.Errorf("%s does not come to serve: %w", h.party, ctx.Err())
		case <-time.After(2 * time.Millisecond):
		}
	}
	if err := h.call(ctx, http.MethodGet, "/mechanisms", nil, nil); err != nil {
		return err
	}
	h.took = time.Since(h.began)
	h.serves.Store(true)
	return nil
}

// start lets the node run and waits until it answers.
func (h *house) start(ctx context.Context) error {
	ended, err := h.launch(ctx)
	if err != nil {
		return err
	}
	return h.await(ctx, ended)
}

// awaitWork waits until a node was asked for so many acts, but not for ever: it may be that it cannot do the first of them now.
func (h *house) awaitWork(ctx context.Context, acts int) {
	enough, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for range acts {
		for asked := false; !asked; {
			select {
			case <-h.asked:
				asked = true
			case h.hurry <- struct{}{}:
			case <-enough.Done():
				return
			}
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
	h.serves.Store(false)
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

// table puts a small draft on the record and returns the acts that the node acknowledged.
func (h *house) table(ctx context.Context, id string) ([]act, error) {
	var out struct{ Posted []act }
	draft := map[string]any{"title": map[string]string{"en": "Draft " + id}, "languages": []string{"en"},
		"paragraphs": []any{map[string]any{"id": "1", "kind": "operative", "text": map[string]string{"en": "Decide to go on, whatever happens to " + id + ";"}}}}
	err := h.call(ctx, http.MethodPost, "/mechanisms/"+mechanism+"/texts/"+id+"/table", draft, &out)
	return out.Posted, err
}

// held is an entry of the record as a node shows it.
type held struct {
	Ref, Party string
	Index, Lam int64
}

// newest reads entries, the newest first, before a place in the record's order.
func (h *house) newest(ctx context.Context, limit int, before int64) (page []held, err error) {
	err = h.call(ctx, http.MethodGet, fmt.Sprintf("/mechanisms/%s/log?limit=%d&before=%d", mechanism, limit, before), nil, &page)
	return page, err
}

// find reads the record until every wanted reference is found, and fails if one is not in it.
func (h *house) find(ctx context.Context, wanted map[string]bool) error {
	for before, more := int64(0), true; more && len(wanted) > 0; {
		page, err := h.newest(ctx, 1000, before)
		if err != nil {
			return err
		}
		for _, e := range page {
			delete(wanted, e.Ref)
			before = e.Lam
		}
		more = len(page) > 0 && before > 0 // zero would begin at the newest again
	}
	if len(wanted) > 0 {
		return fmt.Errorf("%s does not hold what was acknowledged: %v", h.party, slices.Collect(maps.Keys(wanted)))
	}
	return nil
}

func (h *house) digest(ctx context.Context) (string, error) {
	var out struct{ Digest string }
	err := h.call(ctx, http.MethodGet, "/mechanisms/"+mechanism+"/digest", nil, &out)
	return out.Digest, err
}
