package premises

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"entente.example/internal/config"
	"entente.example/internal/press"
	"entente.example/internal/reminder"
	"entente.example/internal/reminder/mailtest"
	"entente.example/internal/subscribers"
	"entente.example/lang"
	"entente.example/proof"
)

// received is a letter as its reader's program shows it.
type received struct {
	mail.Header
	subject, body string
}

// collect takes what has come.
func collect(t *testing.T, o *mailtest.Office) (out []received) {
	t.Helper()
	for _, raw := range o.Taken() {
		m, err := mail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		var body io.Reader = m.Body
		if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(m.Body)
		}
		b, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, received{m.Header, subject, string(b)})
	}
	o.Forget()
	return out
}

// newsroom is a herald with everything it needs, and an edition that the test changes.
type newsroom struct {
	*herald
	office  *mailtest.Office
	edition press.Edition
	at      time.Time
	log     bytes.Buffer
}

func newNewsroom(t *testing.T) *newsroom {
	t.Helper()
	n := &newsroom{office: mailtest.Open(t), at: time.Date(2025, 1, 14, 8, 0, 0, 0, time.UTC), edition: press.Edition{Names: lang.Text{"en": "Cedar Party", "ja": "杉の党"}}}
	clock := func() time.Time { return n.at }
	store, err := subscribers.Open(t.Context(), subscribers.Options{Path: filepath.Join(t.TempDir(), "subscribers.db"), Now: clock, Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	n.herald = &herald{store: store, site: "https://press.example", log: slog.New(slog.NewTextHandler(&n.log, nil)), edition: func(context.Context) (*press.Edition, error) { return &n.edition, nil },
		tell: reminder.Post{Mail: config.Mail{Server: n.office.Address, TLS: "none", From: "press@cedar.example"}, Now: clock}.Tell}
	return n
}

var confirmLink = regexp.MustCompile(`https://press\.example/([^/]+)/mail-confirm/([^/]+)/`)

// letters are what look sends.
func (n *newsroom) letters(t *testing.T) []received {
	t.Helper()
	if err := n.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	return collect(t, n.office)
}

// subscribe has somebody ask and follow the link.
func (n *newsroom) subscribe(t *testing.T, email string, tag lang.Tag, topic string) {
	t.Helper()
	if err := n.store.Ask(t.Context(), press.Wish{Email: email, Lang: tag, Topic: topic}); err != nil {
		t.Fatal(err)
	}
	got := n.letters(t)
	if len(got) != 1 || got[0].Get("To") != "<"+email+">" || got[0].Get("List-Unsubscribe") != "" {
		t.Fatalf("%+v", got)
	}
	m := confirmLink.FindStringSubmatch(got[0].body)
	if m == nil || m[1] != string(tag) {
		t.Fatalf("no link in %q", got[0].body)
	}
	if err := n.store.Confirm(t.Context(), m[2]); err != nil {
		t.Fatal(err)
	}
}

// While a text is under embargo nobody is told; when it is public, each who confirmed is, once, in their language; so it is with a correction, and when another text stands in its place. Each letter can be ended by one POST, and leads to the page as it is,
// with nothing in its address that would tell who came.
func TestReadersAreToldWhenATextIsPublic(t *testing.T) {
	n := newNewsroom(t)
	n.subscribe(t, "en@example.org", "en", "")
	n.subscribe(t, "ja@example.org", "ja", "")
	n.subscribe(t, "zh@example.org", "zh-Hans", "t-other")
	if got := n.letters(t); len(got) != 0 {
		t.Fatalf("told of nothing: %+v", got)
	}
	c := &press.Communique{Key: press.Key{Mechanism: "valley", Text: "js-9"}, Public: n.at, Headline: lang.Text{"en": "They met\u00a0again", "ja": "再び会談"}, Lead: lang.Text{"en": "On Tuesday."}, Topics: map[string]lang.Text{"t-law": {"en": "Law"}},
		Content: &proof.Content{Languages: []proof.Language{{Tag: "en", Status: "authentic"}}}, Seals: []press.Seal{{Party: "cedar", Names: lang.Text{"en": "Cedar Party"}}}}
	n.edition.All = []*press.Communique{c}
	got := map[string]received{}
	for _, l := range n.letters(t) {
		got[l.Get("To")] = l
	}
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	for to, want := range map[string][]string{"<en@example.org>": {"New joint text: They met\u00a0again", "https://press.example/en/valley/js-9/\r\n", "On Tuesday."}, "<ja@example.org>": {"新しい共同文書：再び会談", "https://press.example/ja/valley/js-9/\r\n", "杉の党"}} {
		l := got[to]
		ends := l.Get("List-Unsubscribe")
		if l.subject != want[0] || !strings.Contains(l.body, want[1]) || !strings.Contains(l.body, want[2]) || strings.Contains(l.body, "@") {
			t.Errorf("%s: %q %q", to, l.subject, l.body)
		}
		if !strings.HasPrefix(ends, "<https://press.example/") || l.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || l.Get("Auto-Submitted") == "" || !strings.Contains(l.body, strings.Trim(ends, "<>")) || l.Get("Cc")+l.Get("Bcc") != "" {
			t.Errorf("%s: %v", to, l.Header)
		}
	}
	if again := n.letters(t); len(again) != 0 {
		t.Errorf("told twice: %+v", again)
	}
	path := strings.Split(strings.Trim(got["<ja@example.org>"].Get("List-Unsubscribe"), "<>"), "/")
	if err := n.store.End(t.Context(), path[len(path)-2]); err != nil {
		t.Fatal(err)
	}
	corrected := *c
	corrected.Corrections = []press.Correction{{Symbol: "VALLEY/9/JS/Corr.1", At: n.at}}
	n.edition.All = []*press.Communique{&corrected}
	if l := n.letters(t); len(l) != 1 || l[0].Get("To") != "<en@example.org>" || !strings.HasPrefix(l[0].subject, "Correction: ") || !strings.Contains(l[0].body, "VALLEY/9/JS/Corr.1") {
		t.Errorf("%+v", l)
	}
	replaced := corrected
	replaced.Superseded = &press.Superseded{At: n.at, By: press.Key{Mechanism: "valley", Text: "js-10"}}
	n.edition.All = []*press.Communique{&replaced}
	if l := n.letters(t); len(l) != 1 || l[0].Get("To") != "<en@example.org>" || !strings.HasPrefix(l[0].subject, "Superseded: They met") || !strings.Contains(l[0].body, "14 January 2025") || !strings.Contains(l[0].body, "https://press.example/en/valley/js-10/") || strings.Contains(l[0].body, "On Tuesday.") {
		t.Errorf("superseded: %+v", l)
	}
	if again := n.letters(t); len(again) != 0 {
		t.Errorf("told twice that it is superseded: %+v", again)
	}
}

// A readout is told to whoever follows everything, once, from the moment at which its party published it, whether or not a text of the meeting is public; none of its sentences is in the letter. What was public before letters told of readouts is no news.
func TestReadersAreToldOfReadouts(t *testing.T) {
	n := newNewsroom(t)
	readout := func(id string) *press.Account {
		return &press.Account{Mechanism: "valley", Languages: []lang.Tag{"en", "ja"}, Meeting: lang.Text{"en": "Tenth meeting", "ja": "第10回会合"}, Readout: press.Readout{ID: id, Of: "meeting/main/10", By: lang.Text{"en": "Cedar Party", "ja": "杉の党"}, Title: lang.Text{"en": "What we said " + id}, At: n.at, As: "unilateral",
			Sentences: []press.Sentence{{ID: "1", Position: 1, Text: lang.Text{"en": "The other side agreed."}}}}}
	}
	n.edition.Accounts = []*press.Account{readout("r-9")}
	n.subscribe(t, "en@example.org", "en", "")
	n.subscribe(t, "law@example.org", "en", "t-law")
	n.subscribe(t, "ja@example.org", "ja", "")
	if got := n.letters(t); len(got) != 0 {
		t.Fatalf("told of what was there: %+v", got)
	}
	n.edition.Accounts = append(n.edition.Accounts, readout("r-10"))
	got := map[string]received{}
	for _, l := range n.letters(t) {
		got[l.Get("To")] = l
	}
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	for to, want := range map[string][]string{"<en@example.org>": {"New readout: What we said r-10", "https://press.example/en/readouts/valley~r-10/\r\n", "Readout by Cedar Party. Unilateral", "Tenth meeting"}, "<ja@example.org>": {"会合の新しい発表：What we said r-10", "https://press.example/ja/readouts/valley~r-10/\r\n", "杉の党", "第10回会合"}} {
		l := got[to]
		if l.subject != want[0] || strings.Contains(l.body, "agreed") || l.Get("List-Unsubscribe") == "" {
			t.Errorf("%s: %q %q", to, l.subject, l.body)
		}
		for _, w := range want[1:] {
			if !strings.Contains(l.body, w) {
				t.Errorf("%s lacks %q: %q", to, w, l.body)
			}
		}
	}
	if again := n.letters(t); len(again) != 0 {
		t.Errorf("told twice: %+v", again)
	}
	n.edition.Accounts[1].Retracted = &press.Retraction{At: n.at, Reason: lang.Text{"en": "We quoted from memory."}, Title: lang.Text{"en": "What we heard"}, Home: "/r/valley/r-11/"}
	got = map[string]received{}
	for _, l := range n.letters(t) {
		got[l.Get("To")] = l
	}
	if l := got["<en@example.org>"]; len(got) != 2 || l.subject != "Readout retracted: What we said r-10" || !strings.Contains(l.body, "Retracted on January 14, 2025") && !strings.Contains(l.body, "Retracted on 14 January 2025") || got["<ja@example.org>"].subject != "会合の発表の撤回：What we said r-10" {
		t.Errorf("of a retraction readers are told %+v", got)
	}
	if body := got["<en@example.org>"].body; !strings.Contains(body, "In its place: What we heard\r\nhttps://press.example/r/valley/r-11/\r\n") || strings.Contains(body, "agreed") {
		t.Errorf("of what stands in its place readers are told %q", body)
	}
	if again := n.letters(t); len(again) != 0 {
		t.Errorf("told twice of a retraction: %+v", again)
	}
	gone := readout("r-12")
	gone.Retracted = &press.Retraction{At: n.at, Reason: lang.Text{"en": "It was another meeting's."}}
	n.edition.Accounts = append(n.edition.Accounts, gone)
	if l := n.letters(t); len(l) != 2 || !strings.HasPrefix(l[0].subject+l[1].subject, "Readout retracted: ") && !strings.HasPrefix(l[1].subject+l[0].subject, "Readout retracted: ") {
		t.Errorf("of what was retracted before anybody heard of it each reader is told once: %+v", l)
	}
}

// A letter that the server does not take comes later; nothing of who it was for is in the log.
func TestALetterThatIsNotTakenComesLater(t *testing.T) {
	n := newNewsroom(t)
	n.subscribe(t, "reader@example.org", "en", "")
	n.edition.All = []*press.Communique{{Key: press.Key{Mechanism: "valley", Text: "js-9"}, Public: n.at, Headline: lang.Text{"en": "They met"}, Content: &proof.Content{Languages: []proof.Language{{Tag: "en", Status: "authentic"}}}}}
	n.office.Refuse(true)
	if got := n.letters(t); len(got) != 0 || !strings.Contains(n.log.String(), "could not be sent") || strings.Contains(strings.ToLower(n.log.String()), "reader@") {
		t.Errorf("%+v\n%s", got, n.log.String())
	}
	n.office.Refuse(false)
	if got := n.letters(t); len(got) != 0 {
		t.Errorf("tried again at once: %+v", got)
	}
	n.at = n.at.Add(3 * time.Minute)
	if got := n.letters(t); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}
