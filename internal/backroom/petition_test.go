package backroom

import (
	"fmt"
	"testing"
)

// A petition is remembered once, whoever reads it again; what our side answered stays with it; and strangers who send many do not fill the house: what is over goes, then what was answered; nothing that waits does.
func TestPetitionsAreRemembered(t *testing.T) {
	h, ctx := open(t), t.Context()
	keep := func(text, member string) {
		t.Helper()
		if err := h.Petition(ctx, mech, Petition{About: About{Matter: "party/lantern"}, Block: "block " + text, Text: text, Member: member}, nil); err != nil {
			t.Fatal(err)
		}
	}
	keep("a", sec)
	keep("a", "cedar-draft")
	keep("b", sec)
	if err := h.Consented(ctx, mech, "cedar-seal1", "a", "answer"); err != nil {
		t.Fatal(err)
	}
	if err := h.Consented(ctx, mech, "cedar-seal1", "nobody read it", "answer"); err != nil {
		t.Fatal(err)
	}
	h.again()
	all, err := h.Petitions(ctx, mech)
	if err != nil || len(all) != 2 || all[0].Member != sec || all[0].Answer != "answer" || all[0].SealedBy != "cedar-seal1" || !all[0].Sealed.Equal(h.now) || all[1].Answer != "" || all[1].Block != "block b" {
		t.Fatalf("%+v, %v", all, err)
	}
	refused(t, h.DropPetition(ctx, mech, "c"), "ours.unknown")
	refused(t, h.DropPetition(ctx, mech, "a"), "party.petition_answered")    // a colleague's page may be older than our answer
	for _, answer := range []string{"an older answer", "answer", "answer"} { // whose keys were replaced
		if err := h.Unanswer(ctx, mech, "a", answer); err != nil {
			t.Fatal(err)
		}
		if all, err = h.Petitions(ctx, mech); err != nil || (all[0].Answer == "answer") != (answer == "an older answer") || (all[0].SealedBy == "") != (all[0].Answer == "") {
			t.Fatalf("after %q: %+v, %v", answer, all[0], err)
		}
	}
	if err := h.Consented(ctx, mech, "cedar-seal2", "a", "answer anew"); err != nil {
		t.Fatal(err)
	}
	if err := h.DropPetition(ctx, mech, "b"); err != nil {
		t.Fatal(err)
	}
	for i := range maxPetitions {
		keep(fmt.Sprint("n", i), sec)
	}
	if all, err = h.Petitions(ctx, mech); err != nil || len(all) != maxPetitions || all[0].Text != "n0" {
		t.Errorf("%d, the oldest is %+v, %v", len(all), all[0], err)
	}
	more := Petition{About: About{Matter: "party/lantern"}, Block: "block", Text: "more", Member: sec}
	refused(t, h.Petition(ctx, mech, more, []string{"a"}), "party.petitions_full")
	if err := h.Petition(ctx, mech, more, []string{"n3"}); err != nil {
		t.Fatal(err)
	}
	if all, err = h.Petitions(ctx, mech); err != nil || len(all) != maxPetitions || all[3].Text != "n4" || all[maxPetitions-1].Text != "more" {
		t.Errorf("%+v, %v", all, err)
	}
}
