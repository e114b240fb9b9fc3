package pressroom

import (
	"bytes"
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// frame is what stands around every page.
type frame struct {
	Title      string
	Lang       lang.Tag // of the interface
	Tag        lang.Tag // in addresses
	Rest       string   // of the address, after the language
	URL        string
	Names      lang.Text // of the party whose press room it is
	Alternates []lang.Tag
	Standing   string // address without a language, "" if it has none
	Feed       string // path of the feeds without their ending
	Invented   bool
	Problem    string
	Schema     template.JS // JSON; html/template escapes it for a script element that is only data
	Article    *press.Communique
	Still      bool
	Preview    *Preview
	Mail       bool // readers may have letters
	Contact    string
}

func (v *visit) frame(title string) frame {
	f := frame{Title: title, Lang: v.ui, Tag: v.ui, URL: v.site.o.URL, Feed: "/" + string(v.ui) + "/feed", Alternates: locale.Languages, Still: v.site.o.Still, Preview: v.site.o.Preview, Mail: v.site.o.Mail != nil}
	if v.printing == nil {
		return f
	}
	f.Names, f.Contact = v.Names, v.Contact
	for _, c := range v.All {
		f.Invented = f.Invented || c.Content.Illustration
	}
	for _, a := range v.Accounts {
		f.Invented = f.Invented || a.Illustration
	}
	return f
}

// languages are those of the interface, and those of the communiqué beyond them.
func languages(c *press.Communique) []lang.Tag {
	var own []lang.Tag
	for _, l := range c.Content.Languages {
		own = append(own, l.Tag)
	}
	return spokenIn(own)
}

// spokenIn are the languages of the interface, and these beyond them.
func spokenIn(own []lang.Tag) []lang.Tag {
	out := slices.Clone(locale.Languages)
	for _, tag := range own {
		if !slices.Contains(out, tag) {
			out = append(out, tag)
		}
	}
	return out
}

// spoken reports whether an address may begin with its language.
func (v *visit) spoken(c *press.Communique) error {
	offered := locale.Languages
	if c != nil {
		offered = languages(c)
	}
	if !slices.Contains(offered, v.tag) {
		return refusal.New(refusal.Missing, "press.no_page")
	}
	return nil
}

type errorPage struct{ frame }

func (*errorPage) template() string { return "error" }

// listPage is the index, or what there is on a topic.
type listPage struct {
	frame
	Years  []year
	Topics []topicLink
	On     lang.Text
}

type year struct {
	Year int
	All  []listed
}

// listed is a text, or a readout that stands by itself.
type listed struct {
	C *press.Communique
	A *press.Account
}

func (x listed) at() time.Time {
	if x.A != nil {
		return x.A.At
	}
	return x.C.Public
}

type topicLink struct {
	ID    string
	Title lang.Text
}

func (*listPage) template() string { return "list" }

// years puts texts and readouts together, the newest first.
func years(texts []*press.Communique, alone []*press.Account) (out []year) {
	var all []listed
	for _, c := range texts {
		all = append(all, listed{C: c})
	}
	for _, a := range alone {
		all = append(all, listed{A: a})
	}
	slices.SortStableFunc(all, func(a, b listed) int { return b.at().Compare(a.at()) })
	for _, x := range all {
		if y := x.at().Year(); len(out) == 0 || out[len(out)-1].Year != y {
			out = append(out, year{Year: y})
		}
		out[len(out)-1].All = append(out[len(out)-1].All, x)
	}
	return out
}

func topicLinks(topics map[string]lang.Text) (out []topicLink) {
	for _, id := range slices.Sorted(maps.Keys(topics)) {
		out = append(out, topicLink{id, topics[id]})
	}
	return out
}

func (s *Site) index(v *visit) (*sheet, error) {
	if err := v.spoken(nil); err != nil {
		return nil, err
	}
	f := v.frame(locale.Message(v.ui, "press.press_room", nil))
	f.Rest, f.Standing = "", "/"
	return v.sheetOf(&listPage{frame: f, Years: years(v.All, v.Alone()), Topics: topicLinks(v.Topics())})
}

func (s *Site) topic(v *visit) (*sheet, error) {
	id := v.r.PathValue("topic")
	title, ok := v.Topics()[id]
	if err := v.spoken(nil); err != nil || !ok {
		return nil, refusal.New(refusal.Missing, "press.no_page")
	}
	_, name := title.Pick(v.ui, lang.English)
	f := v.frame(name)
	f.Rest, f.Feed = "topics/"+id+"/", "/"+string(v.ui)+"/topics/"+id+"/feed"
	return v.sheetOf(&listPage{frame: f, Years: years(v.On(id), nil), On: title})
}

// articlePage is the page of a communiqué.
type articlePage struct {
	frame
	C        *press.Communique
	Shown    lang.Tag
	Versions []version
	Related  []*press.Communique
	Coverage []press.Coverage
	Thread   []*thread
	Count    int
	Open     bool // for replies
	Until    time.Time
	Replies  bool // there is a desk that takes them
	Said     template.JS
	Listed   []string // names of files
	Paper    string   // address of the text on paper; "" if it cannot be set
	edition  *press.Edition
}

// version is a language, and what its wording counts for.
type version struct {
	Tag     lang.Tag
	Status  string // "authentic", "reference", "" if there is none
	Current bool
}

func (*articlePage) template() string { return "article" }

// Heading is the headline.
func (p *articlePage) Heading() spoken {
	l, s := p.C.Title(p.Tag)
	return spoken{l, s}
}

// Sealed is the title that was sealed, if something else stands above it.
func (p *articlePage) Sealed() spoken {
	if len(p.C.Headline) == 0 {
		return spoken{}
	}
	return spoken{p.Shown, p.C.Content.Title[p.Shown]}
}

// Parties are the bylines.
func (p *articlePage) Parties() (out []spoken) {
	for _, s := range p.C.Seals {
		out = append(out, pick(s.Names, p.Tag))
	}
	return out
}

// Annexes with a file: its name in the export.
func (p *articlePage) Enclosure(a proof.Annex) string {
	if name := "enclosure/" + a.ID + ".body"; p.C.Files[name] != nil {
		return name
	}
	return ""
}

// CitedBy are the documents that a paragraph cites.
func (p *articlePage) CitedBy(label string) (out []press.Document) {
	for _, d := range p.C.Cited {
		if slices.Contains(d.Paragraphs, label) {
			out = append(out, d)
		}
	}
	return out
}

// Earlier are the public texts that a paragraph cites.
func (p *articlePage) Earlier(x proof.Paragraph) []press.Earlier { return p.edition.Earlier(p.C, &x) }

// Anchor is the permanent place of a paragraph, by its label.
func (p *articlePage) Anchor(label string) string {
	for _, x := range p.C.Content.Paragraphs {
		if x.Label == label {
			return x.ID
		}
	}
	return label
}

// Current is how a paragraph reads after a correction; "" if it reads as it was sealed.
func (p *articlePage) Current(id string) string { return p.CurrentIn(id, p.Shown) }

// CurrentIn is the same in any language.
func (p *articlePage) CurrentIn(id string, tag lang.Tag) string {
	now, _ := p.C.Now(id, tag)
	return now
}

// Named is a party's name.
func (p *articlePage) Named(party string) spoken {
	for _, s := range p.C.Seals {
		if s.Party == party {
			return pick(s.Names, p.Tag)
		}
	}
	return spoken{Text: party}
}

// Labelled is a paragraph's label.
func (p *articlePage) Labelled(id string) string {
	for _, x := range p.C.Content.Paragraphs {
		if x.ID == id {
			return x.Label
		}
	}
	return id
}

// Digest is what every party sealed.
func (p *articlePage) Digest() string { return p.C.Statement }

// thread is a reply with what answers it.
type thread struct {
	press.Reply
	Answers []*thread
}

// threads puts replies under what they answer.
func threads(all []press.Reply) (out []*thread) {
	by := map[string]*thread{}
	for _, r := range all {
		t := &thread{Reply: r}
		by[r.ID] = t
		if to := by[r.To]; to != nil {
			to.Answers = append(to.Answers, t)
		} else {
			out = append(out, t)
		}
	}
	return out
}

func (v *visit) article() (*articlePage, error) {
	c, err := v.about()
	if err == nil {
		err = v.spoken(c)
	}
	if err != nil {
		return nil, err
	}
	_, title := c.Title(v.tag)
	f := v.frame(title)
	f.Tag, f.Rest, f.Standing, f.Alternates, f.Invented, f.Article = v.tag, c.Key.String()+"/", c.Home(), languages(c), c.Content.Illustration, c
	p := &articlePage{frame: f, C: c, Shown: c.Shown(v.tag), Related: v.Related(c), Coverage: v.Coverage[c.Key], Thread: threads(v.Replies[c.Key]), Count: len(v.Replies[c.Key]), Until: v.Until[c.Key],
		Replies: v.site.o.Letters != nil, Listed: slices.Sorted(maps.Keys(c.Files)), edition: v.Edition}
	p.Open = v.site.open(v.Edition, c.Key)
	if v.site.paper(c) != nil {
		p.Paper = archived(c)
	}
	for _, tag := range f.Alternates {
		p.Versions = append(p.Versions, version{tag, c.Status(tag), tag == p.Shown})
	}
	return p, nil
}

// open reports whether replies are taken.
func (s *Site) open(e *press.Edition, k press.Key) bool {
	until, ok := e.Until[k]
	return ok && s.o.Letters != nil && s.o.Now().Before(until)
}

func (s *Site) communique(v *visit) (*sheet, error) {
	p, err := v.article()
	if err != nil {
		return nil, err
	}
	p.frame.Schema, err = data(p.C.Schema(s.o.URL, v.tag))
	if err != nil {
		return nil, err
	}
	if p.Said, err = data(v.said(p.C)); err != nil {
		return nil, err
	}
	return v.sheetOf(p)
}

// data is JSON for a script element that is only data: what could end the element is escaped.
func data(x any) (template.JS, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(true)
	err := e.Encode(x)
	return template.JS(bytes.TrimSpace(b.Bytes())), err
}

// verdicts are what the reader's check can say; the words are put in by its script.
var verdicts = []string{"working", "right", "wrong", "code", "changed", "missing", "extra", "withdrawn", "unreachable", "insecure", "old_browser", "charter", "one_side", "keychain", "content", "enclosure", "enclosure_missing", "seal", "log", "files", "unchecked",
	"who", "other_node", "newest"}

// newer is what is known here that came after the text.
func (v *visit) newer(c *press.Communique) (out []string) {
	for _, k := range c.Corrections {
		out = append(out, locale.Message(v.ui, "press.letter_corrected", refusal.Params{"symbol": k.Symbol}))
	}
	if c.Superseded != nil {
		out = append(out, locale.Message(v.ui, "press.superseded", refusal.Params{"day": locale.Date(v.ui, c.Superseded.At)}))
	}
	return out
}

// said are the check's sentences in the reader's language, with the parties' names, and the digests of the code that checks.
func (v *visit) said(c *press.Communique) map[string]any {
	words, at := map[string]string{}, c.Folder()
	for _, k := range verdicts {
		words[k] = locale.Message(v.ui, "press.check_"+k, nil)
	}
	if c.Content.Parallel != nil {
		words["right"] = locale.Message(v.ui, "parallel.check_right", nil)
		words["log"] = locale.Message(v.ui, "parallel.check_log", nil)
	}
	if p := v.site.o.Preview; p != nil {
		at = p.Under + at
	}
	names := map[string]string{}
	for _, s := range c.Seals {
		_, names[s.Party] = s.Names.Pick(v.ui, lang.English)
	}
	code := map[string]string{}
	for _, name := range checkers {
		code[name] = v.site.look.integrity(name)
	}
	return map[string]any{"words": words, "parties": names, "files": at, "statement": c.Statement, "newer": v.newer(c), "code": code}
}

// besidePage is the text with its languages side by side.
type besidePage struct {
	*articlePage
}

func (*besidePage) template() string { return "beside" }

func (s *Site) beside(v *visit) (*sheet, error) {
	p, err := v.article()
	if err != nil {
		return nil, err
	}
	p.Rest += "beside/"
	p.frame.Standing = ""
	return v.sheetOf(&besidePage{p})
}
