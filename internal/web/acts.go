package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"entente.example/entry"
	"entente.example/internal/locale"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// actForm is a form of the negotiating table as it was filled in. It comes back with the page if the act was refused, so that no word of it is lost.
type actForm struct {
	Act       string
	Paragraph text.ParaID
	Several   []text.ParaID // of a package
	Wording   text.WordingID
	Ref       string // reservation or flag it speaks of
	Kind      string
	Language  lang.Tag
	Note      string
	Version   string // in Language
	Courtesy  bool
	Text      lang.Text
	Errata    []text.Erratum // passages of an adopted text, as the rows of the form have them
	Rest      lang.Text      // what becomes a paragraph of its own
	Place     text.ParaID
	With      text.ParaID // the other paragraph
	Whole     bool
	Many      map[text.ParaID]lang.Text // of several paragraphs
	Cites     []string                  // what a new paragraph rests on: ticked
	Cited     string                    // … and written, one a line
	Omitted   []text.ParaID
	Items     []text.Item // that it takes together, each as the page showed it
	Read      text.Known  // what the page showed of the versions that the act is of; nil: the form says nothing of it
	Day       string      // of a signature on paper; Text is the place, Rest the office
}

func readActForm(r *http.Request) (*actForm, error) {
	if err := r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	get := func(name string) string { return lang.Normalise(strings.TrimSpace(r.PostForm.Get(name))) }
	f := &actForm{Act: get("act"), Paragraph: text.ParaID(get("paragraph")), Wording: text.WordingID(get("wording")), Ref: get("ref"), Kind: get("kind"),
		Language: lang.Tag(get("language")), Note: get("note"), Version: get("version"),
		Courtesy: get("courtesy") != "", Day: get("day"), Items: itemsOf(r.PostForm["items"]), Text: lang.Text{}, Errata: errata(r.PostForm),
		Rest: lang.Text{}, Place: text.ParaID(get("place")), With: text.ParaID(get("with")), Whole: get("whole") != "", Many: map[text.ParaID]lang.Text{}}
	if r.PostForm.Has("read") {
		f.Read = append(text.Known{}, strings.Fields(get("read"))...)
	}
	for _, id := range r.PostForm["paragraphs"] {
		f.Several = append(f.Several, text.ParaID(lang.Normalise(id)))
	}
	for _, mark := range r.PostForm["cites"] {
		f.Cites = append(f.Cites, lang.Normalise(mark))
	}
	f.Cited = strings.ReplaceAll(get("cited"), "\r\n", "\n")
	for _, id := range r.PostForm["omit"] {
		f.Omitted = append(f.Omitted, text.ParaID(lang.Normalise(id)))
	}
	for name := range r.PostForm {
		if tag, ok := strings.CutPrefix(name, "rest:"); ok && get(name) != "" {
			f.Rest[lang.Tag(tag)] = get(name)
		}
		if of, ok := strings.CutPrefix(name, "of:"); ok && get(name) != "" {
			if id, tag, ok := strings.Cut(of, ":"); ok {
				f.many(text.ParaID(id), lang.Tag(tag), get(name))
			}
		}
		if tag, ok := strings.CutPrefix(name, "text:"); ok && get(name) != "" {
			f.Text[lang.Tag(tag)] = get(name)
		}
	}
	return f, nil
}

// passages is how many passages a form for a correction has room for.
const passages = 8

// errata are the rows of a form for a correction, each where it stood, so that what is brought back unfolded is what was written in.
func errata(form url.Values) (out []text.Erratum) {
	at := func(name string, i int) string {
		if i >= len(form[name]) {
			return ""
		}
		return lang.Normalise(strings.TrimSpace(form[name][i]))
	}
	for i := range min(passages, max(len(form["defective"]), len(form["corrected"]))) {
		out = append(out, text.Erratum{Paragraph: text.ParaID(at("paragraph", i)), Language: lang.Tag(at("language", i)), Defective: at("defective", i), Corrected: at("corrected", i)})
	}
	return out
}

// unwritten reports whether nothing was written in a row: it corrects nothing.
func unwritten(e text.Erratum) bool { return e.Defective == "" && e.Corrected == "" }

// Passages are the rows of the form for a correction: those that were sent, and room for more.
func (f *actForm) Passages() []text.Erratum {
	return append(slices.Clone(f.Errata), make([]text.Erratum, passages-len(f.Errata))...)
}

