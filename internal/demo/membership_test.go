package demo

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/internal/worked"
	"entente.example/lang"
	"entente.example/refusal"
)

// decide has a text of one paragraph adopted by everybody.
func (s *Stage) decide(t *testing.T, id string) {
	t.Helper()
	matter := "text/" + id
	act := func(a *Actor, like string, body entry.Body) {
		t.Helper()
		s.eventually(t, func() bool {
			_, err := a.Act(t.Context(), s.Mech, string(a.Party)+"-"+like, matter, body)
			return err == nil
		})
	}
	act(s.Actors[0], "draft", text.Table{Title: lang.Text{"en": "On leaving"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1, Symbol: "V/1",
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "One of us leaves;"}}}})
	for _, a := range s.Actors {
		var items []text.Item
		s.eventually(t, func() bool {
			v, err := a.Text(t.Context(), s.Mech, id)
			if err == nil {
				items, err = v.State.Wordings([]string{"1"})
			}
			return err == nil
		})
		act(a, "draft", text.Accept{Items: items})
		act(a, "hod", text.Confirm{Items: items})
	}
	s.eventually(t, func() bool {
		_, err := s.Actors[0].Freeze(t.Context(), s.Mech, string(s.Actors[0].Party)+"-sec", id)
		return err == nil
	})
	for _, a := range s.Actors {
		s.eventually(t, func() bool {
			_, err := a.Seal(t.Context(), s.Mech, custodian(a.Party), matter, a.pass)
			return err == nil
		})
	}
	for _, a := range s.Actors {
		s.eventually(t, func() bool {
			v, err := a.Text(t.Context(), s.Mech, id)
			return err == nil && v.Status.Adopted
		})
	}
}

// A node that has the record of the mechanism that is continued seals the next charter only if that record says what the charter says of it. A charter that tells otherwise may be joined by whoever set the node up,
// but no seal of ours comes onto it. SPEC succession-adopted.
func TestNobodySealsASuccessorThatTheirOwnRecordDoesNotKnow(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Set(t.Context(), t.TempDir(), ex, slog.New(slog.DiscardHandler), Quietly)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, b := s.Actors[0], s.Actors[1]
	if _, err := a.Successor(t.Context(), s.Mech, "leaving"); refusal.As(err) == nil || refusal.As(err).Key != "text.unknown_text" {
		t.Fatalf("a successor by a text that is not there: %v", err)
	}
	s.decide(t, "leaving")
	d, err := a.Successor(t.Context(), s.Mech, "leaving")
	if err != nil {
		t.Fatal(err)
	}
	var cards [][]byte
	for _, x := range []*Actor{a, b} {
		card, err := x.Card(t.Context(), ex.Mandates(x.Party), x.pass)
		if err != nil {
			t.Fatal(err)
		}
		cards = append(cards, card)
	}
	for i := range d.Sides {
		d.Sides[i].Parties = slices.DeleteFunc(slices.Clone(d.Sides[i].Parties), func(p charter.PartyID) bool { return p != a.Party && p != b.Party })
	}
	invitation, _, err := a.Draft(t.Context(), d, cards, a.pass)
	if err != nil {
		t.Fatal(err)
	}
	inv, doc, err := charter.ParseInvitation(invitation)
	if err != nil {
		t.Fatal(err)
	}
	joined, err := b.Join(t.Context(), invitation, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Seal(t.Context(), joined.Mech, custodian(b.Party), "charter", b.pass); err != nil {
		t.Fatalf("an honest one: %v", err)
	}
	m, err := b.Membership(t.Context(), joined.Mech)
	if err != nil || !m.Checked || len(m.Changes) != 3 || m.Changes[2].Kind != charter.Leaves || doc.Succeeds == nil {
		t.Fatalf("%+v, %v", m, err)
	}
	for name, lie := range map[string]struct {
		change func(s *charter.Succession)
		key    string
	}{
		"another wording":   {func(s *charter.Succession) { s.Statement = strings.Repeat("ab", 32) }, "founding.other_text"},
		"a text not there":  {func(s *charter.Succession) { s.Text = "nothing" }, "text.unknown_text"},
		"other parties":     {func(s *charter.Succession) { s.Parties = s.Parties[:2] }, "founding.other_parties"},
		"another mechanism": {func(s *charter.Succession) { s.Mechanism = strings.Repeat("cd", 32) }, "founding.no_record"},
	} {
		forged, err := charter.Parse(inv.Charter)
		if err != nil {
			t.Fatal(err)
		}
		lie.change(forged.Succeeds)
		raw, err := forged.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		mech, err := b.Node().Join(t.Context(), raw, string(b.Party))
		if err != nil {
			t.Fatal(err)
		}
		seals := map[string]func() error{
			"with our keys": func() error {
				_, err := b.Seal(t.Context(), mech, custodian(b.Party), "charter", b.pass)
				return err
			},
			"with signatures made elsewhere": func() error {
				_, err := b.Affix(t.Context(), mech, custodian(b.Party), "charter", []string{"x"})
				return err
			},
			"as shown": func() error {
				_, err := b.SealShown(t.Context(), mech, custodian(b.Party), "charter", strings.Repeat("00", 32), chancery.Signing{Passphrases: b.pass})
				return err
			},
		}
		for how, seal := range seals {
			if err := seal(); refusal.As(err) == nil || refusal.As(err).Key != lie.key {
				t.Errorf("%s, sealed %s: %v", name, how, err)
			}
		}
	}
}
