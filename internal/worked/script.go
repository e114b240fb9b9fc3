package worked

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/meeting"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// Step is one thing that happens, with everybody's own acts.
type Step struct {
	Seq   int // number of the event; 0 for the history before it
	At    time.Time
	Say   lang.Text // a sentence that a person can follow
	Moves []Move
	// Expect is the state of the joint statement afterwards, on every node; nil for the history.
	Expect *text.Status
}

// Move is one act of one member. What it says may depend on the text as the party's node holds it. Bodies nil and Seal true: the party's seal custodians seal.
type Move struct {
	Party  charter.PartyID
	Member string
	Matter string
	Bodies func(st *text.State, c *charter.State) ([]entry.Body, error)
	Seal   bool
	// Concurs: the party agrees with the commitment as it was last entered, which only its own record can name. Bodies is nil.
	Concurs bool
}

// TextID is the id of the joint statement.
func (ex *Example) TextID() string { return ex.Statement.ID }

// Script is the whole play: history first, then the 28 events.
func (ex *Example) Script() ([]Step, error) {
	steps := []Step{ex.past()}
	for _, e := range ex.Play.Events {
		s, err := ex.step(e)
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", e.Seq, err)
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// past is the history that the parties put on the record first.
func (ex *Example) past() Step {
	host := ex.Parties[0].ID
	s := Step{At: time.Date(2024, 12, 2, 1, 0, 0, 0, time.UTC), Say: ex.sentence("history")}
	secretary := ex.member(host, "sec")
	for _, m := range ex.history() {
		s.Moves = append(s.Moves, Move{Party: host, Member: secretary, Matter: meeting.Matter(m.Series, m.Number), Bodies: fixed(m)})
	}
	deposits := ex.deposits()
	other := ex.Parties[1].ID
	for _, id := range slices.Sorted(maps.Keys(deposits)) {
		s.Moves = append(s.Moves, Move{Party: other, Member: ex.member(other, "sec"), Matter: "document/" + id, Bodies: fixed(deposits[id])})
	}
	return s
}

// fixed is a move that depends on nothing.
func fixed(b ...entry.Body) func(*text.State, *charter.State) ([]entry.Body, error) {
	return func(*text.State, *charter.State) ([]entry.Body, error) { return b, nil }
}

// step turns an event into everybody's own acts.
func (ex *Example) step(e Event) (Step, error) {
	at, err := time.Parse(time.RFC3339, e.At)
	if err != nil {
		return Step{}, err
	}
	s := Step{Seq: e.Seq, At: at.UTC(), Expect: &e.Expect}
	party := ex.partyOf(e.By)
	act := func(member string, bodies func(*text.State, *charter.State) ([]entry.Body, error)) {
		s.Moves = append(s.Moves, Move{Party: ex.partyOf(member), Member: member, Matter: "text/" + ex.TextID(), Bodies: bodies})
	}
	s.Say = ex.sentence(e.Type, "party", string(party), "paragraphs", strings.Join(e.Paragraphs, ", "), "label", e.Label, "document", e.Document, "language", string(e.Language))
	switch e.Type {
	case "provisional_agenda":
		next := ex.Meetings[8]
		s.Moves = append(s.Moves, Move{Party: party, Member: e.By, Matter: meeting.Matter(mainSeries, next.Number), Bodies: fixed(ex.agenda())})
	case "tabled":
		act(e.By, fixed(ex.draft(e)))
	case "courtesy_translation":
		act(e.By, ex.translate(e.Language, true))
	case "ad_ref":
		ex.accept(e, act)
	case "alternative":
		act(e.By, fixed(text.Propose{Paragraph: text.ParaID(e.Paragraphs[0]), Label: e.Label, Text: e.Text, Note: e.Note}))
		for _, p := range e.SupportedBy {
			act(ex.member(charter.PartyID(p), e.By), items(e.Paragraphs, e.Label, func(i []text.Item) entry.Body { return text.Support{Items: i} }))
		}
	case "bracketed":
		act(e.By, ex.bracket(e))
	case "reservation_placed":
		act(e.By, fixed(text.Reserve{Paragraph: text.ParaID(e.Paragraphs[0]), Kind: e.Kind, Label: e.Reservation}))
	case "reservation_lifted":
		act(e.By, fixed(text.Lift{Reservation: e.Reservation}))
	case "compilation_text":
		act(e.By, fixed(text.Compile{Document: e.Document, Note: e.Note}))
	case "package_linked":
		act(e.By, fixed(text.Link{Paragraphs: paras(e.Paragraphs), Note: e.Note}))
	case "confirmed":
		for _, p := range ex.Parties {
			act(ex.member(p.ID, e.By), items(e.Paragraphs, "", func(i []text.Item) entry.Body { return text.Confirm{Items: i} }))
		}
	case "concordance_flag":
		act(e.By, items(e.Paragraphs, "", func(i []text.Item) entry.Body {
			return text.Flag{Paragraph: i[0].Paragraph, Wording: i[0].Wording, Language: e.Language, Note: e.Note}
		}))
	case "concordance_resolved":
		act(e.By, ex.resolve(e))
	case "reopened":
		act(e.By, fixed(text.Reopen{Paragraph: text.ParaID(e.Paragraphs[0]), Reason: e.Reason}))
	case "frozen":
		act(e.By, one(func(st *text.State, c *charter.State) (entry.Body, error) { return st.FreezeBody(c) }))
	case "initialled":
		for _, m := range append([]string{e.By}, e.With...) {
			act(m, one(func(st *text.State, c *charter.State) (entry.Body, error) { return st.InitialBody(c) }))
		}
	case "sealed":
		s.Moves = append(s.Moves, Move{Party: party, Member: e.By, Matter: "text/" + ex.TextID(), Seal: true})
	case "embargo_set":
		until, err := time.Parse(time.RFC3339, e.Until)
		if err != nil {
			return s, err
		}
		for _, m := range append([]string{e.By}, e.AgreedBy...) {
			act(m, fixed(text.Release{NotBefore: until.UTC().Format("2006-01-02T15:04:05Z"), Front: ex.front()}))
		}
	case "published": // nobody acts: the instant has come
	default:
		return s, fmt.Errorf("unknown type %q", e.Type)
	}
	return s, nil
}

func one(f func(*text.State, *charter.State) (entry.Body, error)) func(*text.State, *charter.State) ([]entry.Body, error) {
	return func(st *text.State, c *charter.State) ([]entry.Body, error) {
		b, err := f(st, c)
		return []entry.Body{b}, err
	}
}

func paras(ids []string) []text.ParaID {
	out := make([]text.ParaID, len(ids))
	for i, id := range ids {
		out[i] = text.ParaID(id)
	}
	return out
}

// items resolves paragraphs to one wording each: the tabled one, or the alternative with a label.
func items(ids []string, label string, body func([]text.Item) entry.Body) func(*text.State, *charter.State) ([]entry.Body, error) {
	return one(func(st *text.State, _ *charter.State) (entry.Body, error) {
		refs := slices.Clone(ids)
		if label != "" {
			for i := range refs {
				refs[i] += "=" + label
			}
		}
		list, err := st.Wordings(refs)
		if err != nil {
			return nil, err
		}
		return body(list), nil
	})
}

// accept plays "agreed ad referendum": each party accepts by a member of its own. An author whose alternative is given up withdraws it first.
func (ex *Example) accept(e Event, act func(string, func(*text.State, *charter.State) ([]entry.Body, error))) {
	if label, ok := strings.CutSuffix(e.Note, " withdrawn by its author"); ok {
		act(e.By, items(e.Paragraphs, label, func(i []text.Item) entry.Body { return text.Drop(i[0]) }))
	}
	take := items(e.Paragraphs, "", func(i []text.Item) entry.Body { return text.Accept{Items: i, Note: e.Note} })
	act(e.By, take)
	for _, p := range e.With {
		act(ex.member(charter.PartyID(p), e.By), take)
	}
	if slices.Contains(e.Paragraphs, "5") { // the package is settled: the wording can be put into the third authentic language
		translator := ex.member(ex.partyOf(e.By), "trans")
		act(translator, ex.translate(lang.Japanese, false))
	}
}

// mistranslated is the word that the draft Japanese has where the final text has another: a pending issue instead of a concern.
var mistranslated = [2]string{"懸念", "懸案"}

// translate brings every paragraph in a language; in paragraph 6 with the mistake that a translator of another party finds later.
func (ex *Example) translate(tag lang.Tag, courtesy bool) func(*text.State, *charter.State) ([]entry.Body, error) {
	return one(func(st *text.State, _ *charter.State) (entry.Body, error) {
		b := text.Translate{Language: tag, Courtesy: courtesy, Title: ex.Statement.Title[tag]}
		for _, p := range ex.Statement.Paragraphs {
			i, err := st.Wordings([]string{p.N})
			if err != nil {
				return nil, err
			}
			s := p.Text[tag]
			if p.N == "6" {
				s = strings.ReplaceAll(s, mistranslated[0], mistranslated[1])
			}
			b.Items = append(b.Items, text.Translation{Paragraph: i[0].Paragraph, Wording: i[0].Wording, Text: s})
		}
		return b, nil
	})
}

// resolve closes the open objection with the right wording.
func (ex *Example) resolve(e Event) func(*text.State, *charter.State) ([]entry.Body, error) {
	return one(func(st *text.State, _ *charter.State) (entry.Body, error) {
		for _, f := range st.Para(text.ParaID(e.Paragraphs[0])).Flags {
			if len(f.Resolved) == 0 && f.Language == e.Language {
				return text.Resolve{Flag: f.Act, Text: ex.paragraph(e.Paragraphs[0])[e.Language]}, nil
			}
		}
		return nil, refusal.New(refusal.Missing, "text.unknown_flag")
	})
}

func (ex *Example) paragraph(n string) lang.Text {
	for _, p := range ex.Statement.Paragraphs {
		if p.N == n {
			return p.Text
		}
	}
	return nil
}

func (ex *Example) bracket(e Event) func(*text.State, *charter.State) ([]entry.Body, error) {
	return items(e.Paragraphs, "", func(i []text.Item) entry.Body {
		b := text.Bracket{Paragraph: i[0].Paragraph, Wording: i[0].Wording, Where: e.Brackets[0].Where}
		for _, o := range e.Brackets[0].Options {
			b.Options = append(b.Options, text.BracketOption{Text: o.Text, By: o.By})
		}
		return b
	})
}

// draft is the zero draft in the languages of its tabling.
func (ex *Example) draft(e Event) text.Table {
	only := func(t lang.Text) lang.Text {
		out := lang.Text{}
		for _, tag := range []lang.Tag{lang.English, lang.Chinese} {
			out[tag] = t[tag]
		}
		return out
	}
	_, symbol, _ := strings.Cut(e.Document, ", ")
	b := text.Table{Title: only(ex.Statement.Title), Languages: ex.Mechanism.Languages, Drafting: ex.Mechanism.Drafting, Kind: ex.Statement.Kind,
		Symbol: ex.Statement.Symbol, Document: symbol, Meeting: meeting.Matter(mainSeries, 9), Parts: 1, Pairs: ex.pairs()}
	for _, p := range ex.Statement.Paragraphs {
		kind := text.Operative
		if p.Part == "preamble" {
			kind = text.Preambular
		}
		words := only(p.Text)
		if e := ex.Errata; p.N == e.Paragraph { // the slip that nobody sees before the text is adopted
			words[e.Language] = strings.Replace(words[e.Language], e.Corrected, e.Defective, 1)
		}
		b.Paragraphs = append(b.Paragraphs, text.Paragraph{ID: text.ParaID(p.N), Kind: kind, Label: p.N, Text: words, Cites: p.Cites, Topics: p.Topics, Annex: p.Annex})
	}
	for _, a := range ex.Statement.Annexes {
		annex := text.Annex{ID: a.ID, Title: a.Title}
		for _, x := range ex.Programmes {
			annex.Items = append(annex.Items, text.AnnexItem{ID: x.ID, Text: x.Title})
		}
		b.Annexes = append(b.Annexes, annex)
	}
	return b
}

// pairs are the passages that each side's copy orders its own way: the order of languages in the last paragraph.
func (ex *Example) pairs() []text.Pair {
	var out []text.Pair
	for _, p := range ex.Statement.Alternat.Points {
		if ex.paragraph(p.Paragraph) == nil {
			continue
		}
		own := map[string]string{}
		for side, s := range p.CopyOf {
			if s, ok := s.(string); ok {
				own[side] = s
			}
		}
		for _, s := range own {
			if strings.Contains(ex.paragraph(p.Paragraph)[lang.English], s) {
				out = append(out, text.Pair{Paragraph: text.ParaID(p.Paragraph), Lang: lang.English, Neutral: s, ForSide: own})
			}
		}
	}
	return out
}

func (ex *Example) agenda() meeting.Agenda {
	return meeting.Agenda{Stage: "provisional", Items: []lang.Text{
		{"en": "Adoption of the agenda", "zh-Hans": "通过议程", "ja": "議題の採択"},
		{"en": "Exchange of views", "zh-Hans": "交换意见", "ja": "意見交換"},
		{"en": "Joint statement", "zh-Hans": "联合声明", "ja": "共同声明"},
		{"en": "Next meeting", "zh-Hans": "下次会议", "ja": "次回会合"},
	}}
}

// front is what all parties put above the statement in public.
func (ex *Example) front() *text.Front {
	a := ex.Press.Article
	return &text.Front{Category: a.Category, Headline: a.Headline, Lead: a.Lead}
}
