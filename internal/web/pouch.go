package web

import (
	"errors"
	"io"
	"net/http"

	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/refusal"
)

// maxPouch bounds a pouch that is uploaded. It is read as it comes and never held.
const maxPouch = 65 << 30

type pouchPage struct {
	Frame frame
	P     view.Pouches
}

func (p *pouchPage) template() string { return "pouch" }
func (p *pouchPage) frame() *frame    { return &p.Frame }

func (s *Site) pouch(v *visit) (page, error) { return s.pouchWith(v, nil) }

func (s *Site) pouchWith(v *visit, refused error) (page, error) {
	all, err := s.o.Source.Pouches(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.at())
	if err != nil {
		return nil, err
	}
	p := &pouchPage{Frame: v.inside(&all.Chrome, ""), P: all}
	p.Frame.Live = "" // a file is being chosen
	p.Frame.Title = locale.Message(v.lang, "web.pouch", nil)
	p.Frame.refused(v, refused)
	return p, nil
}

// pouchBack shows the page again with what went wrong; what is our fault gets a page of its own.
func (s *Site) pouchBack(v *visit, err error) (page, error) {
	if refusal.As(err).Kind == refusal.Internal {
		return nil, err
	}
	return s.pouchWith(v, err)
}

// packPouch answers with the pouch itself. Its name says nothing about whom it is for.
func (s *Site) packPouch(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	out := &download{v: v}
	err := s.o.Source.PackPouch(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PostForm.Get("party"), v.r.PostForm.Get("without") != "", out)
	switch {
	case err == nil:
		return nil, nil
	case out.begun:
		s.o.Log.Warn("a pouch was not sent to its end", "error", err)
		panic(http.ErrAbortHandler) // the only way to tell the browser that this is not the end
	}
	return s.pouchBack(v, err)
}

// download is an answer that begins with its first byte, so that a refusal before it is still a page.
type download struct {
	v     *visit
	begun bool
}

func (d *download) Write(b []byte) (int, error) {
	if !d.begun {
		d.begun = true
		h := d.v.w.Header()
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", `attachment; filename="pouch.age"`)
	}
	return d.v.w.Write(b)
}

// openPouch takes an upload in as it comes.
func (s *Site) openPouch(v *visit) (page, error) {
	form, err := v.r.MultipartReader()
	if err != nil {
		return s.pouchBack(v, refusal.New(refusal.Invalid, "web.bad_form").Because(err))
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return s.pouchBack(v, refusal.New(refusal.Invalid, "web.no_pouch_file"))
		}
		if err != nil {
			return s.pouchBack(v, refusal.New(refusal.Invalid, "web.bad_form").Because(err))
		}
		if part.FormName() != "pouch" || part.FileName() == "" {
			continue
		}
		gaps, err := s.o.Source.OpenPouch(v.r.Context(), v.session.Member, v.r.PathValue("mech"), part)
		if err == nil && len(gaps) > 0 {
			err = refusal.New(refusal.Stale, "pouch.gap", "party", gaps[0].Party, "from", gaps[0].From, "to", gaps[0].To)
		}
		if err != nil {
			return s.pouchBack(v, err)
		}
		v.back("/m/"+v.r.PathValue("mech")+"/pouch", "pouch", "")
		return nil, nil
	}
}
