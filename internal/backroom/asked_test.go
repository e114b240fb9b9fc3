package backroom

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Of several answers of one person the newest stands, by the request that it answers and then by its own time, in whatever order they come; an answer to an earlier request stays known as one.
func TestTheNewestAnswerStands(t *testing.T) {
	h, ctx := open(t), t.Context()
	const matter = "meeting/main/10"
	if err := h.Ask(ctx, mech, matter, []Asked{{Name: "Mori", Mail: "mori@example.org"}, {Mail: "tani@example.org"}}, Ask{Sequence: 4, From: "2025-11-04", Until: "2025-11-06", Member: sec}); err != nil {
		t.Fatal(err)
	}
	answer := func(mail, says string, sequence int64, stamp time.Time) (Asked, bool) {
		t.Helper()
		a, taken, err := h.Answered(ctx, mech, matter, Asked{Name: "M", Mail: mail}, Reply{Says: says, Sequence: sequence, Stamp: stamp, Member: sec})
		if err != nil {
			t.Fatal(err)
		}
		return a, taken
	}
	a, taken := answer("MORI@example.org", "tentative", 4, h.now.Add(-time.Hour))
	if !taken || a.Name != "Mori" || a.Ask == nil || a.Old() {
		t.Errorf("the same address in other letters is another person: %+v, %v", a, taken)
	}
	if a, taken = answer("mori@example.org", "declined", 4, h.now.Add(-2*time.Hour)); taken || a.Reply.Says != "tentative" {
		t.Errorf("an answer that was given earlier and came later stands: %+v, %v", a.Reply, taken)
	}
	if _, taken = answer("mori@example.org", "accepted", 3, h.now.Add(-time.Minute)); taken {
		t.Error("an answer to an earlier request outdoes one to a later")
	}
	if _, taken = answer("mori@example.org", "accepted", 4, h.now.Add(100*time.Hour)); !taken {
		t.Error("a clock that runs ahead cannot answer")
	}
	if a, taken = answer("mori@example.org", "declined", 4, h.now); !taken || a.Reply.Says != "declined" {
		t.Error("a clock that ran ahead once outdoes every answer after it")
	}
	if a, _ = answer("sato@example.org", "accepted", 4, h.now); a.Ask != nil || a.Name != "M" {
		t.Errorf("nobody asked this address: %+v", a)
	}
	if err := h.Ask(ctx, mech, matter, []Asked{{Mail: "mori@example.org"}}, Ask{Sequence: 7, From: "2025-12-01", Member: sec}); err != nil {
		t.Fatal(err)
	}
	h.again()
	all, err := h.Asked(ctx, mech, About{Matter: matter})
	if err != nil || len(all) != 3 || !all[0].Old() || all[0].Name != "Mori" || all[0].Ask.From != "2025-12-01" || all[0].Answers() == nil || all[0].Answers().From != "2025-11-04" || all[1].Answers() != nil || all[1].Reply != nil || all[2].Mail != "sato@example.org" {
		t.Fatalf("%+v, %v", all, err)
	}
	for n := range int64(2 * maxEarlier) {
		if err := h.Ask(ctx, mech, matter, []Asked{{Mail: "mori@example.org"}}, Ask{Sequence: 8 + n/2, Member: sec}); err != nil { // each twice, as when a mail was lost
			t.Fatal(err)
		}
	}
	if all, err = h.Asked(ctx, mech, About{Matter: matter}); err != nil || len(all[0].Earlier) != maxEarlier || all[0].Earlier[0].Sequence != 16 || all[0].Earlier[9].Sequence != 7 || !all[0].Old() || all[0].Answers() != nil {
		t.Fatalf("%+v, %v", all[0], err)
	}
	if none, err := h.Asked(ctx, mech, About{Matter: "meeting/main/11"}); err != nil || len(none) != 0 {
		t.Errorf("another meeting has them: %+v, %v", none, err)
	}
	if err := h.DropAsked(ctx, mech, all[0].ID); err != nil {
		t.Fatal(err)
	}
	refused(t, h.DropAsked(ctx, mech, all[0].ID), "ours.unknown")
	if all, _ = h.Asked(ctx, mech, About{}); len(all) != 2 || strings.Contains(fmt.Sprint(all), "mori") {
		t.Errorf("forgotten, and yet there: %+v", all)
	}
}

// Answers that strangers send do not fill the house.
func TestOnlySoManyAreAsked(t *testing.T) {
	h, ctx := open(t), t.Context()
	many := make([]Asked, maxAsked)
	for i := range many {
		many[i].Mail = fmt.Sprintf("a%d@example.org", i)
	}
	if err := h.Ask(ctx, mech, "meeting/main/10", many, Ask{Sequence: 1, Member: sec}); err != nil {
		t.Fatal(err)
	}
	_, _, err := h.Answered(ctx, mech, "meeting/main/10", Asked{Mail: "b@example.org"}, Reply{Says: "accepted", Member: sec})
	refused(t, err, "ours.many")
	if _, taken, err := h.Answered(ctx, mech, "meeting/main/10", many[7], Reply{Says: "accepted", Member: sec}); err != nil || !taken {
		t.Errorf("whoever was asked cannot answer any more: %v", err)
	}
	refused(t, h.Ask(ctx, mech, "meeting/main/11", []Asked{{Mail: strings.Repeat("a", maxLine+1)}}, Ask{}), "ours.long")
}
