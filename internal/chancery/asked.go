package chancery

import (
	"context"
	"slices"
	"time"

	"entente.example/internal/awaiting"
	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/refusal"
)

// KeptPetition is a petition or a settlement of another party as our side remembers it: who brought it in, and who sealed it.
type KeptPetition struct {
	Block    []byte
	Text     string
	Member   string
	At       time.Time
	Answer   []byte // our consent as a block; empty: not sealed yet
	SealedBy string
	Sealed   time.Time
}

// AskedOfUs is a petition that our side remembers, with what it asks.
type AskedOfUs struct {
	Petition
	Block    string    `json:"block"`
	Member   string    `json:"member"` // who of us brought it in
	At       time.Time `json:"at"`
	Answer   string    `json:"answer,omitempty"` // our consent, to be given to that party
	SealedBy string    `json:"sealed_by,omitempty"`
	Sealed   time.Time `json:"sealed,omitzero"`
}

// Petitions lists what other parties ask us to seal, oldest first: what is in force, or can never be, is left out.
func (c *Chancery) Petitions(ctx context.Context, mech string) ([]AskedOfUs, error) {
	out := []AskedOfUs{}
	if c.backroom == nil {
		return out, nil
	}
	wait, _, err := c.remembered(ctx, mech)
	return append(out, wait...), err
}

// remembered are the petitions that our side remembers, and the digests of those that are over: in force, or never to be.
func (c *Chancery) remembered(ctx context.Context, mech string) (wait []AskedOfUs, over []string, err error) {
	all, err := c.keptPetitions(ctx, mech)
	for _, k := range all {
		p, stale := c.examinePetition(ctx, mech, k.Block)
		switch {
		case stale == nil:
			wait = append(wait, AskedOfUs{Petition: p, Block: string(k.Block), Member: k.Member, At: k.At, Answer: string(k.Answer), SealedBy: k.SealedBy, Sealed: k.Sealed})
		case refusal.As(stale).Kind == refusal.Internal: // it could not be read, and may well wait
			return nil, nil, stale
		default:
			pends := false
			err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
				_, pends, err = pendingPetition(s, k.Block)
				return err
			})
			if err != nil {
				return nil, nil, err
			}
			if !pends {
				over = append(over, k.Text)
			}
		}
	}
	return wait, over, err
}

// keptPetitions are the petitions that our side remembers, with the answers that count.
func (c *Chancery) keptPetitions(ctx context.Context, mech string) (out []KeptPetition, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		out, err = c.keptIn(ctx, s)
		return err
	})
	return out, err
}

// keptIn is that in a snapshot. An answer that was sealed with keys of ours that were replaced since counts for nobody: the petition waits as if there were none.
func (c *Chancery) keptIn(ctx context.Context, s *node.Snapshot) ([]KeptPetition, error) {
	all, err := c.backroom.Petitions(ctx, s.ID)
	for i := range all {
		if k := &all[i]; outworn(s, k.Answer) {
			k.Answer, k.SealedBy, k.Sealed = nil, "", time.Time{}
		}
	}
	return all, err
}

// outworn reports whether an answer of ours was sealed with other keys than those that we have by now.
func outworn(s *node.Snapshot, answer []byte) bool {
	if len(answer) == 0 {
		return false
	}
	lines, _ := s.Charter().SealKeys(charter.PartyID(s.Self))
	consent, err := party.ParseConsent(answer)
	return err != nil || notOf(lines, consent.Signatures) != ""
}

// takeBack takes outworn answers off the shelf before anything there is forgotten because it was answered, or kept for that.
func (c *Chancery) takeBack(ctx context.Context, mech string) error {
	all, err := c.backroom.Petitions(ctx, mech)
	if err != nil {
		return err
	}
	var back []KeptPetition
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		back = slices.DeleteFunc(all, func(k KeptPetition) bool { return !outworn(s, k.Answer) })
		return nil
	})
	for _, k := range back {
		if err == nil {
			err = c.backroom.Unanswer(ctx, mech, k.Text, k.Answer)
		}
	}
	return err
}

// unanswered refuses to seal what a colleague has sealed for our side: whoever sees it on an older page, or brings the block itself, has not seen that.
func (c *Chancery) unanswered(ctx context.Context, mech, text string) error {
	if c.backroom == nil {
		return nil
	}
	all, err := c.keptPetitions(ctx, mech)
	for _, k := range all {
		if k.Text == text && len(k.Answer) > 0 {
			return refusal.New(refusal.Conflict, "party.petition_answered", "member", k.SealedBy)
		}
	}
	return err
}

// DropPetition forgets one that nobody of ours will seal, unless somebody has. Whoever may seal it may.
func (c *Chancery) DropPetition(ctx context.Context, mech, member, text string) error {
	if err := c.MayRenew(ctx, mech, member); err != nil || c.backroom == nil {
		return err
	}
	if err := c.takeBack(ctx, mech); err != nil {
		return err
	}
	return c.backroom.DropPetition(ctx, mech, text)
}

// awaitsConsent adds what other parties ask us to seal and our side has not.
func (c *Chancery) awaitsConsent(ctx context.Context, s *node.Snapshot, to []awaiting.Item) ([]awaiting.Item, error) {
	all, err := c.keptIn(ctx, s)
	for _, k := range all {
		if len(k.Answer) > 0 {
			continue
		}
		of, is, err := pendingPetition(s, k.Block)
		if err != nil {
			return nil, err
		}
		if is {
			to = append(to, awaiting.Item{Matter: "keys", What: "awaits.petition", Params: map[string]string{"party": string(of)}, Act: party.Succeed{}.EntryType()})
		}
	}
	return to, err
}

// pendingPetition says whose petition it is, and whether it could still come into force by what a snapshot knows.
func pendingPetition(s *node.Snapshot, block []byte) (of charter.PartyID, is bool, err error) {
	number, settles := 0, party.IsSettlement(block)
	if settles {
		g, err := party.ParseSettlement(block)
		if err != nil {
			return "", false, nil
		}
		of, number = g.Statement.Party, g.Statement.Generation
	} else {
		p, err := party.ParsePetition(block)
		if err != nil {
			return "", false, nil
		}
		of, number = p.Party, p.Number
	}
	if s.Charter().Ordinal(of) < 0 {
		return of, false, nil
	}
	st := s.Party(of)
	if settles {
		return of, !slices.ContainsFunc(st.Generations, func(g party.Opened) bool { return g.Generation >= number }), nil
	}
	return of, number == st.Successions+1, nil
}
