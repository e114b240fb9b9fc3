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
	all, err := c.backroom.Petitions(ctx, mech)
	for _, k := range all {
		p, stale := c.examinePetition(ctx, mech, k.Block)
		switch {
		case stale == nil:
			out = append(out, AskedOfUs{Petition: p, Block: string(k.Block), Member: k.Member, At: k.At, Answer: string(k.Answer), SealedBy: k.SealedBy, Sealed: k.Sealed})
		case refusal.As(stale).Kind == refusal.Internal: // it could not be read, and may well wait
			return nil, stale
		}
	}
	return out, err
}

// DropPetition forgets one that nobody of ours will seal, unless somebody has. Whoever may seal it may.
func (c *Chancery) DropPetition(ctx context.Context, mech, member, text string) error {
	if err := c.MayRenew(ctx, mech, member); err != nil || c.backroom == nil {
		return err
	}
	return c.backroom.DropPetition(ctx, mech, text)
}

// awaitsConsent adds what other parties ask us to seal and our side has not.
func (c *Chancery) awaitsConsent(ctx context.Context, s *node.Snapshot, to []awaiting.Item) ([]awaiting.Item, error) {
	all, err := c.backroom.Petitions(ctx, s.ID)
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
	st, err := s.Party(of)
	if err != nil {
		return of, false, err
	}
	if settles {
		return of, !slices.ContainsFunc(st.Generations, func(g party.Opened) bool { return g.Generation >= number }), nil
	}
	return of, number == st.Successions+1, nil
}
