package meeting

import (
	"slices"
	"strconv"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// natures are the kinds of documents and the letters that stand for them in a symbol.
var natures = map[string]string{"limited_paper": "L", "room_paper": "CRP", "working_paper": "WP", "information_paper": "INF", "summary_record": "SR", "restricted": "R"}

// hows are the ways to modify a document and what stands for them in a symbol.
var hows = map[string]string{"revision": "Rev", "corrigendum": "Corr", "addendum": "Add"}

// Document puts a document into the meeting's dossier, or modifies one of its own party's. Its symbol is given by the record: it holds the party's own number, so two parties that
// cannot talk never give the same one, and it is one for all languages.
type Document struct {
	Nature    string    `json:"nature,omitzero" form:"choice=limited_paper|room_paper|working_paper|information_paper|summary_record|restricted"`
	Title     lang.Text `json:"title" form:"wording,required"`
	Of        string    `json:"of_matter,omitzero" form:"ref=matter"` // the matter that it is, as in text/js-9
	Version   string    `json:"version,omitzero" form:"line"`         // act or attachment that holds its bytes
	Modifies  string    `json:"modifies,omitzero" form:"ref=dossier"`
	How       string    `json:"how,omitzero" form:"choice=revision|corrigendum|addendum"`
	Languages []string  `json:"languages,omitempty" form:"list"` // none: all
}

// EntryType implements entry.Body.
func (Document) EntryType() string { return "meeting.document" }

// Issued is a document of the dossier.
type Issued struct {
	charter.By
	Document
	Symbol string `json:"symbol"`
}

// Check implements subject.Act.
func (b *Document) Check(s *State, _ *charter.State, a *charter.Act) error {
	if s.Meeting == nil {
		return s.unknown(a)
	}
	if b.Modifies == "" {
		if b.How != "" {
			return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "modifies")
		}
		if natures[b.Nature] == "" {
			return subject.Choice(b.Nature, "nature", "limited_paper", "room_paper", "working_paper", "information_paper", "summary_record", "restricted")
		}
	} else {
		base := s.issued(b.Modifies)
		switch {
		case base == nil:
			return refusal.New(refusal.Missing, "meeting.no_document", "symbol", b.Modifies)
		case base.Party != a.Party:
			return refusal.New(refusal.Denied, "meeting.not_our_document", "symbol", b.Modifies)
		case base.Modifies != "":
			return refusal.New(refusal.Invalid, "meeting.modifies_modification", "symbol", b.Modifies, "base", base.Modifies)
		case b.Nature != "" && b.Nature != base.Nature:
			return refusal.New(refusal.Invalid, "meeting.other_nature", "symbol", b.Modifies)
		case hows[b.How] == "":
			return subject.Choice(b.How, "how", "revision", "corrigendum", "addendum")
		}
	}
	for _, l := range b.Languages {
		if err := lang.Tag(l).Check(); err != nil {
			return err
		}
	}
	for _, err := range []error{subject.Words(b.Title, "title"), subject.Line(b.Of, "of_matter", false), subject.Line(b.Version, "version", false)} {
		if err != nil {
			return err
		}
	}
	return nil
}

// Apply implements subject.Act.
func (b *Document) Apply(s *State, c *charter.State, a *charter.Act) {
	d := Issued{By: a.By(), Document: *b}
	if base := s.issued(b.Modifies); base != nil {
		d.Nature = base.Nature
		d.Symbol = base.Symbol + "/" + hows[b.How] + "." + strconv.Itoa(1+s.count(func(o Issued) bool { return o.Modifies == b.Modifies && o.How == b.How }))
	} else {
		n := 1 + s.count(func(o Issued) bool { return o.Party == a.Party && o.Modifies == "" && o.Nature == b.Nature })
		d.Symbol = strings.Join([]string{strings.ToUpper(c.Document().ID), s.session(), strings.ToUpper(string(a.Party)), natures[b.Nature] + "." + strconv.Itoa(n)}, "/")
	}
	s.Dossier = append(s.Dossier, d)
}

// session is the meeting's part of a symbol: its number, with its series before it unless that is the mechanism's own.
func (s *State) session() string {
	n := strconv.Itoa(s.Meeting.Number)
	if s.Meeting.Series == MainSeries {
		return n
	}
	return strings.ToUpper(s.Meeting.Series) + "." + n
}

func (s *State) count(is func(Issued) bool) (n int) {
	for _, d := range s.Dossier {
		if is(d) {
			n++
		}
	}
	return n
}

// issued finds a document by its symbol.
func (s *State) issued(symbol string) *Issued {
	i := slices.IndexFunc(s.Dossier, func(d Issued) bool { return symbol != "" && d.Symbol == symbol })
	if i < 0 {
		return nil
	}
	return &s.Dossier[i]
}

// Superseded reports whether a revision has taken a document's place.
func (s *State) Superseded(d *Issued) bool {
	base := d.Modifies
	if base == "" {
		base = d.Symbol
	} else if d.How != "revision" {
		return false
	}
	at := slices.IndexFunc(s.Dossier, func(o Issued) bool { return o.Symbol == d.Symbol })
	return slices.ContainsFunc(s.Dossier[at+1:], func(o Issued) bool { return o.Modifies == base && o.How == "revision" })
}
