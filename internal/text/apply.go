package text

import (
	"fmt"
	"slices"

	"entente.example/internal/charter"
	"entente.example/lang"
)

func by(a *charter.Act) By { return a.By() }

func (b *Table) apply(s *State, c *charter.State, a *charter.Act) {
	if s.Tabled != nil && s.yields(b) {
		*s = State{ID: s.ID, Clash: append([]string{s.Tabled.Act}, s.Clash...)}
	}
	if s.Tabled != nil { // tabled by two parties that did not know of each other: the parties have to settle it under another id
		s.Clash = append(s.Clash, a.ID())
		return
	}
	s.Tabled = &Tabled{By: by(a), Title: b.Title, Languages: b.Languages, Drafting: b.Drafting, Prevails: b.Prevails, Parallel: b.Parallel, Kind: b.Kind, Symbol: b.Symbol, Meeting: b.Meeting,
		Annexes: b.Annexes, Pairs: b.Pairs, Parts: b.Parts, Have: []int{1}}
	if b.Document != "" {
		s.Issued = append(s.Issued, Issued{By: by(a), Document: b.Document, Kind: "draft"})
	}
	s.addParagraphs(c, b.Paragraphs, by(a))
}

func (b *Continue) apply(s *State, c *charter.State, a *charter.Act) {
	s.Tabled.Have = append(s.Tabled.Have, b.Part)
	slices.Sort(s.Tabled.Have)
	s.addParagraphs(c, b.Paragraphs, by(a))
}

// addParagraphs adds tabled paragraphs; one that is there already gains languages. The tabled wording is named by the Table act.
func (s *State) addParagraphs(c *charter.State, ps []Paragraph, who By) {
	for _, t := range ps {
		p := s.Para(t.ID)
		if p == nil {
			label := t.Label
			if label == "" {
				label = string(t.ID)
			}
			p = &Para{ID: t.ID, Kind: t.Kind, Label: label, Cites: t.Cites, Topics: t.Topics, Annex: t.Annex, Side: s.Side(c),
				Wordings: []*Wording{{By: s.Tabled.By, ID: WordingID(s.Tabled.Act), Label: label}}}
			s.Paragraphs = append(s.Paragraphs, p)
		}
		w := p.Wordings[0]
		w.Versions = slices.Grow(w.Versions, len(t.Text))
		for _, tag := range t.Text.Tags() {
			v := Version{By: who, Lang: tag, Text: t.Text[tag]}
			w.Versions = append(w.Versions, v)
			s.unread(p, w, v)
		}
	}
}

// stand records a party's standing.
func (s *State) stand(c *charter.State, a *charter.Act, p *Para, level string, w WordingID, note string) {
	drafting := s.Tabled.Drafting
	st := Standing{By: by(a), Level: level, Wording: w, Changed: a.Turn(), Note: note}
	of := p.Wording(w)
	if before, ok := p.standing(c, a.Party, nil); ok && before.Wording == w && !(of != nil && of.shows(c, before.Unseen, nil)) {
		st.Changed = before.Changed
	}
	if of != nil {
		seen := func(b By) bool { return knew(c, a, b) }
		st.Unseen = of.missed(func(tag lang.Tag) bool { return tag == drafting }, seen)
		st.Unread = of.missed(func(tag lang.Tag) bool { return tag != drafting }, seen)
	}
	if p.Standing == nil {
		p.Standing = map[charter.PartyID][]Standing{}
	}
	p.Standing[a.Party] = append(p.Standing[a.Party], st)
}

func (s *State) standAll(c *charter.State, a *charter.Act, items []Item, level, note string) {
	for _, i := range items {
		if p := s.Para(i.Paragraph); p != nil {
			s.stand(c, a, p, level, i.Wording, note)
		}
	}
}

func (b *Propose) apply(s *State, c *charter.State, a *charter.Act) {
	p := s.Para(b.Paragraph)
	w := &Wording{By: by(a), ID: WordingID(a.ID()), Label: b.Label, Note: b.Note, Cites: p.inherits(c, a, "")}
	for _, tag := range b.Text.Tags() {
		w.Versions = append(w.Versions, Version{By: by(a), Lang: tag, Text: b.Text[tag]})
	}
	p.Wordings = append(p.Wordings, w)
	s.stand(c, a, p, LevelSupport, w.ID, "")
}

func (b *Support) apply(s *State, c *charter.State, a *charter.Act) {
	s.standAll(c, a, b.Items, LevelSupport, "")
}

func (b *Drop) apply(s *State, _ *charter.State, a *charter.Act) {
	s.Para(b.Paragraph).Wording(b.Wording).Dropped = a.ID()
}

func (b *Bracket) apply(s *State, c *charter.State, a *charter.Act) {
	p := s.Para(b.Paragraph)
	p.Brackets = append(p.Brackets, Bracketed{By: by(a), Wording: b.Wording, Where: b.Where, Options: b.Options})
	s.stand(c, a, p, LevelBracket, b.Wording, "")
}

