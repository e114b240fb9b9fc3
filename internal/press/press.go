// Package press owns what the public may know: the communiqué as values, feeds and descriptions of it for machines, and the answer to "is this on the record?".
//
// It promises that a value of it holds nothing but what was adopted and released, and what readers and press officers wrote to be seen. There is no field in which anything private could
// travel; what reads the record has no path to it but by making such values. What a release is: docs/protocol.md 6.1.
package press

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"entente.example/lang"
	"entente.example/proof"
	"entente.example/seal"
)

// Key names a communiqué: the short name of its mechanism, and the text.
type Key struct {
	Mechanism, Text string
}

// ParseKey reads what String writes.
func ParseKey(s string) (Key, bool) {
	m, t, ok := strings.Cut(s, "/")
	return Key{m, t}, ok && m != "" && t != "" && !strings.Contains(t, "/")
}

func (k Key) String() string { return k.Mechanism + "/" + k.Text }

// Communique is an adopted and released text as everybody may see it.
type Communique struct {
	Key
	Content   *proof.Content
	Files     map[string][]byte // of the export: what a reader checks
	Statement string            // SHA-256 of what every party sealed, hex
	Round     int               // in which it was
	Public    time.Time         // from when on
	Category  lang.Text         // these three only if every party released the same
	Headline  lang.Text
	Lead      lang.Text
	Places    []lang.Text // where the meeting was
	Day       string      // of the meeting's end, "2025-01-14"; "" if there was none
	Seals     []Seal      // as the parties stand on the publishing party's own copy: itself first, then its side
	Signings  []Signing   // on paper, in the same order
	Cited     []Document  // founding documents, in the order of their citation
	Topics    map[string]lang.Text
	// Corrections in force, in the order in which they took effect. What they replaced is what the seals cover, and stays.
	Corrections []Correction
	Readouts    []Readout   // of the meeting, by the parties that published them
	Superseded  *Superseded // nil while it stands
	Twins       []Twin      // if it is one side's own text: what the other sides have on the same matter
	Dissents    []Dissent   // what parties of other sides say against it
}

// Twin is another side's own text on the same matter, or the lack of one.
type Twin struct {
	ID   string // of the side
	Side lang.Text
	Of   *Communique // nil if none is public
}

// Dissent is what a party of another side says against a text that is one side's own.
type Dissent struct {
	By        lang.Text
	Paragraph string // "" for the whole text
	Text      lang.Text
	At        time.Time
}

// Alone is the side whose own text it is; nil if it is everybody's.
func (c *Communique) Alone() lang.Text {
	if c.Content.Parallel == nil {
		return nil
	}
	return c.Content.Sides[0].Label
}

// Against are the dissents on a paragraph; on "" those on the whole text.
func (c *Communique) Against(paragraph string) []Dissent {
	return slices.DeleteFunc(slices.Clone(c.Dissents), func(d Dissent) bool { return d.Paragraph != paragraph })
}

// Superseded says that every party has named another adopted text in its place. Which one, it says only if that is public itself.
type Superseded struct {
	At    time.Time // as the last party's entry claims
	By    Key       // zero if it is not public
	Title lang.Text // of that text
}

// Public reports whether the text in its place is.
func (s *Superseded) Public() bool { return s.By != Key{} }

// Correction is a rectification that every party attested.
type Correction struct {
	Symbol  string
	At      time.Time
	Changes []Change
}

// Change is one paragraph in one language.
type Change struct {
	Paragraph, Label string
	Lang             lang.Tag
	Before, After    string
}

// Now is how a paragraph reads in a language today; false if it reads as it was sealed.
func (c *Communique) Now(paragraph string, tag lang.Tag) (string, bool) {
	for _, k := range slices.Backward(c.Corrections) {
		for _, x := range k.Changes {
			if x.Paragraph == paragraph && x.Lang == tag {
				return x.After, true
			}
		}
	}
	return "", false
}

// Stands is a paragraph in a language as it reads today.
func (c *Communique) Stands(p proof.Paragraph, tag lang.Tag) string {
	if now, ok := c.Now(p.ID, tag); ok {
		return now
	}
	return p.Text[tag]
}

// Modified is when it last changed in public.
func (c *Communique) Modified() time.Time {
	at := c.Public
	for _, k := range c.Corrections {
		if k.At.After(at) {
			at = k.At
		}
	}
	if c.Superseded != nil && c.Superseded.At.After(at) {
		at = c.Superseded.At
	}
	for _, d := range c.Dissents {
		if d.At.After(at) {
			at = d.At
		}
	}
	return at
}

// Seal is a party's seal on it.
type Seal struct {
	Party string
	Names lang.Text
	At    time.Time // as the party's entry claims
	Keys  []string  // fingerprints
}

// Signing is what a party says of its signature on paper: a fact beside its seal.
type Signing struct {
	Party  string
	Names  lang.Text
	Day    string
	Place  lang.Text
	Office lang.Text
}

// Document is a founding document that paragraphs cite.
type Document struct {
	ID         string
	Titles     lang.Text
	Date       string
	Paragraphs []string // labels
}

// Keys are the fingerprints of a party's seal keys, from the file that comes with every export.
func Keys(allowedSigners []byte, party string) (out []string) {
	for line := range strings.Lines(string(allowedSigners)) {
		principals, key, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ` namespaces="`+seal.NamespaceSeal+`" `)
		if ok && slices.Contains(strings.Split(principals, ","), party) {
			out = append(out, seal.Fingerprint(key))
		}
	}
	return out
}

// Title is the headline in a language, or in another that there is.
func (c *Communique) Title(tag lang.Tag) (lang.Tag, string) {
	if len(c.Headline) > 0 {
		return c.Headline.Pick(tag, lang.English)
	}
	return c.Content.Title.Pick(tag, lang.English)
}

