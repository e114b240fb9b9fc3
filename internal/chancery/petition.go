package chancery

import (
	"context"
	"slices"
	"strings"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/lang"
	"entente.example/refusal"
	"entente.example/seal"
)

// Petition is what another party asks us to seal.
type Petition struct {
	Kind         string          `json:"kind"` // "seal-keys": new ones for lost ones; "settlement": which of its log stands
	Party        charter.PartyID `json:"party"`
	Lost         string          `json:"lost"`         // in its words
	Fingerprints []string        `json:"fingerprints"` // of the new keys, to be compared by voice
	Digits       []string        `json:"digits"`       // the same numbers as digits, which are read alike in every language
	Needed       int             `json:"needed"`       // how many of the new keys will have to sign
	Size         int64           `json:"size,omitempty"`
	Text         string          `json:"text"` // SHA-256 of what is sealed
	message      []byte
}

// MakePetition asks the other parties to seal that new keys of ours replace lost ones. Nothing of it is on the record.
func (c *Chancery) MakePetition(ctx context.Context, mech, member string, o Succession, lost string) ([]byte, error) {
	next, err := c.successors(ctx, mech, member, o)
	if err != nil {
		return nil, err
	}
	lost = lang.Normalise(lost)
	if err := party.CheckLost(lost); err != nil {
		return nil, err
	}
	p := party.Petition{Lost: lost, Mechanism: mech, Party: charter.PartyID(c.cfg.Party), Seal: next.Keys, Threshold: next.Threshold, Successors: []string{}}
	if p.Number, err = c.nextSuccession(ctx, mech, p.Party); err != nil {
		return nil, err
	}
	text, err := p.Message()
	if err != nil {
		return nil, err
	}
	for _, name := range o.Keys[:next.Threshold] {
		armor, err := c.signOne(name, seal.NamespaceKeys, text, o.Passphrases[name])
		if err != nil {
			return nil, err
		}
		p.Successors = append(p.Successors, armor)
	}
	return p.Format()
}

// successors are new seal keys, for a member who may name them.
func (c *Chancery) successors(ctx context.Context, mech, member string, o Succession) (next charter.SealKeys, err error) {
	next.Threshold = o.Threshold
	for _, name := range o.Keys {
		line, err := c.sealLine(name)
		if err != nil {
			return next, err
		}
		next.Keys = append(next.Keys, line)
	}
	if next.Threshold == 0 {
		next.Threshold = len(next.Keys)
	}
	if _, err := c.actor(ctx, mech, member, []entry.Body{party.Succeed{}}); err != nil {
		return next, err
	}
	return next, charter.CheckSeal("parties."+c.cfg.Party, next.Keys, next.Threshold)
}

func (c *Chancery) nextSuccession(ctx context.Context, mech string, of charter.PartyID) (n int, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		n = s.Party(of).Successions + 1
		return nil
	})
	return n, err
}

// ReadPetition checks a petition or a settlement against our record and says what it asks. One of another party is remembered on our own side until it is in force, so that whoever seals need not be who read it first.
func (c *Chancery) ReadPetition(ctx context.Context, mech, member string, block []byte) (out Petition, err error) {
	if out, err = c.examinePetition(ctx, mech, block); err != nil || string(out.Party) == c.cfg.Party || c.backroom == nil {
		return out, err
	}
	if err = c.takeBack(ctx, mech); err != nil {
		return out, err
	}
	_, over, err := c.remembered(ctx, mech)
	if err != nil {
		return out, err
	}
	return out, c.backroom.Petition(ctx, mech, member, party.Matter(out.Party), KeptPetition{Block: block, Text: out.Text}, over)
}

func (c *Chancery) examinePetition(ctx context.Context, mech string, block []byte) (out Petition, err error) {
	if party.IsSettlement(block) {
		return c.readSettlement(ctx, mech, block)
	}
	p, err := party.ParsePetition(block)
	if err != nil {
		return out, err
	}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if s.Charter().Ordinal(p.Party) < 0 {
			return refusal.New(refusal.Invalid, "party.other_petition", "party", string(p.Party))
		}
		return p.Check(s.Charter(), s.Party(p.Party).Successions)
	})
	if err != nil {
		return out, err
	}
	out = Petition{Kind: "seal-keys", Party: p.Party, Lost: p.Lost, Needed: p.Threshold}
	for _, line := range p.Seal {
		out.Fingerprints, out.Digits = append(out.Fingerprints, seal.Fingerprint(line)), append(out.Digits, charter.KeyFingerprint(strings.Fields(line)[1]))
	}
	if out.Text, err = p.Digest(); err == nil {
		out.message, err = p.Message()
	}
	return out, err
}

// Consent seals another party's petition or settlement with our keys, once. text is the digest of what the member has read: nothing else is sealed in its place.
func (c *Chancery) Consent(ctx context.Context, mech, member string, block []byte, text string, pass Passphrases) ([]byte, error) {
	p, err := c.examinePetition(ctx, mech, block)
	switch {
	case err != nil:
		return nil, err
	case string(p.Party) == c.cfg.Party:
		return nil, refusal.New(refusal.Conflict, "party.own_petition")
	case text != p.Text:
		return nil, refusal.New(refusal.Stale, "party.other_text", "text", p.Text)
	}
	if _, err := c.actor(ctx, mech, member, []entry.Body{party.Succeed{}}); err != nil {
		return nil, err
	}
	if err := c.unanswered(ctx, mech, text); err != nil {
		return nil, err
	}
	out := party.Consent{Party: charter.PartyID(c.cfg.Party), Text: p.Text}
	if out.Signatures, err = c.signIn(ctx, mech, seal.NamespaceKeys, p.message, pass); err != nil {
		return nil, err
	}
	answer, err := out.Format()
	if err != nil || c.backroom == nil {
		return answer, err
	}
	return answer, c.backroom.Consented(ctx, mech, member, p.Text, answer)
}

// Reseal replaces our lost seal keys, with the consent of every other party. The operator then names the new ones in the configuration.
func (c *Chancery) Reseal(ctx context.Context, mech, member string, petition []byte, consents [][]byte) ([]node.Posted, error) {
	p, err := party.ParsePetition(petition)
	if err != nil {
		return nil, err
	}
	if string(p.Party) != c.cfg.Party {
		return nil, refusal.New(refusal.Invalid, "party.other_petition", "party", string(p.Party))
	}
	all, err := c.consents(ctx, mech, consents)
	if err != nil {
		return nil, err
	}
	body, err := p.Succession(all)
	if err != nil {
		return nil, err
	}
	return c.Act(ctx, mech, member, party.Matter(p.Party), body)
}

// consents reads one of every other party.
func (c *Chancery) consents(ctx context.Context, mech string, blocks [][]byte) (all []party.Consent, err error) {
	for _, b := range blocks {
		consent, err := party.ParseConsent(b)
		if err != nil {
			return nil, err
		}
		all = append(all, consent)
	}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		for _, other := range s.Charter().Document().Parties {
			if string(other.ID) != s.Self && !slices.ContainsFunc(all, func(k party.Consent) bool { return k.Party == other.ID }) {
				return refusal.New(refusal.Unverified, "party.not_agreed", "party", string(other.ID))
			}
		}
		return nil
	})
	return all, err
}
