package web

import (
	"entente.example/internal/locale"
	"entente.example/internal/view"
)

type keysPage struct {
	Frame frame
	K     view.Keys
}

func (p *keysPage) template() string { return "keys" }
func (p *keysPage) frame() *frame    { return &p.Frame }

// keys shows which keys and mandates were in force when, and the fingerprints that people compare at a table or by voice.
func (s *Site) keys(v *visit) (page, error) {
	k, err := s.o.Source.Keys(v.r.Context(), v.session.Member, v.r.PathValue("mech"))
	if err != nil {
		return nil, err
	}
	p := &keysPage{Frame: v.inside(&k.Chrome, ""), K: k}
	p.Frame.Title = locale.Message(v.lang, "web.keys", nil)
	return p, nil
}
