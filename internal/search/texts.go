package search

import (
	"fmt"
	"strings"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/proof"
)

// text cuts a text twice: as it is on the record, with every wording that anybody proposed, and, if it is a joint one and adopted, as it was sealed.
func (m *Matter) text(c *charter.State, held adoption.Held, s *text.State) {
	if s.Tabled == nil {
		return
	}
	title := lang.Text{}
	for tag, t := range s.Tabled.Title {
		title[tag] = t
	}
	for _, t := range s.Tabled.Titles {
		title[t.Lang] = t.Text
	}
	symbol, _ := s.Symbol(c)
	m.Source = Source{Names: names(title), Symbol: symbol, Alone: s.Side(c)}
	m.add(s.Tabled.By, "text.table", "title", "top", title, symbol)
	for _, p := range s.Paragraphs {
		for _, w := range p.Wordings {
			m.wording(c, s, p, w)
		}
	}
	for _, a := range s.Tabled.Annexes {
		m.add(s.Tabled.By, "text.table", "annex/"+a.ID, "annex-"+a.ID, a.Title)
		for i, item := range a.Items {
			m.add(s.Tabled.By, "text.table", fmt.Sprintf("annex/%s/%d", a.ID, i+1), "annex-"+a.ID, item.Text)
		}
	}
	switch s.Outcome(c, held) {
	case adoption.Adopted:
		if !s.Parallel() { // nobody agreed on one side's own words
			m.agreed(c, s)
		}
	case adoption.Pending:
		m.Undecided = true
	}
}

func (m *Matter) wording(c *charter.State, s *text.State, p *text.Para, w *text.Wording) {
	words := lang.Text{}
	for _, v := range w.Courtesy {
		words[v.Lang] = v.Text
	}
	for _, tag := range s.Tabled.Languages {
		if t, ok := w.Text(c, tag); ok {
			words[tag] = t
		}
	}
	what := "text.propose"
	switch {
	case w.Dropped != "":
		what = "text.drop"
	case s.Proposal(w.ID) != nil:
		what = "text.revise"
	case len(p.Wordings) > 0 && p.Wordings[0] == w:
		what = "text.table"
	}
	n := len(m.Passages)
	m.add(w.By, what, fmt.Sprintf("p/%s/%s", p.ID, w.ID), "p-"+string(p.ID), words)
	if len(m.Passages) > n {
		m.Passages[n].Label = w.Label
	}
}

// agreed cuts what every party sealed: exactly the bytes that the seals cover, whatever was said about the text since.
func (m *Matter) agreed(c *charter.State, s *text.State) {
	f := s.Frozen(c)
	if f == nil {
		return
	}
	round := s.Rounds.Last()
	for _, p := range c.Document().Parties {
		if ch, ok := round.Choices[p.ID]; ok {
			m.Source.Seals = append(m.Source.Seals, Seal{Party: p.ID, Member: ch.Member, At: ch.At, Act: ch.Act})
		}
	}
	content := s.ContentOf(c, f)
	add := func(place, anchor, label string, words lang.Text) {
		if _, t := words.Pick(); t != "" {
			m.Passages = append(m.Passages, Passage{Scope: Agreed, Place: place, Anchor: anchor, What: "text.table", Label: label, Text: words})
		}
	}
	add("title", "top", "", content.Title)
	for _, p := range content.Paragraphs {
		add("p/"+p.ID, "p-"+p.ID, p.Label, p.Text)
	}
	for _, a := range content.Annexes {
		m.annex(a, add)
	}
}

func (m *Matter) annex(a proof.Annex, add func(place, anchor, label string, words lang.Text)) {
	label := strings.TrimSpace(a.ID)
	add("annex/"+a.ID, "annex-"+a.ID, label, a.Title)
	for i, item := range a.Items {
		add(fmt.Sprintf("annex/%s/%d", a.ID, i+1), "annex-"+a.ID, fmt.Sprintf("%s.%d", label, i+1), item)
	}
}
