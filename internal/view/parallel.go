package view

import (
	"slices"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// Pair is what the table shows of a text that is one side's own: the texts that others have on the same matter, and what they say against this one.
type Pair struct {
	ID     string
	Ours   bool
	Twins  []Twin    // this text among those of the others, in the charter's order
	Absent []Party   // parties of sides that have no text of their own yet
	Ready  string    // the id under which the reader's party would table its own; "" if it has one, or its side has
	Said   []Dissent // against this text, in the order of the record
	Say    bool      // the reader may say something against it
}

// Twin is one side's text of a pair as it stands, with every correction in force.
type Twin struct {
	TextCard
	Side       Side
	Self       bool // it is the text that is looked at
	Languages  []lang.Tag
	Paragraphs []TwinParagraph
	Against    []Dissent // the whole of it; only of the others' texts, like those on paragraphs
}

// TwinParagraph is a paragraph of it.
type TwinParagraph struct {
	ID    text.ParaID
	Label string
	Text  lang.Text
	// Against is what other sides say against it.
	Against []Dissent
}

// Dissent is what a party of another side says against a text.
type Dissent struct {
	Party     Party
	Paragraph text.ParaID // "" for the whole
	Label     string
	Text      lang.Text
	Entry     string
	At        time.Time
}

// Named is a stage as message keys end: what one side has sealed alone is issued, never adopted.
func (c TextCard) Named(stage string) string {
	if c.Alone != nil && stage == "adopted" {
		return "issued"
	}
	return stage
}

// alone is the side whose own a text is, nil for a joint text.
func (f From) alone(t *text.State) *Side {
	for _, s := range f.sidesOf([]string{t.Side(f.Charter())}) {
		return &s
	}
	return nil
}

// Against are the dissents on a paragraph; on "" those on the whole text.
func (p Pair) Against(id text.ParaID) []Dissent { return against(p.Said, id) }

func against(all []Dissent, id text.ParaID) []Dissent {
	return slices.DeleteFunc(slices.Clone(all), func(d Dissent) bool { return d.Paragraph != id })
}

// partiesIn are the parties that take part in making a text.
func (f From) partiesIn(t *text.State) []Party {
	return slices.DeleteFunc(f.parties(), func(p Party) bool { return !t.Takes(f.Charter(), p.ID) })
}

// sidesIn are the sides that have a copy of a text.
func (f From) sidesIn(t *text.State) []Side {
	if t.Parallel() {
		return f.sidesOf([]string{t.Side(f.Charter())})
	}
	return f.sides()
}

func (f From) pair(t *text.State, out *Text, member string, now time.Time) error {
	if !t.Parallel() {
		return nil
	}
	c, me := f.Charter(), charter.PartyID(f.Self)
	v := &Pair{ID: t.Pair(), Ours: t.Takes(c, me)}
	out.Pair = v
	has := map[string]bool{}
	for p := range f.ordered(c.Document().Parties) {
		other, err := f.Snapshot.Text(text.ParallelID(p.ID, t.Pair()))
		if refusal.As(err) != nil && refusal.As(err).Kind == refusal.Missing {
			continue
		}
		if err != nil {
			return err
		}
		if other.Parallel() {
			has[p.Side] = true
			v.Twins = append(v.Twins, f.twin(other, t.ID))
		}
	}
	for p := range f.ordered(c.Document().Parties) {
		if !has[p.Side] {
			v.Absent = append(v.Absent, f.party(p.ID))
		}
	}
	if !has[c.SideOf(me)] {
		v.Ready = text.ParallelID(me, t.Pair())
	}
	v.Said = f.dissents(t)
	v.Say = !v.Ours && out.Adopted() && c.May(me, member, "text.dissent", now) == nil
	return nil
}

func (f From) dissents(t *text.State) []Dissent {
	var out []Dissent
	for _, d := range t.Dissents {
		said := Dissent{Party: f.party(d.Party), Paragraph: d.Paragraph, Text: d.Text, Entry: d.Act, At: when(d.At)}
		if p := t.Para(d.Paragraph); p != nil {
			said.Label = p.Label
		}
		out = append(out, said)
	}
	return out
}

func (f From) twin(t *text.State, of string) Twin {
	c := f.Charter()
	out := Twin{TextCard: f.textCard(t), Side: *f.alone(t), Self: t.ID == of, Languages: t.Tabled.Languages}
	var said []Dissent
	if !out.Self {
		said = f.dissents(t)
	}
	out.Against = against(said, "")
	final := t.FinalLabels(c)
	for _, p := range t.Ordered(c) {
		w := p.Current(c)
		if w.Omit {
			continue
		}
		words := TwinParagraph{ID: p.ID, Label: p.Label, Text: lang.Text{}, Against: against(said, p.ID)}
		if l, ok := final[p.ID]; ok && t.Frozen(c) != nil {
			words.Label = l
		}
		for _, tag := range t.Tabled.Languages {
			if s, ok := w.Text(c, tag); ok {
				words.Text[tag] = s
			}
		}
		out.Paragraphs = append(out.Paragraphs, words)
	}
	out.correct(t.Corrections(c))
	return out
}

// correct shows paragraphs as they stand today.
func (t *Twin) correct(all []text.Correction) {
	for _, k := range all {
		for _, x := range k.Changes {
			if i := slices.IndexFunc(t.Paragraphs, func(p TwinParagraph) bool { return p.ID == x.Paragraph }); i >= 0 {
				t.Paragraphs[i].Text[x.Language] = x.After
			}
		}
	}
}
