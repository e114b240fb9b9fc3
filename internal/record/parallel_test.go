package record

import (
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/membership"
	"entente.example/internal/text"
	"entente.example/lang"
)

func (r *replica) textAt(matter string) *text.State { return r.fold.Cached(matter).(*text.State) }

// own is a draft that is one side's own.
func own(words string) text.Table {
	return text.Table{Title: both("On the bay"), Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Parallel: true, Parts: 1, Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: both(words)}}}
}

// issues takes one side's own text from the table to the last seal of that side.
func issues(t *testing.T, rs []*replica, matter string, side ...*replica) {
	t.Helper()
	items := []text.Item{{Paragraph: "1", Wording: text.WordingID(side[0].textAt(matter).Tabled.Act)}}
	for _, body := range []entry.Body{text.Accept{Items: items}, text.Confirm{Items: items}} {
		for _, r := range side {
			must(t, r.write(r.all(), matter, body))
		}
		settle(rs)
	}
	body, err := side[0].textAt(matter).FreezeBody(side[0].fold.Charter())
	must(t, err)
	must(t, side[0].write(side[0].all(), matter, body))
	settle(rs)
	for _, r := range side {
		b, err := r.textAt(matter).Statement(r.fold.Charter(), 1, "")
		must(t, err)
		must(t, r.seal(matter, 1, b))
	}
	settle(rs, matter)
}

// A side issues its own text with its own seals alone, whether it is one party or two; the others are asked for nothing and can do nothing but disagree, and the sealed statement says that it has no joint authority.
// SPEC parallel-own, parallel-statement, parallel-alone, parallel-dissent.
func TestASideIssuesItsOwnTextAlone(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	const theirs, ours = "text/a.bay", "text/b.bay"
	must(t, rs[0].write(rs[0].all(), theirs, own("We fish there.")))
	must(t, rs[1].write(rs[1].all(), ours, own("So do we.")))
	settle(rs)
	tabled := []text.Item{{Paragraph: "1", Wording: text.WordingID(rs[0].textAt(theirs).Tabled.Act)}}
	for _, body := range []entry.Body{text.Accept{Items: tabled}, text.Refuse{Reason: "no"}, text.Release{NotBefore: "2025-01-02T00:00:00Z"}, text.Lapse{}} {
		if err := rs[1].write(rs[1].all(), theirs, body); key(err) != "text.parallel_theirs" {
			t.Errorf("%s by another side: %v", body.EntryType(), err)
		}
	}
	if err := rs[1].write(rs[1].all(), theirs, text.Dissent{Text: both("We do.")}); key(err) != "text.dissent_early" {
		t.Errorf("dissent from a draft: %v", err)
	}
	issues(t, rs, theirs, rs[0])
	must(t, rs[1].write(rs[1].all(), ours, text.Accept{Items: []text.Item{{Paragraph: "1", Wording: text.WordingID(rs[1].textAt(ours).Tabled.Act)}}}))
	settle(rs)
	if _, err := rs[1].textAt(ours).FreezeBody(rs[1].fold.Charter()); key(err) != "text.freeze_proposed" {
		t.Errorf("one of two parties of the side alone: %v", err)
	}
	for _, r := range rs[1:] {
		must(t, r.write(r.all(), theirs, text.Dissent{Paragraph: "1", Text: both("Not there.")}))
	}
	must(t, rs[0].write(rs[0].all(), theirs, text.Release{NotBefore: "2025-01-02T00:00:00Z"}))
	settle(rs, theirs)
	for _, r := range rs {
		c, s := r.fold.Charter(), r.textAt(theirs)
		if s.Outcome(c, nil) != adoption.Adopted || len(s.Dissents) != 2 || s.Side(c) != "east" || s.Pair() != "bay" {
			t.Fatalf("replica %d: %s, %d dissents, of %q on %q", r.me, s.Outcome(c, nil), len(s.Dissents), s.Side(c), s.Pair())
		}
		if at, ok := s.PublicAt(c, nil); !ok || at.Day() != 2 {
			t.Errorf("replica %d: released by its side alone, public at %v (%v)", r.me, at, ok)
		}
		b, err := s.Statement(c, 1, "")
		must(t, err)
		if !strings.Contains(string(b), "\nparties a\nparallel east bay without-joint-authority\ninstrument text/a.bay\n") {
			t.Errorf("replica %d seals\n%s", r.me, b)
		}
		if me := r.doc.Parties[r.me].ID; r.me > 0 && (s.Awaits(c, me) != nil || s.Due(c, me, nil) != nil) {
			t.Errorf("another side's own text asks %s for something", me)
		}
	}
	if err := rs[0].write(rs[0].all(), theirs, text.Dissent{Text: both("Hm.")}); key(err) != "text.dissent_own" {
		t.Errorf("dissent from one's own: %v", err)
	}
}

