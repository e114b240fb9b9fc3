package chancery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/founding"
	"entente.example/internal/meeting"
	"entente.example/internal/membership"
	"entente.example/internal/node"
	"entente.example/refusal"
)

// Ground is what a charter that continues a mechanism of ours rests on, as its drafter names it. The rest stands in our record.
type Ground struct {
	Mechanism string              `json:"mechanism,omitzero"` // short name or beginning of the id; may be left out on a node with one
	Text      string              `json:"text"`               // adopted there
	From      string              `json:"from,omitzero"`      // first day
	Series    []charter.Numbering `json:"series,omitempty"`
}

// adoptedText is the digest of what all parties sealed of an adopted text.
func adoptedText(s *node.Snapshot, id string) (string, error) {
	t, err := s.Text(id)
	if err != nil {
		return "", err
	}
	f := t.Frozen(s.Charter())
	if f == nil || t.Parallel() || t.Outcome(s.Charter(), s.Held) != adoption.Adopted {
		return "", refusal.New(refusal.Conflict, "founding.not_adopted", "text", id, "mechanism", s.Charter().Document().ID)
	}
	statement, err := t.Statement(s.Charter(), f.Round, f.Manifest)
	sum := sha256.Sum256(statement)
	return hex.EncodeToString(sum[:]), err
}

// succession is what a charter says of the mechanism that it continues, from our own record of that.
func (c *Chancery) succession(ctx context.Context, g Ground) (out *charter.Succession, err error) {
	mech, err := c.Mechanism(ctx, g.Mechanism)
	if err != nil {
		return nil, err
	}
	out = &charter.Succession{Mechanism: mech, Text: g.Text, From: g.From, Series: g.Series}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		for _, p := range s.Charter().Document().Parties {
			out.Parties = append(out.Parties, p.ID)
		}
		out.Statement, err = adoptedText(s, g.Text)
		return err
	})
	return out, err
}

// grounded refuses a charter that says of a mechanism of ours what our record of it does not.
func grounded(old *node.Snapshot, next *charter.Document, mech string) error {
	from, of := next.Succeeds, old.Charter().Document()
	var parties []charter.PartyID
	for _, p := range of.Parties {
		parties = append(parties, p.ID)
	}
	if !slices.Equal(parties, from.Parties) {
		return refusal.New(refusal.Unverified, "founding.other_parties", "mechanism", of.ID)
	}
	sealed, err := adoptedText(old, from.Text)
	if err != nil {
		return err
	}
	if sealed != from.Statement {
		return refusal.New(refusal.Unverified, "founding.other_text", "text", from.Text, "mechanism", of.ID)
	}
	said, err := old.Membership(charter.PartyID(old.Self))
	if err != nil {
		return err
	}
	if w := said.Said(); w != nil && w.Successor != mech {
		return refusal.New(refusal.Conflict, "founding.spoken", "mechanism", of.ID, "entry", w.Act)
	}
	return nil
}

// mayFound refuses to seal a charter that continues another mechanism, unless our own record of that shows what the charter says of it. A party that was not in it has no such record: it looks at the proof
// that the others hand over. SPEC succession-adopted.
func mayFound(s *node.Snapshot) error {
	doc := s.Charter().Document()
	if doc.Succeeds == nil {
		return nil
	}
	old, err := s.Predecessor()
	switch {
	case err != nil:
		return err
	case old != nil:
		return grounded(old, doc, s.ID)
	case slices.Contains(doc.Succeeds.Parties, charter.PartyID(s.Self)):
		return refusal.New(refusal.Unverified, "founding.no_record", "mechanism", doc.Succeeds.Mechanism[:16], "party", s.Self)
	}
	return nil
}

