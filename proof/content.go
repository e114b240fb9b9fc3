// Package proof owns the folder that a stranger checks alone: an adopted text as plain files, with everything that shows that every party sealed exactly these bytes.
//
// It promises that Verify needs no node, no database and no network, and that one changed byte in any file fails and names the file. docs/protocol.md 4 and 6.
package proof

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"entente.example/enclosure"
	"entente.example/entry"
	"entente.example/lang"
	"entente.example/refusal"
	"entente.example/seal"
)

// ContentFormat is the value of Content.Format.
const ContentFormat = "entente-text/1"

// Content is everything of a text that a seal covers. Every other sealed file is made from it, byte for byte.
type Content struct {
	Format       string        `json:"format"`
	Mechanism    string        `json:"mechanism"`
	Names        []Name        `json:"names"` // of the mechanism
	Instrument   string        `json:"instrument"`
	Symbol       string        `json:"symbol,omitzero"`
	Kind         string        `json:"kind,omitzero"`
	Illustration bool          `json:"illustration"`
	Title        lang.Text     `json:"title"`
	Languages    []Language    `json:"languages"`
	Paragraphs   []Paragraph   `json:"paragraphs"`
	Annexes      []Annex       `json:"annexes,omitempty"`
	Pairs        []Pair        `json:"pairs,omitempty"`
	Sides        []Side        `json:"sides"`
	Parties      []Party       `json:"parties"`
	Statements   []Declaration `json:"statements,omitempty"`
	// Parallel is set if the text is one side's own. Then Sides and Parties have that side alone.
	Parallel *Parallel `json:"parallel,omitempty"`
}

// Parallel says whose own text it is, and on which matter each side has one. It has no joint authority. docs/protocol.md 4.10.
type Parallel struct {
	Pair string `json:"pair"`
	Side string `json:"side"`
}

// OneSide is what stands on every copy of a text that is one side's own.
const OneSide = "One side's own text, without joint authority · 单方文本，不具共同效力 · 一方の側の文書（双方の合意文書ではない）"

// Name is a name as a side writes it.
type Name struct {
	Lang   lang.Tag `json:"lang"`
	UsedBy string   `json:"used_by"`
	Full   string   `json:"full"`
}

// Standings of a language.
const (
	Authentic  = "authentic"
	Prevailing = "prevailing" // authentic, and decides if the languages come to differ
	Reference  = "reference"
)

// Language is a language with its standing.
type Language struct {
	Tag    lang.Tag `json:"tag"`
	Status string   `json:"status"`
}

// Prevails is the language that decides if the languages come to differ; "" if all are equally authentic.
func (c *Content) Prevails() lang.Tag {
	for _, l := range c.Languages {
		if l.Status == Prevailing {
			return l.Tag
		}
	}
	return ""
}

// Paragraph is a paragraph as agreed.
type Paragraph struct {
	ID     string    `json:"id"`
	Kind   string    `json:"kind"`
	Label  string    `json:"label"`
	Text   lang.Text `json:"text"`
	Cites  []string  `json:"cites,omitempty"`
	Topics []string  `json:"topics,omitempty"`
	Annex  string    `json:"annex,omitzero"`
}

// CitedText reads what a paragraph cites: an adopted text of the same mechanism, as in "text/js-8", or one paragraph of it, as in "text/js-8#5". ok is false for everything else, which is a founding document or a principle of one.
func CitedText(cite string) (text, paragraph string, ok bool) {
	of, ok := strings.CutPrefix(cite, "text/")
	text, paragraph, _ = strings.Cut(of, "#")
	return text, paragraph, ok && text != ""
}

// Kinds of paragraphs that have a place of their own in a text.
const (
	Heading  = "heading"  // the title of an annex: what stands behind it, up to the next heading, is the annex
	Point    = "point"    // a sub-paragraph, (a), of the paragraph before it
	Subpoint = "subpoint" // (i), of the sub-paragraph before it
)

// Deep is how far below a paragraph a kind stands: 1 for (a), 2 for (i), 0 for everything else.
func Deep(kind string) int {
	switch kind {
	case Point:
		return 1
	case Subpoint:
		return 2
	}
	return 0
}

