package text

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

var draft = Table{Title: lang.Text{"en": "Statement"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
	Paragraphs: []Paragraph{{ID: "1", Kind: Operative, Text: lang.Text{"en": "Decide to meet;"}}}}

const tabledWording = WordingID("cedar-0")

func moves(bodies map[string]func(s *State) subjecttest.Body) []subjecttest.Move {
	var out []subjecttest.Move
	for _, act := range slices.Sorted(maps.Keys(bodies)) {
		out = append(out, subjecttest.Move{Act: act, Body: func(s subjecttest.State) subjecttest.Body { return bodies[act](s.(*State)) }})
	}
	return out
}

func fixed(b subjecttest.Body) func(*State) subjecttest.Body {
	return func(*State) subjecttest.Body { return b }
}

// alternative is the other wording of the paragraph, once there is one.
func (s *State) alternative() *Wording {
	others := slices.SortedFunc(slices.Values(s.Para("1").Wordings[1:]), func(a, b *Wording) int { return strings.Compare(string(a.ID), string(b.ID)) })
	if len(others) == 0 {
		return nil
	}
	return others[0]
}

// of is an act on the alternative.
func of(make func(i Item) subjecttest.Body) func(*State) subjecttest.Body {
	return func(s *State) subjecttest.Body {
		if w := s.alternative(); w != nil {
			return make(Item{"1", w.ID})
		}
		return nil
	}
}

func (s *State) paragraphStatus(c *charter.State) string { return s.statuses(c, nil)["1"] }

// stances are where the parties stand, the two of the western side in any order.
func (s *State) stances(c *charter.State) string {
	var out []string
	w := s.alternative()
	for _, p := range c.Document().Parties {
		st, _ := s.Para("1").standing(c, p.ID, nil)
		out = append(out, fmt.Sprint(st.Level, st.Wording == tabledWording, w != nil && w.Party == p.ID, w != nil && w.Dropped != ""))
	}
	slices.Sort(out[1:])
	return fmt.Sprint(out)
}

var tabled = []Item{{"1", tabledWording}}

type machine struct {
	kind   string
	moves  []subjecttest.Move
	status func(c *charter.State, s *State) string
	sign   func(c *charter.State, s *State) string
}

// worded is the machine of something that counts once every party says the same.
func worded[V comparable, W interface{ said() (Word, V) }](kind string, acts map[string]func(*State) subjecttest.Body, agreed func(*State, *charter.State) (V, bool), words func(*State, *charter.State) register[V, W]) machine {
	return machine{kind, moves(acts), func(c *charter.State, s *State) string {
		var none V
		switch v, ok := agreed(s, c); {
		case !ok:
			return "differing"
		case v == none:
			return "none"
		}
		return "one"
	}, func(c *charter.State, s *State) string {
		out, w := "", words(s, c)
		for _, p := range c.Document().Parties {
			out += fmt.Sprint(w.last(p.ID, s.seen(c)) != nil, w.of(p.ID, nil), w.waits(p.ID, nil) != "", " ")
		}
		return out
	}}
}

var machines = []machine{
	{"text", moves(map[string]func(*State) subjecttest.Body{"refuse": fixed(Refuse{Reason: "no basis"}), "withdraw": fixed(Withdraw{}), "lapse": fixed(Lapse{}), "lapse for another": fixed(Lapse{For: "js-10"}),
		"resume": fixed(Resume{}), "propose": fixed(Propose{Paragraph: "1", Label: "1 bis", Text: lang.Text{"en": "Agree to meet;"}})}),
		func(c *charter.State, s *State) string {
			if e := s.Ended(c, nil); e.Kind != "" {
				return e.Kind
			}
			return "negotiation"
		}, func(c *charter.State, s *State) string {
			out := ""
			for _, p := range c.Document().Parties {
				if w := s.LastParting(p.ID); w != nil {
					out += string(p.ID) + w.Kind + w.Text
				}
			}
			if w := s.alternative(); w != nil {
				out += " beside it " + string(w.Party)
			}
			return out
		}},
	{"paragraph", moves(map[string]func(*State) subjecttest.Body{"propose another": fixed(Propose{Paragraph: "1", Label: "1 bis", Text: lang.Text{"en": "Agree to meet;"}}), "support": fixed(Support{Items: tabled}),
		"support another": of(func(i Item) subjecttest.Body { return Support{Items: []Item{i}} }), "accept": fixed(Accept{Items: tabled}), "accept another": of(func(i Item) subjecttest.Body { return Accept{Items: []Item{i}} }),
		"confirm": func(s *State) subjecttest.Body { return Confirm{Items: tabled} }, "confirm another": of(func(i Item) subjecttest.Body { return Confirm{Items: []Item{i}} }),
		"reopen":  fixed(Reopen{Paragraph: "1", Reason: "one word"}),
		"bracket": fixed(Bracket{Paragraph: "1", Wording: tabledWording, Where: "verb", Options: []BracketOption{{Text: lang.Text{"en": "Decide"}}, {Text: lang.Text{"en": "Agree"}}}})}),
		func(c *charter.State, s *State) string { return s.paragraphStatus(c) }, func(c *charter.State, s *State) string { return s.stances(c) }},
	{"proposal", moves(map[string]func(*State) subjecttest.Body{"propose": fixed(Propose{Paragraph: "1", Label: "1 bis", Text: lang.Text{"en": "Agree to meet;"}}), "drop": of(func(i Item) subjecttest.Body { return Drop(i) }),
		"accept it": of(func(i Item) subjecttest.Body { return Accept{Items: []Item{i}} }), "confirm it": of(func(i Item) subjecttest.Body { return Confirm{Items: []Item{i}} }), "accept what it would replace": fixed(Accept{Items: tabled}),
		"reopen": fixed(Reopen{Paragraph: "1", Reason: "one word"})}),
		func(c *charter.State, s *State) string {
			if w := s.alternative(); w != nil {
				return s.Para("1").Fate(c, w, s.paragraphStatus(c))
			}
			return "not there"
		}, func(c *charter.State, s *State) string { return s.stances(c) }},
	worded("symbol", map[string]func(*State) subjecttest.Body{"name a symbol": fixed(Designate{Symbol: "RPEM/9/JS"}), "name none": fixed(Designate{})}, (*State).Symbol, (*State).symbol),
	worded("prevailing", map[string]func(*State) subjecttest.Body{"name a language": fixed(Prevail{Language: "en"}), "name none": fixed(Prevail{})}, (*State).Prevailing, (*State).prevail),
}

// The tables of docs/dialogue.md for a text under negotiation, its paragraphs and what is proposed are what the code does: every step that is valid in a state that can be come to stands there, and no other.
func TestTheMachinesOfATextAreAsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/dialogue.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range machines {
		t.Run(m.kind, func(t *testing.T) {
			play := func() *subjecttest.Play {
				return subjecttest.New(t, "text/x", func() subjecttest.State { return &State{ID: "x"} })
			}
			rows := subjecttest.Steps(play, draft, m.moves, func(p *subjecttest.Play, s subjecttest.State) string { return m.status(p.Charter, s.(*State)) },
				func(p *subjecttest.Play, s subjecttest.State) string { return m.sign(p.Charter, s.(*State)) })
			if got := subjecttest.Documented(string(doc), m.kind); !slices.Equal(got, rows) {
				t.Errorf("docs/dialogue.md, %s, should have\n| %s |\nbut has\n| %s |", m.kind, strings.Join(rows, " |\n| "), strings.Join(got, " |\n| "))
			}
		})
	}
}

// In whatever order the words of parties arrive that did not know of each other, the text, its paragraph and what was proposed come to the same. A rule that asked who spoke last would fail here.
func TestATextDoesNotDependOnArrival(t *testing.T) {
	ended := map[string]bool{}
	for seed := range uint64(60) {
		p := subjecttest.New(t, "text/x", func() subjecttest.State { return &State{ID: "x"} })
		p.Does("cedar", draft)
		p.Random(seed, 40, func(pick func(int) int) subjecttest.Body {
			for {
				m := machines[pick(len(machines))]
				if b := m.moves[pick(len(m.moves))].Body(p.State()); b != nil {
					return b
				}
			}
		})
		p.Orders(t, func(s subjecttest.State) string {
			out := ""
			for _, m := range machines {
				out += m.kind + " " + m.status(p.Charter, s.(*State)) + "; "
			}
			return out
		})
		ended[p.State().(*State).Ended(p.Charter, nil).Kind] = true
	}
	if len(ended) < 3 {
		t.Errorf("only %v came of it: this test looks at little", ended)
	}
}
