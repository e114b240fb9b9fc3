package premises

import (
	"context"
	"io"
	"net/http"
	"slices"

	"entente.example/internal/api"
	"entente.example/internal/attachment"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/strongroom"
	"entente.example/internal/view"
	"entente.example/internal/web"
)

// papers are the attachments of a matter as pages show them, of all if of is "": the part that ends before a place, or that holds the one to be shown.
func (h house) papers(ctx context.Context, f view.From, of string, at view.At) (out []view.Attachment, cut view.Cut, err error) {
	list, err := h.c.AttachmentsIn(ctx, f.Snapshot, of, func(all []*attachment.State) []*attachment.State {
		if at.Whole {
			return all
		}
		i := slices.IndexFunc(all, func(a *attachment.State) bool { return a.ID == at.Show })
		all, cut = view.PartBefore(all, view.WithinBefore(i, at.Track, view.PapersShown, len(all)), view.PapersShown)
		return all
	})
	for _, a := range list {
		p := f.Attachment(&a.State)
		p.Size, p.Where, p.Percent, p.Until, p.Over, p.Asked = a.Size(), a.Where, a.Percent, a.Until, a.Over, a.Asked
		out = append(out, p)
	}
	return out, cut, err
}

// beside are the papers beside a matter, for its own page.
func (h house) beside(ctx context.Context, f view.From, member, of string) (*view.Beside, error) {
	list, _, err := h.papers(ctx, f, of, view.At{})
	_, denied := f.Charter().RoleFor(charter.PartyID(f.Self), member, attachment.Attach{}.EntryType(), h.now())
	return &view.Beside{Of: of, List: list, May: denied == nil}, err
}

// Attachments implements web.Source.
func (h house) Attachments(ctx context.Context, member, ref, of string, at view.At) (out view.Attachments, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		if out.Chrome, err = f.ChromeOf(""); err != nil {
			return err
		}
		out.Of, out.Classes, out.Limit, out.May = of, f.Charter().Document().Rules.Retention, strongroom.Measure(h.c.MaxFile()), map[string]bool{}
		for _, verb := range []string{attachment.Attach{}.EntryType(), attachment.Drop{}.EntryType(), attachment.Keep{}.EntryType()} {
			_, err := f.Charter().RoleFor(charter.PartyID(f.Self), member, verb, h.now())
			out.May[verb] = err == nil
		}
		out.List, out.Cut, err = h.papers(ctx, f, of, at)
		return err
	})
	return out, err
}

// Attach implements web.Source.
func (h house) Attach(ctx context.Context, member, ref string, u web.Upload, file io.Reader) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.Attach(ctx, mech, member, chancery.NewAttachment{Of: u.Of, Name: u.Name, Media: u.Media, Class: u.Class, Title: u.Title, Retention: u.Retention, Until: u.Until}, file)
	}
	return err
}

// MaxFile implements web.Source.
func (h house) MaxFile() int64 { return h.c.MaxFile() }

// ServeAttachment implements web.Source.
func (h house) ServeAttachment(w http.ResponseWriter, r *http.Request, member, ref, id string) error {
	mech, err := h.mechanism(r.Context(), member, ref)
	if err != nil {
		return err
	}
	f, a, err := h.c.OpenAttachment(r.Context(), mech, id)
	if err == nil {
		api.ServeFile(w, r, f, a)
	}
	return err
}
