package chancery

import (
	"slices"
	"strings"

	"entente.example/internal/node"
	"entente.example/internal/outsider"
	"entente.example/internal/witness"
	"entente.example/refusal"
)

// asked is a witness that our log is shown to.
type asked struct {
	witness.Peer
	named   string         // id under which all parties named it; empty for one of our operator's own
	own     bool           // our operator chose it, whoever else did
	refused *refusal.Error // why this node does not ask it
}

// guarded reports whether its address is only somebody else's word.
func (a asked) guarded() bool { return !a.own }

// askedIn are the witnesses of our log in a mechanism: those that its parties named, by id, and our operator's own. Where both know one by its name, our operator's address and keys of it are used. SPEC witness-named.
func (c *Chancery) askedIn(s *node.Snapshot, own []witness.Peer) ([]asked, error) {
	named, err := namedWitnesses(s)
	if err != nil {
		return nil, err
	}
	out := named
	for i := range out {
		out[i].refused = c.refuses(out[i])
	}
	for _, p := range own {
		a := asked{Peer: p, own: true}
		if i := slices.IndexFunc(out, func(o asked) bool { return o.Name() == p.Name() }); i >= 0 {
			a.named = out[i].named
			out[i] = a
			continue
		}
		out = append(out, a)
	}
	return out, nil
}

// refuses says why a named witness is not asked from here; nil if it is.
func (c *Chancery) refuses(a asked) *refusal.Error {
	switch {
	case !c.cfg.Witnesses.Named:
		return refusal.New(refusal.Denied, "witness.not_asked", "name", a.Name())
	case strings.HasPrefix(a.URL, "http://") && !c.cfg.Witnesses.Private:
		return refusal.New(refusal.Denied, "witness.private", "name", a.Name(), "url", a.URL)
	}
	return nil
}

// namedWitnesses are those that every party agrees to, by id; the first few of them, and each name once.
func namedWitnesses(s *node.Snapshot) (out []asked, err error) {
	all, err := s.Subjects(outsider.Kind)
	for _, st := range all {
		w := st.(*outsider.State)
		for _, n := range w.Named(s.Charter()) {
			if len(out) == witness.MaxPeers || slices.ContainsFunc(out, func(o asked) bool { return o.Name() == n.Name() }) {
				continue
			}
			p, err := witness.NewPeer(n.URL, n.Keys)
			if err != nil {
				return nil, err
			}
			out = append(out, asked{Peer: p, named: w.ID})
		}
	}
	return out, err
}
