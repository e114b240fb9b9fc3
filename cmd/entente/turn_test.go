package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/demo"
	"entente.example/internal/store/postgres/pgtest"
)

// house is one node and the processes that serve it.
type house struct {
	t     *testing.T
	dir   string
	store string // its database, if it has one
}

// turn is one process of a node.
type turn struct {
	*exec.Cmd
	said  *output
	ended chan struct{}
}

// output is what a process says.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// run runs a command to its end.
func (h *house) run(args ...string) string {
	h.t.Helper()
	cmd := exec.Command("entente", append([]string{"--dir", h.dir}, args...)...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		h.t.Fatalf("entente %v: %v\n%s", args, err, said.String())
	}
	return out.String()
}

// serve starts a process. l, if there is one, was opened for it.
func (h *house) serve(l *os.File, args ...string) *turn {
	h.t.Helper()
	args = append([]string{"--dir", h.dir}, args...)
	cmd := exec.Command("entente", args...)
	if l != nil { // as systemd does: who is called by its number is known only once it is there
		cmd = exec.Command("sh", append([]string{"-c", `LISTEN_FDS=1 LISTEN_PID=$$ exec entente "$@"`, "entente"}, args...)...)
		cmd.ExtraFiles = []*os.File{l}
	}
	p := &turn{Cmd: cmd, said: &output{}, ended: make(chan struct{})}
	cmd.Stderr = p.said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait() // how it ended is asked of cmd
		close(p.ended)
	}()
	h.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
		if h.t.Failed() {
			h.t.Logf("process %d:\n%s", cmd.Process.Pid, p.said)
		}
	})
	return p
}

// end asks a process to end, and sees it end well.
func (p *turn) end(t *testing.T) {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-p.ended
	if !p.ProcessState.Success() {
		t.Errorf("process %d ended with %s", p.Process.Pid, p.ProcessState)
	}
}

// status is which process holds the node; nil if none does.
func (h *house) status() *chancery.Process {
	h.t.Helper()
	var st chancery.Status
	if err := json.Unmarshal([]byte(h.run("--json", "status")), &st); err != nil {
		h.t.Fatal(err)
	}
	return st.Process
}

// heldBy waits until a process holds the node, with so many others beside it.
func (h *house) heldBy(p *turn, others int) {
	h.t.Helper()
	waitFor(h.t, func() bool {
		st := h.status()
		return st != nil && strings.HasSuffix(st.Process, fmt.Sprint(" ", p.Process.Pid)) && len(st.StandBy) == others
	})
}

func waitFor(t *testing.T, when func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !when(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it never happens")
		}
	}
}

// memberOf is a member of a house, with a session.
type memberOf struct {
	t      *testing.T
	client *http.Client
	n      int
	kept   []string // threads whose opening was acknowledged
	acked  atomic.Int64
	wait   time.Duration // the longest that one took
}

// begin begins a thread by some site. status 0: nobody was there.
func (m *memberOf) begin(site string) (status int, err error) {
	m.n++
	began := time.Now()
	id := fmt.Sprintf("t-%d", m.n)
	r, err := m.client.Post(site+"/api/v1/mechanisms/-/threads/"+id+"/open", "application/json", strings.NewReader(`{"title": {"en": "Word"}}`))
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return r.StatusCode, err
	}
	if r.StatusCode != http.StatusOK {
		return r.StatusCode, fmt.Errorf("%s", b)
	}
	m.kept, m.wait = append(m.kept, id), max(m.wait, time.Since(began))
	m.acked.Add(1)
	return r.StatusCode, nil
}

// all sees that everything that was acknowledged is there.
func (m *memberOf) all(site string) {
	m.t.Helper()
	code, b := m.get(site + "/api/v1/mechanisms/-/threads")
	if code != http.StatusOK {
		m.t.Fatalf("threads: %d %s", code, b)
	}
	for _, id := range m.kept {
		if !strings.Contains(b, `"`+id+`"`) {
			m.t.Errorf("thread %s was acknowledged and is not there", id)
		}
	}
	if len(m.kept) == 0 {
		m.t.Error("nothing was acknowledged")
	}
}