// AnnexOf is the label of the annex in which a paragraph stands; "" if it stands in the text itself, or is a heading.
func (c *Content) AnnexOf(id string) string {
	annex := ""
	for _, p := range c.Paragraphs {
		if p.Kind == Heading {
			annex = p.Label
		}
		if p.ID == id {
			if p.Kind == Heading {
				return ""
			}
			return annex
		}
	}
	return ""
}

// Annex is an annex that was no matter of negotiation: a list, or a file.
type Annex struct {
	ID    string      `json:"id"`
	Title lang.Text   `json:"title"`
	Items []lang.Text `json:"items,omitempty"`
	// Body commits to a file that is the annex. The seal covers the commitment, and so the file, wherever it is.
	Body *enclosure.Commitment `json:"body,omitempty"`
}

// Pair is a passage that each side's copy orders its own way.
type Pair struct {
	Paragraph string            `json:"paragraph"` // "" for the title
	Lang      lang.Tag          `json:"lang"`
	Neutral   string            `json:"neutral"`
	ForSide   map[string]string `json:"for_side"`
}

// Side is a side with its parties in its own order.
type Side struct {
	ID      string    `json:"id"`
	Label   lang.Text `json:"label"`
	Parties []string  `json:"parties"`
}

// Party is a party by name.
type Party struct {
	ID    string    `json:"id"`
	Names lang.Text `json:"names"`
}

// Declaration is a reservation or interpretative statement that travels with the text.
type Declaration struct {
	Party     string    `json:"party"`
	Paragraph string    `json:"paragraph,omitzero"`
	Kind      string    `json:"kind"`
	Text      lang.Text `json:"text"`
}

// ParseContent reads canonical content and nothing else.
func ParseContent(b []byte) (*Content, error) {
	bad := refusal.New(refusal.Unverified, "proof.bad_content")
	var c Content
	if err := entry.CheckCanonical(b); err != nil {
		return nil, bad.Because(err)
	}
	if err := json.Unmarshal(b, &c, json.RejectUnknownMembers(true)); err != nil {
		return nil, bad.Because(err)
	}
	if c.Format != ContentFormat || len(c.Paragraphs) == 0 || len(c.Languages) == 0 || len(c.Sides) == 0 || c.Parallel != nil && !c.ofOneSide() {
		return nil, bad
	}
	return &c, nil
}

// ofOneSide reports whether a text that says so is one side's own: it has that side and its parties, and no others.
func (c *Content) ofOneSide() bool {
	if len(c.Sides) != 1 || c.Sides[0].ID != c.Parallel.Side || len(c.Parties) != len(c.Sides[0].Parties) || !entry.ValidID(c.Parallel.Pair) {
		return false
	}
	return !slices.ContainsFunc(c.Parties, func(p Party) bool { return !slices.Contains(c.Sides[0].Parties, p.ID) })
}

// Files makes every sealed file from the content: content.json, text/, rendering/, annex/.
func (c *Content) Files() (map[string][]byte, error) {
	b, err := entry.Canonical(c)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"content.json": b}
	for _, l := range c.Languages {
		files["text/"+string(l.Tag)+".txt"] = c.text(l.Tag, "")
		for _, s := range c.Sides {
			files["rendering/"+string(l.Tag)+"/"+s.ID+".txt"] = c.rendering(l, s.ID)
		}
	}
	for _, a := range c.Annexes {
		b, err := entry.Canonical(a)
		if err != nil {
			return nil, err
		}
		files["annex/"+a.ID+".json"] = b
	}
	return files, nil
}

// Manifest lists the sealed files.
func (c *Content) Manifest() (seal.Manifest, error) {
	files, err := c.Files()
	if err != nil {
		return nil, err
	}
	return manifestOf(files), nil
}

func manifestOf(files map[string][]byte) seal.Manifest {
	m := make(seal.Manifest, 0, len(files))
	for path, b := range files {
		m = append(m, seal.FileOf(path, b))
	}
	return m
}

