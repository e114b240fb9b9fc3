package chancery

import (
	"context"
	"slices"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/search"
	"entente.example/internal/termbase"
	"entente.example/internal/termfile"
	"entente.example/refusal"
)

// GlossaryFile writes the glossary of a mechanism, for translators' tools (tbx) or as a table with a column for each language (csv), or its adopted texts beside each other (tmx).
func (c *Chancery) GlossaryFile(ctx context.Context, mech, format string) (file []byte, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		switch format {
		case termbase.TBXFormat, termbase.CSVFormat:
			file, err = glossaryFile(s, format)
		case termbase.TMXFormat:
			file, err = memoryFile(s)
		default:
			err = refusal.New(refusal.Invalid, "term.format", "format", format)
		}
		return err
	})
	return file, err
}

func glossaryFile(s *node.Snapshot, format string) ([]byte, error) {
	concepts, err := termbase.Gather(s.Charter(), s.Subjects)
	if err != nil {
		return nil, err
	}
	if len(concepts) == 0 {
		return nil, refusal.New(refusal.Missing, "term.none")
	}
	doc := s.Charter().Document()
	if format == termbase.CSVFormat {
		return termbase.Table(doc.ID, doc.Drafting, concepts).CSV(doc.Drafting), nil
	}
	title := doc.ID
	if len(doc.Names) > 0 { // in the file's own language, if there is one in that: it is read as words of it
		title = doc.Names[max(0, slices.IndexFunc(doc.Names, func(n charter.Name) bool { return n.Lang == doc.Drafting }))].Full
	}
	return termbase.TBX(title, doc.Drafting, concepts)
}

func memoryFile(s *node.Snapshot) ([]byte, error) {
	var matters []search.Matter
	for t, err := range s.EachText() {
		if err != nil {
			return nil, err
		}
		matters = append(matters, search.Of(s.Charter(), s.Held, "text/"+t.ID, t))
	}
	return termbase.TMX(matters)
}

// CompareTerms says what a file has beside the glossary. It changes nothing.
func (c *Chancery) CompareTerms(ctx context.Context, mech string, file []byte) (*termfile.Comparison, error) {
	f, err := termfile.Read(file)
	if err != nil {
		return nil, err
	}
	var out *termfile.Comparison
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		out, err = termfile.Compare(s.Charter(), charter.PartyID(s.Self), f, s.Subjects)
		return err
	})
	return out, err
}

// TakeTerms puts on the record what a member chose of a comparison: all of it at once, or nothing. It is looked at again before: if the glossary has moved since, nothing is done. Each thing is a matter of
// its own, so that what waits for a second member does not hold up the rest; the refusal that says so comes last, with what was put on the record.
func (c *Chancery) TakeTerms(ctx context.Context, mech, member string, chosen termfile.Chosen) ([]node.Posted, error) {
	if len(chosen.Rows) == 0 {
		return nil, refusal.New(refusal.Invalid, "file.nothing_chosen")
	}
	acts, err := c.chosenActs(ctx, mech, chosen)
	if err != nil {
		return nil, err
	}
	actors := make([]entry.Actor, len(acts))
	for i, a := range acts { // who may not do one of them does none
		if actors[i], acts[i].Bodies, err = c.prepared(ctx, mech, member, a.Matter, a.Bodies); err != nil {
			return nil, err
		}
	}
	var posted []node.Posted
	for actor, now := range c.byActor(acts, actors) { // one, unless a member needs two roles for all of it
		p, err := c.write(ctx, mech, actor, now)
		if posted = append(posted, p...); err != nil {
			return posted, err
		}
	}
	err = nil
	for i, a := range acts {
		if !c.needsSecond(a.Bodies) {
			continue
		}
		if err = c.hold(ctx, mech, actors[i], a.Matter, a.Bodies, nil); refusal.As(err).Key != HeldKey {
			break
		}
	}
	return posted, err
}

// byActor are the acts that wait for nobody, together by who writes them.
func (c *Chancery) byActor(acts []termfile.Acts, actors []entry.Actor) map[entry.Actor][]node.Draft {
	out := map[entry.Actor][]node.Draft{}
	for i, a := range acts {
		if !c.needsSecond(a.Bodies) {
			out[actors[i]] = append(out[actors[i]], drafts(a.Matter, a.Bodies, nil)...)
		}
	}
	return out
}

// chosenActs are the acts of what was chosen, as the glossary stands now.
func (c *Chancery) chosenActs(ctx context.Context, mech string, chosen termfile.Chosen) (acts []termfile.Acts, err error) {
	f := &termfile.File{}
	for _, r := range chosen.Rows {
		if len(r.Entry.Words) == 0 || len(chosen.Rows) > termfile.MaxEntries {
			return nil, refusal.New(refusal.Invalid, "api.bad_request")
		}
		f.Entries = append(f.Entries, r.Entry)
	}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		now, err := termfile.Compare(s.Charter(), charter.PartyID(s.Self), f, s.Subjects)
		if err != nil {
			return err
		}
		taken := map[string]bool{}
		for i, r := range chosen.Rows {
			a, err := r.Acts(now.Rows[i], func(matter string) bool {
				_, err := s.Subject(matter)
				return err == nil || taken[matter]
			})
			if err != nil {
				return err
			}
			taken[r.Matter] = true
			acts = append(acts, a)
		}
		return nil
	})
	return acts, err
}
