package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/glossary"
	"entente.example/internal/guest"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/internal/worked"
)

// patience is how long a step may take to reach every node before the demo says that it failed.
const patience = time.Minute

// Found makes the mechanism: calling cards go to the drafter, the invitation goes to everybody, each compares the fingerprint and seals.
func (s *Stage) Found(ctx context.Context) (fingerprint string, err error) {
	var cards [][]byte
	for _, a := range s.Actors {
		card, err := a.Card(ctx, s.Example.Mandates(a.Party), a.pass)
		if err != nil {
			return "", fmt.Errorf("calling card of %s: %w", a.Party, err)
		}
		cards = append(cards, card)
	}
	ex := s.Example
	d := chancery.Description{ID: ex.Mechanism.ID, Illustration: true, Founded: ex.Mechanism.Established[len(ex.Mechanism.Established)-1].Value, Names: ex.Names(),
		Languages: ex.Mechanism.Languages, Drafting: ex.Mechanism.Drafting, Sides: ex.SideList(), Rules: ex.Rules()}
	drafter := s.Actors[0]
	invitation, fingerprint, err := drafter.Draft(ctx, d, cards, drafter.pass)
	if err != nil {
		return "", fmt.Errorf("the charter: %w", err)
	}
	for _, a := range s.Actors {
		joined, err := a.Join(ctx, invitation, fingerprint)
		if err != nil {
			return "", fmt.Errorf("%s joins: %w", a.Party, err)
		}
		s.Mech = joined.Mech
	}
	for _, a := range s.Actors {
		if _, err := a.Seal(ctx, s.Mech, custodian(a.Party), "charter", false, a.pass); err != nil {
			return "", fmt.Errorf("%s seals the charter: %w", a.Party, err)
		}
	}
	return fingerprint, s.await(ctx, "the charter is in force on every node", func(a *Actor) (bool, string, error) {
		st, err := a.Status(ctx)
		if err != nil || len(st.Mechanisms) == 0 {
			return false, "no mechanism", err
		}
		return st.Mechanisms[0].State == "in force", st.Mechanisms[0].State, nil
	})
}

func custodian(p charter.PartyID) string { return string(p) + "-seal1" }

// await waits until something holds on every node.
func (s *Stage) await(ctx context.Context, what string, holds func(*Actor) (ok bool, have string, err error)) error {
	return s.awaitFor(ctx, patience, what, holds)
}

func (s *Stage) awaitFor(ctx context.Context, patience time.Duration, what string, holds func(*Actor) (ok bool, have string, err error)) error {
	deadline := time.Now().Add(patience)
	for _, a := range s.Actors {
		for {
			ok, have, err := holds(a)
			if err != nil {
				return fmt.Errorf("%s, at %s: %w", what, a.Party, err)
			}
			if ok {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("%s: not so at %s after %v: %s", what, a.Party, patience, have)
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(2 * time.Millisecond):
			}
		}
	}
	return nil
}

// actor finds a party's node.
func (s *Stage) actor(p charter.PartyID) *Actor {
	for _, a := range s.Actors {
		if a.Party == p {
			return a
		}
	}
	return nil
}

