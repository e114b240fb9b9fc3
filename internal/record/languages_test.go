package record

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// first is paragraph 1 as it was tabled.
func (r *replica) first() []text.Item {
	return []text.Item{{Paragraph: "1", Wording: text.WordingID(r.text().Tabled.Act)}}
}

// version brings a version of paragraph 1 as it was tabled.
func (r *replica) version(tag lang.Tag, words string) error {
	return r.write(r.all(), theText, text.Translate{Language: tag, Items: []text.Translation{{Paragraph: "1", Wording: text.WordingID(r.text().Tabled.Act), Text: words}}})
}

// asked are what a text waits for from a party, by what.
func (r *replica) asked(party charter.PartyID) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, a := range r.text().Awaits(r.fold.Charter(), party) {
		out[a.What] = a.Params
	}
	return out
}

// What all have confirmed and a translator then changes in the drafting language is agreed by nobody: the text cannot be frozen, whoever had agreed is asked, and agrees anew. The same words under another act change nothing. SPEC agreed-version.
func TestAnAgreementIsOfTheWordsThatWereRead(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	agree(t, rs, []string{"1"}, "1")
	must(t, rs[1].version("en", "Paragraph 1;"))
	settle(rs)
	if st := rs[0].text().Status(rs[0].fold.Charter(), nil); !st.FreezeAllowed {
		t.Fatalf("the same words again: %+v", st)
	}
	must(t, rs[1].version("en", "Paragraph 1, in the second half of the year;"))
	settle(rs)
	for _, r := range rs {
		c := r.fold.Charter()
		if st := r.text().Status(c, nil); len(st.Agreed) != 0 || len(st.AdRef) != 0 || st.FreezeAllowed {
			t.Fatalf("replica %d: %+v", r.me, st)
		}
		for _, p := range []charter.PartyID{"a", "b", "c"} {
			if got := r.asked(p)["awaits.agree_anew"]; got["paragraphs"] != "1" || got["language"] != "en" {
				t.Errorf("replica %d: %s is asked for %v", r.me, p, r.asked(p))
			}
		}
		if err := r.text().WhyNotConfirm(c, charter.PartyID("abc"[r.me:r.me+1]), text.Confirm{Items: r.first()}); key(err) != "text.overtaken" {
			t.Errorf("replica %d may confirm what it has not accepted as it is: %v", r.me, err)
		}
	}
	_, err := rs[0].text().FreezeBody(rs[0].fold.Charter())
	if key(err) != "text.freeze_proposed" {
		t.Errorf("the freeze: %v", err)
	}
	agree(t, rs, []string{"1"}, "1")
	freeze(t, rs)
	if f := rs[2].text().Frozen(rs[2].fold.Charter()); f == nil || rs[2].text().ContentOf(rs[2].fold.Charter(), f).Paragraphs[0].Text["en"] != "Paragraph 1, in the second half of the year;" {
		t.Errorf("frozen: %+v", f)
	}
}

// A change that crosses with a confirmation has not been agreed to, on any node and whatever the order of arrival; nor has what is linked with it. SPEC agreed-version.
func TestAChangeThatCrossesWithAConfirmationIsNotAgreed(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 2)
	must(t, rs[0].write(rs[0].all(), theText, text.Link{Paragraphs: []text.ParaID{"1", "2"}}))
	settle(rs)
	agree(t, rs, []string{"2"}, "1", "2")
	must(t, rs[1].version("en", "Paragraph 1, perhaps;"))
	must(t, rs[0].write(rs[0].all(), theText, text.Confirm{Items: rs[0].first()}))
	must(t, rs[2].write(rs[2].all(), theText, text.Confirm{Items: rs[2].first()}))
	settle(rs)
	for _, r := range rs {
		if st := r.text().Status(r.fold.Charter(), nil); len(st.Agreed) != 0 || !slices.Equal(st.AdRef, []string{"2"}) {
			t.Errorf("replica %d: %+v", r.me, st)
		}
	}
	want := rs[0].states()[theText]
	rng := rand.New(rand.NewPCG(4, 4))
	for range 8 {
		if got := u.replay(2, rng).states()[theText]; got != want {
			t.Fatal("another order of arrival leads to another state")
		}
	}
	agree(t, rs, []string{"1"}, "1")
	if st := rs[0].text().Status(rs[0].fold.Charter(), nil); !slices.Equal(st.AdRef, []string{"2"}) || !slices.Equal(st.Agreed, []string{"1"}) {
		t.Errorf("what is linked with a paragraph that changed counts as confirmed: %+v", st)
	}
}

