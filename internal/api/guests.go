package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/readers"
	"entente.example/internal/staff"
)

type readersIn struct {
	InMechanism
	Matter string `query:"matter" required:"true" doc:"Such as meeting/main/8 or text/js-9"`
}

type makePassIn struct {
	InMatter
	Body struct {
		Proposal string `json:"proposal" doc:"Act that proposed the admission"`
		Person   string `json:"person" doc:"For whom the link is; it stays on this node"`
	}
}

type passIn struct {
	InMatter
	Pass int64 `path:"pass" doc:"As the list names it"`
}

type passLink struct {
	Link string `json:"link" doc:"Works once, and is shown only now"`
}

type passEnded struct {
	Ended int64 `json:"ended"`
}

// guests registers who can read a matter, and what gives guests access on this node.
func (s *server) guests(api huma.API) {
	get(s, api, "/mechanisms/{mechanism}/readers", "readers", "Who can read a matter: the parties, guests in force, everybody since when", func(ctx context.Context, in *readersIn) (readers.Readers, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (readers.Readers, error) {
			return s.c.Readers(ctx, mech, in.Matter)
		})
	})
	get(s, api, "/mechanisms/{mechanism}/guests/{id}/passes", "passes", "A guest's links and sessions on this node", func(ctx context.Context, in *InMatter) ([]staff.Pass, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return nil, err
		}
		return s.c.Passes(ctx, mech, member, in.ID)
	})
	post(s, api, "/mechanisms/{mechanism}/guests/{id}/passes", "pass.make", "Make a one-time link for a guest who is admitted today and whom this node receives", func(ctx context.Context, in *makePassIn) (passLink, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return passLink{}, err
		}
		link, err := s.c.MakePass(ctx, mech, member, in.ID, in.Body.Proposal, in.Body.Person)
		return passLink{link}, err
	})
	post(s, api, "/mechanisms/{mechanism}/guests/{id}/passes/{pass}/end", "pass.end", "End a guest's link or session on this node", func(ctx context.Context, in *passIn) (passEnded, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return passEnded{}, err
		}
		return passEnded{in.Pass}, s.c.EndPass(ctx, mech, member, in.ID, in.Pass)
	})
}
