package pdf

import (
	"slices"
	"strings"
	"time"

	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// Sealed is a text that all parties seal, or have sealed.
type Sealed struct {
	Content  *proof.Content
	Round    int
	At       time.Time           // the date that the file carries
	Language map[string]lang.Tag // each party's own
}

// Seal is a seal that was set.
type Seal struct {
	Party string
	At    time.Time
	Keys  []string // fingerprints
	Paper *Paper   // what the party says of its signature on paper; nil: nothing
}

// Paper is a signature on paper: another fact than a seal.
type Paper struct {
	Day           string
	Place, Office lang.Text
}

// sheet is one language on paper.
type sheet struct {
	tag     lang.Tag
	ui      lang.Tag // language of our own words on it
	mark    string   // above everything: whose copy it is, or how the language stands
	head    []string
	title   string
	blocks  [][]row
	signers []signer
	after   string
}

// row is a line of a sealed file: what stands before the first tab, and after it.
type row struct {
	label, text string
	deep        int  // how far below a paragraph it stands: 1 for (a), 2 for (i)
	leads       bool // it is our own words on what follows, which stands below it on the same page
}

// signer is a party in the seal block. With no seal there is a line to sign on.
type signer struct {
	name string
	seal []string
}

// Signing is the copy that a side signs: every language, its own first, and in each that side first.
func Signing(s Sealed, side string, fonts Fonts) ([]byte, error) {
	i := slices.IndexFunc(s.Content.Sides, func(x proof.Side) bool { return x.ID == side })
	if i < 0 {
		return nil, refusal.New(refusal.Missing, "pdf.no_side", "side", side)
	}
	own := s.Content.Sides[i]
	files, err := s.Content.Files()
	if err != nil {
		return nil, err
	}
	var sheets []sheet
	for _, l := range alternat(s, own) {
		_, label := own.Label.Pick(l.Tag)
		sh := newSheet(l.Tag, files["rendering/"+string(l.Tag)+"/"+side+".txt"])
		sh.shape(s.Content)
		sh.mark = locale.Message(sh.ui, "pdf.copy_of", refusal.Params{"side": label}) + prevails(sh.ui, s.Content) + oneSide(sh.ui, s.Content)
		sheets = append(sheets, sh)
	}
	return write(s, sheets, nil, fonts)
}

// alternat orders the languages for a side's copy: those of its own parties first.
func alternat(s Sealed, own proof.Side) []proof.Language {
	out := slices.Clone(s.Content.Languages)
	first := func(l proof.Language) int {
		if i := slices.IndexFunc(own.Parties, func(p string) bool { return s.Language[p] == l.Tag }); i >= 0 {
			return i
		}
		return len(own.Parties)
	}
	slices.SortStableFunc(out, func(a, b proof.Language) int { return first(a) - first(b) })
	return out
}

// Archive is the copy of an adopted text that is kept: every language, who sealed it and when, and the proof, a ZIP, inside the file.
func Archive(s Sealed, seals []Seal, bundle []byte, fonts Fonts) ([]byte, error) {
	var sheets []sheet
	for _, l := range s.Content.Languages {
		sh := newSheet(l.Tag, s.Content.Sheet(l))
		sh.shape(s.Content)
		sh.mark = locale.Message(sh.ui, "pdf.standing_"+l.Status, nil) + prevails(sh.ui, s.Content) + oneSide(sh.ui, s.Content)
		ids := partiesOf(s.Content)
		for i := range sh.signers {
			sh.signers[i].seal = sealOf(sh.ui, ids[i], seals)
		}
		sh.after = locale.Message(sh.ui, "pdf.inside", refusal.Params{"file": proofName(s.Content)})
		sheets = append(sheets, sh)
	}
	return write(s, sheets, bundle, fonts)
}

// oneSide says that the text is one side's own; nothing if it is everybody's.
func oneSide(ui lang.Tag, c *proof.Content) string {
	if c.Parallel == nil {
		return ""
	}
	return " · " + locale.Message(ui, "parallel.mark", nil)
}

// prevails says which language decides if they differ, behind what else stands above a sheet; nothing if all are equally authentic.
func prevails(ui lang.Tag, c *proof.Content) string {
	tag := c.Prevails()
	if tag == "" {
		return ""
	}
	return " · " + locale.Message(ui, "prevail.one", refusal.Params{"language": locale.OwnName(tag)})
}

func proofName(c *proof.Content) string {
	return strings.TrimPrefix(c.Instrument, "text/") + ".proof.zip"
}

// partiesOf are the parties in the order of the seal block.
func partiesOf(c *proof.Content) (out []string) {
	for _, s := range c.Sides {
		out = append(out, s.Parties...)
	}
	return out
}

func sealOf(ui lang.Tag, party string, seals []Seal) (out []string) {
	for _, s := range seals {
		if s.Party == party {
			out = append(append(out, locale.Message(ui, "pdf.sealed_at", refusal.Params{"when": locale.Instant(ui, s.At.UTC())})), s.Keys...)
			if p := s.Paper; p != nil {
				line := locale.Message(ui, "pdf.signed_on", refusal.Params{"day": locale.Days(ui, p.Day, "")})
				for _, words := range []lang.Text{p.Place, p.Office} {
					if _, said := words.Pick(ui, lang.English); said != "" {
						line += " · " + said
					}
				}
				out = append(out, line)
			}
		}
	}
	return out
}

// newSheet reads a rendering: its head, its title, its rows, and the block where the parties stand. proof spells it.
func newSheet(tag lang.Tag, rendering []byte) sheet {
	out := sheet{tag: tag, ui: lang.English}
	if slices.Contains(locale.Languages, tag) {
		out.ui = tag
	}
	parts := strings.Split(strings.TrimSuffix(string(rendering), "\n"), "\n\n")
	out.head, out.title = strings.Split(parts[0], "\n"), parts[1]
	for _, part := range parts[2 : len(parts)-1] {
		var rows []row
		for _, l := range strings.Split(part, "\n") {
			label, text, _ := strings.Cut(l, "\t")
			rows = append(rows, row{label: label, text: strings.ReplaceAll(text, "\t", " ")})
		}
		out.blocks = append(out.blocks, rows)
	}
	for _, l := range strings.Split(parts[len(parts)-1], "\n") {
		_, name, _ := strings.Cut(l, "\t")
		out.signers = append(out.signers, signer{name: name})
	}
	return out
}

// states names who made each statement and what it is about: in the sealed file, where the words are the same, there are ids.
func (sh *sheet) states(c *proof.Content) {
	blocks := sh.blocks[max(len(sh.blocks)-len(c.Statements), 0):]
	for i := range blocks {
		d := c.Statements[i]
		about := refusal.Params{"party": d.Party}
		if at := slices.IndexFunc(c.Parties, func(p proof.Party) bool { return p.ID == d.Party }); at >= 0 {
			_, about["party"] = c.Parties[at].Names.Pick(sh.tag)
		}
		key := "pdf.statement"
		if at := slices.IndexFunc(c.Paragraphs, func(p proof.Paragraph) bool { return p.ID == d.Paragraph }); at >= 0 {
			key, about["paragraph"] = "pdf.statement_on", c.Paragraphs[at].Label
		}
		blocks[i] = []row{{text: locale.Message(sh.ui, key, about), leads: true}}
		_, words := d.Text.Pick(sh.tag)
		for _, l := range strings.Split(words, "\n") {
			blocks[i] = append(blocks[i], row{text: l})
		}
	}
}

// shape calls the annexes among the paragraphs as the sheet's language does, "Annex I", and puts sub-paragraphs below their paragraphs, with all their lines.
func (sh *sheet) shape(c *proof.Content) {
	sh.states(c)
	if len(sh.blocks) == 0 {
		return
	}
	rows, at := sh.blocks[0], 0
	for _, p := range c.Paragraphs {
		for at < len(rows) && rows[at].label != p.Label {
			rows[at].deep = rows[max(at-1, 0)].deep // further lines of the paragraph before
			at++
		}
		if at == len(rows) {
			return
		}
		if rows[at].deep = proof.Deep(p.Kind); p.Kind == proof.Heading {
			rows[at].label = locale.Annex(sh.ui, p.Label)
		}
		at++
	}
	for ; at < len(rows); at++ {
		rows[at].deep = rows[max(at-1, 0)].deep
	}
}
