package chancery

import (
	"context"
	"slices"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/lang"
	"entente.example/refusal"
	"entente.example/seal"
)

// Our log may have two histories: a machine was put back, or somebody else had the key. What all others had confirmed counts anyway; with a text that all of them seal, it ends there, and our
// log goes on under a new key. docs/protocol.md 3.2.

// MakeSettlement asks the other parties to seal where our log ends that has two histories. Nothing of it is on the record.
func (c *Chancery) MakeSettlement(ctx context.Context, mech, words string, pass Passphrases) ([]byte, error) {
	me := charter.PartyID(c.cfg.Party)
	gen, head, err := c.stands(ctx, mech, me)
	if err != nil {
		return nil, err
	}
	key, err := c.nextKey(ctx)
	if err != nil {
		return nil, err
	}
	words = lang.Normalise(words)
	if err := party.CheckLost(words); err != nil {
		return nil, err
	}
	g := party.Generation{Statement: party.NewStatement(mech, me, gen+1, party.Fork, nodeKeys(key), head, words)}
	message, err := g.Statement.Message()
	if err != nil {
		return nil, err
	}
	if g.Signatures, err = c.signIn(ctx, mech, seal.NamespaceKeys, message, pass); err != nil {
		return nil, err
	}
	return g.FormatSettlement()
}

// stands says what counts of a party's newest log, which has to have two histories.
func (c *Chancery) stands(ctx context.Context, mech string, p charter.PartyID) (gen int, head party.Head, err error) {
	type standing struct {
		gen  int
		head party.Head
	}
	s, err := node.Inspect(ctx, c.node, func(core *node.Core) (s standing, err error) {
		contested := false
		if s.gen, s.head, contested, err = core.Stands(mech, p); err == nil && !contested {
			err = refusal.New(refusal.Conflict, "party.no_fork", "party", string(p))
		}
		return s, err
	})
	return s.gen, s.head, err
}

// readSettlement checks that a settlement ends the log where it ends here, so that nothing which counts anywhere is given up by it.
func (c *Chancery) readSettlement(ctx context.Context, mech string, block []byte) (out Petition, err error) {
	g, err := party.ParseSettlement(block)
	if err != nil {
		return out, err
	}
	st := g.Statement
	if st.Mechanism != mech {
		return out, refusal.New(refusal.Invalid, "party.other_petition", "party", string(st.Party))
	}
	if err := party.CheckLost(st.Lost); err != nil {
		return out, err
	}
	gen, head, err := c.stands(ctx, mech, st.Party)
	switch {
	case err != nil:
		return out, err
	case st.Generation != gen+1:
		return out, refusal.New(refusal.Conflict, "party.no_generation", "generation", st.Number())
	case st.Head != head:
		return out, refusal.New(refusal.Conflict, "party.other_end", "party", string(st.Party), "stated", st.Head.Count(), "here", head.Count())
	}
	out = Petition{Kind: "settlement", Party: st.Party, Lost: st.Lost, Fingerprints: []string{charter.KeyFingerprint(st.Keys.LogEd25519)}, Digits: []string{charter.KeyFingerprint(st.Keys.LogEd25519)}, Size: st.Head.Size}
	if out.message, err = st.Message(); err == nil {
		out.Text, err = st.Digest()
	}
	if err != nil {
		return out, err
	}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		lines, threshold := s.Charter().SealKeys(st.Party)
		_, err := seal.Signers(g.Signatures, lines, threshold, seal.NamespaceKeys, out.message, seal.Policy{RequirePIN: s.Charter().Document().Rules.RequirePIN})
		return err
	})
	return out, err
}

// Settle opens the next generation of our log over the fork, with the consent of every other party.
func (c *Chancery) Settle(ctx context.Context, mech string, block []byte, blocks [][]byte) (out Renewed, err error) {
	g, err := party.ParseSettlement(block)
	if err != nil {
		return out, err
	}
	if string(g.Statement.Party) != c.cfg.Party || g.Statement.Mechanism != mech {
		return out, refusal.New(refusal.Invalid, "party.other_petition", "party", string(g.Statement.Party))
	}
	all, err := c.consents(ctx, mech, blocks)
	if err != nil {
		return out, err
	}
	if g, err = g.With(all); err != nil {
		return out, err
	}
	ring := c.keyRing()
	i := slices.IndexFunc(ring, func(k *keys.NodeKey) bool { return k.Public().LogEd25519 == g.Statement.Keys.LogEd25519 })
	if i < 0 {
		return out, refusal.New(refusal.Missing, "party.not_our_key")
	}
	if out.Posted, err = c.node.Begin(ctx, mech, g, ring[i]); err != nil {
		return out, err
	}
	err = c.show(ctx, ring[i], &out)
	return out, err
}

// show lets the line show a key from now on.
func (c *Chancery) show(ctx context.Context, key *keys.NodeKey, out *Renewed) error {
	c.use(key, true)
	out.TLS = key.Public().TLS
	line := c.lines.carrier()
	if line == nil {
		return nil
	}
	cert, err := c.certificate(ctx)
	if err != nil {
		return err
	}
	line.Renew(cert, direct.Pin(out.TLS))
	return nil
}
