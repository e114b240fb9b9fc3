package premises_test

import (
	"testing"

	"entente.example/internal/glossary"
	"entente.example/internal/termfile"
	"entente.example/internal/worked"
	"entente.example/lang"
	"entente.example/refusal"
)

// A glossary that is taken in is one act of the house: its entries stand one behind the other in our log, and if one of them is refused, none of the others is there.
func TestAGlossaryIsTakenInAsAWhole(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{t: t, stage: serve(t, ex), ex: ex}
	us, them := h.stage.Actors[0], h.stage.Actors[1]
	mech, err := us.Mechanism(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	h.act(them, "term/theirs", &glossary.Enter{Term: lang.Text{"en": "planted gate"}})
	file := []byte("id,en\n,planted door\n,planted gate\n,planted wall\n")
	found := func() []termfile.Row {
		out, err := us.CompareTerms(t.Context(), mech, file)
		if err != nil {
			t.Fatal(err)
		}
		return out.Rows
	}
	h.until("their word has come", func() bool { return found()[1].Kind == termfile.Concurs })
	chosen := func(rows ...int) (out termfile.Chosen) {
		now := found()
		for _, i := range rows {
			r := now[i]
			out.Rows = append(out.Rows, termfile.Choice{Entry: r.Entry, Kind: r.Kind, Matter: r.Matter, Seen: r.Seen, Do: r.Can[0]})
		}
		return out
	}
	if _, err := us.TakeTerms(t.Context(), mech, h.member(us), chosen(0, 1, 1, 2)); err == nil || refusal.As(err).Key != "termfile.again" {
		t.Fatalf("the same word is concurred in twice: %v", err)
	}
	if r := found(); r[0].Kind != termfile.New || r[1].Kind != termfile.Concurs || r[2].Kind != termfile.New {
		t.Errorf("a part of what was refused is on the record: %v %v %v", r[0].Kind, r[1].Kind, r[2].Kind)
	}
	posted, err := us.TakeTerms(t.Context(), mech, h.member(us), chosen(0, 1, 2))
	if err != nil || len(posted) != 3 {
		t.Fatalf("%v %v", posted, err)
	}
	if posted[1].Index != posted[0].Index+1 || posted[2].Index != posted[0].Index+2 {
		t.Errorf("they do not stand one behind the other: %v", posted)
	}
	for i, r := range found() {
		if r.Kind != termfile.Same {
			t.Errorf("row %d: %s", i, r.Kind)
		}
	}
}
