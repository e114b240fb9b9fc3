package worked

import (
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/paper"
	"entente.example/internal/programme"
	"entente.example/internal/text"
	"entente.example/internal/topic"
	"entente.example/lang"
)

// Topic is an issue with each side's position and its own terms.
type Topic struct {
	ID        string               `json:"id"`
	Title     lang.Text            `json:"title"`
	RaisedBy  []string             `json:"raised_by"`
	Positions map[string]lang.Text `json:"positions"`
	Terms     []struct {
		UsedBy   string `json:"used_by"`
		Chinese  string `json:"zh-Hans"`
		Japanese string `json:"ja"`
	} `json:"side_terms"`
}

// Concern is a concern with its answer, if there is one.
type Concern struct {
	ID       string    `json:"id"`
	RaisedBy string    `json:"raised_by"`
	Topic    string    `json:"topic"`
	Raised   string    `json:"raised"`
	Due      string    `json:"due"`
	Text     lang.Text `json:"text"`
	Answer   *struct {
		By   string    `json:"by"`
		Date string    `json:"date"`
		Text lang.Text `json:"text"`
	} `json:"answer"`
}

// Commitment is a commitment with how each side sees itself and is seen.
type Commitment struct {
	ID        string            `json:"id"`
	Paragraph string            `json:"paragraph"`
	Owners    []string          `json:"owners"`
	Title     lang.Text         `json:"title"`
	Indicator string            `json:"indicator"`
	Due       string            `json:"due"`
	Own       map[string]string `json:"self_assessment"`
	Others    map[string]string `json:"counterpart_assessment"`
}

// Programme is an exchange programme.
type Programme struct {
	ID        string    `json:"id"`
	Title     lang.Text `json:"title"`
	Frequency string    `json:"frequency"`
	PerSide   int       `json:"participants_per_side"`
	Owners    []string  `json:"owner"`
}

// After is what follows the joint statement: views on issues, concerns and their answers, commitments with reports and assessments, programmes, words of the glossary, a note, a thread, the days of the next meeting and who comes to it.
func (ex *Example) After() []Step {
	steps := []Step{ex.issues(), ex.concerns(), ex.programmes(), ex.readouts(), ex.commitments(), ex.glossary(), ex.rectify(), ex.notes(), ex.days(), ex.attest(), ex.answers()}
	for _, p := range ex.Silences {
		steps = append(steps, ex.Procedure(p)...)
	}
	return append(steps, ex.assembly(), ex.guests(), ex.review())
}

// first is a side's first party, which speaks for it in the play.
func (ex *Example) first(side string) charter.PartyID {
	for _, s := range ex.Sides {
		if s.ID == side {
			return s.Parties[0]
		}
	}
	return ""
}

// by is a move of a side's first party.
func (ex *Example) by(side, function, matter string, bodies ...entry.Body) Move {
	p := ex.first(side)
	return Move{Party: p, Member: ex.member(p, function), Matter: matter, Bodies: func(*text.State, *charter.State) ([]entry.Body, error) { return bodies, nil }}
}

func day(s string, hour int) time.Time {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		panic("worked: " + err.Error()) // the example is embedded and tested
	}
	return t.Add(time.Duration(hour) * time.Hour)
}

func (ex *Example) issues() Step {
	s := Step{At: day("2025-01-14", 10), Say: ex.sentence("issues")}
	for _, t := range ex.Topics {
		matter := "topic/" + t.ID
		for _, side := range t.RaisedBy {
			s.Moves = append(s.Moves, ex.by(side, "sec", matter, topic.Raise{Title: t.Title}))
		}
		for _, side := range ex.Sides {
			if words := t.Positions[side.ID]; len(words) > 0 {
				s.Moves = append(s.Moves, ex.by(side.ID, "hod", matter, topic.Position{Text: words}))
			}
		}
		for _, own := range t.Terms {
			var terms []entry.Body
			for _, term := range []topic.Term{{Language: lang.Chinese, Term: own.Chinese}, {Language: lang.Japanese, Term: own.Japanese}} {
				if term.Term != "" {
					terms = append(terms, ex.ownTerm(term))
				}
			}
			s.Moves = append(s.Moves, ex.by(own.UsedBy, "sec", matter, terms...))
		}
	}
	return s
}

// invented are terms for the invented issue: the file's mapping leaves the real ones as they are.
var invented = map[string]string{"核污染水": "截流工程", "汚染水": "締切工事", "ALPS処理水": "河口整備"}

func (ex *Example) ownTerm(t topic.Term) topic.Term {
	if ex.Profile == Fictional {
		t.Term = invented[t.Term]
	}
	return t
}

func (ex *Example) concerns() Step {
	s := Step{At: day("2025-01-14", 11), Say: ex.sentence("concerns")}
	for _, c := range ex.Concerns {
		s.Moves = append(s.Moves, ex.by(c.RaisedBy, "sec", "concern/"+c.ID, concern.Raise{Text: c.Text, Topic: c.Topic, Due: c.Due}))
		for _, side := range ex.Sides {
			if side.ID != c.RaisedBy {
				s.Moves = append(s.Moves, ex.by(side.ID, "sec", "concern/"+c.ID, concern.Acknowledge{}))
			}
		}
	}
	return s
}

