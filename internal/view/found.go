package view

import (
	"fmt"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/readout"
	"entente.example/internal/search"
	"entente.example/lang"
)

// Ask is what a member looks for.
type Ask struct {
	Words  string
	Scope  search.Scope
	Kind   string // of matter; "" for all
	Before int64
}

// Found is what was found in one mechanism.
type Found struct {
	Chrome
	Scope  search.Scope
	Loose  bool
	Behind int64   // entries that are not searched yet
	Next   int64   // to go on with; 0: that was all
	Counts []Count // of passages by kind of matter, as in "concern"
	Over   bool    // there are more than were counted
	Hits   []Hit
}

// Hit is one passage that was found, in every language that it is in.
type Hit struct {
	Names    []charter.Name // of the matter
	Symbol   string
	Day      string
	Path     string // of the place, within the mechanism
	What     string // type of the act that put it there
	Label    string
	Versions []HitVersion
	Party    *Party // whose words they are, if they are one party's
	At       time.Time
	Seals    []HitSeal // of an adopted text
	OneSided bool
	Alone    *Side   // whose own text it is, nil for what is no side's own
	Disputes []Voice // what is said against it, if it is a sentence of a readout
}

// HitVersion is a passage in one language, cut where the words are.
type HitVersion struct {
	Lang  lang.Tag
	Spans []search.Span
	Share string // of it and the wording that it resembles, what is the same, in whole percent; "" if it was not compared
}

// HitSeal says who sealed, and when.
type HitSeal struct {
	Party  Party
	Member string
	At     time.Time
}

// AdoptedAt is when the last party sealed.
func (h Hit) AdoptedAt() (last time.Time) {
	for _, s := range h.Seals {
		if s.At.After(last) {
			last = s.At
		}
	}
	return last
}

// Hit shapes a passage that was found, with what is said against it, by its own party too.
func (f From) Hit(key string, src search.Source, p search.Passage, against []readout.Disputed, back *readout.TakenBack, q search.Query, loose bool) Hit {
	h := f.hit(key, src, p, func(_ lang.Tag, s string) []search.Span { return search.Mark(s, q, loose) })
	h.Disputes = f.disputes(against)
	if back != nil {
		v := f.said(back.By, "act.readout.withdraw", back.Reason)
		v.Choice = readout.Withdrawn
		h.Disputes = append(h.Disputes, v)
	}
	return h
}

// Precedents are agreed passages of one mechanism that resemble a wording on the table.
type Precedents struct {
	Chrome
	Behind int64 // entries that are not searched yet
	Hits   []Precedent
}

// Precedent is one of them. What it has in common with the wording is marked.
type Precedent struct {
	Hit
	Text lang.Text // as it was agreed
}

// Precedent shapes agreed passages that resemble a wording, which is cut for that once.
func (f From) Precedent(wording lang.Text) func(key string, src search.Source, p search.Passage) Precedent {
	phrases := search.Phrase(wording)
	return func(key string, src search.Source, p search.Passage) Precedent {
		out := Precedent{f.hit(key, src, p, phrases.Shared), p.Text}
		for i, v := range out.Versions {
			if wording[v.Lang] != "" {
				out.Versions[i].Share = phrases.Liken(lang.Text{v.Lang: p.Text[v.Lang]}).Percent()
			}
		}
		return out
	}
}

// hit shapes a passage; mark cuts it in each language.
func (f From) hit(key string, src search.Source, p search.Passage, mark func(lang.Tag, string) []search.Span) Hit {
	h := Hit{Names: src.Names, Symbol: src.Symbol, Day: src.Day, Path: placePath(key, p.Anchor), What: p.What, Label: p.Label, At: when(p.At), OneSided: src.OneSided}
	for _, side := range f.sidesOf([]string{src.Alone}) {
		h.Alone = &side
	}
	if p.Party != "" {
		by := f.party(p.Party)
		h.Party = &by
	}
	for _, tag := range p.Text.Tags() {
		if p.Text[tag] != "" {
			h.Versions = append(h.Versions, HitVersion{Lang: tag, Spans: mark(tag, p.Text[tag])})
		}
	}
	for _, s := range src.Seals {
		h.Seals = append(h.Seals, HitSeal{f.party(s.Party), s.Member, when(s.At)})
	}
	return h
}

// placePath is the address of a place in a matter, within the mechanism.
func placePath(key, anchor string) string {
	kind, id, _ := strings.Cut(key, "/")
	path := ""
	switch kind {
	case "text":
		path = "/texts/" + id
	case "situation":
		path = "/situation"
	case "attachment":
		return matterPath(kind, id)
	default:
		path = matterPath(kind, id) // "" for what stands on the mechanism's own page
	}
	if anchor == "" {
		return path
	}
	return fmt.Sprintf("%s#%s", path, anchor)
}
