package search

import (
	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/glossary"
	"entente.example/internal/paper"
	"entente.example/internal/programme"
	"entente.example/internal/topic"
	"entente.example/lang"
)

func (m *Matter) topic(c *charter.State, s *topic.State) {
	if len(s.Raised) == 0 {
		return
	}
	title, _ := s.Neutral(c)
	m.Source = Source{Names: names(title), OneSided: len(s.RaisedBy(c)) == 1}
	for i, r := range s.Raised {
		if i == 0 || len(r.Title) > 0 {
			m.act(r.By, "topic.raise", r.Title)
		}
		m.add(r.By, "topic.raise", r.Act+"/note", "track", r.Note)
	}
	for _, p := range c.Document().Parties {
		o := s.Own[p.ID]
		if o == nil {
			continue
		}
		for _, t := range o.Titles {
			m.act(t.By, "topic.title", t.Text)
		}
		for _, t := range o.Positions {
			m.act(t.By, "topic.position", t.Text)
		}
		for _, t := range o.Terms {
			m.act(t.By, "topic.term", lang.Text{t.Language: t.Term}, t.Note)
		}
		for _, r := range o.Rests {
			if what := "topic.rest"; r.Reason != "" {
				if !r.Rest {
					what = "topic.resume"
				}
				m.act(r.By, what, lang.Text{p.Language: r.Reason})
			}
		}
	}
}

func (m *Matter) concern(s *concern.State) {
	if s.Raised == nil {
		return
	}
	m.Source.Names = names(s.Raised.Text)
	m.act(s.Raised.By, "concern.raise", s.Raised.Text)
	for _, a := range s.Answers {
		m.act(a.By, "concern.answer", a.Text)
	}
	whats := map[string]string{concern.Settled: "concern.settle", concern.Reopened: "concern.reopen", concern.Withdrawn: "concern.withdraw"}
	for _, t := range s.Turns {
		m.act(t.By, whats[t.Status], t.Text)
	}
}

func (m *Matter) commitment(s *commitment.State) {
	for _, e := range s.Entered {
		m.Source.Names = names(e.Title)
		m.act(e.By, "commitment.enter", e.Title)
		m.add(e.By, "commitment.enter", e.Act+"/indicator", "facts", e.Indicator)
		for _, step := range e.Milestones {
			m.add(e.By, "commitment.enter", e.Act+"/"+step.ID, "items", step.Title)
		}
	}
	m.judgments("commitment.report", s.Reports)
	m.judgments("commitment.assess", s.Views)
	m.judgments("commitment.review", s.Reviews)
}

func (m *Matter) judgments(what string, list []commitment.Judgment) {
	for _, j := range list {
		m.act(j.By, what, j.Text)
	}
}

func (m *Matter) programme(s *programme.State) {
	for _, e := range s.Entered {
		m.Source.Names = names(e.Title)
		m.act(e.By, "programme.enter", e.Title)
		m.add(e.By, "programme.enter", e.Act+"/frequency", "facts", e.Frequency)
	}
	for _, v := range s.Visits {
		for _, p := range v.History {
			m.act(p.By, "programme.visit", p.Purpose)
			m.add(p.By, "programme.visit", p.Act+"/places", "i-"+v.ID, p.Places)
			m.add(p.By, "programme.visit", p.Act+"/reason", "i-"+v.ID, p.Reason)
		}
		for _, r := range v.Reports {
			m.act(r.By, "programme.report", r.Text)
		}
	}
}

func (m *Matter) paper(s *paper.State) {
	if s.Sent == nil {
		return
	}
	m.Source = Source{Names: names(s.Sent.Title), Symbol: s.Sent.Registry}
	registries := []string{s.Sent.Registry}
	for _, r := range s.Receipts {
		registries = append(registries, r.Registry)
	}
	m.act(s.Sent.By, "paper.send", s.Sent.Title, compact(registries)...)
	words := lang.Text{}
	for _, t := range s.Translations {
		words[t.Language] = t.Text
		m.add(t.By, "paper.translate", t.Act+"/title", "track", lang.Text{t.Language: t.Title})
	}
	for tag, t := range s.Sent.Text {
		words[tag] = t
	}
	m.add(s.Sent.By, "paper.send", s.Sent.Act+"/text", "words", words)
}

func (m *Matter) term(c *charter.State, s *glossary.State) {
	if now, _ := s.Standing(c); now != nil {
		m.Source.Names = names(now.Term)
	}
	for _, e := range s.Entered {
		m.act(e.By, "term.enter", e.Term)
		m.add(e.By, "term.enter", e.Act+"/definition", "track", e.Definition)
	}
	for _, p := range c.Document().Parties {
		for _, w := range s.Own[p.ID] {
			m.act(w.By, "term.own", lang.Text{w.Language: w.Term}, w.Note)
		}
	}
}

func (m *Matter) thread(s *conversation.State) {
	if s.Opened == nil {
		return
	}
	m.Source.Names = names(s.Opened.Title)
	m.act(s.Opened.By, "thread.open", s.Opened.Title)
	for _, msg := range s.Messages {
		m.act(msg.By, "thread.say", msg.Text)
	}
}
