package sim

import (
	"testing"

	"entente.example/entry"
	"entente.example/internal/adoption"
	core "entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/internal/text"
)

// What was shown as adopted stays so when one of its parties loses all memory of it, can ask nobody, begins anew, and refuses or withdraws in ignorance. Such a refusal came to all others, and made the round a failed
// one everywhere.
// SPEC one-line
func TestARefusalInIgnoranceUndoesNothing(t *testing.T) {
	const matter = "text/t1"
	for name, c := range map[string]struct {
		sealed bool // before the backup
		act    entry.Body
	}{
		"it refuses what it had sealed":                        {false, adoption.Decline{Round: 1, Reason: "not now"}},
		"it withdraws the seal that it had acknowledged":       {true, adoption.Withdraw{Round: 1, Reason: "not yet"}},
		"it seals once more, and acknowledges, as it had done": {false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := quietly(t)
			a := w.nodes[0]
			do := func(n *node, body entry.Body) {
				t.Helper()
				answered := errNoReply
				must(t, n.do(matter, body, func(r core.Reply) error { answered = r.Err; return nil }))
				must(t, answered)
				must(t, w.run())
			}
			do(a, a.draft())
			must(t, w.meet())
			for _, accepts := range []bool{true, false} {
				for _, n := range w.nodes {
					body := n.confirm(matter)
					if accepts {
						body = text.Accept{Items: body.(text.Confirm).Items}
					}
					do(n, body)
					must(t, w.meet())
				}
			}
			do(a, a.freeze(matter))
			must(t, w.meet())
			if c.sealed {
				do(a, a.sealing(matter))
			}
			must(t, a.copyRecord())
			for _, n := range w.nodes {
				if n != a || !c.sealed {
					do(n, n.sealing(matter))
				}
				must(t, w.meet())
			}
			for _, n := range w.nodes {
				must(t, w.tick(n))
			}
			must(t, w.meet())
			w.outcomes(t, matter, adoption.Adopted)
			for len(w.conns) > 0 {
				w.cut(w.conns[0])
			}
			must(t, a.replaceDisk(a.backups[0], nil))
			must(t, a.renew(party.Restore))
			body := c.act
			if body == nil {
				body = a.sealing(matter)
			}
			do(a, body)
			w.alike(t)
			w.outcomes(t, matter, adoption.Adopted)
		})
	}
}

// outcomes checks what every node shows of the one round of a text.
func (w *world) outcomes(t *testing.T, matter string, want adoption.Outcome) {
	t.Helper()
	for _, n := range w.nodes {
		must(t, n.look(func(s *core.Snapshot) error {
			st, err := s.Text(matter[len("text/"):])
			if err != nil {
				return err
			}
			for who, held := range map[string]adoption.Held{"its entries": nil, "receipts, too": s.Held} {
				if got := st.Rounds.Last().Verdict(s.Charter(), held); got.Outcome != want {
					t.Errorf("%s, by %s: %s, want %s", n.party, who, got.Outcome, want)
				}
			}
			return nil
		}))
	}
}