// What programs before the rule froze although a wording had changed under its agreement stays frozen, and says whose agreement was of another one. SPEC agreed-frozen.
func TestAFreezeOfAnOvertakenAgreementStays(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	agree(t, rs, []string{"1"}, "1")
	must(t, rs[1].version("en", "Paragraph 1, perhaps;"))
	settle(rs)
	c := rs[0].fold.Charter()
	m, err := rs[0].text().ContentOf(c, &text.Frozen{Past: charter.Past(rs[0].fold.Applied())}).Manifest()
	must(t, err)
	must(t, rs[0].write(rs[0].all(), theText, text.Freeze{Round: 1, Manifest: m.Digest()}))
	settle(rs)
	for _, r := range rs {
		if c := r.fold.Charter(); r.text().Frozen(c) == nil || len(r.text().Overtaken(c, "a")) != 1 {
			t.Errorf("replica %d: frozen %v, overtaken %v", r.me, r.text().Frozen(c), r.text().Overtaken(c, "a"))
		}
		if err := r.text().WhyNotSeal(r.fold.Charter()); key(err) != "seal.overtaken" || refusal.As(err).Params["parties"] != "a, b, c" || refusal.As(err).Params["paragraphs"] != "1" {
			t.Errorf("replica %d is told before sealing: %v", r.me, err)
		}
	}
}

// What was written before the rule stays valid: a confirmation of a corrected wording by parties that had read the correction, what is linked with it included, is agreed and can be frozen. SPEC agreed-frozen.
func TestAConfirmationAfterACorrectionStays(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 2)
	must(t, rs[0].write(rs[0].all(), theText, text.Link{Paragraphs: []text.ParaID{"1", "2"}}))
	settle(rs)
	agree(t, rs, []string{"2"}, "1", "2")
	must(t, rs[1].version("en", "Paragraph 1, perhaps;"))
	settle(rs)
	for _, r := range rs {
		must(t, r.write(r.all(), theText, text.Confirm{Items: r.first()}))
	}
	settle(rs)
	c := rs[0].fold.Charter()
	if st := rs[0].text().Status(c, nil); !slices.Equal(st.Agreed, []string{"1"}) || !slices.Equal(st.AdRef, []string{"2"}) {
		t.Errorf("%+v", st)
	}
	m, err := rs[0].text().ContentOf(c, &text.Frozen{Past: charter.Past(rs[0].fold.Applied())}).Manifest()
	must(t, err)
	must(t, rs[0].write(rs[0].all(), theText, text.Freeze{Round: 1, Manifest: m.Digest()}))
	settle(rs)
	for _, r := range rs {
		if c := r.fold.Charter(); r.text().Frozen(c) == nil || len(r.text().Overtaken(c, "a")) != 0 || len(r.text().Status(c, nil).Agreed) != 2 {
			t.Errorf("replica %d: %+v", r.me, r.text().Status(c, nil))
		}
	}
}

// Whoever had agreed can take that back after a correction, by the act and for all to see; the agreement that was overtaken still gives it a part in the text.
func TestAnOvertakenAgreementCanBeTakenBack(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	agree(t, rs, []string{"1"}, "1")
	must(t, rs[0].version("en", "Paragraph 1, perhaps;"))
	settle(rs)
	if err := rs[0].write(rs[0].all(), theText, text.Withdraw{Reason: "none"}); key(err) != "text.withdraw_shared" {
		t.Errorf("withdrawn under those who had agreed: %v", err)
	}
	must(t, rs[1].write(rs[1].all(), theText, text.Reopen{Paragraph: "1", Reason: "not this"}))
	settle(rs)
	c := rs[0].fold.Charter()
	m, err := rs[0].text().ContentOf(c, &text.Frozen{Past: charter.Past(rs[0].fold.Applied())}).Manifest()
	must(t, err)
	if err := rs[0].write(rs[0].all(), theText, text.Freeze{Round: 1, Manifest: m.Digest()}); err == nil {
		t.Error("what a party took back is frozen")
	}
}

