package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"entente.example/internal/filing"
	"entente.example/internal/locale"
	"entente.example/internal/markup"
	"entente.example/internal/table"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// maxDraft bounds the files of a text that are uploaded together, and the form that comes back with what they have.
const maxDraft = 32 << 20

// list sends a list as a table in the reader's language.
func (s *Site) list(v *visit) (page, error) {
	name, ok := strings.CutSuffix(v.r.PathValue("file"), ".csv")
	if !ok {
		return nil, refusal.New(refusal.Missing, "web.no_page")
	}
	t, err := s.o.Source.List(v.r.Context(), v.session.Member, v.r.PathValue("mech"), name)
	if err != nil {
		return nil, err
	}
	return v.hand(filing.File{Name: t.Name + ".csv", Media: table.Media, Body: t.CSV(v.lang)}, nil)
}

// textFile sends a text as a file.
func (s *Site) textFile(v *visit) (page, error) {
	q := v.r.URL.Query()
	f, err := s.o.Source.TextFile(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text"), q.Get("format"), lang.Tag(q.Get("language")))
	return v.hand(f, err)
}

// textPDF sends a sealed text as it is printed.
func (s *Site) textPDF(v *visit) (page, error) {
	f, err := s.o.Source.TextPDF(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text"), v.r.URL.Query().Get("side"))
	return v.hand(f, err)
}

// hand answers with a file.
func (v *visit) hand(f filing.File, err error) (page, error) {
	if err != nil {
		return nil, err
	}
	v.w.Header().Set("Content-Type", f.Media)
	v.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	_, _ = v.w.Write(f.Body)
	return nil, nil
}

// comparisonPage shows what files have beside a text, for a member to choose what is proposed.
type comparisonPage struct {
	Frame frame
	T     view.Text
	Found *markup.Comparison
}

func (p *comparisonPage) template() string { return "comparison" }
func (p *comparisonPage) frame() *frame    { return &p.Frame }

// Whole is the comparison as the form carries it: nothing of an upload is kept here.
func (p *comparisonPage) Whole() (string, error) {
	b, err := json.Marshal(markup.Chosen{Changes: p.Found.Changes, Comments: p.Found.Comments})
	return string(b), err
}

// Any reports whether something can be proposed.
func (p *comparisonPage) Any() bool {
	return len(p.Found.Comments) > 0 || slices.ContainsFunc(p.Found.Changes, func(c markup.Change) bool { return c.Problem == nil })
}

// LabelOf is the label of a paragraph.
func (p *comparisonPage) LabelOf(k markup.Comment) string {
	if q, ok := p.T.Paragraph(k.Paragraph); ok {
		return q.Label
	}
	return string(k.Paragraph)
}

// Edits are a change in each language.
func (p *comparisonPage) Edits(c markup.Change) []edit {
	var out []edit
	for _, tag := range p.T.Languages {
		if c.After[tag] != "" {
			out = append(out, between(tag, c.Before[tag], c.After[tag]))
		} else if c.Kind == markup.Omitted && c.Before[tag] != "" {
			out = append(out, edit{Lang: tag, Old: c.Before[tag]})
		}
		if c.Bracket != nil {
			if s := strings.TrimSpace(markup.Write("", []markup.Bracket{*c.Bracket}, tag)); c.Bracket.Options[0].Text[tag] != "" {
				out = append(out, edit{Lang: tag, New: s})
			}
		}
	}
	return out
}

// edit is wording as it was and as it would be: what both begin and end with stands once.
type edit struct {
	Lang                     lang.Tag
	Before, Old, New, Behind string
}

func between(tag lang.Tag, was, is string) edit {
	if was == "" {
		return edit{Lang: tag, New: is}
	}
	a, b := []rune(was), []rune(is)
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && (n < len(a) && joined(a, n) || n < len(b) && joined(b, n)) {
		n--
	}
	m := 0
	for m < len(a)-n && m < len(b)-n && a[len(a)-1-m] == b[len(b)-1-m] {
		m++
	}
	for m > 0 && (joined(a, len(a)-m) || joined(b, len(b)-m)) {
		m--
	}
	return edit{tag, string(a[:n]), string(a[n : len(a)-m]), string(b[n : len(b)-m]), string(a[len(a)-m:])}
}

// joined reports whether a sign belongs to the one before it: words of letters with spaces between them, and marks, are not cut.
func joined(s []rune, at int) bool {
	if at <= 0 || at >= len(s) {
		return false
	}
	return unicode.Is(unicode.M, s[at]) || alphabetic(s[at]) && alphabetic(s[at-1])
}

func alphabetic(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// compareFiles takes an upload and shows what it has. It changes nothing.
func (s *Site) compareFiles(v *visit) (page, error) {
	up, err := readUpload(v)
	var found *markup.Comparison
	if err == nil {
		found, err = s.o.Source.CompareFiles(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text"), up.Files...)
	}
	if err != nil {
		if refusal.As(err).Kind == refusal.Internal {
			return nil, err
		}
		return s.textWith(v, nil, err)
	}
	return s.comparisonWith(v, found, nil)
}

func (s *Site) comparisonWith(v *visit, found *markup.Comparison, refused error) (page, error) {
	t, err := s.o.Source.Text(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text"))
	if err != nil {
		return nil, err
	}
	p := &comparisonPage{Frame: v.inside(&t.Chrome, "text/"+t.ID), T: t, Found: found}
	p.Frame.Live = "" // nothing moves under somebody who chooses
	_, title := t.Title.Pick(v.lang, t.Drafting)
	p.Frame.Title = locale.Message(v.lang, "file.comparison_of", refusal.Params{"title": title})
	p.Frame.refused(v, refused)
	return p, nil
}

// amend proposes what was chosen.
func (s *Site) amend(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	var whole, chosen markup.Chosen
	if err := json.Unmarshal([]byte(v.r.PostForm.Get("found")), &whole); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	for i, c := range whole.Changes {
		if slices.Contains(v.r.PostForm["change"], strconv.Itoa(i)) {
			chosen.Changes = append(chosen.Changes, c)
		}
	}
	chosen.Whole, chosen.Read = v.r.PostForm.Get("whole") != "", whole.Read
	for i, c := range whole.Comments {
		if slices.Contains(v.r.PostForm["comment"], strconv.Itoa(i)) {
			chosen.Comments = append(chosen.Comments, c)
		}
	}
	mech, id := v.r.PathValue("mech"), v.r.PathValue("text")
	if err := s.o.Source.Amend(v.r.Context(), v.session.Member, mech, id, chosen); err != nil {
		if refusal.As(err).Kind == refusal.Internal {
			return nil, err
		}
		return s.comparisonWith(v, &markup.Comparison{Text: id, Changes: whole.Changes, Comments: whole.Comments, Read: whole.Read}, err)
	}
	v.back("/m/"+mech+"/texts/"+id, "amend", "")
	return nil, nil
}

// tableFiles tables a draft from an upload.
func (s *Site) tableFiles(v *visit) (page, error) {
	up, err := readUpload(v)
	if err == nil && up.ID == "" {
		err = refusal.New(refusal.Invalid, "file.no_id")
	}
	if err == nil {
		err = s.o.Source.TableFiles(v.r.Context(), v.session.Member, v.r.PathValue("mech"), up.ID, up.Parallel, up.Files...)
	}
	if err != nil {
		if refusal.As(err).Kind == refusal.Internal {
			return nil, err
		}
		if up.Draft != "" {
			return s.draftWith(v, up.ID, up.Draft, err)
		}
		return s.mechanismWith(v, err)
	}
	v.back("/m/"+v.r.PathValue("mech")+"/texts/"+up.ID, "table", "")
	return nil, nil
}

// uploaded is what a form brought: its files, the id that it gives a new text, and a draft that was written into it, which is one of the files.
type uploaded struct {
	ID, Draft string
	Parallel  bool // it is our side's own text
	Files     [][]byte
}

func readUpload(v *visit) (up uploaded, err error) {
	bad := refusal.New(refusal.Invalid, "web.bad_form")
	form, err := v.r.MultipartReader()
	if err != nil {
		return up, bad.Because(err)
	}
	for len(up.Files) < 64 {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		var b []byte
		if err == nil {
			b, err = io.ReadAll(part)
		}
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			return up, refusal.New(refusal.Invalid, "web.upload_too_large", "limit", mebibytes(tooLarge.Limit))
		}
		if err != nil {
			return up, bad.Because(err)
		}
		if part.FileName() == "" && len(b) < maxForm && utf8.Valid(b) {
			v.typed(part.FormName(), string(b))
		}
		switch {
		case part.FormName() == "id" && len(b) < 100 && utf8.Valid(b):
			up.ID = strings.TrimSpace(string(b))
		case part.FormName() == "parallel":
			up.Parallel = len(b) > 0
		case part.FormName() == "draft" && utf8.Valid(b):
			up.Draft = string(b)
			up.Files = append(up.Files, b)
		case part.FormName() == "file" && part.FileName() != "":
			up.Files = append(up.Files, b)
		}
	}
	if len(up.Files) == 0 {
		return up, refusal.New(refusal.Invalid, "file.none")
	}
	return up, nil
}

// Formats are those in which a text can be downloaded.
func (p *textPage) Formats() []string { return filing.Formats }
