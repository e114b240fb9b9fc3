package web

import (
	"strconv"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/refusal"
)

type papersPage struct {
	Frame frame
	P     view.Asides
	To    string // a form that came back
	Text  string
	Hours int
}

func (p *papersPage) template() string { return "papers" }
func (p *papersPage) frame() *frame    { return &p.Frame }

// Keeps are the times that the form offers, in hours.
func (p *papersPage) Keeps() []int { return []int{24, 72, 168, 720} }

const standardHours = 168

func (s *Site) papers(v *visit) (page, error) {
	return s.papersWith(v, &papersPage{Hours: standardHours}, nil)
}

// papersWith draws the page, with a form that was refused kept as it was filled in.
func (s *Site) papersWith(v *visit, p *papersPage, refused error) (page, error) {
	var err error
	if p.P, err = s.o.Source.Papers(v.r.Context(), v.session.Member, v.r.PathValue("mech")); err != nil {
		return nil, err
	}
	p.Frame = v.inside(&p.P.Chrome, "")
	p.Frame.Live, p.Frame.Title = "", locale.Message(v.lang, "web.papers", nil)
	p.Frame.refused(v, refused)
	return p, nil
}

func (s *Site) sendPaper(v *visit) (page, error) {
	hours, err := strconv.Atoi(v.r.PostFormValue("hours"))
	if err != nil {
		hours = 0
	}
	p := &papersPage{To: v.r.PostFormValue("to"), Text: v.r.PostFormValue("text"), Hours: hours}
	err = s.o.Source.SendPaper(v.r.Context(), v.session.Member, v.r.PathValue("mech"), p.To, p.Text, time.Duration(hours)*time.Hour)
	if err != nil {
		if refusal.As(err).Kind == refusal.Internal {
			return nil, err
		}
		return s.papersWith(v, p, err)
	}
	v.back("/m/"+v.r.PathValue("mech")+"/non-papers", "paper", "")
	return nil, nil
}

func (s *Site) dropPaper(v *visit) (page, error) {
	if err := s.o.Source.DropPaper(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("paper")); err != nil {
		return nil, err
	}
	v.back("/m/"+v.r.PathValue("mech")+"/non-papers", "paper_dropped", "")
	return nil, nil
}
