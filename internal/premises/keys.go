package premises

import (
	"context"
	"slices"
	"strings"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/fingerprint"
	"entente.example/internal/view"
)

// Keys implements web.Source.
func (h house) Keys(ctx context.Context, member, ref string) (out view.Keys, err error) {
	names := map[charter.PartyID]view.Party{}
	err = h.in(ctx, member, ref, func(f view.From) error {
		for _, p := range f.Charter().Document().Parties {
			names[p.ID] = view.Party{ID: p.ID, Side: p.Side, Names: p.Names}
		}
		out.Chrome, err = f.Chrome()
		return err
	})
	if err != nil {
		return out, err
	}
	if out.Fingerprint, err = printed(charter.Fingerprint(out.Mech), fingerprint.Mechanism(out.Mech)); err != nil {
		return out, err
	}
	all, err := h.c.Keys(ctx, out.Mech)
	if err != nil {
		return out, err
	}
	for _, k := range all {
		p := view.PartyKeys{Party: names[charter.PartyID(k.Party)]}
		for i, g := range k.Generations {
			n, err := nodeKey(k.Party, g, names)
			if err != nil {
				return out, err
			}
			n.Newest = i == len(k.Generations)-1
			p.Nodes = append(p.Nodes, n)
		}
		for _, s := range k.Seals {
			p.Seals = append(p.Seals, view.SealKeySet{Since: since(s.Since, s.At), Fingerprints: s.Fingerprints, Threshold: s.Threshold, Agreed: s.Agreed, Lost: s.Lost})
		}
		for _, m := range k.Mandates {
			p.Mandates = append(p.Mandates, view.MandateList{Since: since(m.Since, m.At), Mandates: m.Mandates})
		}
		out.Parties = append(out.Parties, p)
	}
	return out, nil
}

func nodeKey(party string, g chancery.KeyGeneration, names map[charter.PartyID]view.Party) (n view.NodeKey, err error) {
	n = view.NodeKey{Since: since(g.Since, g.At), Generation: g.Generation, Reason: string(g.Reason), Lost: g.Lost}
	if n.Print, err = printed(g.Fingerprint, fingerprint.Key(party, "node", g.Fingerprint)); err != nil {
		return n, err
	}
	if g.Head != nil {
		n.Stated = g.Head.Size
	}
	for id, c := range g.Confirmed {
		n.Confirmed = append(n.Confirmed, view.Confirmation{Party: names[id], Size: c.Size})
	}
	slices.SortFunc(n.Confirmed, func(a, b view.Confirmation) int { return strings.Compare(string(a.Party.ID), string(b.Party.ID)) })
	return n, nil
}

func printed(digits, code string) (view.Print, error) {
	path, size, err := fingerprint.Path(code)
	return view.Print{Digits: digits, QR: path, Size: size}, err
}

func since(act, at string) view.Since {
	t, _ := time.Parse(time.RFC3339, at) // the charter's has none
	return view.Since{Act: act, At: t}
}
