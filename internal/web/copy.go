package web

import (
	"slices"

	"entente.example/internal/fingerprint"
	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/refusal"
)

// copyPage is one sealed file as it is printed for the ceremony: the words of this copy, who signs in its order, and the digest of what is sealed.
type copyPage struct {
	Frame   frame
	S       view.Sealing
	Paper   view.Paper
	Signers []view.Seal // the side whose copy it is comes first
	QR      string
	Size    int
}

func (p *copyPage) template() string { return "signingcopy" }
func (p *copyPage) frame() *frame    { return &p.Frame }

// signingCopy draws the printable copy of one sealed file.
func (s *Site) signingCopy(v *visit) (page, error) {
	t, err := s.o.Source.Sealing(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("text"))
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(t.Papers, func(p view.Paper) bool { return p.Path == v.r.URL.Query().Get("paper") })
	if i < 0 {
		return nil, refusal.New(refusal.Missing, "web.no_page")
	}
	p := &copyPage{Frame: v.inside(&t.Chrome, "text/"+t.ID), S: t, Paper: t.Papers[i], Signers: slices.Clone(t.Round.Seals)}
	if own := p.Paper.Side; own != nil {
		slices.SortStableFunc(p.Signers, func(a, b view.Seal) int {
			switch {
			case a.Party.Side == own.ID && b.Party.Side != own.ID:
				return -1
			case b.Party.Side == own.ID && a.Party.Side != own.ID:
				return 1
			}
			return 0
		})
	}
	if p.QR, p.Size, err = fingerprint.Path("entente:statement:" + t.Digest); err != nil {
		return nil, err
	}
	p.Frame.Live = ""
	_, title := t.Title.Pick(p.Paper.Lang, t.Drafting)
	p.Frame.Title = locale.Message(v.lang, "web.signing_copy_of", refusal.Params{"title": title})
	return p, nil
}
