package premises_test

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/chancery"
	"entente.example/internal/demo"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/internal/worked"
	"entente.example/lang"
	"entente.example/ledger"
)

// mask is somebody who has a party's node key and says something with it whenever a line opens.
type mask struct {
	pin  direct.Pin
	says func(*direct.Conn)
}

func (m *mask) Allowed(p direct.Pin) bool                    { return p == m.pin }
func (m *mask) Vouched(direct.Pin, []byte, direct.Pin) bool  { return false }
func (m *mask) Opened(c *direct.Conn)                        { m.says(c) }
func (m *mask) Frame(*direct.Conn, byte, direct.Tag, []byte) {}
func (m *mask) Closed(*direct.Conn)                          {}

// A second history that is shown to one party only, on a real line: that party proves it, tells the third one, and the members of both read it on their pages.
func TestASecondHistoryOnTheRealLine(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	stage := serve(t, ex)
	ctx := t.Context()
	a, b, c := stage.Actors[0], stage.Actors[1], stage.Actors[2]
	if _, err := stage.Digests(ctx); err != nil {
		t.Fatal(err)
	}
	c.Cut(string(a.Party))
	c.Cut(string(b.Party))
	key, err := keys.Load(filepath.Join(c.Dir, chancery.KeysDir, chancery.NodeKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := key.Certificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &mask{}
	var origin string
	err = a.Node().Snapshot(ctx, stage.Mech, func(s *node.Snapshot) error {
		m.pin, origin = direct.Pin(s.Charter().Document().Parties[0].Keys.TLS), s.Logs[2].Origin
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := key.LogSigner(origin)
	if err != nil {
		t.Fatal(err)
	}
	note, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: origin, Size: 2, Root: ledger.Hash{1}}, signer, time.Now().Unix())
	if err != nil {
		t.Fatal(err)
	}
	var tag direct.Tag
	raw, err := hex.DecodeString(stage.Mech)
	if err != nil {
		t.Fatal(err)
	}
	copy(tag[:], raw)
	m.says = func(conn *direct.Conn) {
		conn.Send(link.KindHello, tag, []byte(`{"heads":[],"mech":"`+stage.Mech+`","party":"`+string(c.Party)+`","reply":true,"version":1}`), nil)
		conn.Send(link.KindReceipt, tag, note, nil)
	}
	go direct.New(direct.Config{Certificate: cert, Pin: direct.Pin(key.Public().TLS), Handler: m, Retry: 20 * time.Millisecond}).Reach(ctx, m.pin, a.Config().Line.Addresses)
	for _, x := range []*demo.Actor{a, b} {
		told(t, stage, x, ex, origin)
	}
	if _, err := a.Act(ctx, stage.Mech, string(a.Party)+"-draft", "text/on", text.Table{Title: lang.Text{"en": "on"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "On;"}}}}); err != nil {
		t.Errorf("nothing goes on: %v", err)
	}
}

// told waits until a node holds the evidence, and reads it on its pages and from its file.
func told(t *testing.T, stage *demo.Stage, x *demo.Actor, ex *worked.Example, origin string) {
	t.Helper()
	var list []chancery.Evidence
	for range 1200 {
		var err error
		if list, err = x.Evidence(t.Context(), stage.Mech); err != nil {
			t.Fatal(err)
		}
		if len(list) > 0 {
			break
		}
		<-time.After(50 * time.Millisecond)
	}
	if len(list) != 1 || list[0].Log != origin || list[0].Key != "verify.fork_log" {
		t.Fatalf("%s holds %+v", x.Party, list)
	}
	status, err := x.Mechanisms(t.Context())
	if err != nil || !status[0].Logs[2].Contested || status[0].Logs[0].Contested || len(status[0].Evidence) != 1 {
		t.Errorf("%s: %+v %v", x.Party, status, err)
	}
	p := enter(t, x, string(x.Party)+"-hod")
	p.post("/language", url.Values{"to": {"en"}, "from": {"/"}})
	path := "/m/" + ex.Mechanism.ID
	if code, body := p.get(path); code != http.StatusOK || !strings.Contains(body, path+"/evidence/"+list[0].ID) || !strings.Contains(body, "two histories; the first") {
		t.Errorf("%s: the page does not tell: %d", x.Party, code)
	}
	if code, body := p.get(path + "/keys"); code != http.StatusOK || !strings.Contains(body, `id="forks"`) || strings.Contains(body, "entente evidence settle --words") {
		t.Errorf("%s: the keys page does not say that a log is contested, or gives the command that is another party's: %d", x.Party, code)
	}
	code, file := p.get(path + "/evidence/" + list[0].ID)
	f, err := ledger.VerifyFork([]byte(file))
	if code != http.StatusOK || err != nil || f.Origin != origin {
		t.Errorf("%s gives a file that proves nothing: %d %v", x.Party, code, err)
	}
	if code, _ := p.get(path + "/evidence/0000000000000000"); code != http.StatusNotFound {
		t.Errorf("evidence that is not there: %d", code)
	}
}