func (m *memberOf) get(address string) (int, string) {
	m.t.Helper()
	r, err := m.client.Get(address)
	if err != nil {
		m.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// foundedHouse makes a node on PostgreSQL and its counterpart in a file, which serves, and a mechanism in force between them.
func foundedHouse(t *testing.T) (h *house, web []string) {
	t.Helper()
	work := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(work, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("ENTENTE_PASSPHRASE_FILE", write("pass", "long enough words\n"))
	address, err := pgtest.New()
	var port [6]string
	for i := range port {
		if err == nil {
			port[i], err = demo.FreePort()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	a, b := &house{t, filepath.Join(work, "a"), address}, &house{t: t, dir: filepath.Join(work, "b")}
	var first *turn
	a.run("init", "--party", "cedar", "--name", "en=Cedar Party", "--listen", port[0], "--web", port[1], "--store", address)
	b.run("init", "--party", "birch", "--name", "en=Birch Party", "--listen", port[2], "--web", port[3])
	mandates := func(party string) string {
		return write(party+".json", `[{"member": "`+party+`-all", "roles": ["secretary", "drafter", "head", "translator", "legal", "custodian", "press"]}]`)
	}
	charter := write("charter.json", `{"id": "grove", "names": [{"lang": "en", "used_by": "", "full": "Cedar-Birch Consultation"}], "languages": ["en"], "drafting": "en",
 "sides": [{"id": "east", "label": {"en": "Eastern side"}, "parties": ["cedar"]}, {"id": "west", "label": {"en": "Western side"}, "parties": ["birch"]}],
 "rules": {"adoption": "all-parties", "host_rotation": "alternate", "first_host": "east", "notice_days": 30, "silence": false, "silence_days": 0, "rectification": 15, "reply_days": 60, "concordance": "flags", "require_touch": false, "require_pin": false}}`)
	invitation := write("invitation", a.run("charter", "draft", charter, "--card", write("cedar.card", a.run("card", "--mandates", mandates("cedar"))), "--card", write("birch.card", b.run("card", "--mandates", mandates("birch")))))
	a.run("join", invitation)
	b.run("join", invitation)
	for _, h := range []*house{a, b} { // one that waits for a command that is just at work, however long that takes
		p := h.serve(nil, "serve", "--stand-by")
		h.heldBy(p, 0)
		if h == a {
			first = p
		}
	}
	a.run("--as", "cedar-all", "seal", "charter")
	b.run("--as", "birch-all", "seal", "charter")
	waitFor(t, func() bool { return strings.Contains(a.run("status"), "in force") })
	first.end(t)
	return a, []string{port[1], port[4]}
}

// signIn opens a session at a site.
func (h *house) signIn(site string) *memberOf {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	m := &memberOf{t: h.t, client: &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}}
	u, err := url.Parse(strings.TrimSpace(h.run("sign-in", "cedar-all")))
	if err != nil {
		h.t.Fatal(err)
	}
	r, err := m.client.PostForm(site+u.Path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := r.Body.Close(); err != nil || r.StatusCode != http.StatusOK {
		h.t.Fatalf("signing in: %s, %v", r.Status, err)
	}
	return m
}

// Two processes serve one node. Whoever comes to either of them is answered alike: sessions hold at both, and a page at one is told what was written at the other. The one that holds the node is
// killed while somebody writes: the other one follows, and what was acknowledged is there. Pages are told across both changes of hands.
func TestTwoProcessesServeOneNode(t *testing.T) {
	h, web := foundedHouse(t)
	sites := []string{"http://" + web[0], "http://" + web[1]}
	first := h.serve(nil, "serve", "--stand-by")
	h.heldBy(first, 0)
	second := h.serve(nil, "--set", "web.listen="+web[1], "serve", "--stand-by")
	h.heldBy(first, 1)
	if out := h.run("doctor"); !strings.Contains(out, fmt.Sprint(first.Process.Pid)) {
		t.Errorf("doctor does not say which process holds the node: %s", out)
	}

	m := h.signIn(sites[1])
	for _, site := range sites {
		if code, page := m.get(site + "/m/grove"); code != http.StatusOK || !strings.Contains(page, "Cedar-Birch") {
			t.Errorf("the session does not hold at %s: %d", site, code)
		}
	}
	told := follow(t, m, sites[1])
	if _, err := m.begin(sites[0]); err != nil {
		t.Fatal(err)
	}
	if !heard(told, "t-1") { // it is told of receipts, too, whenever they come
		t.Error("the page at the other process was not told")
	}

	over := make(chan struct{})
	go func() { // whoever is at the process that is killed tries the other one
		defer close(over)
		for at, after := 0, 0; after < 20; {
			_, err := m.begin(sites[at%2])
			switch {
			case err == nil && at > 0:
				after++
			case err != nil:
				at++ // what became of it nobody knows
			}
			if at > 1000 {
				return
			}
		}
	}()
	waitFor(t, func() bool { return m.acked.Load() > 10 })
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-over
	m.all(sites[1])
	h.heldBy(second, 0)
	first = h.serve(nil, "serve", "--stand-by")
	h.heldBy(second, 1)
	m.all(sites[0])
	write := func(site string) (id string) {
		t.Helper()
		if _, err := m.begin(site); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint("t-", m.n)
	}
	told = follow(t, m, sites[0]) // by the process that stands by, of the one that followed
	if !heard(told, write(sites[1])) {
		t.Error("the page at the process that stands by was not told")
	}
	second.end(t)
	for range told { // it ends with the change of hands, and whoever opens it again is told to look
	}
	h.heldBy(first, 0)
	told = follow(t, m, sites[0])
	if !heard(told, write(sites[0])) {
		t.Error("the page that was opened again was not told")
	}
	m.all(sites[0])
	h.run("verify")
}

// follow gives what a page at a site is told.
func follow(t *testing.T, m *memberOf, site string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site+"/m/grove/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	res, err := m.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the stream: %s", res.Status)
	}
	told, ready := make(chan string, 64), make(chan struct{})
	go func() {
		defer res.Body.Close()
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			switch line := s.Text(); {
			case line == "data: *": // said once: something may have happened before the stream was open
				close(ready)
			case strings.HasPrefix(line, "data: "):
				told <- line
			}
		}
		close(told)
	}()
	<-ready
	return told
}

// The processes of a node are started anew one after the other, as for a new version, behind a listener that stays open. Somebody who writes without end is never refused.
func TestARollingRestartRefusesNobody(t *testing.T) {
	h, web := foundedHouse(t)
	l, err := net.Listen("tcp", web[0])
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	opened, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	site := "http://" + web[0]
	processes := []*turn{h.serve(opened, "serve", "--stand-by")}
	h.heldBy(processes[0], 0)
	processes = append(processes, h.serve(opened, "serve", "--stand-by"))
	h.heldBy(processes[0], 1)
	m := h.signIn(site)
	stop, refused := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				refused <- nil
				return
			default:
			}
			if status, err := m.begin(site); err != nil {
				refused <- errors.Join(fmt.Errorf("request %d was answered %d", m.n, status), err)
				return
			}
		}
	}()
	for range 2 {
		before := m.acked.Load()
		waitFor(t, func() bool { return m.acked.Load() > before+5 || len(refused) > 0 })
		processes[0].end(t)
		h.heldBy(processes[1], 0)
		processes = []*turn{processes[1], h.serve(opened, "serve", "--stand-by")}
		h.heldBy(processes[0], 1)
	}
	processes[1].end(t) // one that stood by
	close(stop)
	if err := <-refused; err != nil {
		t.Error(err)
	}
	m.all(site)
	h.run("verify")
	t.Logf("%d requests; the longest took %v", m.n, m.wait)
}