// The same words under another act are read whatever the order of arrival, and a version that a freeze had not seen overtakes nobody in what is frozen. SPEC agreed-version.
func TestWhatCrossesWithAFreezeOvertakesNobody(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	must(t, rs[1].version("en", "Paragraph 1;"))
	agree(t, rs[:1], nil, "1")
	must(t, rs[2].write(rs[2].all(), theText, text.Accept{Items: rs[2].first()}))
	settle(rs)
	if got := rs[0].text().Overtaken(rs[0].fold.Charter(), "a"); len(got) != 0 {
		t.Errorf("the same words: %v", got)
	}
	agree(t, rs, []string{"1"}, "1")
	body, err := rs[0].text().FreezeBody(rs[0].fold.Charter())
	must(t, err)
	must(t, rs[0].write(rs[0].all(), theText, body))
	must(t, rs[1].version("en", "Paragraph 1, too late;"))
	settle(rs)
	for _, r := range rs {
		c, s := r.fold.Charter(), r.text()
		st, ok := s.Standing(c, s.Para("1"), "a")
		if s.Frozen(c) == nil || !ok || st.Overtaken || s.WhyNotSeal(c) != nil || len(s.Status(c, nil).Agreed) != 1 {
			t.Errorf("replica %d: %+v %+v", r.me, st, s.Status(c, nil))
		}
	}
}

// A sign-off is of the versions that its translator had read, in its language and in the drafting language, whatever the clocks say; each side is asked until it has signed what stands. SPEC signed-version.
func TestASignOffIsOfTheVersionsThatWereRead(t *testing.T) {
	u := newUniverse(t)
	u.doc.Rules.Concordance = "sign-off"
	u.charter()
	rs := u.found()
	table(t, rs, 1)
	agree(t, rs, []string{"1"}, "1")
	sign := func(r *replica) { must(t, r.write(r.all(), theText, text.Concord{Language: "ja", Items: r.first()})) }
	open := func(want string) {
		t.Helper()
		settle(rs)
		for _, r := range rs {
			if got := fmt.Sprint(r.text().Languages(r.fold.Charter())); got != want {
				t.Fatalf("replica %d: %s, not %s", r.me, got, want)
			}
		}
	}
	unsigned := "[{1 ja unsigned }]"
	open(unsigned)
	sign(rs[0])
	open(unsigned)
	if rs[0].asked("a")["awaits.concord"] != nil || rs[0].asked("b")["awaits.concord"]["language"] != "ja" || rs[0].asked("c")["awaits.concord"] == nil {
		t.Errorf("asked: %v, %v", rs[0].asked("a"), rs[0].asked("b"))
	}
	must(t, rs[2].version("ja", "第一段落")) // while b signs what was there before, later by the clock
	u.at = u.at.Add(time.Hour)
	sign(rs[1])
	open(unsigned)
	sign(rs[0])
	sign(rs[1])
	open("[]")
	must(t, rs[0].version("en", "Paragraph 1, perhaps;"))
	settle(rs)
	agree(t, rs, []string{"1"}, "1")
	open(unsigned)
	sign(rs[0])
	sign(rs[2])
	open("[]")
	freeze(t, rs)
}

