package premises_test

import (
	"slices"
	"testing"
	"time"

	"entente.example/internal/premises"
	"entente.example/internal/view"
)

// A text becomes public at its hour, though nobody acts then and the day is the same: a card that was kept before it says so too.
func TestACardSaysThatATextHasBecomePublic(t *testing.T) {
	h := home(t)
	script, err := h.ex.Script()
	if err != nil {
		t.Fatal(err)
	}
	before := script[:len(script)-1] // in the last step the hour comes
	play(t, h.stage, before...)
	at := func(now time.Time) (card view.TextCard) {
		t.Helper()
		h.goTo(now)
		h.compare(0, h.members[1])
		home, err := h.remembers.Mechanisms(t.Context(), h.members[1], view.At{})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(home.Mechanisms[0].Texts, func(c view.TextCard) bool { return c.ID == h.ex.TextID() })
		return home.Mechanisms[0].Texts[i]
	}
	due := at(before[len(before)-1].At).PublicAt
	card := view.Card{Texts: []view.TextCard{{}, {PublicAt: due}}}
	if !premises.Stands(card, due.Add(-time.Second)) || premises.Stands(card, due) {
		t.Errorf("a card of a text that becomes public at %s is not kept before it, or is kept beyond it", due)
	}
	if adopted, public := at(due.Add(-time.Second)), at(due); due.IsZero() || adopted.Stage != "adopted" || public.Stage != "public" {
		t.Errorf("%s before %s, then %s", adopted.Stage, due, public.Stage)
	}
}
