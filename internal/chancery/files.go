package chancery

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/akn"
	"entente.example/internal/charter"
	"entente.example/internal/conversation"
	"entente.example/internal/filing"
	"entente.example/internal/locale"
	"entente.example/internal/markup"
	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// TextFile writes a text as it stands: brackets, alternatives and who proposed them.
func (c *Chancery) TextFile(ctx context.Context, mech, id, format string, tag lang.Tag) (out filing.File, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Tabled(id)
		if err == nil {
			out, err = filing.Write(markup.Of(s.Charter(), t), format, tag, about(s, t, c.now()))
		}
		return err
	})
	return out, err
}

// PlainDraft makes a draft of plain words, in Markdown and in the languages of a mechanism: what a member reads, completes and tables like any other. Nothing of it is kept.
func (c *Chancery) PlainDraft(ctx context.Context, mech, words string) (draft []byte, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		doc := s.Charter().Document()
		tag := doc.Drafting
		if looks := lang.Looks(tag, words); slices.Contains(doc.Languages, looks) {
			tag = looks
		}
		f, err := filing.Write(markup.Plain(words, tag, doc.Languages), filing.Markdown, tag, akn.About{})
		draft = f.Body
		return err
	})
	return draft, err
}

// about is what names a text outside of the record.
func about(s *node.Snapshot, t *text.State, now time.Time) akn.About {
	out := akn.About{Mechanism: s.Charter().Document().ID, Day: t.Tabled.At[:min(len("2006-01-02"), len(t.Tabled.At))], Stage: "draft"}
	for _, p := range t.Sealers(s.Charter()).Document().Parties {
		out.Parties = append(out.Parties, string(p.ID))
	}
	if t.Outcome(s.Charter(), s.Held) == adoption.Adopted {
		out.Stage = "adopted"
	}
	out.Called = calledIn(s.Charter(), out.Stage == "adopted", now.UTC().Format(time.DateOnly))
	return out
}

// calledIn is what the mechanism and its parties are called in a file that was written on a day: an adopted text has the names that were sealed.
func calledIn(c *charter.State, adopted bool, day string) func(id string, tag lang.Tag) string {
	return func(id string, tag lang.Tag) string {
		switch {
		case id == c.Document().ID:
			return charter.PickName(c.Document().Names, tag, "").Full
		case adopted:
			return c.PartyName(charter.PartyID(id), tag).Full
		}
		return c.NameOn(charter.PartyID(id), tag, day).Full
	}
}

// CompareFiles says what files have beside the text as it stands. It changes nothing.
func (c *Chancery) CompareFiles(ctx context.Context, mech, id string, files ...[]byte) (out *markup.Comparison, err error) {
	sheet, err := filing.Read(files...)
	if err != nil {
		return nil, err
	}
	if sheet.ID != "" && sheet.ID != id {
		return nil, refusal.New(refusal.Invalid, "file.other_text", "text", id, "other", sheet.ID)
	}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Tabled(id)
		if err != nil {
			return err
		}
		out = markup.Compare(s.Charter(), t, sheet)
		out.Comments, err = unsaid(s, t, out.Comments)
		return err
	})
	return out, err
}

// ProposeChosen puts on the record what a member chose of a comparison: wordings as proposals beside what stands, brackets, language versions; comments in a thread about the text.
func (c *Chancery) ProposeChosen(ctx context.Context, mech, member, id string, chosen markup.Chosen) ([]node.Posted, error) {
	for _, ch := range chosen.Changes {
		if ch.Problem != nil {
			return nil, ch.Problem
		}
	}
	if len(chosen.Changes)+len(chosen.Comments) == 0 {
		return nil, refusal.New(refusal.Invalid, "file.nothing_chosen")
	}
	posted, err := c.propose(ctx, mech, member, id, chosen.Changes, chosen.Whole, func(b entry.Body) entry.Body {
		if text.Of(b) {
			return text.Having{Body: b, Read: chosen.Read}
		}
		return b
	}, nil)
	if err != nil || len(chosen.Comments) == 0 {
		return posted, err
	}
	bodies, err := c.comments(ctx, mech, id, chosen.Comments)
	if err != nil {
		return posted, err
	}
	more, err := c.Act(ctx, mech, member, commentsOn(id), bodies...)
	return append(posted, more...), err
}

// propose writes proposals, each as its author has read the text, then also, then the brackets that may stand in them.
func (c *Chancery) propose(ctx context.Context, mech, member, id string, changes []markup.Change, whole bool, having func(entry.Body) entry.Body, also []entry.Body) ([]node.Posted, error) {
	var posted []node.Posted
	first, then := markup.Bodies(changes, whole)
	ids := make([]string, 0, len(first))
	for i, b := range first {
		first[i] = having(b)
	}
	if first = append(first, also...); len(first) > 0 {
		p, err := c.Act(ctx, mech, member, "text/"+id, first...)
		if err != nil {
			return nil, err
		}
		for _, x := range p {
			ids = append(ids, x.ID)
		}
		posted = p
	}
	if brackets := then(ids); len(brackets) > 0 {
		p, err := c.Act(ctx, mech, member, "text/"+id, brackets...)
		return append(posted, p...), err
	}
	return posted, nil
}

