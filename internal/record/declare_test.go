package record

import (
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/lang"
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
