package chancery

import (
	"context"
	"maps"
	"strings"

	"entente.example/internal/awaiting"
	"entente.example/internal/charter"
	"entente.example/internal/locale"
	"entente.example/internal/node"
	"entente.example/internal/reminder"
	"entente.example/internal/staff"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Awaited is what awaits our side, or one member of ours, in a mechanism.
type Awaited struct {
	Mech  string
	Name  string // short name
	Items []awaiting.Item
	state *charter.State
	self  string
	day   string // on which parties are called as they are
}

// Awaited looks through every mechanism. member "" is our side as a whole; otherwise what that member may do, where they have a mandate.
func (c *Chancery) Awaited(ctx context.Context, member string) ([]Awaited, error) {
	ids, err := c.node.Mechanisms(ctx)
	if err != nil {
		return nil, err
	}
	var out []Awaited
	for _, id := range ids {
		err := c.node.Snapshot(ctx, id, func(s *node.Snapshot) error {
			if member != "" && !s.Charter().Admits(charter.PartyID(s.Self), member, c.now()) {
				return nil
			}
			a, err := c.AwaitedIn(ctx, s, member)
			out = append(out, a)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// AwaitedIn looks through the mechanism of a snapshot.
func (c *Chancery) AwaitedIn(ctx context.Context, s *node.Snapshot, member string) (Awaited, error) {
	a := Awaited{Mech: s.ID, Name: s.Charter().Document().ID, state: s.Charter(), self: s.Self, day: c.now().UTC().Format(subject.DayLayout)}
	ours, err := c.Ours(ctx, s)
	if err != nil {
		return a, err
	}
	items, err := awaiting.List(s, c.Glances(), c.now(), ours...)
	theirs := awaiting.For(s.Charter(), charter.PartyID(s.Self), member, c.now())
	for _, i := range items {
		if member == "" || theirs(i) {
			a.Items = append(a.Items, i)
		}
	}
	return a, err
}

// OwedIn lists what the record waits for from the other parties, each with its name on a day.
func (c *Chancery) OwedIn(s *node.Snapshot, tag lang.Tag, day string) (names []string, owed []Awaited, err error) {
	for _, p := range s.Charter().Document().Parties {
		if string(p.ID) == s.Self {
			continue
		}
		items, err := awaiting.Of(s, c.Glances(), p.ID, c.now())
		if err != nil {
			return nil, nil, err
		}
		names, owed = append(names, s.Charter().NameOn(p.ID, tag, day).Full), append(owed, Awaited{Mech: s.ID, Items: items, state: s.Charter(), self: s.Self, day: day})
	}
	return names, owed, nil
}

// Say puts one thing that awaits into a sentence.
func (a Awaited) Say(i awaiting.Item, tag lang.Tag) string {
	params := refusal.Params{}
	for k, v := range i.Params {
		switch k {
		case "day":
			v = locale.Days(tag, v, "")
		case "party":
			v = a.state.NameOn(charter.PartyID(v), tag, a.day).Full
		}
		params[k] = v
	}
	return waiting(tag, told(tag, i.What, params, i.Named, i.Title), i.Held)
}

// Say puts it into a sentence, with days and parties as the record writes them.
func (a AwaitingItem) Say(tag lang.Tag) string {
	params := refusal.Params{}
	maps.Copy(params, a.Params)
	return waiting(tag, told(tag, a.What, params, a.Named, a.Title), a.Held)
}

// waiting adds that an act of ours which answers it waits for a second member.
func waiting(tag lang.Tag, said, held string) string {
	if held == "" {
		return said
	}
	return said + " · " + locale.Message(tag, "ours.waits_already", nil) + " (" + strings.TrimPrefix(held, "ours/") + ")"
}

// told is a message with those of its parameters that are words in several languages, and with the title of its matter.
func told(tag lang.Tag, what string, params refusal.Params, named map[string]lang.Text, title lang.Text) string {
	for k, words := range named {
		_, params[k] = words.Pick(tag, lang.English)
	}
	out := locale.Message(tag, what, params)
	if _, words := title.Pick(tag, lang.English); words != "" {
		out += " · " + words
	}
	return out
}

// AskDigest keeps a member's wish for a letter a day. A node without a mail server says so, instead of promising.
func (c *Chancery) AskDigest(ctx context.Context, d staff.Digest) error {
	if c.cfg.Mail.Server == "" {
		return refusal.New(refusal.Unavailable, "reminder.no_server")
	}
	if err := reminder.CheckAddress(d.Address); err != nil {
		return err
	}
	return c.staff.SetDigest(ctx, d)
}
