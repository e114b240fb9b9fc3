package chancery

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/fingerprint"
	"entente.example/internal/keys"
	"entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/refusal"
	"entente.example/seal"
)

// Renewal is how a node comes to a new key.
type Renewal struct {
	Reason      party.Reason
	Lost        string // what was lost, in our words
	Member      string // who announces a rotation
	Confirm     string // our party's id, where entries may be left behind
	Passphrases Passphrases
}

// Renewed is what a renewal came to, by mechanism.
type Renewed struct {
	Posted []node.Posted `json:"posted"`
	TLS    string        `json:"tls"` // the key that the line shows from now on
}

// Renew makes a new node key and opens the next generation of our log under it, in every mechanism that we are in. Whatever stops it, doing it again goes on where it stopped.
func (c *Chancery) Renew(ctx context.Context, r Renewal) (out Renewed, err error) {
	if !slices.Contains([]party.Reason{party.Rotation, party.Loss, party.Theft, party.Restore}, r.Reason) {
		return out, errNoSuchReason
	}
	if r.Reason == party.Restore && r.Confirm != c.cfg.Party {
		return out, refusal.New(refusal.Conflict, "keys.confirm_anew", "party", c.cfg.Party)
	}
	key, err := c.nextKey(ctx)
	if err != nil {
		return out, err
	}
	ids, err := c.node.Mechanisms(ctx)
	if err != nil {
		return out, err
	}
	if len(ids) == 0 {
		return out, refusal.New(refusal.Missing, "node.no_mechanism_yet")
	}
	for _, mech := range ids {
		posted, err := c.renewIn(ctx, mech, key, r)
		out.Posted = append(out.Posted, posted...)
		if err != nil {
			return out, err
		}
	}
	err = c.show(ctx, key, &out)
	return out, err
}

// nextKey is a key that no log has yet: one that was prepared when a renewal was stopped, or a new one.
func (c *Chancery) nextKey(ctx context.Context) (*keys.NodeKey, error) {
	ring := c.keyRing()
	last := ring[len(ring)-1]
	everywhere, used := true, len(ring) == 1
	err := c.eachOwn(ctx, func(s *node.Snapshot) error {
		for _, l := range s.All {
			k, err := s.NodeKeys(l)
			if err != nil {
				return err
			}
			used = used || l.Party == s.Self && k.LogEd25519 == last.Public().LogEd25519
		}
		k, err := s.NodeKeys(s.Newest(charter.PartyID(s.Self)))
		everywhere = everywhere && k.LogEd25519 == last.Public().LogEd25519
		return err
	})
	if err != nil || !used || !everywhere && len(ring) > 1 {
		return last, err
	}
	n := len(ring) + 1
	for exists(c.path(KeysDir, nodeKeyFile(n))) {
		n++
	}
	k, err := keys.Create(c.path(KeysDir, nodeKeyFile(n)), c.rand)
	if err == nil {
		c.use(k, false)
	}
	return k, err
}

// renewIn opens the next generation in one mechanism.
func (c *Chancery) renewIn(ctx context.Context, mech string, key *keys.NodeKey, r Renewal) (posted []node.Posted, err error) {
	k := nodeKeys(key)
	done := false
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		have, err := s.NodeKeys(s.Newest(charter.PartyID(s.Self)))
		done = have.LogEd25519 == k.LogEd25519
		return err
	})
	if err != nil || done {
		return nil, err
	}
	me := charter.PartyID(c.cfg.Party)
	for range 3 { // an act of a member may come between, and the head is another
		gen, head, err := c.next(ctx, mech)
		if err != nil {
			return nil, err
		}
		if r.Reason == party.Rotation && len(posted) == 0 {
			if posted, err = c.Act(ctx, mech, r.Member, party.Matter(me), party.Announce{Generation: gen, Keys: k}); err != nil {
				return nil, err
			}
			if gen, head, err = c.next(ctx, mech); err != nil {
				return posted, err
			}
		}
		st := party.NewStatement(mech, me, gen, r.Reason, k, head, r.Lost)
		message, err := st.Message()
		if err != nil {
			return posted, err
		}
		sigs, err := c.signIn(ctx, mech, seal.NamespaceKeys, message, r.Passphrases)
		if err != nil {
			return posted, err
		}
		opened, err := c.node.Begin(ctx, mech, party.Generation{Signatures: sigs, Statement: st}, key)
		if refusal.As(err) == nil || refusal.As(err).Key != "party.other_head" {
			return append(posted, opened...), err
		}
	}
	return posted, refusal.New(refusal.Stale, "keys.busy")
}

