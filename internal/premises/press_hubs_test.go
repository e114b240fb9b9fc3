package premises

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/press"
	"entente.example/internal/pressroom"
	"entente.example/lang"
	"entente.example/proof"
)

// switchboard notes what hubs are told.
type switchboard struct{ feeds []string }

func (s *switchboard) Say(feed string)             { s.feeds = append(s.feeds, feed) }
func (s *switchboard) Deliver(context.Context) int { return len(s.feeds) }

// said is what was said since it was asked last.
func (s *switchboard) said() []string {
	out := s.feeds
	s.feeds = nil
	slices.Sort(out)
	return out
}

// Hubs are told of every feed when a node starts, and from then on of those in which something changed: a text only in its own topics, a correction, but no reply.
func TestHubsAreToldWhichFeedsChanged(t *testing.T) {
	at := time.Date(2025, 1, 14, 8, 0, 0, 0, time.UTC)
	text := func(id, topic string) *press.Communique {
		return &press.Communique{Key: press.Key{Mechanism: "valley", Text: id}, Statement: strings.Repeat("ab", 32), Public: at, Headline: lang.Text{"en": "They met"}, Topics: map[string]lang.Text{topic: {"en": topic}},
			Seals: []press.Seal{{Party: "cedar", Names: lang.Text{"en": "Cedar Party"}}}, Content: &proof.Content{Title: lang.Text{"en": "Joint Statement"}, Languages: []proof.Language{{Tag: "en", Status: "authentic"}},
				Paragraphs: []proof.Paragraph{{ID: "1", Label: "1", Text: lang.Text{"en": "The parties keep their channel open."}}}}}
	}
	edition := &press.Edition{Names: lang.Text{"en": "Cedar Party"}, All: []*press.Communique{text("js-8", "t-law")}}
	source := func(context.Context) (*press.Edition, error) { return edition, nil }
	site, err := pressroom.New(pressroom.Options{Source: editions(source), Now: func() time.Time { return at }, Rand: rand.Reader, URL: "https://press.example", Hubs: []string{"https://hub.example/"}})
	if err != nil {
		t.Fatal(err)
	}
	board := &switchboard{}
	x := &crier{edition: source, feeds: site.Feeds, hubs: board, log: slog.New(slog.DiscardHandler), told: map[string][sha256.Size]byte{}}
	look := func() []string {
		t.Helper()
		if err := x.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		return board.said()
	}
	all := look()
	if len(all) != 18 || !slices.Contains(all, "https://press.example/ja/topics/t-law/feed.rss") || !slices.Contains(all, "https://press.example/zh-Hans/feed.json") {
		t.Fatalf("at the start: %q", all)
	}
	if got := look(); len(got) != 0 {
		t.Errorf("nothing changed, told of %q", got)
	}
	next := *edition
	next.Replies = map[press.Key][]press.Reply{edition.All[0].Key: {{ID: "r1", Name: "Reader", Words: "Well.", Lang: "en"}}}
	edition = &next
	if got := look(); len(got) != 0 {
		t.Errorf("a reply stands in no feed, told of %q", got)
	}
	more := next
	more.All = []*press.Communique{text("js-9", "t-sea"), next.All[0]}
	edition = &more
	if got := look(); len(got) != 18 || slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "t-law") }) {
		t.Errorf("a text with another topic: told of %q", got)
	}
	corrected := *next.All[0]
	corrected.Corrections = []press.Correction{{Symbol: "VALLEY/9/JS/Corr.1", At: at.Add(time.Hour), Changes: []press.Change{{Paragraph: "1", Label: "1", Lang: "en", Before: "The parties keep their channel open.", After: "The parties keep the channel open."}}}}
	last := more
	last.All = []*press.Communique{more.All[0], &corrected}
	edition = &last
	if got := look(); !slices.Contains(got, "https://press.example/en/feed.atom") || slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "t-sea") }) {
		t.Errorf("a correction: told of %q", got)
	}
	x.feeds = func(context.Context) (map[string][]byte, error) { return nil, errors.New("not now") }
	again := last
	edition = &again
	if err := x.look(t.Context()); err == nil {
		t.Error("feeds that cannot be read are taken for told")
	}
	x.feeds = func(context.Context) (map[string][]byte, error) {
		return map[string][]byte{"https://press.example/x": nil}, nil
	}
	if got := look(); len(got) != 1 {
		t.Errorf("after a failure: told of %q", got)
	}
}

// editions is a source of them.
type editions func(context.Context) (*press.Edition, error)

func (f editions) Edition(ctx context.Context) (*press.Edition, error) { return f(ctx) }
