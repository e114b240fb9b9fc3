package web

import (
	"strings"

	"entente.example/internal/view"
	"entente.example/refusal"
)

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