func (c *Chancery) next(ctx context.Context, mech string) (gen int, head party.Head, err error) {
	type next struct {
		gen  int
		head party.Head
	}
	n, err := node.Inspect(ctx, c.node, func(core *node.Core) (n next, err error) {
		n.gen, n.head, err = core.Next(mech)
		return n, err
	})
	return n.gen, n.head, err
}

// Succession is a change of our seal keys. The new ones are named as in the configuration.
type Succession struct {
	Keys        []string // names of new seal keys: files in keys/, or agent:SHA256:…
	Threshold   int      // 0: all of them
	Passphrases Passphrases
}

// Succeed replaces our seal keys in a mechanism: those in force sign for the new ones, and the new ones show that we have them. The operator then names the new ones in the configuration.
func (c *Chancery) Succeed(ctx context.Context, mech, member string, o Succession) ([]node.Posted, error) {
	next, err := c.successors(ctx, mech, member, o)
	if err != nil {
		return nil, err
	}
	body := party.Succeed{Seal: next.Keys, Threshold: next.Threshold}
	if body.Number, err = c.nextSuccession(ctx, mech, charter.PartyID(c.cfg.Party)); err != nil {
		return nil, err
	}
	message, err := party.SuccessionMessage(mech, charter.PartyID(c.cfg.Party), body.Number, next)
	if err != nil {
		return nil, err
	}
	if body.Signatures, err = c.signIn(ctx, mech, seal.NamespaceKeys, message, o.Passphrases); err != nil {
		return nil, err
	}
	for _, name := range o.Keys[:next.Threshold] {
		armor, err := c.signOne(name, seal.NamespaceKeys, message, o.Passphrases[name])
		if err != nil {
			return nil, err
		}
		body.Successors = append(body.Successors, armor)
	}
	return c.Act(ctx, mech, member, party.Matter(charter.PartyID(c.cfg.Party)), body)
}

// KeyHistory is what was valid when, for one party.
type KeyHistory struct {
	Party       string          `json:"party"`
	Generations []KeyGeneration `json:"generations"`
	Seals       []SealKeysSince `json:"seals"`
	Mandates    []MandatesSince `json:"mandates"`
}

// KeyGeneration is one generation of a party's log and its keys.
type KeyGeneration struct {
	Generation  int                                    `json:"generation"`
	Since       string                                 `json:"since,omitempty"` // act that opened it; of the first, none
	At          string                                 `json:"at,omitempty"`
	Reason      party.Reason                           `json:"reason,omitempty"`
	Lost        string                                 `json:"lost,omitempty"`
	Fingerprint string                                 `json:"fingerprint"` // of the log key
	Line        string                                 `json:"line"`        // the pin of the line
	Head        *party.Head                            `json:"head,omitempty"`
	Counts      int64                                  `json:"counts"` // how many of its entries have effect
	Confirmed   map[charter.PartyID]party.Confirmation `json:"confirmed,omitempty"`
}

// SealKeysSince are seal keys with the act from which on they are in force; the charter's have none.
type SealKeysSince struct {
	Since        string   `json:"since,omitempty"`
	At           string   `json:"at,omitempty"`
	Keys         []string `json:"keys"`
	Fingerprints []string `json:"fingerprints"`
	Threshold    int      `json:"threshold"`
	Agreed       bool     `json:"agreed,omitempty"` // the other parties sealed it: the keys before were lost
	Lost         string   `json:"lost,omitempty"`
}

