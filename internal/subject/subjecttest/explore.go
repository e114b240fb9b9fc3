package subjecttest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/refusal"
)

// Move is something a party may try: an act made from the state as it is, after some time.
type Move struct {
	Act   string
	Later time.Duration
	Body  func(s State) Body // nil: not possible here
}

// Steps tries every move of every party in every state that can be come to from an opening act of cedar, and tells each step that is valid as a row "from | act | whose | to". sign tells states apart that
// behave differently; status names what readers see. Times are let pass before a move only.
func Steps(play func() *Play, opening Body, moves []Move, status, sign func(p *Play, s State) string) []string {
	type step struct {
		party charter.PartyID
		move  int
	}
	run := func(path []step) (*Play, bool) {
		p := play()
		p.Does("cedar", opening)
		state := p.State()
		for _, x := range path {
			b := moves[x.move].Body(state)
			if b == nil {
				return nil, false
			}
			p.Later(moves[x.move].Later)
			a := p.act(x.party, b, len(p.acts))
			if err := state.Check(p.Charter, a); err != nil {
				if refusal.As(err).Kind == refusal.Internal {
					p.t.Fatal(err)
				}
				return nil, false
			}
			p.acts = append(p.acts, a)
			state.Apply(p.Charter, a)
		}
		return p, true
	}
	p, _ := run(nil)
	seen := map[string]bool{sign(p, p.State()): true}
	who := map[string]map[string]bool{} // row without whose: by whom
	for queue := [][]step{nil}; len(queue) > 0; queue = queue[1:] {
		before, _ := run(queue[0])
		from := status(before, before.State())
		for _, party := range []charter.PartyID{"cedar", "birch", "willow"} {
			for i, m := range moves {
				path := append(slices.Clone(queue[0]), step{party, i})
				after, ok := run(path)
				if !ok {
					continue
				}
				row := fmt.Sprintf("%s | %s | %%s | %s", from, m.Act, status(after, after.State()))
				if who[row] == nil {
					who[row] = map[string]bool{}
				}
				who[row][map[bool]string{true: "author", false: "other"}[party == "cedar"]] = true
				if s := sign(after, after.State()); !seen[s] && len(path) < 12 {
					seen[s] = true
					queue = append(queue, path)
				}
			}
		}
	}
	var out []string
	for row, by := range who {
		whose := "any party"
		switch {
		case !by["other"]:
			whose = "its author"
		case !by["author"]:
			whose = "another party"
		}
		out = append(out, strings.Replace(row, "%s", whose, 1))
	}
	slices.Sort(out)
	return out
}

// Documented are the rows of a kind's table in docs/dialogue.md, sorted.
func Documented(doc, kind string) []string {
	_, section, _ := strings.Cut(doc, "\n## "+kind+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var out []string
	for line := range strings.Lines(section) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| from ") {
			out = append(out, strings.Trim(line, "| "))
		}
	}
	slices.Sort(out)
	return out
}
