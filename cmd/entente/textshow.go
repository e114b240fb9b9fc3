package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"entente.example/internal/adoption"
	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/text"
	"entente.example/lang"
)

// printText shows a text as its page does: what each paragraph has come to and where each party stands, then what holds of the whole.
func (g *globals) printText(w io.Writer, t chancery.TextView) {
	_, title := t.Title.Pick(g.language())
	fmt.Fprintf(w, "%s  %s  %s\n", t.ID, t.Symbol, title)
	fmt.Fprintf(w, "%s: %s %s  %s\n", t.State.Tabled.Party, g.say("act.text.table"), t.State.Tabled.Act, t.State.Tabled.At)
	for _, p := range t.State.Paragraphs {
		g.printParagraph(w, t, p)
	}
	for _, l := range t.Languages {
		fmt.Fprintf(w, "  [%s] %s: %s\n", labelOf(t, l.Paragraph), locale.OwnName(l.Language), g.say("cli.language_"+l.What))
	}
	for _, r := range t.State.Reservations {
		if r.Paragraph == "" {
			g.printReservation(w, r)
		}
	}
	if t.Round == "" || t.Round == string(adoption.Failed) {
		fmt.Fprintf(w, "\n%s\n", g.say("cli.read", "read", strings.Join(t.Read, ",")))
	}
	fmt.Fprintf(w, "\n%s\n", g.standing(t))
	if initialled := t.State.Initials; len(initialled) > 0 {
		var by []string
		for _, i := range initialled {
			by = append(by, string(i.Party)+" "+i.At)
		}
		fmt.Fprintf(w, "%s %s\n", g.say("web.initialled_by"), strings.Join(by, " · "))
	}
	g.printEnds(w, t)
	g.printAround(w, t)
}

// printEnds says since when the text is adopted, and from when on everybody can read it: two facts beside initials and signatures.
func (g *globals) printEnds(w io.Writer, t chancery.TextView) {
	last := ""
	if r := t.State.Rounds.Last(); r != nil && t.Round == string(adoption.Adopted) {
		for _, c := range r.Choices {
			last = max(last, c.At)
		}
	}
	for _, f := range []struct{ key, at string }{{"fact.adopted", last}, {"web.public_from", t.PublicAt}} {
		if f.at != "" {
			fmt.Fprintf(w, "%s %s\n", strings.TrimRight(g.say(f.key), "：:"), f.at)
		}
	}
}

func (g *globals) printParagraph(w io.Writer, t chancery.TextView, p *text.Para) {
	now := t.Paragraphs[p.ID]
	fmt.Fprintf(w, "\n[%s] %s\n", p.Label, g.say("web.status_"+now.Status))
	if p.Inserted != nil && len(p.Wordings) > 0 {
		fmt.Fprintf(w, "  %s (%s)\n", g.say("revise.new"), p.Wordings[0].Party)
	}
	for i, wd := range p.Wordings {
		if fate := now.Wordings[wd.ID]; i > 0 || fate == text.FateNotTaken || fate == text.FateWithdrawn {
			said := ""
			if fate != text.FateAlternative {
				said = " " + g.say("web.wording_"+fate)
			}
			fmt.Fprintf(w, "  %s (%s)%s\n", wd.Label, wd.Party, said)
		}
		g.printRevised(w, t, p, wd)
		for _, tag := range t.State.Tabled.Languages {
			if v := lastVersion(wd, tag); v != nil {
				by := ""
				if v.Party != wd.Party {
					by = "  (" + string(v.Party) + ")"
				}
				fmt.Fprintf(w, "    %s  %s%s\n", tag, v.Text, by)
			}
		}
		for i, v := range wd.Courtesy {
			if !slices.ContainsFunc(wd.Courtesy[i+1:], func(later text.Version) bool { return later.Lang == v.Lang }) {
				fmt.Fprintf(w, "    %s  %s  (%s, %s)\n", v.Lang, v.Text, g.say("web.courtesy"), v.Party)
			}
		}
	}
	for _, k := range t.Corrections {
		for _, x := range k.Changes {
			if x.Paragraph == p.ID {
				fmt.Fprintf(w, "  %s %s: %s\n", g.say("web.corrected_by"), k.Symbol, x.Language)
			}
		}
	}
	for _, party := range slices.Sorted(maps.Keys(now.Standings)) {
		st := now.Standings[party]
		key, label := "web.stand_"+st.Level, ""
		if st.Overtaken {
			key = "web.stand_overtaken"
		}
		if wd := p.Wording(st.Wording); wd != nil && wd.Label != p.Label {
			label = " " + wd.Label
		}
		fmt.Fprintf(w, "  [%s] %s: %s%s\n", p.Label, party, g.say(key), label)
	}
	for _, r := range t.State.Reservations {
		if r.Paragraph == p.ID {
			g.printReservation(w, r)
		}
	}
	g.printTalks(w, t.Talks, p.ID)
}

// lastVersion is the newest version of a wording in a language, nil if there is none.
func lastVersion(wd *text.Wording, tag lang.Tag) (last *text.Version) {
	for i, v := range wd.Versions {
		if v.Lang == tag {
			last = &wd.Versions[i]
		}
	}
	return last
}

func (g *globals) printReservation(w io.Writer, r text.Reservation) {
	lifted := ""
	if r.Lifted != "" {
		lifted = "  " + g.say("web.lifted")
	}
	fmt.Fprintf(w, "  %s  %s  %s  %s%s\n", g.say("web.reservation_"+r.Kind), r.Party, r.Label, r.Note, lifted)
}

// standing is what a head of delegation asks first: how many paragraphs stand where, and what has become of the text.
func (g *globals) standing(t chancery.TextView) string {
	var out []string
	for _, c := range []struct {
		key string
		n   int
	}{{"web.status_bracketed", len(t.Status.Bracketed)}, {"web.status_ad_ref", len(t.Status.AdRef)}, {"web.status_agreed", len(t.Status.Agreed)}} {
		out = append(out, strconv.Itoa(c.n)+" "+g.say(c.key))
	}
	out = append(out, g.say("cli.status_reservations", "n", strconv.Itoa(len(t.Status.OpenReservations))), g.say("cli.status_concordance", "n", strconv.Itoa(len(t.Status.ConcordanceOpen))))
	if outcome := g.outcomeOf(t.TextSummary); outcome != "" {
		out = append(out, outcome)
	}
	return strings.Join(out, " · ")
}
