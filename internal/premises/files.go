package premises

import (
	"context"

	"entente.example/internal/filing"
	"entente.example/internal/markup"
	"entente.example/internal/redline"
	"entente.example/internal/text"
	"entente.example/lang"
)

// TextFile implements web.Source.
func (h house) TextFile(ctx context.Context, member, ref, id, format string, tag lang.Tag) (filing.File, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return filing.File{}, err
	}
	return h.c.TextFile(ctx, mech, id, format, tag)
}

// TextPDF implements web.Source.
func (h house) TextPDF(ctx context.Context, member, ref, id, side string) (filing.File, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return filing.File{}, err
	}
	return h.c.TextPDF(ctx, mech, id, side)
}

// TextProof implements web.Source.
func (h house) TextProof(ctx context.Context, member, ref, id string) (filing.File, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return filing.File{}, err
	}
	files, err := h.c.Export(ctx, mech, id)
	if err != nil {
		return filing.File{}, err
	}
	return filing.Archive(id+".proof.zip", files)
}

// CompareFiles implements web.Source.
func (h house) CompareFiles(ctx context.Context, member, ref, id string, files ...[]byte) (*markup.Comparison, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return nil, err
	}
	return h.c.CompareFiles(ctx, mech, id, files...)
}

// CompareText implements web.Source.
func (h house) CompareText(ctx context.Context, member, ref, id, from, to string, languages []lang.Tag, characters bool) (*redline.Comparison, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err != nil {
		return nil, err
	}
	return h.c.CompareText(ctx, mech, id, from, to, languages, characters)
}

// Comment implements web.Source.
func (h house) Comment(ctx context.Context, member, ref, id string, paragraph text.ParaID, words lang.Text) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.Comment(ctx, mech, member, id, paragraph, words)
	}
	return err
}

// Amend implements web.Source.
func (h house) Amend(ctx context.Context, member, ref, id string, chosen markup.Chosen) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.ProposeChosen(ctx, mech, member, id, chosen)
	}
	return err
}

// TableFiles implements web.Source.
func (h house) TableFiles(ctx context.Context, member, ref, id string, parallel bool, files ...[]byte) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.TableFiles(ctx, mech, member, id, parallel, files...)
	}
	return err
}
