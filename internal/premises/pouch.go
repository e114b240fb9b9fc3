package premises

import (
	"context"
	"fmt"
	"io"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/view"
	"entente.example/refusal"
)

// Pouches implements web.Source.
func (h house) Pouches(ctx context.Context, member, ref string, at view.At) (out view.Pouches, err error) {
	names := map[string]view.Party{}
	err = h.in(ctx, member, ref, func(f view.From) error {
		for _, p := range f.Charter().Document().Parties {
			names[string(p.ID)] = f.Party(p.ID)
		}
		out.Chrome, err = f.Chrome()
		if denied := f.Charter().OnDuty(charter.PartyID(f.Self), member, h.now()); denied != nil {
			out.Denied = refusal.As(denied)
		}
		return err
	})
	if err != nil {
		return out, err
	}
	all, err := h.c.Pouches(ctx, out.Mech)
	for _, n := range all.Next {
		out.Next = append(out.Next, view.NextPouch{Party: names[n.Party], Entries: n.Entries, Carried: n.Carried, Attachments: n.Attachments, BodyBytes: n.BodyBytes})
	}
	all.Parcels, out.Cut = view.PartFrom(all.Parcels, at.List, view.PouchesShown)
	for _, p := range all.Parcels {
		row := view.Pouch{Party: names[p.Party], Out: p.Out, Made: p.Made, Bytes: p.Bytes, Entries: p.Entries, Attachments: p.Attachments(), New: p.New, Part: p.Sequence - p.First + 1, Of: p.Last - p.First + 1,
			State: p.State, Missing: p.Missing}
		for _, g := range p.Gaps {
			row.Gaps = append(row.Gaps, gap(g))
		}
		out.History = append(out.History, row)
	}
	return out, err
}

func gap(g chancery.Run) view.Earlier {
	return view.Earlier{Party: g.Party, From: fmt.Sprintf("%s-%d", g.Party, g.From), To: fmt.Sprintf("%s-%d", g.Party, g.To-1)}
}

// carries is the id of a mechanism whose pouches a member may pack and open.
func (h house) carries(ctx context.Context, member, ref string) (string, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return "", err
	}
	return mech, h.c.Carries(ctx, mech, member)
}

// PackPouch implements web.Source.
func (h house) PackPouch(ctx context.Context, member, ref, party string, without bool, w io.Writer) error {
	mech, err := h.carries(ctx, member, ref)
	if err == nil {
		_, err = h.c.PackParcel(ctx, mech, party, w, chancery.PackOptions{Via: chancery.ByPouch, WithoutAttachments: without})
	}
	return err
}

// OpenPouch implements web.Source.
func (h house) OpenPouch(ctx context.Context, member, ref string, r io.Reader) (gaps []view.Earlier, err error) {
	mech, err := h.carries(ctx, member, ref)
	if err != nil {
		return nil, err
	}
	p, err := h.c.OpenParcel(ctx, r, chancery.OpenOptions{Via: chancery.ByPouch, Mech: mech})
	for _, g := range p.Gaps {
		gaps = append(gaps, gap(g))
	}
	return gaps, err
}
