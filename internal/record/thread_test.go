package record

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"entente.example/internal/conversation"
	"entente.example/internal/text"
	"entente.example/lang"
)

// A thread is about a paragraph that its author knows of: one that another party has put in counts once it is seen, and not before; whoever writes it all the same has written what is void everywhere. SPEC thread-paragraph.
func TestAThreadIsAboutAParagraphThatItsAuthorKnows(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	a, b := rs[0], rs[1]
	about := func(id, paragraph string) conversation.Open {
		return conversation.Open{Title: lang.Text{"en": "On it"}, About: "text/" + id, Paragraph: paragraph}
	}
	for _, wrong := range []conversation.Open{about("t", "9"), about("none", "1")} {
		if err := a.write(a.all(), "thread/x", wrong); key(err) != "text.unknown_paragraph" {
			t.Errorf("about %s of %s: %v", wrong.Paragraph, wrong.About, err)
		}
	}
	must(t, b.revise(false, text.Revision{Text: both("more"), Place: &text.Place{After: "1"}, New: &text.NewParagraph{Kind: text.Operative}}))
	e := a.envelope(a.all(), "thread/early", about("t", "b.1"))
	leaf, err := e.Encode()
	must(t, err)
	a.post(leaf)
	known := a.envelope(a.all(), "thread/known", about("t", "1")) // it was there before, too
	leaf, err = known.Encode()
	must(t, err)
	a.post(leaf)
	settle(rs)
	must(t, a.write(a.all(), "thread/later", about("t", "b.1")))
	must(t, a.write(a.all(), "thread/later", conversation.Say{Text: lang.Text{"ja": "確認したい。"}}))
	settle(rs)
	for seed := range uint64(8) {
		r := u.replay(1, rand.New(rand.NewPCG(seed, 17)))
		if got := r.voids[fmt.Sprintf("0-%d", e.Index)]; got != "text.unknown_paragraph" || len(r.voids) != 1 {
			t.Fatalf("seed %d: %v", seed, r.voids)
		}
	}
	sameEverywhere(t, rs)
}
