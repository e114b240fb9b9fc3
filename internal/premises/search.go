package premises

import (
	"context"

	"entente.example/internal/chancery"
	"entente.example/internal/termfile"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// Search implements web.Source.
func (h house) Search(ctx context.Context, member, ref string, ask view.Ask) (out view.Found, err error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return out, err
	}
	found, err := h.c.Search(ctx, mech, chancery.SearchQuery{Scope: string(ask.Scope), Words: ask.Words, Kind: ask.Kind, Before: ask.Before})
	if err != nil {
		return out, err
	}
	err = h.in(ctx, member, ref, func(f view.From) error {
		out = view.Found{Scope: found.Scope, Loose: found.Loose, Behind: found.Behind, Next: found.Next, Over: found.Over}
		for _, k := range found.Kinds {
			out.Counts = append(out.Counts, view.Count{Key: k.Kind, All: k.N})
		}
		for _, hit := range found.Hits {
			out.Hits = append(out.Hits, f.Hit(hit.Matter, hit.Source, hit.Passage, hit.Disputes, hit.Withdrawn, found.Query, found.Loose))
		}
		out.Chrome, err = f.ChromeOf("")
		return err
	})
	return out, err
}

// Precedents implements web.Source.
func (h house) Precedents(ctx context.Context, member, ref, id string, item text.Item, everywhere bool) ([]view.Precedents, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return nil, err
	}
	words, err := h.c.WordsOf(ctx, mech, id, item.Paragraph, item.Wording)
	if err != nil {
		return nil, err
	}
	here, err := h.precedents(ctx, member, mech, words, "text/"+id)
	if err != nil || !everywhere {
		return []view.Precedents{here}, err
	}
	ids, err := h.c.Node().Mechanisms(ctx)
	if err != nil {
		return nil, err
	}
	out := []view.Precedents{here}
	for _, other := range ids {
		if other == mech {
			continue
		}
		found, err := h.precedents(ctx, member, other, words, "")
		switch {
		case err != nil && refusal.As(err).Kind == refusal.Missing: // no mandate in this one
		case err != nil:
			return nil, err
		case len(found.Hits) > 0:
			out = append(out, found)
		}
	}
	return out, nil
}

// precedents are those of one mechanism, outside a matter.
func (h house) precedents(ctx context.Context, member, ref string, words lang.Text, not string) (out view.Precedents, err error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return out, err
	}
	found, err := h.c.Precedents(ctx, mech, words, not)
	if err != nil {
		return out, err
	}
	err = h.in(ctx, member, ref, func(f view.From) error {
		out.Behind = found.Behind
		shaped := f.Precedent(words)
		for _, hit := range found.Hits {
			out.Hits = append(out.Hits, shaped(hit.Matter, hit.Source, hit.Passage))
		}
		out.Chrome, err = f.Chrome()
		return err
	})
	return out, err
}

// Calendar implements web.Source.
func (h house) Calendar(ctx context.Context, member, ref string, tag lang.Tag) ([]byte, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return nil, err
	}
	return h.c.Calendar(ctx, mech, tag)
}

// GlossaryFile implements web.Source.
func (h house) GlossaryFile(ctx context.Context, member, ref, format string) ([]byte, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return nil, err
	}
	return h.c.GlossaryFile(ctx, mech, format)
}

// CompareTerms implements web.Source.
func (h house) CompareTerms(ctx context.Context, member, ref string, file []byte) (*termfile.Comparison, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return nil, err
	}
	return h.c.CompareTerms(ctx, mech, file)
}

// TakeTerms implements web.Source.
func (h house) TakeTerms(ctx context.Context, member, ref string, chosen termfile.Chosen) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.TakeTerms(ctx, mech, member, chosen)
	}
	return err
}

// SearchAll implements web.Source.
func (h house) SearchAll(ctx context.Context, member string, ask view.Ask) (out []view.Found, err error) {
	ids, err := h.c.Node().Mechanisms(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		found, err := h.Search(ctx, member, id, ask)
		switch {
		case err != nil && refusal.As(err).Kind == refusal.Missing: // no mandate in this one
		case err != nil:
			return nil, err
		default:
			out = append(out, found)
		}
	}
	return out, nil
}
