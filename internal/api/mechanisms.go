package api

import (
	"context"

	"entente.example/internal/chancery"
	"entente.example/refusal"
)

// mechanisms lists what the caller may know of.
func (s *server) mechanisms(ctx context.Context, _ *struct{}) ([]chancery.MechanismStatus, error) {
	all, err := s.c.Mechanisms(ctx)
	if err != nil || s.operator {
		return all, err
	}
	out := make([]chancery.MechanismStatus, 0, len(all))
	for _, m := range all {
		err := s.admitted(ctx, m.Mech)
		switch {
		case err == nil:
			out = append(out, m)
		case refusal.As(err).Kind != refusal.Missing:
			return nil, err
		}
	}
	return out, nil
}

// admitted refuses a caller who may not know of a mechanism.
func (s *server) admitted(ctx context.Context, mech string) error {
	if s.operator {
		return nil
	}
	member, err := memberOf(ctx)
	if err != nil {
		return err
	}
	return s.c.Admitted(ctx, mech, member)
}
