package chancery

import (
	"slices"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/press"
	"entente.example/internal/readout"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/proof"
)

// readouts are the published readouts of a text, or of the meeting that it comes from, the earliest first. Drafts, and who wrote what for a party, stay inside.
func readouts(s *node.Snapshot, t *text.State, content *proof.Content) (out []press.Readout, err error) {
	all, err := s.Subjects("readout")
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		r, ok := x.(*readout.State)
		if !ok || r.Published == nil || r.Put.Of == "" || r.Put.Of != t.Tabled.Meeting && r.Put.Of != "text/"+t.ID {
			continue
		}
		whole, err := r.Excerpt()
		if err != nil {
			return nil, err
		}
		p := press.Readout{ID: r.ID, By: spoke(s.Charter(), content, r.Published.By), Title: r.Put.Title, At: instant(r.Published.At), As: whole.As, Act: whole.Act, Digest: whole.Digest}
		for i, said := range whole.Shown {
			p.Sentences = append(p.Sentences, sentence(s.Charter(), content, i+1, said))
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b press.Readout) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

func sentence(c *charter.State, content *proof.Content, position int, x readout.Said) press.Sentence {
	out := press.Sentence{ID: x.ID, Position: position, Text: x.Text, Side: x.To, Digest: x.Digest}
	if side, ok := c.Document().Side(x.To); ok && x.To != "" {
		out.To = side.Label
	}
	for _, d := range x.Disputes {
		out.Disputes = append(out.Disputes, press.Dispute{By: spoke(c, content, d.By), Kind: d.Kind, Text: d.Text, At: instant(d.At)})
	}
	return out
}

// instant reads the time of an entry, which is always of this form.
func instant(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t.UTC()
}

// called is what the public page calls a party: as the sealed text does, or the charter where the text is one side's own and does not name the party.
func called(c *charter.State, content *proof.Content, id charter.PartyID) lang.Text {
	if names := named(content, id); names != nil {
		return names
	}
	out := lang.Text{}
	for _, l := range content.Languages {
		out[l.Tag] = c.PartyName(id, l.Tag).Full
	}
	return out
}

// spoke is what the public page calls a party that said something of its own on a day: as the sealed text does, unless it had gone by another name since.
func spoke(c *charter.State, content *proof.Content, by charter.By) lang.Text {
	out := lang.Text{}
	for tag, name := range called(c, content, by.Party) {
		if then := c.NameOn(by.Party, tag, by.Day()).Full; then != c.PartyName(by.Party, tag).Full {
			name = then
		}
		out[tag] = name
	}
	return out
}

// named is what the sealed text calls a party, by language.
func named(content *proof.Content, id charter.PartyID) lang.Text {
	i := slices.IndexFunc(content.Parties, func(p proof.Party) bool { return p.ID == string(id) })
	if i < 0 {
		return nil
	}
	return content.Parties[i].Names
}
