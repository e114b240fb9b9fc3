package premises

import (
	"context"
	"crypto/rand"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/press"
	"entente.example/internal/pressroom"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// shown is an edition that does not change.
type shown struct{ edition *press.Edition }

// Edition implements pressroom.Source.
func (s shown) Edition(context.Context) (*press.Edition, error) { return s.edition, nil }

// PressPreview implements web.Source. It prints an edition of its own for whoever asks, which no listener of the public has a path to.
func (h house) PressPreview(ctx context.Context, member, ref string, in view.PressPreview) (out view.PressAnswer, err error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return out, err
	}
	p, err := h.c.Preview(ctx, mech, member, in.Text, in.Front, in.At)
	if err != nil {
		return out, err
	}
	site, err := rehearsal(ctx, h.c, h.now, p, pressroom.Preview{Under: in.Under, Query: in.Query}, false)
	if err != nil {
		return out, err
	}
	a, err := site.Show(ctx, in.Path)
	return view.PressAnswer{Status: a.Status, Media: a.Header.Get("Content-Type"), Language: a.Header.Get("Content-Language"), Location: a.Header.Get("Location"), Body: a.Body}, err
}

// previewFiles is the same as files.
func previewFiles(ctx context.Context, c *chancery.Chancery, now func() time.Time, mech, member, text string) (map[string][]byte, error) {
	p, err := c.Preview(ctx, mech, member, text, nil, time.Time{})
	if err != nil {
		return nil, err
	}
	site, err := rehearsal(ctx, c, now, p, pressroom.Preview{}, true)
	if err != nil {
		return nil, err
	}
	return site.Files(ctx)
}

// rehearsal is a press room that nobody outside can enter.
func rehearsal(ctx context.Context, c *chancery.Chancery, now func() time.Time, p chancery.Preview, as pressroom.Preview, still bool) (*pressroom.Site, error) {
	if c.PressURL() == "" {
		return nil, refusal.New(refusal.Conflict, "press.no_room")
	}
	public, err := c.Publications(ctx)
	if err != nil {
		return nil, err
	}
	as.Text, as.At, as.Waiting, as.Disagree = p.Text.Key, p.At, p.Waiting, p.Disagree
	return pressroom.New(pressroom.Options{Source: shown{previewed(c, public, p)}, Now: now, Rand: rand.Reader, URL: c.PressURL(), Preview: &as, Still: still, Paper: c.PaperFonts})
}

// previewed is what is public, and the text as it will be.
func previewed(c *chancery.Chancery, public chancery.Publications, p chancery.Preview) *press.Edition {
	e := &press.Edition{Names: lang.Text{}, Contact: c.Config().Press.Contact, All: []*press.Communique{p.Text}, Accounts: public.Accounts}
	for tag, name := range c.Config().Names {
		e.Names[lang.Tag(tag)] = name
	}
	for _, x := range public.All {
		if x.Key != p.Text.Key {
			e.All = append(e.All, x)
		}
	}
	e.Sort()
	return e
}
