package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/worked"
)

// The last party is out of everybody's reach for two events: what it does in the first reaches the others by pouch, and so does their answer, the second, reach it.
const (
	pouchOut  = 17
	pouchBack = 18
)

// playByPouch plays an event while a party is reached by nobody but a courier.
func (r *run) playByPouch(ctx context.Context, step worked.Step, i, of int) error {
	last := len(r.Actors) - 1
	away, rest := r.Actors[last], r.Actors[:last]
	near := rest[len(rest)-1]
	there, from, to := []*Actor{away}, away, near
	if step.Seq == pouchOut {
		r.say("pouch_cut", "party", r.Example.Short(away.Party, r.Language))
		for _, a := range rest {
			away.Cut(string(a.Party))
			a.Cut(string(away.Party))
		}
	} else {
		there, from, to = rest, near, away
	}
	if err := r.Do(ctx, step); err != nil {
		return fmt.Errorf("event %d: %w", step.Seq, err)
	}
	if err := r.Expect(ctx, step, there...); err != nil {
		return err
	}
	r.tell(step, i, of)
	if err := r.carry(ctx, from, to); err != nil {
		return fmt.Errorf("the pouch from %s to %s: %w", from.Party, to.Party, err)
	}
	// What the courier has brought to one, its line brings to the others.
	if err := r.Expect(ctx, step); err != nil {
		return err
	}
	if step.Seq == pouchBack {
		for _, a := range rest {
			away.Mend(string(a.Party))
			a.Mend(string(away.Party))
		}
		r.say("mended", "party", r.Example.Short(away.Party, r.Language))
	}
	return nil
}

// carry packs a pouch, and opens it where it is for.
func (r *run) carry(ctx context.Context, from, to *Actor) error {
	medium, err := filepath.Abs(filepath.Join(r.Dir, "courier"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(medium, 0o700); err != nil {
		return err
	}
	packed, err := from.PackPouch(ctx, r.Mech, string(to.Party), medium, "", chancery.PackOptions{})
	if err != nil {
		return err
	}
	r.say("pouch_packed", "from", r.Example.Short(from.Party, r.Language), "to", r.Example.Short(to.Party, r.Language), "file", filepath.Join("courier", packed[0].File),
		"bytes", locale.Number(packed[0].Bytes))
	opened, err := to.OpenPouch(ctx, []string{filepath.Join(medium, packed[0].File)}, chancery.OpenOptions{})
	if err != nil {
		return err
	}
	if opened[0].Error != nil {
		return opened[0].Error
	}
	r.say("pouch_opened", "party", r.Example.Short(to.Party, r.Language), "new", locale.Number(opened[0].Parcel.New))
	return nil
}
