package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"entente.example/internal/api"
	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/dialogue"
	"entente.example/internal/premises"
	"entente.example/internal/standby"
	"entente.example/refusal"
)

// client asks the API of the node in a directory.
type client struct {
	g    *globals
	http *http.Client
}

// handover is how long a command waits while one process lays the node down and the next takes it up, or another command is at work.
const handover = 10 * time.Second

// withNode runs f with a client of the node: of the process that holds it if it runs, otherwise of the same handler in this process.
func (g *globals) withNode(ctx context.Context, f func(context.Context, *client) error) error {
	for deadline := time.Now().Add(handover); ; {
		if conn, err := g.knock(ctx); err == nil {
			_ = conn.Close() // it was only to know whether anybody answers
			return f(ctx, g.through(g.enter))
		}
		begun := false
		err := g.withChancery(ctx, func(ctx context.Context, c *chancery.Chancery) error {
			begun = true
			return g.withFaces(ctx, c, f)
		})
		if err == nil || begun || refusal.As(err).Key != "node.directory_in_use" || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// through is a client of the process that holds the node.
func (g *globals) through(door func(context.Context) (net.Conn, error)) *client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return door(ctx) }
	return &client{g, &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// withFaces runs f with a client of a node that is opened in this process.
func (g *globals) withFaces(ctx context.Context, c *chancery.Chancery, f func(context.Context, *client) error) error {
	faces, err := premises.Open(ctx, c, time.Now)
	if err != nil {
		return err
	}
	o := faces.API(c)
	o.Member, o.Operator = premises.Operator, true
	handler, _ := api.New(o)
	return errors.Join(f(ctx, &client{g, &http.Client{Transport: inProcess{handler}}}), faces.Close())
}

// knock comes to the process that holds the node.
func (g *globals) knock(ctx context.Context) (net.Conn, error) {
	door := premises.DoorIn(g.dir)
	if _, err := os.Stat(door); errors.Is(err, os.ErrNotExist) { // an older version serves, or none
		return (&net.Dialer{}).DialContext(ctx, "unix", chancery.SocketIn(g.dir))
	}
	return standby.Dial(ctx, door)
}

// enter is knock for who knows that a process held the node a moment ago: another one may follow it.
func (g *globals) enter(ctx context.Context) (net.Conn, error) {
	for deadline := time.Now().Add(handover); ; {
		conn, err := g.knock(ctx)
		if err == nil || time.Now().After(deadline) {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// withChancery opens the node in this process, without any line.
func (g *globals) withChancery(ctx context.Context, f func(context.Context, *chancery.Chancery) error) error {
	cfg, err := g.config()
	if err != nil {
		return err
	}
	c, err := chancery.Open(ctx, chancery.Options{Dir: g.dir, Config: cfg, Alone: true, Log: slog.New(slog.NewTextHandler(g.io.err, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	return errors.Join(c.RunOffline(ctx, func(ctx context.Context) error { return f(ctx, c) }), c.Close())
}

// config reads the node's configuration.
func (g *globals) config() (config.Config, error) {
	path := filepath.Join(g.dir, chancery.ConfigFile)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return config.Config{}, refusal.New(refusal.Missing, "node.no_node", "dir", g.dir)
	}
	return config.Load(path, os.Environ(), g.set...)
}

// inProcess answers requests by a handler, without a network. Files stream through it.
type inProcess struct{ http.Handler }

// RoundTrip implements http.RoundTripper.
func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	body, out := io.Pipe()
	w := &answering{header: http.Header{}, begun: make(chan int, 1), out: out}
	go func() {
		h.ServeHTTP(w, r)
		w.WriteHeader(http.StatusOK)
		_ = out.Close()
	}()
	select {
	case status := <-w.begun:
		return &http.Response{Status: http.StatusText(status), StatusCode: status, Header: w.header, Body: body, Request: r}, nil
	case <-r.Context().Done():
		_ = body.Close()
		return nil, r.Context().Err()
	}
}

// answering is the handler's end of an answer.
type answering struct {
	header http.Header
	begun  chan int
	out    *io.PipeWriter
	once   sync.Once
}

func (a *answering) Header() http.Header { return a.header }

func (a *answering) WriteHeader(status int) { a.once.Do(func() { a.begun <- status }) }

func (a *answering) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.out.Write(b)
}

// call sends a request and reads the answer into out, which may be nil. A problem comes back as the refusal that it is.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	switch in := in.(type) {
	case nil:
	case []byte:
		body = bytes.NewReader(in)
	default:
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	answer, err := c.stream(ctx, method, path, "application/json", body)
	if err != nil {
		return err
	}
	defer answer.Close()
	b, err := io.ReadAll(answer)
	if err != nil {
		return refusal.New(refusal.Unavailable, "node.no_answer").Because(err)
	}
	if raw, ok := out.(*json.RawMessage); ok {
		*raw = b
		return nil
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

// stream sends a request whose body and answer may be of any length. A problem comes back as the refusal that it is.
func (c *client) stream(ctx context.Context, method, path, media string, body io.Reader) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://node"+api.Base+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", media)
	r.Header.Set("Accept-Language", string(c.g.language()))
	r.Header.Set(premises.MemberHeader, c.g.member)
	standby.Knock(r, standby.API)
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, refusal.New(refusal.Unavailable, "node.no_answer").Because(err)
	}
	if resp.StatusCode < 300 {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, refusal.New(refusal.Unavailable, "node.no_answer").Because(err)
	}
	var p api.Problem
	if err := json.Unmarshal(b, &p); err != nil || p.Kind == "" {
		return nil, fmt.Errorf("the node answered %s", resp.Status)
	}
	if len(p.Fields) > 0 {
		return nil, refusal.New(refusal.Invalid, "cli.bad_fields", "fields", strings.Join(p.Fields, "; "))
	}
	return nil, &refusal.Error{Kind: p.Kind, Key: p.Key, Params: p.Params}
}

// in is the path of something in the mechanism that was named. A text may be named as the record writes it, as in "text/js-9".
func (c *client) in(parts ...string) string {
	m := c.g.mechanism
	if m == "" {
		m = "-"
	}
	path := "/mechanisms/" + url.PathEscape(m)
	for i, p := range parts {
		if i == 1 && parts[0] == "texts" {
			p = strings.TrimPrefix(p, "text/")
		}
		path += "/" + url.PathEscape(p)
	}
	return path
}

// print writes an answer: as JSON if asked for, otherwise by f.
func (g *globals) print(v any, f func(io.Writer)) error {
	if !g.json && f != nil {
		f(plain{g.io.out})
		return nil
	}
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(g.io.out, "%s\n", b)
	return err
}

// postedAnswer is what every act answers.
type postedAnswer struct {
	Posted []struct {
		ID     string `json:"id"`
		Ref    string `json:"ref"`
		Type   string `json:"type"`
		Matter string `json:"matter"`
	} `json:"posted"`
	Held   string           `json:"held,omitempty"`
	Doubts []dialogue.Doubt `json:"doubts,omitempty"`
}

// act posts an act and prints what came of it.
func (g *globals) act(ctx context.Context, path func(*client) string, body any) error {
	return g.withNode(ctx, func(ctx context.Context, c *client) error {
		if body == nil {
			body = struct{}{}
		}
		return g.post(ctx, c, path(c), body)
	})
}

// post sends an act and prints the entries that it came to. On a terminal it asks first about wordings in doubt; what is not sent for that is no success, or what follows in a line of commands would go on without it.
func (g *globals) post(ctx context.Context, c *client, path string, body any) error {
	asked := dialogue.Doubts(body)
	g.doubt(asked)
	if len(asked) > 0 && g.terminal() && !g.sure("cli.send_doubted", nil) {
		return refusal.New(refusal.Invalid, "cli.not_sent")
	}
	return g.send(ctx, c, path, body, asked)
}

// send is post for what somebody has said yes to, knowing of these doubts.
func (g *globals) send(ctx context.Context, c *client, path string, body any, told []dialogue.Doubt) error {
	var out postedAnswer
	if err := c.call(ctx, http.MethodPost, path, body, &out); err != nil {
		return err
	}
	if out.Held != "" {
		g.tell("ours.held", refusal.Params{"id": out.Held})
	}
	if len(told) == 0 { // of a body that came as a file
		g.doubt(out.Doubts)
	}
	return g.print(out, func(w io.Writer) {
		for _, p := range out.Posted {
			fmt.Fprintf(w, "%s\t%s\t%s\n", p.ID, p.Type, p.Ref)
		}
	})
}

// doubt asks about wordings that do not look like the language that their tag claims.
func (g *globals) doubt(list []dialogue.Doubt) {
	for _, d := range list {
		g.tell("cli.language_doubted", refusal.Params{"language": string(d.Language), "words": excerpt(d.Words)})
	}
}

// excerpt is the beginning of a wording, enough to know it again.
func excerpt(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// passphrases asks once for each of our seal keys that lie in files, or reads the file that was named.
func (g *globals) passphrases() (map[string]string, error) {
	cfg, err := g.config()
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, name := range cfg.Keys.Seal {
		if strings.HasPrefix(name, "agent:") {
			continue
		}
		if out[name], err = g.passphrase(name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// passphrase reads one passphrase from the file that was named, or from the terminal without echo.
func (g *globals) passphrase(key string) (string, error) {
	if g.passFile != "" {
		info, err := os.Stat(g.passFile)
		if err != nil {
			return "", refusal.New(refusal.Missing, "keys.no_file", "file", g.passFile).Because(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			return "", refusal.New(refusal.Denied, "keys.open_mode", "file", g.passFile)
		}
		b, err := os.ReadFile(g.passFile)
		return strings.TrimRight(string(b), "\r\n"), err
	}
	if f, ok := g.io.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return g.typed(f, "cli.passphrase", key)
	}
	return "", refusal.New(refusal.Invalid, "keys.no_terminal")
}

// newPassphrase reads the passphrase of a key that is to be made. Whoever types it does so twice: nobody could ever correct a slip.
func (g *globals) newPassphrase(key string) (string, error) {
	first, err := g.passphrase(key)
	f, ok := g.io.in.(*os.File)
	if err != nil || g.passFile != "" || !ok {
		return first, err
	}
	again, err := g.typed(f, "cli.passphrase_again", key)
	if err == nil && again != first {
		err = refusal.New(refusal.Invalid, "keys.not_alike")
	}
	return first, err
}

// typed asks at the terminal, and does not show what is typed.
func (g *globals) typed(f *os.File, question, key string) (string, error) {
	fmt.Fprint(g.io.err, g.say(question, "key", key), " ")
	b, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(g.io.err)
	return string(b), err
}

// readJSON reads a file of JSON. One that is not in UTF-8 is refused: its words would come onto the record mangled.
func (g *globals) readJSON(path string, into any) error {
	b, err := g.readFile(path)
	if err != nil {
		return err
	}
	if !utf8.Valid(b) {
		return refusal.New(refusal.Invalid, "lang.not_utf8")
	}
	if err := json.Unmarshal(b, into); err != nil {
		return refusal.New(refusal.Invalid, "cli.bad_json", "file", path).Because(err)
	}
	return nil
}

// readFile reads a file, or standard input for "-".
func (g *globals) readFile(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(g.io.in)
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, refusal.New(refusal.Missing, "cli.no_file", "file", path)
	}
	return b, err
}