// MandatesSince is a list of mandates with the act from which on it is in force.
type MandatesSince struct {
	Since    string            `json:"since,omitempty"`
	At       string            `json:"at,omitempty"`
	Mandates []charter.Mandate `json:"mandates"`
}

// Keys says for every party which keys and mandates were in force when: from which act on, in the order of its log.
func (c *Chancery) Keys(ctx context.Context, mech string) (out []KeyHistory, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		for _, p := range s.Charter().Document().Parties {
			h, err := keyHistory(s, p)
			if err != nil {
				return err
			}
			out = append(out, h)
		}
		return nil
	})
	return out, err
}

func keyHistory(s *node.Snapshot, p charter.Party) (KeyHistory, error) {
	h := KeyHistory{Party: string(p.ID), Seals: []SealKeysSince{sealsSince("", "", p.Keys.Seal, p.Keys.Threshold)}, Mandates: []MandatesSince{{Mandates: p.Mandates}}}
	st := s.Party(p.ID)
	for _, l := range s.All {
		if l.Party != string(p.ID) {
			continue
		}
		k, err := s.NodeKeys(l)
		if err != nil {
			return h, err
		}
		g := KeyGeneration{Generation: l.Gen, Fingerprint: charter.KeyFingerprint(k.LogEd25519), Line: k.TLS, Counts: l.Applied}
		if i := slices.IndexFunc(st.Generations, func(o party.Opened) bool { return o.Generation == l.Gen }); i >= 0 {
			o := st.Generations[i]
			g.Since, g.At, g.Reason, g.Lost, g.Head, g.Confirmed = o.Act, o.At, o.Reason, o.Lost, &o.Head, o.Confirmed
		}
		h.Generations = append(h.Generations, g)
	}
	for _, ch := range st.Changes {
		switch {
		case ch.Seal != nil:
			since := sealsSince(ch.Act, ch.At, ch.Seal.Keys, ch.Seal.Threshold)
			since.Agreed, since.Lost = ch.Agreed, ch.Lost
			h.Seals = append(h.Seals, since)
		case ch.Kind == "party.mandate":
			h.Mandates = append(h.Mandates, MandatesSince{ch.Act, ch.At, ch.Mandates})
		}
	}
	return h, nil
}

// Fingerprints are those of a mechanism and of the keys in use in it.
type Fingerprints struct {
	All []Fingerprint `json:"all"`
}

// Fingerprint is what people compare of one thing: eight groups of four digits. Code is what its QR code says.
type Fingerprint struct {
	Of     string `json:"of"`
	Digits string `json:"digits"`
	Code   string `json:"code"`
}

// Fingerprints lists what people compare.
func (c *Chancery) Fingerprints(ctx context.Context, mech string) (out Fingerprints, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		out.All = append(out.All, Fingerprint{s.Charter().Document().ID, charter.Fingerprint(s.ID), fingerprint.Mechanism(s.ID)})
		for _, p := range s.Charter().Document().Parties {
			k, err := s.NodeKeys(s.Newest(p.ID))
			if err != nil {
				return err
			}
			digits := charter.KeyFingerprint(k.LogEd25519)
			out.All = append(out.All, Fingerprint{string(p.ID) + " node", digits, fingerprint.Key(string(p.ID), "node", digits)})
			lines, _ := s.Charter().SealKeys(p.ID)
			for i, line := range lines {
				digits := charter.KeyFingerprint(strings.Fields(line)[1])
				out.All = append(out.All, Fingerprint{fmt.Sprintf("%s seal %d", p.ID, i+1), digits, fingerprint.Key(string(p.ID), "seal", digits)})
			}
		}
		return nil
	})
	return out, err
}

func sealsSince(act, at string, lines []string, threshold int) SealKeysSince {
	out := SealKeysSince{Since: act, At: at, Keys: lines, Threshold: threshold}
	for _, line := range lines {
		out.Fingerprints = append(out.Fingerprints, seal.Fingerprint(line))
	}
	return out
}
