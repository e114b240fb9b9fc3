package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"entente.example/internal/attachment"
	"entente.example/internal/chancery"
	"entente.example/internal/strongroom"
)

// annexBytes is long enough for the line to be cut in the middle of it.
const annexBytes = 6 << 20

// papers shows what travels beside the record: an annex whose line is cut on the way goes on at the piece, and something personal is erased on every node.
func (r *run) papers(ctx context.Context) error {
	first := r.Actors[0]
	annex := make([]byte, annexBytes)
	_, _ = rand.NewChaCha8([32]byte{'a'}).Read(annex)
	id, err := r.attachTo(ctx, first, "text/"+r.Example.TextID(), "annex.bin", annex)
	if err != nil {
		return err
	}
	if err := r.interrupt(ctx, first, id); err != nil {
		return err
	}
	err = r.await(ctx, "the annex is on every node", func(a *Actor) (bool, string, error) {
		x, err := a.Attachment(ctx, r.Mech, id)
		if err != nil || x.Where != chancery.Here {
			return false, fmt.Sprint(x.Where, " ", x.Percent, " %"), nil // its entry may not be there either
		}
		f, _, err := a.OpenAttachment(ctx, r.Mech, id)
		if err != nil {
			return false, "", err
		}
		b, err := io.ReadAll(f)
		if err == nil && !bytes.Equal(b, annex) {
			err = errors.New("another annex came than was sent")
		}
		return true, "", err
	})
	if err != nil {
		return err
	}
	r.say("annex_came", "size", strongroom.Measure(annexBytes))
	return r.forget(ctx, first)
}

// interrupt cuts the lines of a party while its annex is on its way, and mends them.
func (r *run) interrupt(ctx context.Context, from *Actor, id string) error {
	percent := 0
	err := r.await(ctx, "some of the annex has come", func(a *Actor) (bool, string, error) {
		x, err := a.Attachment(ctx, r.Mech, id)
		if err == nil && a != from {
			percent = max(percent, x.Percent)
		}
		return percent > 0 || a == from, "", nil
	})
	if err != nil {
		return err
	}
	for _, a := range r.Actors {
		if a != from {
			from.Cut(string(a.Party))
		}
	}
	r.say("annex_cut", "party", r.Example.Short(from.Party, r.Language), "percent", fmt.Sprint(percent))
	for _, a := range r.Actors {
		if a != from {
			from.Mend(string(a.Party))
		}
	}
	return nil
}

// forget attaches something personal, and all parties agree that it goes.
func (r *run) forget(ctx context.Context, by *Actor) error {
	id, err := r.attachTo(ctx, by, "text/"+r.Example.TextID(), "private.txt", []byte("The interpreter's private address, by mistake."))
	if err != nil {
		return err
	}
	for _, a := range r.Actors {
		err := r.await(ctx, "the paper is known", func(x *Actor) (bool, string, error) {
			_, err := x.Attachment(ctx, r.Mech, id)
			return err == nil, fmt.Sprint(err), nil
		})
		if err != nil {
			return err
		}
		if _, err := a.Act(ctx, r.Mech, string(a.Party)+"-hod", attachment.Prefix+id, attachment.Drop{Ground: attachment.Agreement}); err != nil {
			return err
		}
	}
	err = r.await(ctx, "every party has erased it", func(a *Actor) (bool, string, error) {
		x, err := a.Attachment(ctx, r.Mech, id)
		return len(x.State.Erased) == len(r.Actors), fmt.Sprint(len(x.State.Erased)), err
	})
	if err == nil {
		r.say("erased", "parties", fmt.Sprint(len(r.Actors)))
	}
	return err
}

// attachTo attaches a paper and gives its id.
func (r *run) attachTo(ctx context.Context, a *Actor, matter, name string, b []byte) (string, error) {
	p, err := a.Attach(ctx, r.Mech, string(a.Party)+"-draft", chancery.NewAttachment{Of: matter, Name: name}, bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	return p.Matter[len(attachment.Prefix):], nil
}
