package view

import (
	"slices"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Rectification is a proposed correction of an adopted text, and what each party said of it.
type Rectification struct {
	ID      string
	Symbol  string
	Status  string // "proposed", "objected", "corrected"
	By      Party
	Member  string
	At      time.Time
	Until   time.Time // end of the time for objection
	Note    string
	Errata  []Erratum
	Said    []Word // by party, in the charter's order
	Attests bool   // the reader may attest now
	Objects bool   // the reader may object now
}

// Erratum is one passage before and after.
type Erratum struct {
	Paragraph text.ParaID
	Label     string
	Lang      lang.Tag
	Defective string
	Corrected string
}

// Word is a party's word on a rectification.
type Word struct {
	Party  Party
	Kind   string // "none", "attests", "objects"
	At     time.Time
	Reason string
	Entry  string
}

// Corrected is what became of a language version after the text was sealed.
type Corrected struct {
	Sealed string // as the seals cover it
	By     []Correction
}

// Correction names a rectification in force.
type Correction struct {
	ID     string
	Symbol string
}

// rectifications lists the proposed corrections of a text, and whether the reader may propose one.
func (f From) rectifications(t *text.State, out *Text, member string, now time.Time) {
	c, me := f.Charter(), charter.PartyID(f.Self)
	may := func(verb string) bool { return out.Adopted() && t.Takes(c, me) && c.May(me, member, verb, now) == nil }
	out.May["text.sign"] = t.Frozen(c) != nil && t.Takes(c, me) && c.May(me, member, "text.sign", now) == nil
	out.May["text.rectify"], out.NextSymbol = may("text.rectify"), t.NextSymbol(out.Symbol)
	for _, r := range t.Rectifications {
		v := Rectification{ID: r.Act, Symbol: r.Symbol, Status: r.Status(c), By: f.party(r.Party), Member: r.Member, At: when(r.At), Until: when(r.Until), Note: r.Note}
		for _, e := range r.Items {
			v.Errata = append(v.Errata, Erratum{e.Paragraph, t.Para(e.Paragraph).Label, e.Language, e.Defective, e.Corrected})
		}
		for p := range f.ordered(t.Sealers(c).Document().Parties) {
			w := Word{Party: f.party(p.ID), Kind: "none"}
			if said, ok := r.Said[p.ID]; ok {
				w.Kind, w.At, w.Reason, w.Entry = "attests", when(said.At), said.Reason, said.Act
				if said.Objects {
					w.Kind = "objects"
				}
			}
			v.Said = append(v.Said, w)
		}
		if _, said := r.Said[me]; !said && v.Status == text.RectificationProposed {
			v.Objects = may("text.object")
			v.Attests = may("text.attest") && !now.Before(v.Until)
		}
		out.Rectifications = append(out.Rectifications, v)
	}
	for _, k := range t.Corrections(c) {
		for _, x := range k.Changes {
			if p, ok := out.Paragraph(x.Paragraph); ok {
				p.correct(x, Correction{k.Act, k.Symbol})
			}
		}
	}
}

// correct shows a paragraph as it stands today, beside what was sealed.
func (p *Paragraph) correct(x text.Change, by Correction) {
	i := slices.IndexFunc(p.Main.Versions, func(v Version) bool { return v.Lang == x.Language })
	if i < 0 {
		return
	}
	v := &p.Main.Versions[i]
	if v.Corrected == nil {
		v.Corrected = &Corrected{Sealed: x.Before}
	}
	v.Corrected.By = append(v.Corrected.By, by)
	v.Parts = []Part{{Text: x.After}}
}

// Adopted reports whether every party has sealed the text.
func (t *Text) Adopted() bool { return t.Stage == "adopted" || t.Stage == "public" }

// Statement is an interpretative statement. One that does not travel was taken back, fell with its paragraph, or crossed with the freeze.
type Statement struct {
	ID      string
	Party   Party
	Label   string // of the paragraph, "" for the whole text
	Text    lang.Text
	Travels bool
	Fell    bool // its paragraph is not part of the text
	Retract bool // the reader may take it back
}

func (f From) statement(t *text.State, d text.Declaration) Statement {
	out := Statement{ID: d.Act, Party: f.party(d.Party), Text: d.Text}
	if p := t.Para(d.Paragraph); p != nil {
		out.Label = p.Label
	}
	return out
}

func (f From) statements(t *text.State, out *Text) {
	travels := map[string]bool{}
	for _, d := range t.Declared(f.Charter()) {
		travels[d.Act] = true
	}
	fell := map[string]bool{}
	for _, d := range t.Fallen(f.Charter()) {
		fell[d.Act] = true
	}
	for _, d := range t.Declarations {
		v := f.statement(t, d)
		v.Travels, v.Fell = travels[d.Act], fell[d.Act]
		v.Retract = (v.Travels || v.Fell) && string(d.Party) == f.Self && out.May["text.retract"]
		out.Statements = append(out.Statements, v)
		if p, ok := out.Paragraph(d.Paragraph); ok && v.Travels {
			p.Statements = append(p.Statements, v)
		}
	}
}
