package web

import (
	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/refusal"
)

type keysPage struct {
	Frame  frame
	K      view.Keys
	Pasted pasted
	// Finding is how a checkpoint that was pasted stands to our copy of its log; "" if none was.
	Finding string
	Anew    bool // the directory has to recognise the reader first
}

// pasted is what stood in the forms, so that nobody has to paste it twice.
type pasted struct{ Block, Petition, Consents, Note string }

func (p *keysPage) template() string { return "keys" }
func (p *keysPage) frame() *frame    { return &p.Frame }

// keys shows which keys and mandates were in force when, and the fingerprints that people compare at a table or by voice.
func (s *Site) keys(v *visit) (page, error) {
	p, err := s.keysWith(v, pasted{}, nil)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (s *Site) keysWith(v *visit, in pasted, refused error) (*keysPage, error) {
	k, err := s.o.Source.Keys(v.r.Context(), v.session.Member, v.r.PathValue("mech"))
	if err != nil {
		return nil, err
	}
	p := &keysPage{Frame: v.inside(&k.Chrome, ""), K: k, Pasted: in, Anew: s.stale(v.session)}
	p.Frame.Title = locale.Message(v.lang, "web.keys", nil)
	if p.Frame.refused(v, refused); refused != nil {
		p.Frame.Live = ""
	}
	return p, nil
}

// readPetition shows what another party asks. It waits on the page then, for whoever seals it: there, or where our seal keys are, by the command that the page gives.
func (s *Site) readPetition(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	in := pasted{Block: v.r.PostForm.Get("block")}
	asks, err := s.o.Source.ReadPetition(v.r.Context(), v.session.Member, v.r.PathValue("mech"), in.Block)
	if err != nil && refusal.As(err).Kind == refusal.Internal {
		return nil, err
	}
	p, broken := s.keysWith(v, in, err)
	if broken != nil {
		return nil, broken
	}
	if p.Frame.Live = ""; err == nil && asks.Ours {
		p.K.Petition = &asks
	}
	return p, nil
}

// consent seals what another party asks, or sets it aside. Whoever seals says that they have compared the fingerprints: a petition is signed by nobody but the keys that it brings.
func (s *Site) consent(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	form, ctx, member, mech := v.r.PostForm, v.r.Context(), v.session.Member, v.r.PathValue("mech")
	act := form.Get("act")
	var err error
	switch {
	case act == "set_aside":
		err = s.o.Source.DropPetition(ctx, member, mech, form.Get("text"))
	case act != "consent":
		err = refusal.New(refusal.Invalid, "web.unknown_act", "act", act)
	case s.stale(v.session):
		err = refusal.New(refusal.Denied, "staff.sign_on_stale")
	case form.Get("compared") != "yes":
		err = refusal.New(refusal.Invalid, "web.not_compared")
	default:
		err = s.o.Source.Consent(ctx, member, mech, form.Get("text"), opened(form))
	}
	if err == nil {
		v.back("/m/"+mech+"/keys", act, "petitions")
		return nil, nil
	}
	if noForm(err) {
		return nil, err
	}
	p, broken := s.keysWith(v, pasted{}, err)
	if broken != nil {
		return nil, broken
	}
	p.Frame.Live = ""
	return p, nil
}

// reseal puts new seal keys of ours in force that all others have sealed.
func (s *Site) reseal(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	in := pasted{Petition: v.r.PostForm.Get("petition"), Consents: v.r.PostForm.Get("consents")}
	err := s.o.Source.Reseal(v.r.Context(), v.session.Member, v.r.PathValue("mech"), in.Petition, in.Consents)
	if err == nil {
		v.back("/m/"+v.r.PathValue("mech")+"/keys", "reseal", "")
		return nil, nil
	}
	if refusal.As(err).Kind == refusal.Internal {
		return nil, err
	}
	p, broken := s.keysWith(v, in, err)
	if broken != nil {
		return nil, broken
	}
	return p, nil
}
