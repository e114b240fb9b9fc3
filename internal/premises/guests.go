package premises

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/guest"
	"entente.example/internal/guesttable"
	"entente.example/internal/showing"
	"entente.example/internal/staff"
	"entente.example/internal/view"
	"entente.example/internal/web"
)

// guestDoor lets guests in and out, by the passes of the private store and the admissions of the record.
type guestDoor struct{ c *chancery.Chancery }

func (d guestDoor) Look(ctx context.Context, link string) error {
	_, err := d.c.Staff().GuestLink(ctx, link)
	return err
}

func (d guestDoor) Enter(ctx context.Context, link, agent string) (string, error) {
	return d.c.Staff().EnterAsGuest(ctx, link, agent)
}

func (d guestDoor) Known(ctx context.Context, cookie string) bool {
	if cookie == "" {
		return false
	}
	_, err := d.c.Staff().GuestSession(ctx, cookie)
	return err == nil
}

func (d guestDoor) Leave(ctx context.Context, cookie string) error {
	p, err := d.c.Staff().GuestSession(ctx, cookie)
	if err != nil {
		return err
	}
	return d.c.Staff().EndPass(ctx, p.Mech, p.Guest, p.ID)
}

func (d guestDoor) Show(ctx context.Context, cookie string) (showing.Sheet, error) {
	p, err := d.c.Staff().GuestSession(ctx, cookie)
	if err != nil {
		return showing.Sheet{}, err
	}
	return d.c.Show(ctx, p)
}

// guestsFirst seats guests before the members' site and its API can be reached.
func guestsFirst(c *chancery.Chancery, site *web.Site, log *slog.Logger, members http.Handler) http.Handler {
	table := guesttable.New(guesttable.Options{Door: guestDoor{c}, Static: site.Static(), Asset: site.Asset, Look: site.Look, Rand: rand.Reader, Log: log, Secure: site.Secure, Age: staff.PassAbsolute})
	return table.Before(site.Protect, members)
}

// passes are a guest's links and sessions, for a member who may make them where our node shows the matter.
func (h house) passes(ctx context.Context, f view.From, member, id string) (*view.Passes, error) {
	st, err := f.Subject("guest/" + id)
	if err != nil {
		return nil, err
	}
	if _, err := f.Charter().RoleFor(charter.PartyID(f.Self), member, guest.Propose{}.EntryType(), f.Now); err != nil {
		return nil, nil
	}
	out := &view.Passes{}
	s := st.(*guest.State)
	for i := range s.Proposals {
		if a := &s.Proposals[i]; a.House == f.Self && a.InForce(f.Charter(), f.Now.UTC().Format("2006-01-02")) {
			out.Proposals = append(out.Proposals, view.Ref{ID: a.Act, Title: a.Name})
		}
	}
	list, err := h.c.Staff().Passes(ctx, f.ID, id)
	for _, p := range list {
		out.List = append(out.List, view.Pass{ID: p.ID, Person: p.Person, By: p.By, Made: p.Made, Expires: p.Expires, Entered: p.Entered, Seen: p.Seen})
	}
	if len(out.Proposals) == 0 && len(out.List) == 0 {
		return nil, err
	}
	return out, err
}

// MakePass implements web.Source.
func (h house) MakePass(ctx context.Context, member, ref, id, proposal, person string) (string, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return "", err
	}
	return h.c.MakePass(ctx, mech, member, id, proposal, person)
}

// EndPass implements web.Source.
func (h house) EndPass(ctx context.Context, member, ref, id string, pass int64) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return err
	}
	return h.c.EndPass(ctx, mech, member, id, pass)
}
