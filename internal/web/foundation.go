package web

import (
	"entente.example/internal/locale"
	"entente.example/internal/view"
)

// foundationPage is what a mechanism is, on one page that prints well.
type foundationPage struct {
	Frame frame
	M     view.Foundation
}

func (p *foundationPage) template() string { return "foundation" }
func (p *foundationPage) frame() *frame    { return &p.Frame }

func (s *Site) foundation(v *visit) (page, error) {
	m, err := s.o.Source.Foundation(v.r.Context(), v.session.Member, v.r.PathValue("mech"))
	if err != nil {
		return nil, err
	}
	f := v.inside(&m.Chrome, "")
	f.Live, f.Title = "", locale.Message(v.lang, "foundation.title", nil) // it is read and printed, and nothing moves meanwhile
	return &foundationPage{Frame: f, M: m}, nil
}
