package web

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/termfile"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// maxTerms bounds the upload of a glossary, and maxTermForm the form that comes back with what it has.
const (
	maxTerms    = termfile.MaxFile + 64<<10
	maxTermForm = 4 * termfile.MaxFile
)

// termFilePage shows a file beside the glossary, for a member to choose from.
type termFilePage struct {
	Frame frame
	M     view.Matters
	Found *termfile.Comparison
	Given map[int]string // what was chosen when the form came back
}

func (p *termFilePage) template() string { return "termfile" }
func (p *termFilePage) frame() *frame    { return &p.Frame }

// termRow is a row with what its form starts from.
type termRow struct {
	termfile.Row
	N      int
	Chosen string
}

// Rows are those about which there is something to see or to decide.
func (p *termFilePage) Rows() (out []termRow) {
	for i, r := range p.Found.Rows {
		if r.Kind == termfile.Same && r.Problem == nil && len(r.Others) == 0 && len(r.Left) == 0 {
			continue
		}
		chosen, again := p.Given[i]
		if !again && r.Kind == termfile.New && r.Problem == nil {
			chosen = termfile.Propose
		}
		out = append(out, termRow{r, i, chosen})
	}
	return out
}

// Counts are how many rows are of each kind.
func (p *termFilePage) Counts() (out []view.Count) {
	for _, kind := range []string{termfile.New, termfile.Differs, termfile.Concurs, termfile.Same} {
		if n := p.Found.Of(kind); n > 0 {
			out = append(out, view.Count{Key: kind, All: n})
		}
	}
	return out
}

// Any reports whether something can be done.
func (p *termFilePage) Any() bool {
	return slices.ContainsFunc(p.Found.Rows, func(r termfile.Row) bool { return len(r.Can) > 0 })
}

// May reports whether the reader has the mandate for what a row offers.
func (p *termFilePage) May(do string) bool {
	return p.M.May[map[string]string{termfile.Propose: "term.enter", termfile.Concur: "term.concur", termfile.Own: "term.own"}[do]]
}

// Names are those of what was passed over.
func (p *termFilePage) Names(passed []termfile.Passed) (out []string) {
	for _, x := range passed {
		out = append(out, x.Name)
	}
	return out
}

// Whole is the comparison as the form carries it: nothing of an upload is kept here.
func (p *termFilePage) Whole() (string, error) {
	b, err := json.Marshal(p.Found)
	return string(b), err
}

// ID is the id within its kind of a new thing.
func (r termRow) ID() string { return strings.TrimPrefix(r.Matter, "term/") }

// New reports whether the row is of a thing that the glossary does not have.
func (r termRow) New() bool { return r.Kind == termfile.New }

// Edits are the words and definitions of a row by language: what the file has beside what stands.
func (r termRow) Edits() (out []termEdit) {
	was, is := r.Before, r.After
	if is.Term == nil {
		is = r.Before
	}
	for _, of := range []struct {
		key     string
		was, is lang.Text
	}{{"", was.Term, is.Term}, {"field.definition", was.Definition, is.Definition}} {
		for _, tag := range of.is.Tags() {
			out = append(out, termEdit{of.key, tag, of.was[tag], of.is[tag]})
		}
	}
	return out
}

// termEdit is a word or a definition as it stands and as the file has it.
type termEdit struct {
	Key     string // says that it is no word
	Lang    lang.Tag
	Was, Is string
}

// Changed reports whether the two differ.
func (e termEdit) Changed() bool { return e.Was != e.Is }

// Path is where the matter of a row stands, within its mechanism.
func (r termRow) Path() string {
	kind, id, _ := strings.Cut(r.Matter, "/")
	k, ok := dialogue.Find(kind)
	if r.Kind == termfile.New || r.Problem != nil || !ok {
		return ""
	}
	return "/" + k.Plural + "/" + id
}

// compareTerms takes an upload and shows what it has. It changes nothing.
func (s *Site) compareTerms(v *visit) (page, error) {
	up, err := readUpload(v)
	if err == nil && len(up.Files) > 1 {
		err = refusal.New(refusal.Invalid, "web.bad_form")
	}
	var found *termfile.Comparison
	if err == nil {
		found, err = s.o.Source.CompareTerms(v.r.Context(), v.session.Member, v.r.PathValue("mech"), up.Files[0])
	}
	if err != nil {
		if refusal.As(err).Kind == refusal.Internal {
			return nil, err
		}
		k, _ := dialogue.Find("term")
		return s.mattersWith(v, k, nil, err)
	}
	return s.termsWith(v, found, nil, nil)
}

func (s *Site) termsWith(v *visit, found *termfile.Comparison, given map[int]string, refused error) (page, error) {
	m, err := s.o.Source.Matters(v.r.Context(), v.session.Member, v.r.PathValue("mech"), "term", v.at())
	if err != nil {
		return nil, err
	}
	p := &termFilePage{Frame: v.inside(&m.Chrome, "term"), M: m, Found: found, Given: given}
	p.Frame.Live = "" // nothing moves under somebody who chooses
	p.Frame.Title = locale.Message(v.lang, "termfile.comparison", nil)
	p.Frame.refused(v, refused)
	return p, nil
}

// takeTerms does what was chosen.
func (s *Site) takeTerms(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	form := v.r.PostForm
	found := new(termfile.Comparison)
	if err := json.Unmarshal([]byte(form.Get("found")), found); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	var chosen termfile.Chosen
	given := map[int]string{}
	for i := range found.Rows {
		r := &found.Rows[i]
		if len(r.Entry.Words) == 0 {
			return nil, refusal.New(refusal.Invalid, "web.bad_form")
		}
		n := strconv.Itoa(i)
		if id := form.Get("id-" + n); id != "" && r.Kind == termfile.New {
			r.Matter = "term/" + id
		}
		if given[i] = form.Get("do-" + n); given[i] != "" {
			chosen.Rows = append(chosen.Rows, termfile.Choice{Entry: r.Entry, Kind: r.Kind, Matter: r.Matter, Seen: r.Seen, Do: given[i]})
		}
	}
	mech := v.r.PathValue("mech")
	if err := s.o.Source.TakeTerms(v.r.Context(), v.session.Member, mech, chosen); err != nil {
		if noForm(err) {
			return nil, err
		}
		return s.termsWith(v, found, given, err)
	}
	v.back("/m/"+mech+"/glossary", "terms", "")
	return nil, nil
}
