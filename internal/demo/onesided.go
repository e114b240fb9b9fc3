package demo

import (
	"context"
	"fmt"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/internal/worked"
	"entente.example/lang"
)

// oneSided plays what the parties do where no joint text is possible: each side issues its own on the same issue, and the other says what it disagrees with.
func (r *run) oneSided(ctx context.Context) error {
	t := r.Example.Topics[0]
	if err := r.OneSided(ctx, t); err != nil {
		return err
	}
	_, title := t.Title.Pick(r.Language)
	r.say("one_sided", "title", title)
	return nil
}

// OneSided has each side table, seal and release its position on an issue as a text of its own, and dissent from the other's.
func (s *Stage) OneSided(ctx context.Context, t worked.Topic) error {
	for _, side := range s.Example.Sides {
		if err := s.issue(ctx, t, side.Parties, t.Positions[side.ID]); err != nil {
			return fmt.Errorf("%s: %w", side.ID, err)
		}
	}
	words := lang.Text{lang.English: "We do not share this view.", lang.Chinese: "我方不认同这一看法。", lang.Japanese: "当側はこの見解を共有しない。"}
	for i, side := range s.Example.Sides {
		for _, other := range s.Example.Sides {
			if other.ID == side.ID {
				continue
			}
			if err := s.says(ctx, side.Parties[0], "hod", text.ParallelID(other.Parties[0], t.ID), text.Dissent{Paragraph: "1", Text: in(s.Example.Mechanism.Languages, words)}); err != nil {
				return fmt.Errorf("side %d dissents: %w", i, err)
			}
		}
	}
	return s.everywhere(ctx, s.actor(s.Example.Sides[len(s.Example.Sides)-1].Parties[0]))
}

// issue takes one side's text from the table to its release.
func (s *Stage) issue(ctx context.Context, t worked.Topic, parties []charter.PartyID, position lang.Text) error {
	id, languages := text.ParallelID(parties[0], t.ID), s.Example.Mechanism.Languages
	draft := text.Draft{Table: text.Table{Title: in(languages, t.Title), Languages: languages, Drafting: languages[0], Parallel: true, Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: in(languages, position), Topics: []string{t.ID}}}}}
	if err := s.says(ctx, parties[0], "draft", id, draft.Acts()...); err != nil {
		return err
	}
	for _, agree := range []func([]text.Item) entry.Body{func(i []text.Item) entry.Body { return text.Accept{Items: i} }, func(i []text.Item) entry.Body { return text.Confirm{Items: i} }} {
		for _, p := range parties {
			st, err := s.textAt(ctx, p, id)
			if err != nil {
				return err
			}
			items, err := st.Wordings([]string{"1"})
			if err != nil {
				return err
			}
			if err := s.says(ctx, p, "hod", id, agree(items)); err != nil {
				return err
			}
		}
	}
	st, err := s.textAt(ctx, parties[0], id)
	if err != nil {
		return err
	}
	var freeze entry.Body
	err = s.actor(parties[0]).Node().Snapshot(ctx, s.Mech, func(sn *node.Snapshot) error {
		freeze, err = st.FreezeBody(sn.Charter())
		return err
	})
	if err == nil {
		err = s.says(ctx, parties[0], "sec", id, freeze)
	}
	for _, p := range parties {
		if err != nil {
			return err
		}
		a := s.actor(p)
		if _, err = a.Seal(ctx, s.Mech, custodian(p), "text/"+id, false, a.pass); err == nil {
			err = s.everywhere(ctx, a)
		}
	}
	if err != nil {
		return err
	}
	err = s.await(ctx, id+" is issued", func(a *Actor) (bool, string, error) {
		v, err := a.Text(ctx, s.Mech, id)
		return v.Status.Issued, v.Round, err
	})
	for _, p := range parties {
		if err == nil {
			err = s.says(ctx, p, "press", id, text.Release{NotBefore: s.clock.Now().UTC().Format("2006-01-02T15:04:05Z")})
		}
	}
	return err
}

func (s *Stage) textAt(ctx context.Context, p charter.PartyID, id string) (st *text.State, err error) {
	err = s.actor(p).Node().Snapshot(ctx, s.Mech, func(sn *node.Snapshot) error {
		st, err = sn.Text(id)
		return err
	})
	return st, err
}

// says puts acts of a party on the record and waits until they have arrived everywhere.
func (s *Stage) says(ctx context.Context, p charter.PartyID, function, id string, bodies ...entry.Body) error {
	a := s.actor(p)
	if _, err := a.Act(ctx, s.Mech, s.Example.Member(p, function), "text/"+id, bodies...); err != nil {
		return err
	}
	return s.everywhere(ctx, a)
}

// everywhere waits until every node has what one has.
func (s *Stage) everywhere(ctx context.Context, from *Actor) (err error) {
	if s.reached, err = sizes(ctx, from, s.Mech); err != nil {
		return err
	}
	for _, a := range s.Actors {
		if err := s.arrived(ctx, a, s.reached); err != nil {
			return err
		}
	}
	return nil
}