func (b *Accept) apply(s *State, c *charter.State, a *charter.Act) {
	s.standAll(c, a, b.Items, LevelAdRef, b.Note)
}

func (b *Confirm) apply(s *State, c *charter.State, a *charter.Act) {
	s.standAll(c, a, b.Items, LevelConfirmed, b.Note)
}

func (b *Reopen) apply(s *State, c *charter.State, a *charter.Act) {
	p := s.Para(b.Paragraph)
	was, _ := p.standing(c, a.Party, nil)
	s.stand(c, a, p, LevelReopened, was.Wording, b.Reason)
	s.Alerts = append(s.Alerts, Alert{By: by(a), Kind: "reopened", Paragraph: p.ID, Linked: s.linked(c, p.ID, nil), Reason: b.Reason})
}

func (b *Reserve) apply(s *State, _ *charter.State, a *charter.Act) {
	label := b.Label
	if label == "" {
		where := string(b.Paragraph)
		if where == "" {
			where = "text"
		}
		label = fmt.Sprintf("%s-%s-%s", b.Kind, a.Party, where)
		for n := 2; slices.ContainsFunc(s.Reservations, func(r Reservation) bool { return r.Label == label }); n++ {
			label = fmt.Sprintf("%s-%s-%s-%d", b.Kind, a.Party, where, n)
		}
	}
	s.Reservations = append(s.Reservations, Reservation{By: by(a), Label: label, Kind: b.Kind, Paragraph: b.Paragraph, Note: b.Note})
}

func (b *Lift) apply(s *State, _ *charter.State, a *charter.Act) {
	for i := range s.Reservations {
		if r := &s.Reservations[i]; r.Label == b.Reservation && r.Party == a.Party && r.Lifted == "" {
			r.Lifted = a.ID()
		}
	}
}

func (b *Link) apply(s *State, _ *charter.State, a *charter.Act) {
	s.Packages = append(s.Packages, Package{By: by(a), Paragraphs: b.Paragraphs, Note: b.Note})
}

func (b *Unlink) apply(s *State, _ *charter.State, a *charter.Act) {
	for i := range s.Packages {
		if s.Packages[i].Act == b.Package {
			s.Packages[i].Dissolved = a.ID()
		}
	}
}

func (b *Translate) apply(s *State, c *charter.State, a *charter.Act) {
	for _, i := range b.Items {
		p := s.Para(i.Paragraph)
		w := p.Wording(i.Wording)
		if b.Courtesy {
			w.Courtesy = append(w.Courtesy, Version{By: by(a), Lang: b.Language, Text: i.Text})
		} else {
			s.addVersion(c, a, p, w, b.Language, i.Text)
		}
	}
	if b.Title != "" && !b.Courtesy {
		s.Tabled.Titles = append(s.Tabled.Titles, TitleVersion{By: by(a), Lang: b.Language, Text: b.Title})
	}
}

func (b *Concord) apply(s *State, c *charter.State, a *charter.Act) {
	for _, i := range b.Items {
		if w := s.Para(i.Paragraph).Wording(i.Wording); w != nil {
			missed := w.missed(func(tag lang.Tag) bool { return tag == b.Language || tag == s.Tabled.Drafting }, func(of By) bool { return knew(c, a, of) })
			w.SignOffs = append(w.SignOffs, SignOff{By: by(a), Lang: b.Language, Unseen: missed})
		}
	}
}

func (b *Flag) apply(s *State, _ *charter.State, a *charter.Act) {
	p := s.Para(b.Paragraph)
	p.Flags = append(p.Flags, Flagged{By: by(a), Wording: b.Wording, Language: b.Language, Note: b.Note})
}

func (b *Resolve) apply(s *State, c *charter.State, a *charter.Act) {
	p, f := s.flag(b.Flag)
	f.Resolved = append(f.Resolved, by(a))
	if b.Text != "" {
		s.addVersion(c, a, p, p.Wording(f.Wording), f.Language, b.Text)
	}
}

func (b *Compile) apply(s *State, _ *charter.State, a *charter.Act) {
	s.Issued = append(s.Issued, Issued{By: by(a), Document: b.Document, Kind: "compilation", Note: b.Note})
}

func (b *Freeze) apply(s *State, _ *charter.State, a *charter.Act) {
	s.Freezes = append(s.Freezes, Frozen{By: by(a), Round: b.Round, Manifest: b.Manifest, Past: slices.Clone(a.Past)})
	if b.Round > len(s.Rounds.List) {
		s.Rounds.Open()
	}
}

func (b *Initial) apply(s *State, _ *charter.State, a *charter.Act) {
	s.Initials = append(s.Initials, Initialled{By: by(a), Round: b.Round, Manifest: b.Manifest})
}

func (b *Release) apply(s *State, _ *charter.State, a *charter.Act) {
	if s.Releases == nil {
		s.Releases = map[charter.PartyID]Released{}
	}
	s.Releases[a.Party] = Released{By: by(a), NotBefore: b.NotBefore, Front: b.Front}
}
