package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/backroom"
	"entente.example/internal/calendar"
	"entente.example/internal/chancery"
	"entente.example/internal/dialogue"
)

type answersIn struct {
	InMechanism
	RawBody []byte `contentType:"application/octet-stream"`
}

type askIn struct {
	InMatter
	Body struct {
		Attendees []string `json:"attendees" maxItems:"500" doc:"Mail addresses, with a name or without"`
	}
}

// askedOf is somebody who was asked, with where their answer stands.
type askedOf struct {
	backroom.Asked
	Old bool `json:"old" doc:"The answer is to an earlier request than our newest"`
}

// coming registers who comes to our meetings, as their calendar programs say.
func (s *server) coming(api huma.API, b *backroom.Store) {
	k, _ := dialogue.Find("meeting")
	get(s, api, "/mechanisms/{mechanism}/ours/asked", "ours.asked", "Ours only: whom our side asked to meetings by mail, and what their calendar programs answered", func(ctx context.Context, in *aboutIn) ([]askedOf, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]askedOf, error) {
			all, err := b.Asked(ctx, mech, in.about())
			out := []askedOf{}
			for _, a := range all {
				out = append(out, askedOf{a, a.Old()})
			}
			return out, err
		})
	})
	post(s, api, "/mechanisms/{mechanism}/ours/asked/{id}/drop", "ours.drop_asked", "Ours only: forget somebody's address and answer", func(ctx context.Context, in *InOurs) (done, error) {
		return inside(ctx, s, in.InMechanism, func(mech, _ string) (done, error) { return done{true}, b.DropAsked(ctx, mech, in.ID) })
	})
	post(s, api, "/mechanisms/{mechanism}/meetings/{id}/asked", "meeting.ask", "Ours only: keep whom our side asks to a meeting, so that answers find them", func(ctx context.Context, in *askIn) (done, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (done, error) {
			err := s.c.Ask(ctx, mech, member, k.Matter(in.ID), in.Body.Attendees)
			return done{err == nil}, err
		})
	})
	register(s, api, huma.Operation{Method: http.MethodPost, Path: "/mechanisms/{mechanism}/ours/replies", OperationID: "meeting.reply", Summary: "Ours only: take in what a calendar program answered (RFC 5546, METHOD:REPLY or COUNTER)",
		Description: "The body is an iCalendar file, or a whole mail that has one in it. Each answer is kept with its meeting on our own side. Other days that it proposes become an offer only by an act of ours.", MaxBodyBytes: calendar.MaxMail, SkipValidateBody: true, Parameters: []*huma.Param{repeatParam}},
		func(ctx context.Context, in *answersIn) ([]chancery.Came, error) {
			return inside(ctx, s, in.InMechanism, func(mech, member string) ([]chancery.Came, error) { return s.c.Replies(ctx, mech, member, in.RawBody) })
		})
}