// answers are the answers that came in time.
func (ex *Example) answers() Step {
	s := Step{At: day("2025-03-10", 8), Say: ex.sentence("answers")}
	for _, c := range ex.Concerns {
		if c.Answer != nil {
			s.Moves = append(s.Moves, ex.by(c.Answer.By, "hod", "concern/"+c.ID, concern.Answer{Text: c.Answer.Text}))
		}
	}
	return s
}

func (ex *Example) programmes() Step {
	tracks := map[string]string{"x-young": "young", "x-veteran": "veteran", "x-party": "parties", "x-local": "local"}
	s := Step{At: day("2025-01-14", 12), Say: ex.sentence("programmes")}
	for _, x := range ex.Programmes {
		s.Moves = append(s.Moves, ex.by(x.Owners[0], "sec", "programme/"+x.ID, programme.Enter{Title: x.Title, Track: tracks[x.ID], Frequency: lang.Text{lang.English: x.Frequency},
			PerSide: x.PerSide, Owners: x.Owners, Text: ex.TextID()}))
	}
	x := ex.Programmes[0]
	s.Moves = append(s.Moves, ex.by(x.Owners[1], "sec", "programme/"+x.ID, programme.Visit{ID: "v1", Status: "planned", From: "2025-08-25", Until: "2025-08-29", Host: x.Owners[1], Purpose: x.Title}))
	return s
}

func (ex *Example) commitments() Step {
	s := Step{At: day("2025-02-01", 2), Say: ex.sentence("commitments")}
	for _, k := range ex.Commitments {
		e := commitment.Enter{Text: ex.TextID(), Paragraph: k.Paragraph, Title: k.Title, Owners: k.Owners, Due: k.Due, WordsOnly: len(k.Own) == 0}
		if strings.Contains(k.Due, " ") { // "at each meeting"
			e.Due, e.Recurring = "", lang.Text{lang.English: k.Due}
		}
		if !e.WordsOnly {
			e.Indicator = lang.Text{lang.English: k.Indicator}
		}
		author := ex.first(k.Owners[0])
		matter := "commitment/" + k.ID
		s.Moves = append(s.Moves, ex.by(k.Owners[0], "sec", matter, e))
		for _, p := range ex.Parties {
			if p.ID != author {
				s.Moves = append(s.Moves, Move{Party: p.ID, Member: ex.member(p.ID, "hod"), Matter: matter, Concurs: true})
			}
		}
	}
	return s
}

func (ex *Example) review() Step {
	scale := map[string]string{"no evidence available": "no_evidence", "not started": "not_started"}
	step := func(s string) string {
		if k, ok := scale[s]; ok {
			return k
		}
		return s
	}
	s := Step{At: day("2025-12-01", 2), Say: ex.sentence("review")}
	for _, k := range ex.Commitments {
		for _, side := range ex.Sides {
			own, other := k.Own[side.ID], k.Others[side.ID]
			if own == "" {
				continue
			}
			s.Moves = append(s.Moves, ex.by(side.ID, "sec", "commitment/"+k.ID, commitment.Report{Status: step(own), Text: k.Title}))
			for _, assessor := range ex.Sides {
				if assessor.ID != side.ID {
					s.Moves = append(s.Moves, ex.by(assessor.ID, "sec", "commitment/"+k.ID, commitment.Assess{Side: side.ID, Status: step(other), Text: k.Title}))
				}
			}
		}
	}
	return s
}

// annexed is the paragraph that an annex belongs to.
func (ex *Example) annexed() string {
	for _, p := range ex.Statement.Paragraphs {
		if p.Annex != "" {
			return p.N
		}
	}
	return ""
}

// notes are a note between the sides and a thread about a paragraph of the text; their wording is invented.
func (ex *Example) notes() Step {
	s := Step{At: day("2025-02-03", 1), Say: ex.sentence("notes")}
	from, to := ex.Sides[0].ID, ex.Sides[1].ID
	s.Moves = append(s.Moves,
		ex.by(from, "sec", "paper/nv-1", paper.Send{Kind: "note_verbale", To: []string{to}, Purpose: "reply_expected", Registry: "2025/17",
			Title: lang.Text{lang.English: "Dates of the tenth meeting", lang.Chinese: "第十次会议日期"},
			Text:  lang.Text{lang.Chinese: "谨提议第十次会议于秋季举行，请告知贵方方便的日期。顺致敬意。"}}),
		ex.by(to, "sec", "paper/nv-1", paper.Receive{Registry: "25-031"}),
		ex.by(to, "trans", "paper/nv-1", paper.Translate{Language: lang.Japanese, Text: "第10回会合を秋に開くことを提案申し上げます。ご都合のよい日程をお知らせください。敬具"}),
		ex.by(to, "draft", "thread/js-annex", conversation.Open{About: "text/" + ex.TextID(), Paragraph: ex.annexed(), Title: lang.Text{lang.English: "The annex", lang.Japanese: "附属書について"}}),
		ex.by(to, "draft", "thread/js-annex", conversation.Say{Text: lang.Text{lang.Japanese: "附属書の事業名を三言語で照合しました。差異はありません。"}}),
		ex.by(from, "draft", "thread/js-annex", conversation.Say{Text: lang.Text{lang.Chinese: "收到，我方核对结果相同。"}}))
	return s
}
