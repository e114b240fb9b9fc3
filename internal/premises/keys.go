package premises

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/fingerprint"
	"entente.example/internal/view"
	"entente.example/internal/web"
	"entente.example/refusal"
)

// Keys implements web.Source.
func (h house) Keys(ctx context.Context, member, ref string) (out view.Keys, err error) {
	names := map[charter.PartyID]view.Party{}
	err = h.in(ctx, member, ref, func(f view.From) error {
		for _, p := range f.Charter().Document().Parties {
			names[p.ID] = f.Party(p.ID)
		}
		if out.Chrome, err = f.ChromeOf(""); err != nil {
			return err
		}
		out.Forks, err = forks(f, names)
		return err
	})
	if err != nil {
		return out, err
	}
	if why := h.c.MayRenew(ctx, out.Mech, member); why != nil {
		if unsure(why) {
			return out, why
		}
		out.Denied = refusal.As(why)
	}
	if out.Witnesses, err = h.outside(ctx, out.Mech); err != nil {
		return out, err
	}
	if out.Fingerprint, err = printed(charter.Fingerprint(out.Mech), fingerprint.Mechanism(out.Mech)); err != nil {
		return out, err
	}
	if out.Asked, err = h.asked(ctx, member, ref, out.Mech, names); err != nil {
		return out, err
	}
	for _, k := range h.c.SealKeys() {
		out.SealKeys = append(out.SealKeys, view.SealKey{Name: k.Name, Agent: k.Agent})
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

// forks are the logs with two histories, and what ends them.
func forks(f view.From, names map[charter.PartyID]view.Party) (out []view.ForkedLog, err error) {
	contested, err := f.Contested()
	if err != nil {
		return nil, err
	}
	for _, l := range f.Logs {
		common, is := contested[f.Slot(l)]
		if !is {
			continue
		}
		k := view.ForkedLog{Party: names[charter.PartyID(l.Party)], Ours: l.Party == f.Self, Common: common}
		if k.Ours {
			k.Make, k.Settle = "entente evidence settle --words '…' > settlement", "entente evidence settle settlement CONSENT…"
		}
		out = append(out, k)
	}
	return out, nil
}

// outside is what outside witnesses have cosigned.
func (h house) outside(ctx context.Context, mech string) (out []view.OutsideWitness, err error) {
	all, err := h.c.Witnesses(ctx, mech)
	for _, w := range all.Witnesses {
		out = append(out, view.OutsideWitness{Name: w.Name, Named: w.Named, Size: w.Size, Of: w.Of, At: w.At, Problem: w.Problem})
	}
	return out, err
}

// ReadPetition implements web.Source.
func (h house) ReadPetition(ctx context.Context, member, ref, block string) (out view.Petition, err error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return out, err
	}
	p, err := h.c.ReadPetition(ctx, mech, member, []byte(block))
	if err != nil {
		return out, err
	}
	out = petition(p, ref, member)
	err = h.in(ctx, member, ref, func(f view.From) error {
		out.Party, out.Ours = f.Party(p.Party), string(p.Party) == f.Self
		return nil
	})
	return out, err
}

func petition(p chancery.Petition, ref, member string) view.Petition {
	out := view.Petition{Settlement: p.Kind == "settlement", Lost: p.Lost, Needed: p.Needed, Size: p.Size, Text: p.Text, Command: fmt.Sprintf("entente -m %s --as %s key consent FILE --text %s", ref, member, p.Text)}
	for i, f := range p.Fingerprints {
		out.Keys = append(out.Keys, view.PetitionKey{Fingerprint: f, Digits: p.Digits[i]})
	}
	return out
}

// asked are the petitions of other parties that members of ours have read.
func (h house) asked(ctx context.Context, member, ref, mech string, names map[charter.PartyID]view.Party) (out []view.Petition, err error) {
	all, err := h.c.Petitions(ctx, mech)
	for _, a := range all {
		p := petition(a.Petition, ref, member)
		p.Party, p.Block, p.By, p.At, p.Answer, p.SealedBy, p.Sealed = names[a.Party], a.Block, a.Member, a.At, a.Answer, a.SealedBy, a.Sealed
		out = append(out, p)
	}
	return out, err
}

// Consent implements web.Source.
func (h house) Consent(ctx context.Context, member, ref, text string, with web.Signing) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return err
	}
	all, err := h.c.Petitions(ctx, mech)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Text == text {
			_, err := h.c.Consent(ctx, mech, member, []byte(a.Block), text, with.Passphrases)
			return err
		}
	}
	return refusal.New(refusal.Missing, "party.no_petition")
}

// DropPetition implements web.Source.
func (h house) DropPetition(ctx context.Context, member, ref, text string) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		err = h.c.DropPetition(ctx, mech, member, text)
	}
	return err
}

// Reseal implements web.Source.
func (h house) Reseal(ctx context.Context, member, ref, petition, consents string) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return err
	}
	_, err = h.c.Reseal(ctx, mech, member, []byte(petition), chancery.Blocks([]byte(consents)))
	return err
}

// CompareNote implements web.Source.
func (h house) CompareNote(ctx context.Context, member, ref, note string) (string, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return "", err
	}
	return h.c.Compare(ctx, mech, []byte(note))
}