// Translators find what they have to do among what awaits their party: languages that are to come, versions that cross, objections of others, and what another side brought after they had agreed.
func TestTranslatorsAreAsked(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	must(t, rs[0].write(rs[0].all(), theText, text.Table{Title: lang.Text{"en": "Text"}, Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Paragraph 1;"}}}}))
	settle(rs)
	if len(rs[0].asked("b")) != 0 {
		t.Errorf("before anything is agreed: %v", rs[0].asked("b"))
	}
	agree(t, rs, []string{"1"}, "1")
	asked := func(r *replica, party charter.PartyID, what, language string) {
		t.Helper()
		if got := r.asked(party)[what]; (got == nil) != (language == "") || got["language"] != language {
			t.Errorf("%s is asked for %v", party, r.asked(party))
		}
	}
	asked(rs[0], "c", "awaits.translate", "ja")
	must(t, rs[1].version("ja", "第一段落"))
	must(t, rs[0].version("ja", "段落一"))
	settle(rs)
	asked(rs[0], "c", "awaits.translate", "")
	asked(rs[0], "c", "awaits.rival", "ja")
	must(t, rs[1].version("ja", "第一段落"))
	settle(rs)
	asked(rs[0], "c", "awaits.rival", "")
	asked(rs[0], "a", "awaits.concord", "ja")
	asked(rs[0], "c", "awaits.concord", "") // its own side brought it
	must(t, rs[0].write(rs[0].all(), theText, text.Flag{Paragraph: "1", Wording: rs[0].first()[0].Wording, Language: "ja", Note: "another word"}))
	settle(rs)
	asked(rs[0], "a", "awaits.concord", "")
	asked(rs[0], "a", "awaits.resolve", "")
	asked(rs[0], "b", "awaits.resolve", "ja")
	must(t, rs[1].write(rs[1].all(), theText, text.Resolve{Flag: rs[1].text().Para("1").Flags[0].Act, Text: "第一項"}))
	settle(rs)
	asked(rs[0], "b", "awaits.resolve", "")
	asked(rs[0], "a", "awaits.concord", "ja")
	must(t, rs[0].write(rs[0].all(), theText, text.Concord{Language: "ja", Items: rs[0].first()}))
	settle(rs)
	asked(rs[0], "a", "awaits.concord", "")
}

// Whoever acts says what they had read. What stands beyond that is refused before it leaves, in the languages that the act is of; whoever says nothing is refused only where a wording has had several versions. SPEC known-version
func TestAnActIsOfWhatItsAuthorHadRead(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	s := func() *text.State { return rs[0].text() }
	c := rs[0].fold.Charter()
	accept, concord := text.Accept{Items: rs[0].first()}, text.Concord{Language: "ja", Items: rs[0].first()}
	why := func(b entry.Body, read text.Known) string {
		err := s().WhyNotRead(c, b, read)
		if err != nil && key(err) != "text.bad_read" && refusal.As(err).Params["paragraph"] != "1" {
			t.Errorf("%v", err)
		}
		return key(err)
	}
	before := s().Known()
	for _, b := range []entry.Body{accept, concord, text.Confirm{Items: rs[0].first()}} {
		if a, n := why(b, nil), why(b, before); a != "" || n != "" {
			t.Errorf("%s of the only version: %q, %q", b.EntryType(), a, n)
		}
	}
	must(t, rs[1].version("ja", "段落一であります。"))
	settle(rs)
	if a, n := why(accept, nil), why(accept, before); a != "" || n != "" {
		t.Errorf("an agreement is not of ja: %q, %q", a, n)
	}
	if a, n, known := why(concord, nil), why(concord, before), why(&concord, s().Known()); a != "text.which_version" || n != "text.changed_since" || known != "" {
		t.Errorf("a sign-off of what changed: %q, %q, %q", a, n, known)
	}
	must(t, rs[2].version("en", "Paragraph 1, perhaps;"))
	settle(rs)
	of := text.Translate{Language: "fr", Items: []text.Translation{{Paragraph: "1", Wording: rs[0].first()[0].Wording, Text: "Paragraphe 1 ;"}}}
	for _, b := range []entry.Body{accept, of} {
		if a, n, none, known := why(b, nil), why(b, before), why(b, text.Known{}), why(b, s().Known()); a != "text.which_version" || n != "text.changed_since" || none != "text.changed_since" || known != "" {
			t.Errorf("%s of what changed: %q, %q, %q, %q", b.EntryType(), a, n, none, known)
		}
	}
	if of.Courtesy = true; why(of, before) != "" {
		t.Error("a courtesy translation is of no version")
	}
	known := s().Known()
	must(t, rs[1].write(rs[1].all(), theText, text.Flag{Paragraph: "1", Wording: rs[0].first()[0].Wording, Language: "ja", Note: "polite?"}))
	settle(rs)
	resolve := text.Resolve{Flag: s().Para("1").Flags[0].Act, Text: "段落一。"}
	if a, n := why(resolve, nil), why(resolve, known); a != "text.which_version" || n != "" {
		t.Errorf("an objection closed: %q, %q", a, n)
	}
	must(t, rs[2].version("en", "Paragraph 1, perhaps;"))
	settle(rs)
	if got := why(accept, known); got != "" {
		t.Errorf("the same words under another act: %q", got)
	}
	if got := why(accept, text.Known{"cedar"}); got != "text.bad_read" {
		t.Errorf("what is no act: %q", got)
	}
}
