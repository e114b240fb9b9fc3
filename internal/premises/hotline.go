package premises

import (
	"context"

	"entente.example/internal/charter"
	"entente.example/internal/view"
	"entente.example/lang"
)

// HotLine implements web.Source.
func (h house) HotLine(ctx context.Context, member, ref, id string) (out view.HotLine, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		out, err = f.HotLine(id, member)
		return err
	})
	return out, err
}

// CallLine implements web.Source.
func (h house) CallLine(ctx context.Context, member, ref, id string, to []charter.PartyID) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.CallLine(ctx, mech, member, id, to)
	}
	return err
}

// AnswerLine implements web.Source.
func (h house) AnswerLine(ctx context.Context, member, ref, id, check string, note lang.Text) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.AnswerLine(ctx, mech, member, id, check, note)
	}
	return err
}

// Board implements web.Source.
func (h house) Board(ctx context.Context, member, ref string) (out view.Board, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		out, err = f.Board(member)
		return err
	})
	return out, err
}