// Status is what a language version counts for: "authentic", "reference", or "" if there is none.
func (c *Communique) Status(tag lang.Tag) string {
	for _, l := range c.Content.Languages {
		if l.Tag == tag {
			return l.Status
		}
	}
	return ""
}

// Shown is the language in which the text itself is shown to a reader of a language.
func (c *Communique) Shown(tag lang.Tag) lang.Tag {
	if c.Status(tag) != "" {
		return tag
	}
	if c.Status(lang.English) != "" {
		return lang.English
	}
	return c.Content.Languages[0].Tag
}

// Path is the address of its page in a language, below the site's root.
func (k Key) Path(tag lang.Tag) string { return "/" + string(tag) + "/" + k.String() + "/" }

// Home is its address without a language.
func (k Key) Home() string { return "/c/" + k.String() + "/" }

// Folder is where the files of its export are.
func (k Key) Folder() string { return k.Home() + "files/" }

// Name is the name of these bytes whatever address they have: RFC 6920, over the statement that every party sealed.
func (c *Communique) Name() string { return named(c.Statement) }

func named(digest string) string {
	b, err := hex.DecodeString(digest)
	if err != nil {
		return ""
	}
	return "ni:///sha-256;" + unpadded(b)
}

// Reply is a reader's reply that a press officer let through.
type Reply struct {
	ID    string
	To    string // the reply it answers, or ""
	Name  string
	Words string
	Lang  lang.Tag
	At    time.Time
}

// Letter is a reply on its way in. Its e-mail address goes no further than the store of replies.
type Letter struct {
	Key
	To    string
	Name  string
	Email string
	Words string
	Lang  lang.Tag
}

// Wish is what somebody wants to be written to about. Its e-mail address goes no further than the store of subscribers.
type Wish struct {
	Email string
	Lang  lang.Tag
	Topic string // "" for every text
}

// Own is a reply as its writer finds it again.
type Own struct {
	Key
	Words    string
	State    string // "held", "shown", "declined"
	Reason   string // why it was declined: the end of a message key
	Appealed bool
}

// Coverage is what somebody else published about it.
type Coverage struct {
	ID       string   `json:"id"`
	Outlet   string   `json:"outlet"`
	Day      string   `json:"day"`
	Link     string   `json:"link"`
	Headline string   `json:"headline,omitempty"`
	Lang     lang.Tag `json:"lang,omitempty"`
}

// Edition is everything that is public at one moment. Nobody changes one.
type Edition struct {
	Names    lang.Text // of the party whose press room it is
	Contact  string    // whom journalists ask; "" if that is not said
	All      []*Communique
	Accounts []*Account      // every published readout
	Replies  map[Key][]Reply // in the order in which they came
	Until    map[Key]time.Time
	Coverage map[Key][]Coverage
}

// Sort puts the newest first.
func (e *Edition) Sort() {
	slices.SortFunc(e.All, func(a, b *Communique) int {
		return cmp.Or(b.Public.Compare(a.Public), strings.Compare(a.Key.String(), b.Key.String()))
	})
	slices.SortFunc(e.Accounts, newestAccount)
}

// Find is a communiqué.
func (e *Edition) Find(k Key) (*Communique, bool) {
	i := slices.IndexFunc(e.All, func(c *Communique) bool { return c.Key == k })
	if i < 0 {
		return nil, false
	}
	return e.All[i], true
}

// Related are the communiqués that speak of the same topics, cite the same documents or rest on each other, the nearest first.
func (e *Edition) Related(c *Communique) []*Communique {
	shared := func(o *Communique) (n int) {
		for id := range c.Topics {
			if _, ok := o.Topics[id]; ok {
				n++
			}
		}
		for _, d := range c.Cited {
			if slices.ContainsFunc(o.Cited, func(x Document) bool { return x.ID == d.ID }) {
				n++
			}
		}
		if e.cites(c, o) || e.cites(o, c) {
			n++
		}
		return n
	}
	var out []*Communique
	for _, o := range e.All {
		if o != c && o.Mechanism == c.Mechanism && shared(o) > 0 {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b *Communique) int { return shared(b) - shared(a) })
	return out[:min(len(out), 8)]
}

// Earlier is an adopted text that a paragraph cites, and which paragraph of it, if it is one.
type Earlier struct {
	*Communique
	Place string // "" for the whole
	Label string
}

// Earlier are the texts that a paragraph cites, as far as they are public.
func (e *Edition) Earlier(c *Communique, p *proof.Paragraph) (out []Earlier) {
	for _, mark := range p.Cites {
		id, place, ok := proof.CitedText(mark)
		o, public := e.Find(Key{c.Mechanism, id})
		if !ok || !public {
			continue
		}
		label := place
		for _, q := range o.Content.Paragraphs {
			if q.ID == place {
				label = q.Label
			}
		}
		out = append(out, Earlier{o, place, label})
	}
	return out
}

// cites reports whether a communiqué rests on another.
func (e *Edition) cites(c, o *Communique) bool {
	return slices.ContainsFunc(c.Content.Paragraphs, func(p proof.Paragraph) bool {
		return slices.ContainsFunc(e.Earlier(c, &p), func(x Earlier) bool { return x.Communique == o })
	})
}

// Topics are all topics of an edition, by id.
func (e *Edition) Topics() map[string]lang.Text {
	out := map[string]lang.Text{}
	for _, c := range e.All {
		for id, t := range c.Topics {
			out[id] = t
		}
	}
	return out
}

// On is the part of an edition that speaks of a topic.
func (e *Edition) On(topic string) []*Communique {
	var out []*Communique
	for _, c := range e.All {
		if _, ok := c.Topics[topic]; ok {
			out = append(out, c)
		}
	}
	return out
}