// Statement is what is sealed for this content.
func (c *Content) Statement(epoch, round int) (seal.Statement, error) {
	files, err := c.Files()
	if err != nil {
		return seal.Statement{}, err
	}
	sum := seal.FileOf("", manifestOf(files).Format())
	s := seal.Statement{Mechanism: c.Mechanism, Epoch: epoch, Instrument: c.Instrument, Symbol: c.Symbol, Round: round, Manifest: sum.Digest, ManifestSz: sum.Size}
	if c.Parallel != nil {
		s.Side, s.Pair = c.Parallel.Side, c.Parallel.Pair
	}
	for _, p := range c.Parties {
		s.Parties = append(s.Parties, p.ID)
	}
	for _, l := range c.Languages {
		f := seal.FileOf("", files["text/"+string(l.Tag)+".txt"])
		s.Texts = append(s.Texts, seal.Language{Tag: string(l.Tag), Digest: f.Digest, Size: f.Size, Status: l.Status})
	}
	return s, nil
}

// passage orders a passage as a side's copy has it; side "" leaves the neutral order.
func (c *Content) passage(paragraph string, tag lang.Tag, s, side string) string {
	for _, p := range c.Pairs {
		if p.Paragraph == paragraph && p.Lang == tag && side != "" {
			if own, ok := p.ForSide[side]; ok {
				s = strings.Replace(s, p.Neutral, own, 1)
			}
		}
	}
	return s
}

// text spells the title, an empty line, and each paragraph as its label, a tab and its wording; further lines of a paragraph begin with a tab.
func (c *Content) text(tag lang.Tag, side string) []byte {
	var b strings.Builder
	b.WriteString(c.passage("", tag, c.Title[tag], side) + "\n\n")
	for _, p := range c.Paragraphs {
		s := c.passage(p.ID, tag, p.Text[tag], side)
		b.WriteString(p.Label + "\t" + strings.ReplaceAll(s, "\n", "\n\t") + "\n")
	}
	return []byte(b.String())
}

// rendering spells a side's copy: the mechanism as that side names it, the sides with its own first, the text in its order, annexes, and the seal block with its own
// parties first (the alternat).
func (c *Content) rendering(l Language, side string) []byte {
	var b strings.Builder
	if i := slices.IndexFunc(c.Names, func(n Name) bool { return n.Lang == l.Tag && (n.UsedBy == side || n.UsedBy == "") }); i >= 0 {
		fmt.Fprintf(&b, "%s\n", c.Names[i].Full)
	}
	sides := c.ownFirst(side)
	labels := make([]string, len(sides))
	for i, s := range sides {
		_, labels[i] = s.Label.Pick(l.Tag)
	}
	fmt.Fprintf(&b, "%s\n", strings.Join(labels, " · "))
	if c.Symbol != "" {
		fmt.Fprintf(&b, "%s\n", c.Symbol)
	}
	if c.Parallel != nil {
		fmt.Fprintf(&b, "%s\n", OneSide)
	}
	b.WriteString("\n")
	b.Write(c.text(l.Tag, side))
	for _, a := range c.Annexes {
		_, title := a.Title.Pick(l.Tag)
		fmt.Fprintf(&b, "\n%s\t%s\n", a.ID, title)
		for _, item := range a.Items {
			_, s := item.Pick(l.Tag)
			fmt.Fprintf(&b, "\t%s\n", s)
		}
	}
	for _, d := range c.Statements {
		_, s := d.Text.Pick(l.Tag)
		fmt.Fprintf(&b, "\n%s\t%s\t%s\n", d.Party, d.Paragraph, strings.ReplaceAll(s, "\n", "\n\t"))
	}
	b.WriteString("\n")
	for _, s := range sides {
		for _, id := range s.Parties {
			name := id
			if i := slices.IndexFunc(c.Parties, func(p Party) bool { return p.ID == id }); i >= 0 {
				_, name = c.Parties[i].Names.Pick(l.Tag)
			}
			fmt.Fprintf(&b, "[%s]\t%s\n", id, name)
		}
	}
	return []byte(b.String())
}

// Sheet spells the text with all that belongs to it, in the charter's order and not in any side's: nothing stands on it that is not sealed.
func (c *Content) Sheet(l Language) []byte { return c.rendering(l, "") }

func (c *Content) ownFirst(side string) []Side {
	out := slices.Clone(c.Sides)
	slices.SortStableFunc(out, func(a, b Side) int {
		switch {
		case a.ID == side:
			return -1
		case b.ID == side:
			return 1
		}
		return 0
	})
	return out
}
