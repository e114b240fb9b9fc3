package chancery

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"entente.example/internal/config"
	"entente.example/internal/store"
	"entente.example/internal/store/moving"
	"entente.example/refusal"
)

// tidyFor is how long looking for what belongs to no body may take.
const tidyFor = 2 * time.Minute

// MoveBodies moves the attachments of a node that does not run to another place, compares all of them, and only then writes into the configuration where they lie. What was there before
// goes. A move that was interrupted is begun again with the same words; until the place is written, attachments are where they were.
func MoveBodies(ctx context.Context, dir string, cfg config.Config, to string, progress moving.Progress) (err error) {
	if _, err := (config.Attachments{Place: to}).Where(cfg.Store); err != nil {
		return err
	}
	record, err := openRecord(ctx, dir, cfg, startFirst) // nobody else has the directory, or the pen
	if err != nil {
		return err
	}
	m := mover{dir: dir, cfg: cfg, record: record}
	defer func() { err = errors.Join(err, record.Close()) }()
	p, _, err := readPlaced(dir)
	if err != nil {
		return err
	}
	if p.Place == to && len(p.Left) == 0 {
		return refusal.New(refusal.Conflict, "body.already_there", "place", nameOfPlace(to))
	}
	if p.Place != to {
		if err := m.carry(ctx, &p, to, progress); err != nil {
			return err
		}
	}
	return m.leave(ctx, &p)
}

// mover moves bodies.
type mover struct {
	dir    string
	cfg    config.Config
	record ground
}

// carry copies bodies to another place, and says that they lie there.
func (m mover) carry(ctx context.Context, p *placed, to string, progress moving.Progress) error {
	if p.Coming != nil && p.Coming.Place != to { // another move was begun and never ended
		p.Left, p.Coming = append(p.Left, *p.Coming), nil
	}
	if p.Coming == nil {
		fresh, err := placeAt(to)
		if err != nil {
			return err
		}
		p.Coming = &fresh
	}
	if err := makeShelf(m.dir, m.cfg, *p.Coming); err != nil {
		return err
	}
	if err := p.write(m.dir); err != nil {
		return err
	}
	if err := m.copy(ctx, *p, progress); err != nil {
		return err
	}
	if err := writeSetting(m.dir, config.WithPlace, to, func(c config.Config) string { return c.Attachments.Place }); err != nil {
		return err
	}
	*p = placed{Place: to, Shelf: p.Coming.Shelf, Left: append(p.Left, placed{Place: p.Place, Shelf: p.Shelf})}
	return p.write(m.dir)
}

func (m mover) copy(ctx context.Context, p placed, progress moving.Progress) error {
	from, err := openBodiesAt(ctx, m.dir, m.cfg, p, m.record, startFirst)
	if err != nil {
		return err
	}
	to, err := openBodiesAt(ctx, m.dir, m.cfg, *p.Coming, m.record, startFirst)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	err = moving.Bodies(ctx, from, to, progress)
	switch {
	case errors.Is(err, store.ErrDamaged):
		err = refusal.New(refusal.Unverified, "body.not_same", "reason", err.Error()).Because(err)
	case errors.Is(err, store.ErrAway), errors.Is(err, store.ErrFull):
		err = refusal.New(refusal.Unavailable, "body.no_shelf", "place", nameOfPlace(p.Coming.Place), "reason", err.Error()).Because(err)
	}
	return errors.Join(err, to.Checkpoint(), to.Close(), from.Close())
}

// leave takes away what was left elsewhere.
func (m mover) leave(ctx context.Context, p *placed) (err error) {
	all := p.Left
	p.Left = nil
	for _, left := range all {
		if left.Place == p.Place && left.Shelf == p.Shelf {
			continue // they came back there
		}
		if e := m.clear(ctx, left); e != nil {
			p.Left = append(p.Left, left)
			err = refusal.New(refusal.Unavailable, "body.left_behind", "place", nameOfPlace(left.Place), "now", nameOfPlace(p.Place), "reason", e.Error()).Because(e)
		}
	}
	return errors.Join(err, p.write(m.dir))
}

// clear leaves no body at a place.
func (m mover) clear(ctx context.Context, p placed) error {
	s, err := shelfOf(m.dir, m.cfg, p)
	if err != nil {
		return err
	}
	if s != nil {
		if err := s.Remove(ctx, ""); err != nil {
			return err
		}
		return m.forget(p)
	}
	b, err := openBodiesAt(ctx, m.dir, m.cfg, p, m.record, startFirst)
	if err != nil {
		return err
	}
	all, err := b.List(ctx)
	for _, x := range all {
		err = errors.Join(err, b.Drop(ctx, x.ID))
	}
	if err = errors.Join(err, b.Close()); err != nil || p.Place == config.InDatabase {
		return err
	}
	return m.forget(p)
}

// forget takes the file away that says what lay at a place.
func (m mover) forget(p placed) error {
	file := filepath.Join(m.dir, p.index())
	return errors.Join(gone(file), alone(file))
}