// Do plays one step: every move on its own party's node, each after the one before it has arrived there.
func (s *Stage) Do(ctx context.Context, step worked.Step) error {
	s.clock.set(step.At)
	for _, m := range step.Moves {
		a := s.actor(m.Party)
		if err := s.arrived(ctx, a, s.reached); err != nil {
			return err
		}
		if err := s.move(ctx, a, m); err != nil {
			return fmt.Errorf("%s, %s: %w", m.Member, m.Matter, err)
		}
		var err error
		if s.reached, err = sizes(ctx, a, s.Mech); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stage) move(ctx context.Context, a *Actor, m worked.Move) error {
	if m.Seal {
		_, err := a.Seal(ctx, s.Mech, m.Member, m.Matter, false, a.pass)
		return err
	}
	var bodies []entry.Body
	err := a.Node().Snapshot(ctx, s.Mech, func(sn *node.Snapshot) error {
		var st *text.State
		if id, ok := strings.CutPrefix(m.Matter, "text/"); ok {
			st, _ = sn.Text(id) // the first act on a text finds none
		}
		var err error
		if m.Concurs {
			bodies, err = concur(sn, m.Matter)
		} else {
			bodies, err = m.Bodies(st, sn.Charter())
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = a.Act(ctx, s.Mech, m.Member, m.Matter, bodies...)
	return err
}

// concur agrees with a commitment or a word as it was last entered, with days as they were last offered, or with a guest as it was proposed.
func concur(sn *node.Snapshot, matter string) ([]entry.Body, error) {
	st, err := sn.Subject(matter)
	if err != nil {
		return nil, err
	}
	switch s := st.(type) {
	case *glossary.State:
		return []entry.Body{glossary.Concur{Entered: s.Entered[len(s.Entered)-1].Act}}, nil
	case *meeting.State:
		return []entry.Body{meeting.Accept{Offer: s.Offered[len(s.Offered)-1].Act}}, nil
	case *guest.State:
		return []entry.Body{guest.Agree{Proposal: s.Proposals[len(s.Proposals)-1].Act}}, nil
	case *commitment.State:
		return []entry.Body{commitment.Concur{Entered: s.Entered[len(s.Entered)-1].Act}}, nil
	}
	return nil, fmt.Errorf("nobody concurs in %s", matter)
}

// arrived waits until a node has folded what another had when it acted, unless its line is cut.
func (s *Stage) arrived(ctx context.Context, a *Actor, want map[charter.PartyID]int64) error {
	deadline := time.Now().Add(patience)
	for {
		have, err := sizes(ctx, a, s.Mech)
		if err != nil {
			return err
		}
		ok := true
		for p, n := range want {
			ok = ok && have[p] >= n
		}
		if ok {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s waits for entries: has %v of %v", a.Party, have, want)
		}
		time.Sleep(time.Millisecond)
	}
}

// sizes are how many entries of each party's log a node has folded.
func sizes(ctx context.Context, a *Actor, mech string) (map[charter.PartyID]int64, error) {
	out := map[charter.PartyID]int64{}
	err := a.Node().Snapshot(ctx, mech, func(sn *node.Snapshot) error {
		for _, l := range sn.Logs {
			out[charter.PartyID(l.Party)] = l.Applied
		}
		return nil
	})
	return out, err
}

// Expect waits until the step has arrived and the state of the joint statement is as the example says, on the nodes given; on all of them if none is. A state alone
// does not show that a step arrived: some steps leave it as it was.
func (s *Stage) Expect(ctx context.Context, step worked.Step, on ...*Actor) error {
	if step.Expect == nil {
		return nil
	}
	return s.await(ctx, fmt.Sprintf("the state after event %d", step.Seq), func(a *Actor) (bool, string, error) {
		if len(on) > 0 && !contains(on, a) {
			return true, "", nil
		}
		held, err := sizes(ctx, a, s.Mech)
		if err != nil {
			return false, "", err
		}
		for p, n := range s.reached {
			if held[p] < n {
				return false, fmt.Sprintf("has %v of %v", held, s.reached), nil
			}
		}
		have := text.Status{}
		err = a.Node().Snapshot(ctx, s.Mech, func(sn *node.Snapshot) error {
			st, err := sn.Text(s.Example.TextID())
			if err != nil {
				have = text.Status{Bracketed: []string{}, AdRef: []string{}, Agreed: []string{}, OpenReservations: []string{}, ConcordanceOpen: []string{}}
				return nil // not tabled yet
			}
			have = st.Status(sn.Charter(), sn.Held)
			return nil
		})
		return same(have, *step.Expect), describe(have, *step.Expect), err
	})
}

func contains(list []*Actor, a *Actor) bool {
	for _, x := range list {
		if x == a {
			return true
		}
	}
	return false
}

// same compares states; the example lists paragraphs in the order in which they came, we list them in the document's.
func same(have, want text.Status) bool {
	sorted := func(s text.Status) text.Status {
		s.Bracketed, s.AdRef, s.Agreed = set(s.Bracketed), set(s.AdRef), set(s.Agreed)
		s.OpenReservations, s.ConcordanceOpen = set(s.OpenReservations), set(s.ConcordanceOpen)
		return s
	}
	return reflect.DeepEqual(sorted(have), sorted(want))
}

func describe(have, want text.Status) string {
	h, _ := json.Marshal(have) // plain structs always have a JSON form
	w, _ := json.Marshal(want)
	return fmt.Sprintf("have %s, want %s", h, w)
}

// Digests are the record digests, once they are equal on all nodes.
func (s *Stage) Digests(ctx context.Context) (map[charter.PartyID]string, error) {
	out := map[charter.PartyID]string{}
	err := s.await(ctx, "the record digests are equal", func(*Actor) (bool, string, error) {
		first := ""
		for _, a := range s.Actors {
			d, err := a.Digest(ctx, s.Mech)
			if err != nil {
				return false, "", err
			}
			out[a.Party] = d
			if first == "" {
				first = d
			}
			if d != first {
				return false, fmt.Sprint(out), nil
			}
		}
		return true, "", nil
	})
	return out, err
}

// set sorts a copy.
func set(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return out
}