// mayJoin looks at a charter before its mechanism is here. One that names a mechanism which this node does not know may be joined: a node that is set up anew joins what it was in, in any order.
func (c *Chancery) mayJoin(ctx context.Context, doc *charter.Document, mech string) error {
	if doc.Succeeds == nil {
		return nil
	}
	err := c.node.Snapshot(ctx, doc.Succeeds.Mechanism, func(old *node.Snapshot) error { return grounded(old, doc, mech) })
	if err != nil && refusal.As(err).Key == "node.no_mechanism" {
		return nil
	}
	return err
}

// toSeal is the statement of an instrument that our party may seal.
func (c *Chancery) toSeal(ctx context.Context, mech, matter string, told bool) (statement []byte, round int, err error) {
	if matter == founding.Matter {
		if err := c.node.Snapshot(ctx, mech, mayFound); err != nil {
			return nil, 0, err
		}
	}
	return c.statement(ctx, mech, matter, told)
}

// continuing completes a party's word that it goes on in a mechanism: which one, by which text. It is refused unless that mechanism is in force here and continues this one.
func (c *Chancery) continuing(ctx context.Context, mech string, b membership.Continue) (*membership.Continue, error) {
	next, err := c.Mechanism(ctx, b.Successor)
	if err != nil {
		return nil, err
	}
	err = c.node.Snapshot(ctx, next, func(s *node.Snapshot) error {
		doc := s.Charter().Document()
		if doc.Succeeds == nil || doc.Succeeds.Mechanism != mech {
			return refusal.New(refusal.Conflict, "membership.no_successor", "mechanism", doc.ID)
		}
		in, err := s.InForce()
		if err == nil && !in {
			err = refusal.New(refusal.Conflict, "membership.not_in_force", "mechanism", doc.ID)
		}
		b.Successor, b.Text = next, doc.Succeeds.Text
		return err
	})
	return &b, err
}

// completed is the acts with what the house knows and the record needs.
func (c *Chancery) completed(ctx context.Context, mech string, bodies []entry.Body) ([]entry.Body, error) {
	for i, b := range bodies {
		if word, ok := b.(*membership.Continue); ok {
			whole, err := c.continuing(ctx, mech, *word)
			if err != nil {
				return nil, err
			}
			bodies = slices.Clone(bodies)
			bodies[i] = whole
		}
	}
	return bodies, nil
}

// Successor is what the drafter of the mechanism that continues one begins with: its names, languages, sides and rules, and where the numbers of its meetings go on. Who joins, leaves or becomes two is written into it.
func (c *Chancery) Successor(ctx context.Context, mech, text string) (out Description, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if _, err := adoptedText(s, text); err != nil {
			return err
		}
		doc, err := charter.Parse(s.Mechanism.Charter) // of our own, to be changed
		if err != nil {
			return err
		}
		out = Description{ID: after(doc.ID), Illustration: doc.Illustration, Founded: doc.Founded, Names: doc.Names, Languages: doc.Languages, Drafting: doc.Drafting, Sides: doc.Sides, Rules: doc.Rules,
			Succeeds: &Ground{Mechanism: doc.ID, Text: text}}
		meetings, err := s.Meetings()
		next := map[string]int{meeting.MainSeries: doc.Next(meeting.MainSeries)}
		for _, m := range meetings {
			if e := m.Meeting; e != nil {
				next[e.Series] = max(next[e.Series], doc.Next(e.Series), e.Number+1)
			}
		}
		for id, n := range next {
			out.Succeeds.Series = append(out.Succeeds.Series, charter.Numbering{ID: id, Next: n})
		}
		slices.SortFunc(out.Succeeds.Series, func(a, b charter.Numbering) int { return strings.Compare(a.ID, b.ID) })
		return err
	})
	return out, err
}

// after is the short name of the next mechanism: "rpem", "rpem-2", "rpem-3".
func after(id string) string {
	if i := strings.LastIndex(id, "-"); i > 0 {
		if n, err := strconv.Atoi(id[i+1:]); err == nil && n > 1 {
			return id[:i+1] + strconv.Itoa(n+1)
		}
	}
	return id + "-2"
}
