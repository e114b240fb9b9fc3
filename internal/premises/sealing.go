package premises

import (
	"context"

	"entente.example/internal/chancery"
	"entente.example/internal/view"
	"entente.example/internal/web"
)

// mechanism is the id of a mechanism that a member is admitted to.
func (h house) mechanism(ctx context.Context, member, ref string) (mech string, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		mech = f.ID
		return nil
	})
	return mech, err
}

// Sealing implements web.Source.
func (h house) Sealing(ctx context.Context, member, ref, id string) (out view.Sealing, err error) {
	err = h.in(ctx, member, ref, func(f view.From) error {
		out, err = f.Sealing(id, member, h.now())
		return err
	})
	for _, k := range h.c.SealKeys() {
		out.Keys = append(out.Keys, view.SealKey{Name: k.Name, Agent: k.Agent})
	}
	return out, err
}

// Freeze implements web.Source.
func (h house) Freeze(ctx context.Context, member, ref, id string) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.Freeze(ctx, mech, member, id)
	}
	return err
}

// Initial implements web.Source.
func (h house) Initial(ctx context.Context, member, ref, id string) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.Initial(ctx, mech, member, id)
	}
	return err
}

// Seal implements web.Source.
func (h house) Seal(ctx context.Context, member, ref, id, digest string, with web.Signing) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.SealShown(ctx, mech, member, "text/"+id, digest, chancery.Signing{Passphrases: with.Passphrases, Signatures: with.Signatures})
	}
	return err
}

// Decline implements web.Source.
func (h house) Decline(ctx context.Context, member, ref, id, reason string) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.Decline(ctx, mech, member, "text/"+id, reason)
	}
	return err
}

// Withdraw implements web.Source.
func (h house) Withdraw(ctx context.Context, member, ref, id, reason string) error {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		_, err = h.c.Withdraw(ctx, mech, member, "text/"+id, reason)
	}
	return err
}
