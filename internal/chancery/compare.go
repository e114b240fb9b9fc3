package chancery

import (
	"context"
	"slices"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/redline"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// CompareText says what has changed in a text between two moments, in some of its languages; none: all. Words are marked, or characters. A moment is "tabled", "now" or nothing, a day, an instant, the symbol of a document, the id of an entry, or
// "with:" and the id of an entry that proposes something.
func (c *Chancery) CompareText(ctx context.Context, mech, id, from, to string, languages []lang.Tag, characters bool) (out *redline.Comparison, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Tabled(id)
		if err != nil {
			return err
		}
		for _, tag := range languages {
			if !slices.Contains(t.Tabled.Languages, tag) {
				return refusal.New(refusal.Invalid, "text.not_authentic", "language", string(tag))
			}
		}
		if len(languages) == 0 {
			languages = t.Tabled.Languages
		}
		if from == "" {
			from = "tabled"
		}
		before, err := momentIn(s, t, from)
		if err != nil {
			return err
		}
		after, err := momentIn(s, t, to)
		if err != nil {
			return err
		}
		mark := redline.Words
		if characters {
			mark = redline.Letters
		}
		out = redline.Compare(t.Read(s.Charter(), before), t.Read(s.Charter(), after), languages, mark)
		return nil
	})
	return out, err
}

// momentIn finds a moment in the history of a text.
func momentIn(s *node.Snapshot, t *text.State, ref string) (text.Moment, error) {
	ref = strings.TrimSpace(ref)
	switch ref {
	case "", "now":
		return t.Now(s.Charter()), nil
	case "tabled":
		return text.AsTabled(), nil
	}
	if day, err := time.Parse(time.DateOnly, ref); err == nil {
		return text.Until(day.Add(24*time.Hour - time.Second).Format(time.RFC3339)), nil
	}
	if at, err := time.Parse(time.RFC3339, ref); err == nil {
		return text.Until(at.UTC().Format(time.RFC3339)), nil
	}
	unknown := refusal.New(refusal.Missing, "text.no_moment", "moment", ref, "text", t.ID)
	if act, ok := strings.CutPrefix(ref, "with:"); ok {
		if !slices.ContainsFunc(t.Paragraphs, func(p *text.Para) bool { return p.Wording(text.WordingID(act)) != nil }) {
			return text.Moment{}, unknown
		}
		return text.With(text.WordingID(act)), nil
	}
	if i := slices.IndexFunc(t.Issued, func(d text.Issued) bool { return d.Document == ref }); i >= 0 {
		ref = t.Issued[i].Act
	}
	log, e, err := s.Entry(ref)
	if err != nil || e.Matter != "text/"+t.ID {
		return text.Moment{}, unknown.Because(err)
	}
	return text.AsOf(charter.Past(e.Past).With(len(s.Charter().Document().Parties), s.Slot(log), e.Index+1)), nil
}
