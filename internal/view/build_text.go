package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/concordance"
	"entente.example/internal/conflict"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// offered are the acts that the table offers by form.
var offered = []string{"text.accept", "text.confirm", "text.propose", "text.support", "text.drop", "text.reserve", "text.lift", "text.reopen", "text.flag", "text.resolve", "text.concord", "text.translate",
	"text.revise", "text.link", "text.unlink", "text.freeze", "text.compile", "text.declare", "text.retract", "text.prevail", "text.designate"}

// spoken are the acts by which a comment comes on the record, whatever becomes of the text.
var spoken = []string{"thread.open", "thread.say"}

// Text builds the negotiating table as a member sees it. now is for whether their mandate is running.
func (f From) Text(id, member string, now time.Time) (Text, error) {
	t, err := f.Snapshot.Tabled(id)
	if err != nil {
		return Text{}, err
	}
	chrome, err := f.ChromeOf("text/" + id)
	if err != nil {
		return Text{}, err
	}
	docs, err := f.documents()
	if err != nil {
		return Text{}, err
	}
	out := Text{Chrome: chrome, TextCard: f.textCard(t), Tabled: f.said(t.Tabled.By, "act.text.table", nil), Drafting: t.Tabled.Drafting, Languages: t.Tabled.Languages, Parties: f.partiesIn(t), Annexes: t.Tabled.Annexes, May: map[string]bool{}}
	st := t.Status(f.Charter(), f.Held)
	margins, err := f.margins()
	if err != nil {
		return out, err
	}
	final, on := t.FinalLabels(f.Charter()), conflict.Look(f.Charter(), t, st)
	for _, p := range t.Ordered(f.Charter()) {
		shown, err := f.paragraph(t, p, statusIn(st, p.ID), docs)
		if err != nil {
			return out, err
		}
		f.remarks(margins.Of(concordance.Wording(f.Charter(), t, p)), &shown)
		marked(on, p, &shown)
		shown.number(final[p.ID], t.Frozen(f.Charter()) != nil)
		out.Paragraphs = append(out.Paragraphs, shown)
	}
	out.Open = open(out.Cells, st, t, t.Languages(f.Charter()))
	out.annexed(t.Annexed(f.Charter()))
	for _, p := range t.Paragraphs {
		if !t.Gone(f.Charter(), p) {
			continue
		}
		gone, err := f.paragraph(t, p, Withdrawn, docs)
		if err != nil {
			return out, err
		}
		out.Aside = append(out.Aside, gone)
	}
	f.around(t, &out)
	for _, r := range t.Rounds.List {
		out.Rounds = append(out.Rounds, f.round(t, r))
	}
	if why := t.FreezeMissing(f.Charter()); why != nil && (out.Stage == "negotiation" || out.Stage == "failed") {
		out.Missing = append(out.Missing, *refusal.As(why))
	}
	out.PublicAt, out.Readers.Public = f.public(t, now)
	m, err := f.Reader().Matter(f.ID, "text/"+id)
	if err != nil {
		return out, err
	}
	out.Revision = fmt.Sprintf("%d-%s", m.Acts, m.Last)
	for _, verb := range offered {
		out.May[verb] = f.Charter().May(charter.PartyID(f.Self), member, verb, now) == nil && t.Frozen(f.Charter()) == nil && st.Ended == nil
	}
	out.May["text.courtesy"] = f.Charter().May(charter.PartyID(f.Self), member, "text.translate", now) == nil
	if !t.Takes(f.Charter(), charter.PartyID(f.Self)) {
		clear(out.May) // another side's own text
	}
	if err := f.talks(t, &out); err != nil {
		return out, err
	}
	for _, verb := range spoken {
		out.May[verb] = f.Charter().May(charter.PartyID(f.Self), member, verb, now) == nil
	}
	if err := f.restsOnText(t, &out); err != nil {
		return out, err
	}
	f.statements(t, &out)
	f.worded(t, &out)
	f.rectifications(t, &out, member, now)
	if err := f.pair(t, &out, member, now); err != nil {
		return out, err
	}
	return out, f.ending(t, &out, member, now)
}

// talks puts the threads about paragraphs beside them.
func (f From) talks(t *text.State, out *Text) error {
	g, err := f.glance()
	if err != nil {
		return err
	}
	for _, m := range g.Talks(t.ID) {
		p, ok := out.Paragraph(m.Talk.Paragraph)
		if !ok {
			continue // it was put in later and taken back
		}
		talk := Talk{ID: m.ID, Said: m.Talk.Said}
		if last := m.Talk.Last; last != nil {
			talk.Last = f.said(last.By, "act.thread.say", last.Text)
		}
		p.Talks = append(p.Talks, talk)
	}
	return nil
}

