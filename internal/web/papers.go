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
	By    string
	On    string // the paper whose form came back, with what was chosen and written
	React string
	Words string
}

func (p *papersPage) template() string { return "papers" }
func (p *papersPage) frame() *frame    { return &p.Frame }

// Keeps are the times that the form offers, in hours.
func (p *papersPage) Keeps() []int { return []int{24, 72, 168, 720} }

const standardHours = 168

// papersRoutes are the ways to what is off the record.
func (s *Site) papersRoutes(mux *router) {
	mux.Handle("GET /m/{mech}/non-papers", s.member(s.papers))
	mux.Handle("POST /m/{mech}/non-papers", s.member(s.sendPaper))
	mux.Handle("POST /m/{mech}/non-papers/pack", s.member(s.packPapers))
	mux.Handle("POST /m/{mech}/non-papers/open", s.within(maxDraft, signedIn(s.openPapers)))
	mux.Handle("POST /m/{mech}/non-papers/{paper}/drop", s.member(s.dropPaper))
	mux.Handle("POST /m/{mech}/non-papers/{paper}/react", s.member(s.react))
	mux.Handle("POST /m/{mech}/non-papers/{paper}/withdraw", s.member(s.withdrawPaper))
	mux.Handle("GET /m/{mech}/non-papers/{paper}/draft", s.member(s.paperDraft))
}

func (s *Site) papers(v *visit) (page, error) {
	return s.papersWith(v, &papersPage{Hours: standardHours}, nil)
}

// papersWith draws the page, with a form that was refused kept as it was filled in.
func (s *Site) papersWith(v *visit, p *papersPage, refused error) (page, error) {
	at, err := v.at(), error(nil)
	if p.On != "" {
		at.Show = p.On
	}
	if p.P, err = s.o.Source.Papers(v.r.Context(), v.session.Member, v.r.PathValue("mech"), at); err != nil {
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
	p := &papersPage{To: v.r.PostFormValue("to"), Text: v.r.PostFormValue("text"), Hours: hours, By: v.r.PostFormValue("by")}
	err = s.o.Source.SendPaper(v.r.Context(), v.session.Member, v.r.PathValue("mech"), p.To, p.Text, time.Duration(hours)*time.Hour, p.By)
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

func (s *Site) react(v *visit) (page, error) {
	p := &papersPage{Hours: standardHours, On: v.r.PathValue("paper"), React: v.r.PostFormValue("reaction"), Words: v.r.PostFormValue("words")}
	err := s.o.Source.React(v.r.Context(), v.session.Member, v.r.PathValue("mech"), p.On, p.React, p.Words)
	return s.onPaper(v, p, "reacted", err)
}

func (s *Site) withdrawPaper(v *visit) (page, error) {
	err := s.o.Source.WithdrawPaper(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("paper"))
	return s.onPaper(v, &papersPage{Hours: standardHours}, "sounding_withdrawn", err)
}

// onPaper answers a form on a paper.
func (s *Site) onPaper(v *visit, p *papersPage, done string, err error) (page, error) {
	if err == nil {
		v.back("/m/"+v.r.PathValue("mech")+"/non-papers", done, "paper-"+v.r.PathValue("paper"))
		return nil, nil
	}
	if refusal.As(err).Kind == refusal.Internal {
		return nil, err
	}
	return s.papersWith(v, p, err)
}

// draftPage is the form that tables a draft, filled in. What it sends has no word of where its wording comes from.
type draftPage struct {
	Frame frame
	Ref   string
	ID    string // a form that came back
	Draft string
}

func (p *draftPage) template() string { return "draft" }
func (p *draftPage) frame() *frame    { return &p.Frame }

func (s *Site) paperDraft(v *visit) (page, error) {
	draft, err := s.o.Source.PaperDraft(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("paper"))
	if err != nil {
		return nil, err
	}
	return s.draftWith(v, "", draft, nil)
}

func (s *Site) draftWith(v *visit, id, draft string, refused error) (page, error) {
	m, err := s.o.Source.Mechanism(v.r.Context(), v.session.Member, v.r.PathValue("mech"), view.At{})
	if err != nil {
		return nil, err
	}
	p := &draftPage{Frame: v.inside(&m.Chrome, ""), Ref: m.Ref, ID: id, Draft: draft}
	p.Frame.Live, p.Frame.Title = "", locale.Message(v.lang, "aside.draft", nil)
	p.Frame.refused(v, refused)
	return p, nil
}
