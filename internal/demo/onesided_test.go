package demo

import (
	"bytes"
	"testing"

	"entente.example/internal/press"
	"entente.example/internal/text"
	"entente.example/proof"
)

// Each side issues its own text on one issue of the example, a side of one party with one seal and one of two parties with two. Every node shows the public both beside each other and what the other side says against each; and
// what a stranger gets is checked byte by byte, by our verifier and by the reader's: both say whose it is. SPEC parallel-verified, parallel-dissent.
func TestEachSideIssuesItsOwnText(t *testing.T) {
	s := stage(t)
	topic := s.Example.Topics[0]
	if err := s.OneSided(t.Context(), topic); err != nil {
		t.Fatal(err)
	}
	for _, side := range s.Example.Sides {
		id := text.ParallelID(side.Parties[0], topic.ID)
		for _, a := range s.Actors {
			var found *press.Communique
			s.eventually(t, func() bool {
				p, err := a.Publications(t.Context())
				e := press.Edition{All: p.All}
				c, ok := e.Find(press.Key{Mechanism: "valley", Text: id})
				found = c
				return err == nil && ok && len(c.Twins) == 1 && c.Twins[0].Of != nil && len(c.Dissents) == 1
			})
			if found.Twins[0].Of.Content.Parallel.Side == side.ID || found.Alone()["en"] != side.Label["en"] || len(found.Seals) != len(side.Parties) || found.Dissents[0].By["en"] == "" || len(found.Against("1")) != 1 {
				t.Errorf("%s at %s: of %v, %d seals, %+v", id, a.Party, found.Alone(), len(found.Seals), found.Dissents)
			}
			report, err := proof.Verify(memory(found.Files))
			if err != nil || report.Side != side.ID || report.Pair != topic.ID || len(report.Parties) != len(side.Parties) {
				t.Fatalf("%s at %s: %+v %v", id, a.Party, report, err)
			}
			if paper, err := a.TextPDF(t.Context(), s.Mech, id, ""); err != nil || !bytes.HasPrefix(paper.Body, []byte("%PDF-")) {
				t.Errorf("%s on paper at %s: %v", id, a.Party, err)
			}
			if a == s.Actors[0] {
				changedByte(t, found.Files, len(found.Content.Languages))
			}
		}
	}
}
