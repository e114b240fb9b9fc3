package record

import (
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// An interpretative statement blocks nothing and cannot be dropped: the freeze covers it in content and in every rendering, no party but its own takes it back, and after the freeze nobody does. SPEC statement-travels.
func TestAStatementTravelsWithTheText(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 2)
	must(t, rs[2].write(rs[2].all(), theText, text.Declare{Paragraph: "1", Text: lang.Text{"en": "Understood to bind nobody.", "ja": "拘束力はないと理解する。"}}))
	must(t, rs[1].write(rs[1].all(), theText, text.Declare{Text: lang.Text{"en": "To be taken back."}}))
	settle(rs)
	all := rs[0].text().Declarations
	theirs, other := all[0].Act, all[1].Act
	if all[0].Party != "c" {
		theirs, other = other, theirs
	}
	for want, b := range map[string]text.Retract{"text.not_your_declaration": {Declaration: theirs}, "text.unknown_declaration": {Declaration: "a-99"}} {
		if err := rs[1].write(rs[1].all(), theText, b); key(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	for want, b := range map[string]text.Declare{"text.declare_words": {Text: lang.Text{"en": " "}}, "text.not_authentic": {Text: lang.Text{"fr": "x"}}, "text.unknown_paragraph": {Paragraph: "9", Text: lang.Text{"en": "x"}}} {
		if err := rs[1].write(rs[1].all(), theText, b); key(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	must(t, rs[1].write(rs[1].all(), theText, text.Retract{Declaration: other}))
	settle(rs)
	agree(t, rs, []string{"1", "2"}, "1", "2")
	freeze(t, rs)
	if err := rs[2].write(rs[2].all(), theText, text.Retract{Declaration: theirs}); key(err) != "text.frozen" {
		t.Fatalf("taken back after the freeze: %v", err)
	}
	for _, r := range rs {
		c := r.fold.Charter()
		content := r.text().ContentOf(c, r.text().Frozen(c))
		if s := content.Statements; len(s) != 1 || s[0].Party != "c" || s[0].Paragraph != "1" || s[0].Text["ja"] == "" {
			t.Fatalf("replica %d: the content has %+v", r.me, s)
		}
		files, err := content.Files()
		must(t, err)
		for name, b := range files {
			if strings.HasPrefix(name, "rendering/en/") && !strings.Contains(string(b), "Understood to bind nobody.") {
				t.Errorf("replica %d: %s does not carry the statement", r.me, name)
			}
		}
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	if o := rs[0].outcome(); o != "adopted" {
		t.Errorf("with a statement it is %s", o)
	}
}

// A statement made by somebody who did not know of the freeze is not sealed, and says so: it is not among those that travel, so that its party can decline.
func TestAStatementThatCrossesWithTheFreezeIsNotSealedUnseen(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	agree(t, rs, []string{"1"}, "1")
	body, err := rs[0].text().FreezeBody(rs[0].fold.Charter())
	must(t, err)
	must(t, rs[0].write(rs[0].all(), theText, body))
	must(t, rs[2].write(rs[2].all(), theText, text.Declare{Text: lang.Text{"en": "Too late."}}))
	settle(rs)
	for _, r := range rs {
		c := r.fold.Charter()
		if len(r.text().Declarations) != 1 || len(r.text().Declared(c)) != 0 || len(r.text().ContentOf(c, r.text().Frozen(c)).Statements) != 0 {
			t.Errorf("replica %d: %+v travels", r.me, r.text().Declared(c))
		}
	}
}

// left is a text of three paragraphs whose second one, on which a party has made a statement, all agree to leave out.
func left(t *testing.T) (*universe, []*replica) {
	t.Helper()
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 3)
	must(t, rs[2].write(rs[2].all(), theText, text.Declare{Paragraph: "2", Text: lang.Text{"en": "Understood to bind nobody."}}))
	must(t, rs[1].write(rs[1].all(), theText, text.Declare{Paragraph: "3", Text: lang.Text{"en": "Understood to be brief."}}))
	must(t, rs[0].revise(false, text.Revision{Paragraph: "2", Omit: true}))
	settle(rs)
	takes(t, rs, "1", "2=2 bis", "3")
	return u, rs
}

// A statement falls with its paragraph: what is sealed speaks of no paragraph that it does not have. It stands again with the paragraph, and every order of arrival comes to the same. SPEC statement-falls.
func TestAStatementFallsWithItsParagraph(t *testing.T) {
	u, rs := left(t)
	fallen := func(r *replica) []string { return r.text().Status(r.fold.Charter(), nil).Fallen }
	for _, r := range rs {
		if travel := r.text().Declared(r.fold.Charter()); len(fallen(r)) != 1 || len(travel) != 1 || travel[0].Paragraph != "3" {
			t.Fatalf("replica %d: %v fell, %+v travel", r.me, fallen(r), travel)
		}
	}
	must(t, rs[2].write(rs[2].all(), theText, text.Reopen{Paragraph: "2", Reason: "It is needed."}))
	must(t, rs[2].write(rs[2].all(), theText, text.Support{Items: []text.Item{{Paragraph: "2", Wording: rs[2].text().Para("2").Wordings[0].ID}}}))
	settle(rs)
	if travel := rs[0].text().Declared(rs[0].fold.Charter()); len(travel) != 2 || len(fallen(rs[0])) != 0 {
		t.Fatalf("with its paragraph it stands again: %+v", travel)
	}
	takes(t, rs, "2=2 bis")
	freeze(t, rs)
	late := u.replica(1) // another order: log by log, the last first
	for _, p := range []int{2, 1, 0} {
		late.receive(p, 1<<30)
	}
	settle([]*replica{late})
	for _, r := range append(rs, late) {
		c := r.fold.Charter()
		f := r.text().Frozen(c)
		if f == nil {
			t.Fatalf("replica %d: not frozen", r.me)
		}
		if s := r.text().ContentOf(c, f).Statements; len(s) != 1 || s[0].Paragraph != "3" || len(fallen(r)) != 1 {
			t.Errorf("replica %d: sealed are %+v", r.me, s)
		}
	}
	for _, r := range rs {
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	if o := rs[0].outcome(); o != "adopted" {
		t.Errorf("the text is %s", o)
	}
}

// What an older program froze, with a statement on a paragraph that was left out, stays frozen with it, and is sealed as it is. SPEC statement-falls.
func TestAFreezeThatCoversAFallenStatementStays(t *testing.T) {
	_, rs := left(t)
	c := rs[0].fold.Charter()
	content := rs[0].text().ContentOf(c, &text.Frozen{Past: charter.Past(rs[0].fold.Applied())})
	content.Statements = append(content.Statements, proof.Declaration{Party: "c", Paragraph: "2", Kind: "interpretative", Text: lang.Text{"en": "Understood to bind nobody."}})
	m, err := content.Manifest()
	must(t, err)
	must(t, rs[0].write(rs[0].all(), theText, text.Freeze{Round: 1, Manifest: m.Digest()}))
	settle(rs)
	for _, r := range rs {
		c := r.fold.Charter()
		f := r.text().Frozen(c)
		if f == nil || len(r.text().ContentOf(c, f).Statements) != 2 || len(r.text().Declared(c)) != 2 || len(r.text().Fallen(c)) != 0 {
			t.Fatalf("replica %d: frozen %+v with %+v", r.me, f, r.text().Declared(c))
		}
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	if o := rs[0].outcome(); o != "adopted" {
		t.Errorf("the text is %s", o)
	}
}

// A reservation on a paragraph that all agreed to leave out holds the text up, for its party may mean something by it; but it is said that the paragraph is gone, and that its party can lift it.
func TestAReservationWhoseParagraphIsGoneSaysSo(t *testing.T) {
	_, rs := left(t)
	must(t, rs[2].write(rs[2].all(), theText, text.Reserve{Paragraph: "2", Kind: "substance", Label: "R1"}))
	settle(rs)
	blocked := func() *refusal.Error {
		_, err := rs[0].text().FreezeBody(rs[0].fold.Charter())
		return refusal.As(err)
	}
	if r := blocked(); r == nil || r.Key != "text.freeze_reserved_gone" || r.Params["reservation"] != "R1" || r.Params["paragraph"] != "2" || r.Params["party"] == "" {
		t.Fatalf("%v", r)
	}
	// An act that tried is judged in the words that older programs stored: each node holds them against what it makes of the entry.
	if err := rs[0].writeRaw(false, text.Freeze{}.EntryType(), theText, []byte(`{"manifest":"`+strings.Repeat("0", 64)+`","round":1}`)); refusal.As(err).Key != "text.freeze_reserved" {
		t.Fatal(err)
	}
	must(t, rs[1].write(rs[1].all(), theText, text.Reserve{Paragraph: "3", Kind: "substance", Label: "R2"}))
	must(t, rs[2].write(rs[2].all(), theText, text.Lift{Reservation: "R1"}))
	settle(rs)
	if r := blocked(); r == nil || r.Key != "text.freeze_reserved" || r.Params["reservation"] != "R2" {
		t.Fatalf("%v", r)
	}
}