// around fills what concerns the text as a whole.
func (f From) around(t *text.State, out *Text) {
	for _, r := range t.Reservations {
		if r.Paragraph == "" {
			out.Reservations = append(out.Reservations, f.reservation(r))
		}
	}
	for _, k := range t.Packages {
		if k.Dissolved == "" {
			out.Packages = append(out.Packages, Package{ID: k.Act, Labels: labelsOf(t, k.Paragraphs), Party: f.party(k.Party), Note: k.Note})
		}
	}
	for _, a := range t.Alerts {
		if p, ok := out.Paragraph(a.Paragraph); !ok || p.Status == Agreed || p.Status == Omitted {
			continue // settled again; the record keeps what happened
		}
		out.Alerts = append(out.Alerts, Alert{ID: a.Act, Party: f.party(a.Party), Paragraph: t.Para(a.Paragraph).Label, Linked: labelsOf(t, a.Linked), Reason: a.Reason, At: when(a.At)})
	}
	for _, i := range t.Issued {
		out.Issued = append(out.Issued, Issued{i.Document, when(i.At), f.party(i.Party), i.Kind, i.Note})
	}
}

func when(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (f From) reservation(r text.Reservation) Reservation {
	return Reservation{Label: r.Label, Kind: r.Kind, Paragraph: r.Paragraph, Party: f.party(r.Party), Note: r.Note, Lifted: r.Lifted != ""}
}

func (f From) paragraph(t *text.State, p *text.Para, status string, docs []Document) (Paragraph, error) {
	out := Paragraph{ID: p.ID, Kind: p.Kind, Label: p.Label, Status: status, Topics: p.Topics, Annex: p.Annex}
	if p.Inserted != nil {
		out.New, out.NewBy, out.From = true, f.party(p.Wordings[0].Party), labelsOf(t, p.Inserted.From)
	}
	begins := p.Label + " "
	for _, q := range t.Paragraphs {
		if strings.HasPrefix(q.Label, begins) {
			out.Beside = append(out.Beside, q.Label)
		}
	}
	main := p.Current(f.Charter())
	for _, w := range p.Wordings {
		v := f.wording(t, p, w, status)
		if w == main {
			out.Main = v
		} else {
			out.Alternatives = append(out.Alternatives, v)
		}
	}
	for party := range f.ordered(t.Sealers(f.Charter()).Document().Parties) {
		st := Standing{Party: f.party(party.ID), Kind: "none"}
		if last, ok := f.stands(t, p, party.ID); ok {
			if st.Kind = last.Level; last.Overtaken {
				st.Kind = Overtaken
			}
			if last.Wording != main.ID {
				if w := p.Wording(last.Wording); w != nil {
					st.Label = w.Label
				}
			}
		}
		out.Standings = append(out.Standings, st)
	}
	for _, b := range f.open(t, p) {
		out.Brackets = append(out.Brackets, f.bracket(b))
	}
	for _, r := range t.Reservations {
		if r.Paragraph == p.ID {
			out.Reservations = append(out.Reservations, f.reservation(r))
		}
	}
	for _, fl := range p.Flags {
		out.Flags = append(out.Flags, Flag{ID: fl.Act, Wording: fl.Wording, Language: fl.Language, Party: f.party(fl.Party), Note: fl.Note, Resolved: len(fl.Resolved) > 0})
	}
	for _, k := range t.Packages {
		if k.Dissolved == "" && slices.Contains(k.Paragraphs, p.ID) {
			for _, q := range k.Paragraphs {
				if q != p.ID {
					out.Package = append(out.Package, t.Para(q).Label)
				}
			}
		}
	}
	err := f.resting(p, main, docs, &out)
	return out, err
}

// resting fills what a paragraph rests on, and what it would rest on by the other wordings.
func (f From) resting(p *text.Para, main *text.Wording, docs []Document, out *Paragraph) (err error) {
	if out.Cites, err = f.cites(p.CitesOf(main), docs); err != nil {
		return err
	}
	for i := range out.Alternatives {
		if alt := &out.Alternatives[i]; !alt.Omit {
			rests, err := f.cites(p.CitesOf(p.Wording(alt.ID)), docs)
			if err != nil {
				return err
			}
			alt.RestsMore, alt.RestsLess = without(rests, out.Cites), without(out.Cites, rests)
		}
	}
	return nil
}

func (f From) cites(marks []string, docs []Document) (out []Cite, err error) {
	for _, mark := range marks {
		cite, ok, err := f.cite(mark, docs)
		if err != nil {
			return nil, err
		}
		if !ok {
			cite = Cite{Unknown: mark}
		}
		out = append(out, cite)
	}
	return out, nil
}

// without are the first of two lists that are not in the second.
func without(cites, others []Cite) (out []Cite) {
	for _, c := range cites {
		if !slices.ContainsFunc(others, func(o Cite) bool { return o.Mark() == c.Mark() }) {
			out = append(out, c)
		}
	}
	return out
}

func (f From) bracket(b text.Bracketed) Bracket {
	out := Bracket{Party: f.party(b.Party), Where: b.Where}
	for _, o := range b.Options {
		opt := BracketOption{Text: o.Text}
		for _, p := range o.By {
			opt.By = append(opt.By, f.party(charter.PartyID(p)))
		}
		out.Options = append(out.Options, opt)
	}
	return out
}

func (f From) wording(t *text.State, p *text.Para, w *text.Wording, status string) Wording {
	out := Wording{ID: w.ID, Label: w.Label, By: f.party(w.Party), Member: w.Member, Note: w.Note}
	out.State = p.Fate(f.Charter(), w, status)
	f.revised(t, p, w, &out)
	for party := range f.ordered(t.Sealers(f.Charter()).Document().Parties) {
		if st, ok := f.stands(t, p, party.ID); ok && st.Wording == w.ID && st.Level == text.LevelSupport && party.ID != w.Party {
			out.Supporters = append(out.Supporters, f.party(party.ID))
		}
	}
	for _, tag := range t.Tabled.Languages {
		if heads := w.Heads(f.Charter(), tag); len(heads) > 0 {
			v := f.version(w, heads, tag)
			v.Parts = cut(v.Parts[0].Text, tag, w.ID, f.open(t, p), f.named)
			out.Versions = append(out.Versions, v)
		}
	}
	for _, v := range slices.Backward(w.Courtesy) {
		if out.CourtesyIn(v.Lang) != nil {
			continue // the newest counts
		}
		out.Courtesy = append(out.Courtesy, Version{Lang: v.Lang, Parts: []Part{{Text: v.Text}}, By: f.party(v.Party)})
	}
	return out
}

func (f From) version(w *text.Wording, heads []text.Version, tag lang.Tag) Version {
	v := heads[len(heads)-1]
	out := Version{Lang: tag, Parts: []Part{{Text: v.Text}}, By: f.party(v.Party), Contested: len(heads) > 1}
	for _, h := range heads {
		out.Acts = append(out.Acts, h.Act)
	}
	for _, p := range w.SignedOff(f.Charter(), tag) {
		out.SignedOff = append(out.SignedOff, f.party(p))
	}
	return out
}

func (f From) round(t *text.State, r adoption.Round) Round {
	out := Round{Number: r.Number, Verdict: string(r.Verdict(t.Sealers(f.Charter()), f.Held).Outcome)}
	for _, fr := range t.Freezes {
		if fr.Round == r.Number {
			out.Manifest = fr.Manifest
		}
	}
	for _, i := range t.Initials {
		if i.Round == r.Number {
			out.Initials = append(out.Initials, Initials{f.party(i.Party), i.Member, when(i.At)})
		}
	}
	for p := range f.ordered(t.Sealers(f.Charter()).Document().Parties) {
		if on := t.Signed(p.ID, r.Number); on != nil {
			out.Signings = append(out.Signings, Signing{f.party(p.ID), on.Day, on.Place, on.Office, on.Note, on.Member})
		}
		s := Seal{Party: f.party(p.ID), State: "none"}
		if c, ok := r.Choices[p.ID]; ok {
			s.State, s.Entry, s.Acknowledged = "sealed", c.Act, c.Ack >= 0
			s.Member, s.At, s.Reason = c.Member, when(c.At), c.Reason
			if c.Declined() {
				s.State = "declined"
			}
			if c.Withdrawn >= 0 {
				s.State = "withdrawn"
			}
		}
		out.Seals = append(out.Seals, s)
	}
	return out
}

// open gathers where what keeps a text from being frozen stands, in the text's order.
func open(cells []Cell, st text.Status, t *text.State, work []text.LanguageWork) (out []OpenAt) {
	var reserved []string
	for _, r := range t.Reservations {
		if r.Lifted == "" {
			reserved = append(reserved, string(r.Paragraph))
		}
	}
	for _, o := range []struct {
		key string
		in  []string
	}{{"web.status_bracketed", st.Bracketed}, {"web.status_ad_ref", st.AdRef}, {"web.reservations_open", reserved}, {"web.concordance_open", st.ConcordanceOpen},
		{"web.languages_missing", lacking(work, text.Missing)}, {"web.languages_unsigned", lacking(work, text.Unsigned)}} {
		at := OpenAt{Key: o.key}
		for _, c := range cells {
			if slices.Contains(o.in, string(c.ID)) {
				at.Cells = append(at.Cells, c)
			}
		}
		if len(at.Cells) > 0 {
			out = append(out, at)
		}
	}
	return out
}

// lacking are the paragraphs that lack something in a language.
func lacking(work []text.LanguageWork, what string) (out []string) {
	for _, w := range work {
		if w.What == what {
			out = append(out, string(w.Paragraph))
		}
	}
	return out
}