// commentsOn is the thread that takes the comments of files.
func commentsOn(id string) string { return "thread/comments-" + id }

// comments are the messages of a thread about the text, and its beginning if nobody has commented yet.
func (c *Chancery) comments(ctx context.Context, mech, id string, list []markup.Comment) (out []entry.Body, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Tabled(id)
		if err != nil {
			return err
		}
		thread, err := commentsIn(s, id)
		if err != nil {
			return err
		}
		if thread == nil {
			title := lang.Text{}
			for _, tag := range locale.Languages {
				title[tag] = locale.Message(tag, "file.comments_on", refusal.Params{"text": id})
			}
			out = append(out, conversation.Open{Title: title, About: "text/" + id})
		}
		for _, k := range list {
			out = append(out, conversation.Say{Text: commented(t, k)})
		}
		return nil
	})
	return out, err
}

// commented is a comment as a message of the thread.
func commented(t *text.State, k markup.Comment) lang.Text {
	tag, where := cmp.Or(k.Language, t.Tabled.Drafting), ""
	if p := t.Para(k.Paragraph); p != nil {
		where = p.Label
	}
	return lang.Text{tag: lang.Normalise(locale.Message(tag, "file.comment", refusal.Params{"paragraph": where, "author": k.Author, "text": k.Text}))}
}

// commentsIn is the thread that takes the comments of files about a text; nil if nobody has commented yet.
func commentsIn(s *node.Snapshot, id string) (*conversation.State, error) {
	st, err := s.Subject(commentsOn(id))
	if r := refusal.As(err); err != nil && r.Kind == refusal.Missing {
		return nil, nil
	}
	thread, _ := st.(*conversation.State)
	return thread, err
}

// unsaid are the comments that nobody has put into the thread yet.
func unsaid(s *node.Snapshot, t *text.State, list []markup.Comment) ([]markup.Comment, error) {
	thread, err := commentsIn(s, t.ID)
	if thread == nil {
		return list, err
	}
	return slices.DeleteFunc(list, func(k markup.Comment) bool {
		words := commented(t, k)
		return slices.ContainsFunc(thread.Messages, func(m conversation.Message) bool { return maps.Equal(m.Text, words) })
	}), err
}

// TableFiles tables a draft from files in any format, as our side's own text if a file or parallel says so. Alternatives and brackets follow as proposals of our side, each with whom the file ascribes it to; then we stand where the
// file has us, or behind the draft.
func (c *Chancery) TableFiles(ctx context.Context, mech, member, id string, parallel bool, files ...[]byte) ([]node.Posted, error) {
	sheet, err := filing.Read(files...)
	if err != nil {
		return nil, err
	}
	sheet.Parallel = sheet.Parallel || parallel
	draft, err := sheet.Draft()
	if err != nil {
		return nil, err
	}
	for i := range draft.Annexes {
		if err := c.enclose(ctx, mech, &draft.Annexes[i]); err != nil {
			return nil, err
		}
	}
	posted, err := c.Act(ctx, mech, member, "text/"+id, draft.Acts()...)
	if err != nil {
		return nil, err
	}
	var changes []markup.Change
	var support text.Support
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Tabled(id)
		if err != nil {
			return err
		}
		changes = markup.Compare(s.Charter(), t, sheet).Changes
		changes, support = standing(changes, charter.PartyID(s.Self), posted[0].ID)
		return nil
	})
	if err != nil || len(changes) == 0 {
		return posted, err
	}
	var also []entry.Body
	if len(support.Items) > 0 {
		also = append(also, support)
	}
	more, err := c.propose(ctx, mech, member, id, changes, false, func(b entry.Body) entry.Body { return b }, also) // of what we have just tabled
	return append(posted, more...), err
}

// standing puts our own alternatives last, since we stand behind what we proposed last. Where a file ascribes none to us, we stand behind the tabled wording.
func standing(changes []markup.Change, me charter.PartyID, table string) ([]markup.Change, text.Support) {
	ours := func(ch markup.Change) bool { return slices.Contains(ch.From, string(me)) }
	var out, last []markup.Change
	seen, own := map[text.ParaID]bool{}, map[text.ParaID]bool{}
	var support text.Support
	for _, ch := range changes {
		if ch.Kind != markup.Alternative || !ours(ch) {
			out = append(out, ch)
		} else {
			ch.From = nil
			last = append(last, ch)
			own[ch.Paragraph] = true
		}
	}
	for _, ch := range out {
		if ch.Kind == markup.Alternative && !own[ch.Paragraph] && !seen[ch.Paragraph] {
			seen[ch.Paragraph] = true
			support.Items = append(support.Items, text.Item{Paragraph: ch.Paragraph, Wording: text.WordingID(table)})
		}
	}
	return append(out, last...), support
}
