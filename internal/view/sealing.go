package view

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// Sealing is the sealing table: exactly what a seal covers, who has sealed, and what the reader can do.
type Sealing struct {
	Chrome
	TextCard
	Drafting  lang.Tag
	Prevail   Said[lang.Tag]
	Round     Round
	Papers    []Paper
	Travels   []Statement   // interpretative statements that the seals cover
	Overtaken []OvertakenBy // whose agreement was of another wording than what is sealed
	Sides     []Side        // each has a copy of its own
	Statement string        // the bytes that are signed
	Digest    string        // of the statement, 64 hex
	Keys      []SealKey
	Threshold int  // how many keys must sign
	Chosen    bool // our party has sealed or refused
	May       map[string]bool
}

// OvertakenBy is a party that agreed to earlier wordings of paragraphs.
type OvertakenBy struct {
	Party  Party
	Labels []string
}

// Paper is one sealed file that a person reads.
type Paper struct {
	Path string
	Lang lang.Tag
	Side *Side // whose copy it is, by the alternat; nil for the neutral text
	Text string
}

// SealKey is one of our seal keys. One in an agent needs no passphrase.
type SealKey struct {
	Name  string
	Agent bool
}

// sealingActs are the acts that the sealing table offers.
var sealingActs = []string{"seal.affix", "seal.decline", "seal.withdraw", "text.initial"}

// Sealing builds the sealing table of a frozen text.
func (f From) Sealing(id, member string, now time.Time) (Sealing, error) {
	t, err := f.Snapshot.Text(id)
	if err != nil {
		return Sealing{}, err
	}
	frozen := t.Frozen(f.Charter())
	if frozen == nil {
		return Sealing{}, refusal.New(refusal.Conflict, "text.not_frozen", "text", id)
	}
	chrome, err := f.ChromeOf("text/" + id)
	if err != nil {
		return Sealing{}, err
	}
	_, chrome.Readers.Public = f.public(t, now)
	content := t.ContentOf(f.Charter(), frozen)
	st, err := content.Statement(1, frozen.Round)
	if err != nil {
		return Sealing{}, err
	}
	files, err := content.Files()
	if err != nil {
		return Sealing{}, err
	}
	out := Sealing{Chrome: chrome, TextCard: f.textCard(t), Drafting: t.Tabled.Drafting, Statement: string(st.Format()), Digest: st.Digest(), Papers: f.papers(files), Sides: f.sidesIn(t), May: map[string]bool{}}
	out.Prevail.Value, _ = t.Prevailing(f.Charter())
	for _, d := range t.Declared(f.Charter()) {
		out.Travels = append(out.Travels, f.statement(t, d))
	}
	for p := range f.ordered(t.Sealers(f.Charter()).Document().Parties) {
		by := OvertakenBy{Party: f.party(p.ID)}
		for _, para := range t.Overtaken(f.Charter(), p.ID) {
			by.Labels = append(by.Labels, para.Label)
		}
		if len(by.Labels) > 0 {
			out.Overtaken = append(out.Overtaken, by)
		}
	}
	round := t.Rounds.Last()
	out.Round = f.round(t, *round)
	_, out.Chosen = round.Choices[charter.PartyID(f.Self)]
	pending := round.Verdict(t.Sealers(f.Charter()), f.Held).Outcome == adoption.Pending
	for _, verb := range sealingActs {
		out.May[verb] = pending && t.Takes(f.Charter(), charter.PartyID(f.Self)) && f.Charter().May(charter.PartyID(f.Self), member, verb, now) == nil
	}
	_, out.Threshold = f.Charter().SealKeys(charter.PartyID(f.Self))
	out.May["text.initial"] = out.May["text.initial"] && !initialled(t, frozen.Round, charter.PartyID(f.Self))
	return out, nil
}

func initialled(t *text.State, round int, p charter.PartyID) bool {
	return slices.ContainsFunc(t.Initials, func(i text.Initialled) bool { return i.Round == round && i.Party == p })
}

// papers are the sealed texts and renderings; annexes and the machine's own form stand in the export.
func (f From) papers(files map[string][]byte) []Paper {
	var out []Paper
	for path, b := range files {
		p := Paper{Path: path, Text: string(b)}
		switch part := strings.Split(strings.TrimSuffix(path, ".txt"), "/"); {
		case len(part) == 2 && part[0] == "text":
			p.Lang = lang.Tag(part[1])
		case len(part) == 3 && part[0] == "rendering":
			p.Lang = lang.Tag(part[1])
			for _, s := range f.sides() {
				if s.ID == part[2] {
					p.Side = &s
				}
			}
		default:
			continue
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Paper) int {
		room := func(p Paper) string { return strings.SplitN(p.Path, "/", 2)[0] }
		return cmp.Or(cmp.Compare(a.Lang, b.Lang), cmp.Compare(room(b), room(a)), cmp.Compare(a.Path, b.Path)) // the text, then each side's copy
	})
	return out
}
