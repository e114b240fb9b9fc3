package demo

import (
	"strings"
	"testing"

	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/lang"
)

// later checks on one node what became of the text after its adoption: scenario a08.
func later(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	err := a.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) error {
		st, err := sn.Text(s.Example.TextID())
		if err != nil {
			return err
		}
		c, e := sn.Charter(), s.Example.Errata
		for _, p := range s.Example.Statement.Paragraphs {
			for _, tag := range s.Example.Mechanism.Languages {
				now, sealed := st.StandsAs(c, text.ParaID(p.N), tag)
				concerned := p.N == e.Paragraph && tag == e.Language
				if now != p.Text[tag] || (now != sealed) != concerned {
					t.Errorf("a08: at %s, paragraph %s in %s stands as %q, sealed as %q", a.Party, p.N, tag, now, sealed)
				}
			}
		}
		frozen := st.ContentOf(c, st.Frozen(c))
		for _, p := range frozen.Paragraphs {
			if p.ID == e.Paragraph && !strings.Contains(p.Text[lang.English], e.Defective) {
				t.Errorf("a08: at %s the sealed content no longer has the error", a.Party)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
