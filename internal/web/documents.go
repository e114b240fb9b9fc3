package web

import (
	"net/url"
	"strings"

	"entente.example/entry"
	"entente.example/internal/document"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// deposited reads the form of a founding document: a title that everybody uses in each language, and when and where it was made.
func deposited(form url.Values) document.Deposit {
	get := func(name string) string { return lang.Normalise(strings.TrimSpace(form.Get(name))) }
	d := document.Deposit{Date: get("date"), InForce: get("in_force"), Kind: get("kind"), Act: get("made"), Note: get("note"), Place: lang.Text{}}
	titles := lang.Text{}
	for name := range form {
		if tag, ok := strings.CutPrefix(name, "title:"); ok && get(name) != "" {
			titles[lang.Tag(tag)] = get(name)
		}
		if tag, ok := strings.CutPrefix(name, "place:"); ok && get(name) != "" {
			d.Place[lang.Tag(tag)] = get(name)
		}
	}
	for _, tag := range titles.Tags() {
		d.Titles = append(d.Titles, document.Title{Lang: tag, Full: titles[tag]})
	}
	return d
}

// deposit puts a founding document on the record.
func (s *Site) deposit(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	mech, id := v.r.PathValue("mech"), strings.TrimSpace(v.r.PostForm.Get("id"))
	var err error
	if !entry.ValidID(id) {
		err = refusal.New(refusal.Invalid, "dialogue.bad_id", "id", id)
	} else {
		err = s.o.Source.Act(v.r.Context(), v.session.Member, mech, "document/"+id, deposited(v.r.PostForm))
	}
	if err == nil {
		v.back("/m/"+mech, "deposit", "d-"+id)
		return nil, nil
	}
	if noForm(err) {
		return nil, err
	}
	p, broken := s.mechanismWith(v, err)
	if m, ok := p.(*mechanismPage); ok {
		m.Back = v.r.PostForm
	}
	return p, broken
}

// proof sends an adopted text as an archive of files that anybody can check alone.
func (s *Site) proof(v *visit) (page, error) {
	f, err := s.o.Source.TextProof(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text"))
	return v.hand(f, err)
}

// compareNote holds a signed checkpoint from elsewhere against our copy of its log.
func (s *Site) compareNote(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	in := pasted{Note: strings.ReplaceAll(v.r.PostForm.Get("note"), "\r\n", "\n")}
	found, err := s.o.Source.CompareNote(v.r.Context(), v.session.Member, v.r.PathValue("mech"), in.Note)
	if err != nil && refusal.As(err).Kind == refusal.Internal {
		return nil, err
	}
	p, broken := s.keysWith(v, in, err)
	if broken != nil {
		return nil, broken
	}
	p.Frame.Live, p.Finding = "", found
	return p, nil
}

// packPapers hands out what waits for a party off the record, to be carried by hand.
func (s *Site) packPapers(v *visit) (page, error) {
	f, err := s.o.Source.PackPapers(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PostFormValue("to"))
	if err != nil && refusal.As(err).Kind != refusal.Internal {
		return s.papersWith(v, &papersPage{Hours: standardHours}, err)
	}
	return v.hand(f, err)
}

// openPapers takes in papers that were carried by hand.
func (s *Site) openPapers(v *visit) (page, error) {
	up, err := readUpload(v)
	if err == nil {
		err = s.o.Source.OpenPapers(v.r.Context(), v.session.Member, v.r.PathValue("mech"), up.Files...)
	}
	if err == nil {
		v.back("/m/"+v.r.PathValue("mech")+"/non-papers", "papers_opened", "")
		return nil, nil
	}
	if refusal.As(err).Kind == refusal.Internal {
		return nil, err
	}
	return s.papersWith(v, &papersPage{Hours: standardHours}, err)
}

// Waits are the parties for whom papers off the record wait here.
func (p *papersPage) Waits() []view.Party {
	var out []view.Party
	for _, a := range p.P.Papers {
		if a.Out && a.Waiting && view.ByParty(out, a.Party.ID) < 0 {
			out = append(out, a.Party)
		}
	}
	return out
}