// body makes the act that the form asks for.
func (f *actForm) body(t *view.Text) (entry.Body, error) {
	items := f.Items
	if f.Paragraph != "" && len(items) == 0 {
		items = []text.Item{{Paragraph: f.Paragraph, Wording: f.Wording}}
	}
	switch f.Act {
	case "accept", "accept" + withBelow:
		return text.Accept{Items: items, Note: f.Note}, nil
	case "confirm", "confirm" + withBelow:
		return text.Confirm{Items: items, Note: f.Note}, nil
	case "support":
		return text.Support{Items: items}, nil
	case "drop":
		return text.Drop{Paragraph: f.Paragraph, Wording: f.Wording}, nil
	case "reopen":
		return text.Reopen{Paragraph: f.Paragraph, Reason: f.Note}, nil
	case "reserve":
		return text.Reserve{Paragraph: f.Paragraph, Kind: f.Kind, Note: f.Note}, nil
	case "translate":
		return text.Translate{Language: f.Language, Courtesy: f.Courtesy, Items: []text.Translation{{Paragraph: f.Paragraph, Wording: f.Wording, Text: f.Version}}}, nil
	case "courtesy":
		tag, err := lang.ParseTag(string(f.Language))
		return text.Translate{Language: tag, Courtesy: true, Items: []text.Translation{{Paragraph: f.Paragraph, Wording: f.Wording, Text: f.Version}}}, err
	case "concord":
		return text.Concord{Language: f.Language, Items: items}, nil
	case "link":
		return text.Link{Paragraphs: f.Several, Note: f.Note}, nil
	case "unlink":
		return text.Unlink{Package: f.Ref}, nil
	case "lift":
		return text.Lift{Reservation: f.Ref}, nil
	case "flag":
		return text.Flag{Paragraph: f.Paragraph, Wording: f.Wording, Language: f.Language, Note: f.Note}, nil
	case "resolve":
		return text.Resolve{Flag: f.Ref, Text: f.Text[f.Language], Note: f.Note}, nil
	case "declare":
		return text.Declare{Paragraph: f.Paragraph, Text: f.Text}, nil
	case "prevail":
		return text.Prevail{Language: f.Language, Note: f.Note}, nil
	case "designate":
		return text.Designate{Symbol: f.Ref, Note: f.Note}, nil
	case "dissent":
		return text.Dissent{Paragraph: f.Paragraph, Text: f.Text}, nil
	case "retract":
		return text.Retract{Declaration: f.Ref}, nil
	case "rectify":
		return text.Rectify{Symbol: t.NextSymbol, Note: f.Note, Items: slices.DeleteFunc(slices.Clone(f.Errata), unwritten)}, nil
	case "sign":
		if f.Day == "" {
			return nil, refusal.New(refusal.Invalid, "text.sign_day")
		}
		return text.Sign{Day: f.Day, Place: f.Text, Office: f.Rest, Note: f.Note}, nil
	case "unsign":
		return text.Sign{Note: f.Note}, nil
	case "object":
		return text.Object{Rectification: f.Ref, Reason: f.Note}, nil
	case "attest":
		return text.Attest{Rectification: f.Ref}, nil
	case "compile":
		return text.Compile{Document: f.Ref, Note: f.Note}, nil
	case "refuse":
		return text.Refuse{Reason: f.Note}, nil
	case "withdraw":
		return text.Withdraw{Reason: f.Note}, nil
	case "lapse":
		return text.Lapse{For: f.Ref, Reason: f.Note}, nil
	case "resume":
		return text.Resume{Reason: f.Note}, nil
	case "supersede":
		return text.Supersede{By: f.Ref, Reason: f.Note}, nil
	case "insert", "omit", "move", "split", "merge", "cite", "several", "reword":
		return f.revise(t)
	case "propose":
		p, ok := t.Paragraph(f.Paragraph)
		if !ok {
			return nil, refusal.New(refusal.Missing, "web.no_paragraph", "paragraph", string(f.Paragraph))
		}
		return text.Propose{Paragraph: f.Paragraph, Label: p.NextLabel(), Text: f.Text, Note: f.Note}, nil
	}
	return nil, refusal.New(refusal.Invalid, "web.unknown_act", "act", f.Act)
}

// onText does what a form of the table asks for.
func (s *Site) onText(v *visit, t *view.Text, id string, form *actForm) error {
	if form.Act == "comment" {
		words := lang.Text{form.Language: form.Version}
		if err := v.asked(words); err != nil {
			return err
		}
		return s.o.Source.Comment(v.r.Context(), v.session.Member, t.Ref, id, form.Paragraph, words)
	}
	body, err := form.body(t)
	if err != nil {
		return err
	}
	var words any = body
	if form.Act == "resolve" { // which names no language: its objection does
		words = form.Text
	}
	if err := v.asked(words); err != nil {
		return err
	}
	if isGuarded(form.Act) {
		body = text.Having{Body: body, Read: form.Read}
	}
	return ofPage(s.o.Source.Act(v.r.Context(), v.session.Member, t.Ref, "text/"+id, body))
}

func (s *Site) act(v *visit) (page, error) {
	form, err := readActForm(v.r)
	if err != nil {
		return nil, err
	}
	mech, id := v.r.PathValue("mech"), v.r.PathValue("text")
	t, err := s.o.Source.Text(v.r.Context(), v.session.Member, mech, id)
	if err != nil {
		return nil, err
	}
	if err = s.onText(v, &t, id, form); err != nil {
		if noForm(err) {
			return nil, err
		}
		if form.revises() {
			return s.reviseWith(v, form, err)
		}
		if form.signsOff() {
			return s.signOffWith(v, form, err)
		}
		return s.textWith(v, form, err)
	}
	done := form.Act
	if form.revises() {
		done = "revise"
	}
	if !locale.Has("web.done_" + done) {
		done = ""
	}
	anchor := "p-" + string(form.Paragraph)
	switch form.Act {
	case "rectify", "object", "attest":
		anchor = "rectifications"
	case "prevail", "designate":
		anchor = form.Act
	case "sign", "unsign":
		anchor = "signed"
	case "dissent":
		anchor = "dissents"
	case "compile":
		anchor = "issued"
	case "declare", "retract":
		anchor = "statements"
	case "refuse", "withdraw", "lapse", "resume", "supersede":
		anchor, done = "ending", "ending"
	default:
		if form.signsOff() {
			v.back("/m/"+t.Ref+"/texts/"+id+signOffPath(form.Language), "signed_off", "versions")
			return nil, nil
		}
		if form.Paragraph == "" {
			anchor = "glance"
		}
	}
	v.back("/m/"+t.Ref+"/texts/"+id, done, anchor)
	return nil, nil
}
