package backroom

import (
	"context"
	"slices"
	"strconv"
	"time"

	"entente.example/refusal"
)

// Petition is what another party asks us to seal: new seal keys for lost ones, or where its log ends. It is on no record until everybody has sealed it, so the house that was asked remembers it.
type Petition struct {
	ID string `json:"id"`
	About
	Block  string    `json:"block"`
	Text   string    `json:"text"`   // digest of what is sealed
	Member string    `json:"member"` // who of us brought it in
	At     time.Time `json:"at"`

	Answer   string    `json:"answer,omitempty"` // our consent as a block
	SealedBy string    `json:"sealed_by,omitempty"`
	Sealed   time.Time `json:"sealed,omitzero"`
}

var petitions = kept[Petition]{"petition", func(p *Petition) *string { return &p.ID }, func(p *Petition) About { return p.About }, func(p *Petition) bool { return p.Answer == "" }}

// maxPetitions is how many are remembered: anybody can make one up.
const maxPetitions = 20

// Petition keeps one that a member has read, once by its text. Where there are too many, one of those that are over makes room, or else the oldest that our side has answered. None that waits is forgotten for another: nobody
// would learn that it ever came.
func (s *Store) Petition(ctx context.Context, mech string, p Petition, over []string) error {
	all, err := petitions.list(ctx, s, mech, false)
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.Text == p.Text {
			return nil
		}
	}
	if len(all) >= maxPetitions {
		goes := slices.IndexFunc(all, func(k Petition) bool { return slices.Contains(over, k.Text) })
		if goes < 0 {
			goes = slices.IndexFunc(all, func(k Petition) bool { return k.Answer != "" })
		}
		if goes < 0 {
			return refusal.New(refusal.Conflict, "party.petitions_full", "limit", strconv.Itoa(maxPetitions))
		}
		if err := petitions.drop(ctx, s, mech, all[goes].ID, func(*Petition) error { return nil }); err != nil {
			return err
		}
	}
	p.At = s.o.Now().UTC()
	return petitions.add(ctx, s, mech, &p)
}

// Consented keeps our answer to a petition. One that was sealed without having been kept has nobody who waits for it.
func (s *Store) Consented(ctx context.Context, mech, member, text, answer string) error {
	all, err := petitions.list(ctx, s, mech, false)
	for _, k := range all {
		if err == nil && k.Text == text {
			_, err = petitions.change(ctx, s, mech, k.ID, func(p *Petition) error {
				p.Answer, p.SealedBy, p.Sealed = answer, member, s.o.Now().UTC()
				return nil
			})
		}
	}
	return err
}

// Unanswer takes an answer to a petition back that counts no more, so that the petition waits again. Another answer, which was given meanwhile, stays.
func (s *Store) Unanswer(ctx context.Context, mech, text, answer string) error {
	all, err := petitions.list(ctx, s, mech, false)
	for _, k := range all {
		if err == nil && k.Text == text {
			_, err = petitions.change(ctx, s, mech, k.ID, func(p *Petition) error {
				if p.Answer == answer {
					p.Answer, p.SealedBy, p.Sealed = "", "", time.Time{}
				}
				return nil
			})
		}
	}
	return err
}

// Petitions lists what other parties asked us to seal, oldest first.
func (s *Store) Petitions(ctx context.Context, mech string) ([]Petition, error) {
	return petitions.list(ctx, s, mech, false)
}

// DropPetition forgets one, by its text, unless our side has answered it: whoever sets it aside has not seen that.
func (s *Store) DropPetition(ctx context.Context, mech, text string) error {
	all, err := petitions.list(ctx, s, mech, false)
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.Text == text {
			return petitions.drop(ctx, s, mech, k.ID, func(p *Petition) error {
				if p.Answer != "" {
					return refusal.New(refusal.Conflict, "party.petition_answered", "member", p.SealedBy)
				}
				return nil
			})
		}
	}
	return refusal.New(refusal.Missing, "ours.unknown", "id", text)
}
