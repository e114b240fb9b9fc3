package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/line"
	"entente.example/internal/locale"
	"entente.example/internal/situation"
	"entente.example/lang"
)

// hotline plays the first two line checks of the example between a party of each side: one is answered, the other finds the line cut. Then every party says how it sees the situation, and
// the line does not care.
func (r *run) hotline(ctx context.Context) error {
	a, b := r.Actors[0], r.Actors[1]
	first := r.clock.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 2).Add(time.Hour)
	for first.Weekday() != time.Monday {
		first = first.AddDate(0, 0, 1)
	}
	p, err := a.Act(ctx, r.Mech, string(a.Party)+"-sec", line.Matter(line.Main), line.Propose{Callers: []charter.PartyID{a.Party, b.Party}, From: first.Format(time.DateOnly), Minutes: 15,
		Times: []line.Time{{Days: []string{"mon"}, At: "09:00", Zone: "+08:00"}}})
	if err != nil {
		return err
	}
	if err := r.reach(ctx, a, b); err != nil {
		return err
	}
	if _, err := b.Act(ctx, r.Mech, string(b.Party)+"-sec", line.Matter(line.Main), line.Agree{Proposal: p[0].ID}); err != nil {
		return err
	}
	if err := r.reach(ctx, b, a); err != nil {
		return err
	}
	r.clock.set(first)
	if _, err := a.CallLine(ctx, r.Mech, string(a.Party)+"-duty", line.Main, nil); err != nil {
		return err
	}
	if err := r.reach(ctx, a, b); err != nil {
		return err
	}
	r.clock.set(first.Add(70 * time.Second))
	if _, err := b.AnswerLine(ctx, r.Mech, string(b.Party)+"-duty", line.Main, "", nil); err != nil {
		return err
	}
	if err := r.reach(ctx, b, a); err != nil {
		return err
	}
	for _, other := range r.Actors[1:] {
		a.Cut(string(other.Party))
	}
	r.clock.set(first.AddDate(0, 0, 7))
	if _, err := b.CallLine(ctx, r.Mech, string(b.Party)+"-duty", line.Main, nil); err != nil {
		return err
	}
	r.clock.set(first.AddDate(0, 0, 7).Add(16 * time.Minute))
	if err := r.tellLine(ctx, b); err != nil {
		return err
	}
	for _, other := range r.Actors[1:] {
		a.Mend(string(other.Party))
	}
	return r.declare(ctx, first)
}

// reach waits until what one has is with another, whoever passes it on.
func (r *run) reach(ctx context.Context, from, to *Actor) (err error) {
	if r.reached, err = sizes(ctx, from, r.Mech); err != nil {
		return err
	}
	return r.arrived(ctx, to, r.reached)
}

// tellLine says what became of each call, as one party sees it.
func (r *run) tellLine(ctx context.Context, a *Actor) error {
	h, err := a.LineHistory(ctx, r.Mech, line.Main)
	if err != nil {
		return err
	}
	var states []string
	for _, row := range slices.Backward(h.Rows) {
		states = append(states, row.State)
		r.say("line", "at", row.At, "caller", r.Example.Short(row.Caller, r.Language), "callee", r.Example.Short(row.Callee, r.Language), "state", locale.Message(r.Language, line.StateKey(row.State), nil))
	}
	if fmt.Sprint(states) != fmt.Sprint([]string{line.Answered, line.Unreachable}) {
		return fmt.Errorf("the line checks came to %v", states)
	}
	return nil
}

// declare lets every party say how it sees the situation, in its own language.
func (r *run) declare(ctx context.Context, from time.Time) error {
	words := map[lang.Tag]string{lang.English: "As before.", lang.Chinese: "一切如常。", lang.Japanese: "変わりなし。"}
	for _, a := range r.Actors {
		party, ok := a.partyIn(ctx, r.Mech)
		if !ok {
			continue
		}
		said := words[party.Language]
		if said == "" {
			said = words[lang.English]
		}
		body := situation.Declare{Level: "1", Text: lang.Text{party.Language: said}, From: from.Format(time.DateOnly)}
		if _, err := a.Act(ctx, r.Mech, string(a.Party)+"-hod", situation.Matter(a.Party), body); err != nil {
			return err
		}
		r.say("situation", "party", r.Example.Short(a.Party, r.Language), "words", said)
	}
	return nil
}

// partyIn is how the charter has the party of this node.
func (a *Actor) partyIn(ctx context.Context, mech string) (charter.Party, bool) {
	doc, err := a.Charter(ctx, mech)
	if err != nil {
		return charter.Party{}, false
	}
	p, ok := doc.Party(a.Party)
	if !ok {
		return charter.Party{}, false
	}
	return *p, true
}
