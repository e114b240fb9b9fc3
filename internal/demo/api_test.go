package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"entente.example/entry"
	"entente.example/internal/api"
	"entente.example/internal/chancery"
	"entente.example/internal/node"
	"entente.example/internal/premises"
	"entente.example/internal/text"
	"entente.example/internal/worked"
	"entente.example/proof"
)

// caller asks a node's API over its socket, as a program of anybody's would.
type caller struct {
	t    *testing.T
	http http.Client
}

func newCaller(t *testing.T, a *Actor) *caller {
	return &caller{t, http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", chancery.SocketIn(a.Dir))
	}}}}
}

func (c *caller) call(method, path, member string, body []byte, out any) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, "http://node"+api.Base+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(premises.MemberHeader, member)
	resp, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("%s %s by %s: %s %s %v", method, path, member, resp.Status, b, err)
	}
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			c.t.Fatal(err)
		}
	}
}

// operation is where an act of the play goes.
func operation(matter string, b entry.Body) string {
	_, act, _ := strings.Cut(b.EntryType(), ".")
	kind, rest, _ := strings.Cut(matter, "/")
	switch b.EntryType() {
	case "meeting.enter":
		return "/mechanisms/-/" + kind + "s/" + rest
	}
	return "/mechanisms/-/" + kind + "s/" + rest + "/" + act
}

// draftOf is a table as the JSON of a file that a script would send.
func draftOf(b text.Table) any {
	var paragraphs []map[string]any
	for _, p := range b.Paragraphs {
		m := map[string]any{"id": p.ID, "kind": p.Kind, "text": p.Text}
		for name, list := range map[string]any{"cites": p.Cites, "topics": p.Topics, "annex": p.Annex} {
			if s := fmt.Sprint(list); s != "[]" && s != "" {
				m[name] = list
			}
		}
		paragraphs = append(paragraphs, m)
	}
	return map[string]any{"title": b.Title, "languages": b.Languages, "drafting": b.Drafting, "kind": b.Kind, "symbol": b.Symbol, "document": b.Document, "meeting": b.Meeting,
		"annexes": b.Annexes, "pairs": b.Pairs, "paragraphs": paragraphs}
}

// Scenario a01 by API alone: a script can play every step of the negotiation over HTTP, on three nodes, and comes to the same state after every event, and to the same adopted text.
func TestA01TheExampleByAPI(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	s, err := Set(ctx, t.TempDir(), ex, slog.New(slog.DiscardHandler), premises.Serve)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Found(ctx); err != nil {
		t.Fatal(err)
	}
	script, err := ex.Script()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, step := range script {
		s.clock.set(step.At)
		for _, m := range step.Moves {
			a := s.actor(m.Party)
			if err := s.arrived(ctx, a, s.reached); err != nil {
				t.Fatal(err)
			}
			s.moveByAPI(t, newCaller(t, a), a, m, kinds)
			if s.reached, err = sizes(ctx, a, s.Mech); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Expect(ctx, step); err != nil {
			t.Fatalf("event %d: %v", step.Seq, err)
		}
	}
	if len(kinds) < 18 {
		t.Errorf("only %d kinds of acts were played: %v", len(kinds), kinds)
	}
	c := newCaller(t, s.Actors[1])
	if _, err := (&run{Stage: s}).export(ctx); err != nil { // every receipt has come round
		t.Fatal(err)
	}
	var files map[string][]byte
	s.eventually(t, func() bool {
		_, err := s.Actors[1].Export(ctx, s.Mech, ex.TextID())
		return err == nil
	})
	c.call("GET", "/mechanisms/-/texts/"+ex.TextID()+"/export", "", nil, &files)
	fsys := fstest.MapFS{}
	for name, b := range files {
		fsys[name] = &fstest.MapFile{Data: b}
	}
	if _, err := proof.Verify(fsys); err != nil {
		t.Error(err)
	}
}

func (s *Stage) moveByAPI(t *testing.T, c *caller, a *Actor, m worked.Move, kinds map[string]bool) {
	t.Helper()
	if m.Seal {
		kinds["seal"] = true
		b, err := json.Marshal(map[string]any{"matter": m.Matter, "passphrases": map[string]string{"seal1": passphrase, "seal2": passphrase}})
		if err != nil {
			t.Fatal(err)
		}
		c.call("POST", "/mechanisms/-/seal", m.Member, b, nil)
		return
	}
	var bodies []entry.Body
	err := a.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) (err error) {
		var st *text.State
		if id, ok := strings.CutPrefix(m.Matter, "text/"); ok {
			st, _ = sn.Text(id) // the first act on a text finds none
		}
		bodies, err = m.Bodies(st, sn.Charter())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range bodies {
		kinds[body.EntryType()] = true
		var sent any = body
		switch b := body.(type) {
		case text.Table:
			sent = draftOf(b)
		case text.Freeze, text.Initial:
			sent = map[string]any{} // the node builds them from what stands
		}
		b, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		c.call("POST", operation(m.Matter, body), m.Member, b, nil)
	}
}
