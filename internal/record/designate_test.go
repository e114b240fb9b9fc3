package record

import (
	"strings"
	"testing"

	"entente.example/internal/text"
)

// A text that was tabled without a symbol gets one once every party has said so and not before: one silent party, or one that says otherwise, keeps it from being frozen; what is frozen then says it in content and statement,
// corrections take it up, and nobody changes it after. SPEC symbol-words. SPEC symbol-once. SPEC symbol-sealed.
func TestATextGetsItsSymbolOnceAllSaySo(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	agree(t, rs, []string{"1"}, "1")
	was, _ := rs[0].text().Symbol(rs[0].fold.Charter())
	if err := rs[1].write(rs[1].all(), theText, text.Designate{Symbol: was}); key(err) != "text.designate_said" {
		t.Errorf("what nobody disputes was said: %v", err)
	}
	for _, bad := range []string{strings.Repeat("X", 65), "two\nlines"} {
		if err := rs[1].write(rs[1].all(), theText, text.Designate{Symbol: bad}); key(err) != "text.bad_symbol" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	const symbol = "VALE/9/JS"
	must(t, rs[1].write(rs[1].all(), theText, text.Designate{Symbol: symbol, Note: "the next number"}))
	settle(rs)
	if err := rs[1].write(rs[1].all(), theText, text.Designate{Symbol: symbol}); key(err) != "text.designate_said" {
		t.Errorf("said twice: %v", err)
	}
	must(t, rs[2].write(rs[2].all(), theText, text.Designate{Symbol: symbol}))
	settle(rs)
	c := rs[0].fold.Charter()
	if got, agreed := rs[0].text().Symbol(c); got != was || agreed {
		t.Fatalf("it bears %q (%t) though one party has not said so", got, agreed)
	}
	asked := false
	for _, w := range rs[0].text().Awaits(c, c.Document().Parties[0].ID) {
		asked = asked || w.What == "awaits.designate"
	}
	if !asked {
		t.Error("the silent party is not asked")
	}
	if _, err := rs[0].text().FreezeBody(c); key(err) != "text.freeze_symbol" {
		t.Fatalf("frozen while the parties differ: %v", err)
	}
	must(t, rs[0].write(rs[0].all(), theText, text.Designate{Symbol: was})) // that it stays as it was is a word, too
	settle(rs)
	must(t, rs[0].write(rs[0].all(), theText, text.Designate{Symbol: symbol}))
	settle(rs)
	freeze(t, rs)
	if err := rs[1].write(rs[1].all(), theText, text.Designate{}); key(err) != "text.frozen" {
		t.Fatalf("changed after the freeze: %v", err)
	}
	for _, r := range rs {
		c := r.fold.Charter()
		if content := r.text().ContentOf(c, r.text().Frozen(c)); content.Symbol != symbol {
			t.Errorf("replica %d: the content has %q", r.me, content.Symbol)
		}
		statement, err := r.text().Statement(c, 1, "")
		must(t, err)
		if !strings.Contains(string(statement), symbol) {
			t.Errorf("replica %d seals %s", r.me, statement)
		}
		if now, _ := r.text().Symbol(c); r.text().NextSymbol(now) != symbol+"/Corr.1" {
			t.Errorf("replica %d: the next correction of %s", r.me, now)
		}
	}
}
