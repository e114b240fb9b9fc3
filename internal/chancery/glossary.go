package chancery

import (
	"context"

	"entente.example/internal/node"
	"entente.example/internal/search"
	"entente.example/internal/termbase"
	"entente.example/refusal"
)

// GlossaryFile writes the glossary of a mechanism, for translators' tools (tbx) or as a table with a column for each language (csv), or its adopted texts beside each other (tmx).
func (c *Chancery) GlossaryFile(ctx context.Context, mech, format string) (file []byte, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		switch format {
		case termbase.TBXFormat, termbase.CSVFormat:
			file, err = glossaryFile(s, format)
		case termbase.TMXFormat:
			file, err = memoryFile(s)
		default:
			err = refusal.New(refusal.Invalid, "term.format", "format", format)
		}
		return err
	})
	return file, err
}

func glossaryFile(s *node.Snapshot, format string) ([]byte, error) {
	concepts, err := termbase.Gather(s.Charter(), s.Subjects)
	if err != nil {
		return nil, err
	}
	if len(concepts) == 0 {
		return nil, refusal.New(refusal.Missing, "term.none")
	}
	doc := s.Charter().Document()
	if format == termbase.CSVFormat {
		return termbase.Table(doc.ID, doc.Drafting, concepts).CSV(doc.Drafting), nil
	}
	title := doc.ID
	if len(doc.Names) > 0 {
		title = doc.Names[0].Full
	}
	return termbase.TBX(title, doc.Drafting, concepts)
}

func memoryFile(s *node.Snapshot) ([]byte, error) {
	var matters []search.Matter
	for t, err := range s.EachText() {
		if err != nil {
			return nil, err
		}
		matters = append(matters, search.Of(s.Charter(), s.Held, "text/"+t.ID, t))
	}
	return termbase.TMX(matters)
}