// Both parties of a side seal its own text; one of them alone issues nothing.
func TestASideOfTwoSealsTogether(t *testing.T) {
	rs := newUniverse(t).found()
	const ours = "text/b.bay"
	must(t, rs[1].write(rs[1].all(), ours, own("So do we.")))
	settle(rs)
	issues(t, rs, ours, rs[1], rs[2])
	for _, r := range rs {
		if o := r.textAt(ours).Outcome(r.fold.Charter(), nil); o != adoption.Adopted {
			t.Errorf("replica %d: %s", r.me, o)
		}
	}
	const alone = "text/c.bay"
	must(t, rs[2].write(rs[2].all(), alone, own("So do I.")))
	settle(rs)
	items := []text.Item{{Paragraph: "1", Wording: text.WordingID(rs[2].textAt(alone).Tabled.Act)}}
	for _, body := range []entry.Body{text.Accept{Items: items}, text.Confirm{Items: items}} {
		for _, r := range rs[1:] {
			must(t, r.write(r.all(), alone, body))
		}
	}
	settle(rs)
	body, err := rs[2].textAt(alone).FreezeBody(rs[2].fold.Charter())
	must(t, err)
	must(t, rs[2].write(rs[2].all(), alone, body))
	b, err := rs[2].textAt(alone).Statement(rs[2].fold.Charter(), 1, "")
	must(t, err)
	must(t, rs[2].seal(alone, 1, b))
	settle(rs, alone)
	if o := rs[0].textAt(alone).Outcome(rs[0].fold.Charter(), nil); o != adoption.Pending {
		t.Errorf("one of two seals: %s", o)
	}
}

// The id of one's own text is one's own: nobody tables under another's name, and a draft that somebody puts there first, to have the place, gives way on every node. SPEC parallel-id.
func TestNobodyTakesThePlaceOfAnothersOwnText(t *testing.T) {
	rs := newUniverse(t).found()
	for _, matter := range []string{"text/bay", "text/b.bay", "text/a", "text/a."} {
		if err := rs[0].write(rs[0].all(), matter, own("x")); key(err) != "text.parallel_id" {
			t.Errorf("%s by a: %v", matter, err)
		}
	}
	const matter = "text/a.bay"
	squat := own("Nothing.")
	squat.Parallel = false
	must(t, rs[2].write(rs[2].all(), matter, squat)) // a knows nothing of it
	must(t, rs[2].write(rs[2].all(), matter, text.Accept{Items: []text.Item{{Paragraph: "1", Wording: text.WordingID(rs[2].textAt(matter).Tabled.Act)}}}))
	must(t, rs[0].write(rs[0].all(), "text/a.hills", own("We climb there."))) // so that the draft of c comes first in the total order
	must(t, rs[0].write(rs[0].all(), matter, own("We fish there.")))
	settle(rs)
	for _, r := range rs {
		s := r.textAt(matter)
		if !s.Parallel() || s.Tabled.Party != "a" || len(s.Clash) != 1 || len(s.Paragraphs[0].Standing) != 0 {
			t.Errorf("replica %d has %+v", r.me, s.Tabled)
		}
	}
}

// What rests on a text of all rests on no side's own: neither a party's place in the mechanism nor the end of a joint text. Of its own, a side says that a later one, or a joint one, took its place. SPEC parallel-authority.
func TestOneSidesTextDecidesNothingForAll(t *testing.T) {
	_, rs := ready(t) // frozen
	for _, r := range rs {
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	must(t, rs[0].write(rs[0].all(), "text/a.bay", own("We fish there.")))
	must(t, rs[0].write(rs[0].all(), "text/a.bay-2", own("We fish there now.")))
	settle(rs)
	issues(t, rs, "text/a.bay", rs[0])
	issues(t, rs, "text/a.bay-2", rs[0])
	if err := rs[0].write(rs[0].all(), theText, text.Supersede{By: "a.bay"}); key(err) != "text.supersede_by" {
		t.Errorf("a joint text superseded by one side's own: %v", err)
	}
	if err := rs[0].write(rs[0].all(), membership.Matter("a"), &membership.Leave{Text: "a.bay"}); key(err) != "membership.not_adopted" {
		t.Errorf("left by one's own text: %v", err)
	}
	must(t, rs[0].write(rs[0].all(), "text/a.bay", text.Supersede{By: "a.bay-2"}))
	must(t, rs[0].write(rs[0].all(), "text/a.bay-2", text.Supersede{By: strings.TrimPrefix(theText, "text/")}))
	settle(rs)
	for matter, want := range map[string]string{"text/a.bay": "a.bay-2", "text/a.bay-2": strings.TrimPrefix(theText, "text/")} {
		if end := rs[2].textAt(matter).Ended(rs[2].fold.Charter(), nil); end.Kind != text.EndSuperseded || end.Text != want {
			t.Errorf("%s: %+v, not superseded by %s", matter, end, want)
		}
	}
}
