package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/press"
	"entente.example/internal/replies"
	"entente.example/internal/subscribers"
	"entente.example/lang"
	"entente.example/refusal"
)

type repliesIn struct {
	InMechanism
	State string `query:"state" enum:"held,shown,declined" doc:"Only those in this state"`
}

// InReply is the path of a reply.
type InReply struct {
	InMechanism
	Reply string `path:"reply"`
}

type declineReplyIn struct {
	InReply
	Body struct {
		Reason string `json:"reason" doc:"off_topic, advertising, insult, personal_data, unlawful or repeated"`
	}
}

type forgetIn struct {
	InMechanism
	Body struct {
		Email string `json:"email" doc:"The address under which somebody wrote; the node can find what they wrote by it, and cannot tell it"`
	}
}

type forgotten struct {
	Erased int64 `json:"erased"`
}

type subscribed struct {
	Subscribers int `json:"subscribers"`
}

type coverIn struct {
	InText
	Body struct {
		Outlet   string   `json:"outlet"`
		Day      string   `json:"day" doc:"2025-01-15"`
		Link     string   `json:"link,omitempty"`
		Headline string   `json:"headline,omitempty"`
		Lang     lang.Tag `json:"lang,omitempty"`
	}
}

type coverageIn struct {
	InMechanism
	Coverage string `path:"coverage"`
}

type closeIn struct {
	InText
	Body struct {
		Until time.Time `json:"until" doc:"Replies that come later are not taken"`
	}
}

// press registers what press officers do. None of it comes to the record.
func (s *server) press(api huma.API, r *replies.Store, to *subscribers.Store) {
	get(s, api, "/mechanisms/{mechanism}/press/replies", "press.replies", "What readers wrote, and what became of it", func(ctx context.Context, in *repliesIn) ([]replies.Item, error) {
		mech, _, err := s.officer(ctx, in.InMechanism)
		if err != nil {
			return nil, err
		}
		return r.List(ctx, mech, in.State)
	})
	post(s, api, "/mechanisms/{mechanism}/press/replies/{reply}/approve", "press.approve", "Let a reply through", func(ctx context.Context, in *InReply) (done, error) {
		mech, member, err := s.officer(ctx, in.InMechanism)
		if err == nil {
			err = r.Approve(ctx, mech, in.Reply, member)
		}
		return done{err == nil}, err
	})
	post(s, api, "/mechanisms/{mechanism}/press/replies/{reply}/decline", "press.decline", "Decline a reply for a reason, which its writer is told", func(ctx context.Context, in *declineReplyIn) (done, error) {
		mech, member, err := s.officer(ctx, in.InMechanism)
		if err == nil {
			err = r.Decline(ctx, mech, in.Reply, in.Body.Reason, member)
		}
		return done{err == nil}, err
	})
	post(s, api, "/mechanisms/{mechanism}/press/replies/{reply}/hold", "press.hold", "Put a declined reply back among those that wait", func(ctx context.Context, in *InReply) (done, error) {
		mech, _, err := s.officer(ctx, in.InMechanism)
		if err == nil {
			err = r.Hold(ctx, mech, in.Reply)
		}
		return done{err == nil}, err
	})
	post(s, api, "/mechanisms/{mechanism}/press/replies/{reply}/erase", "press.erase", "Erase a reply", func(ctx context.Context, in *InReply) (done, error) {
		mech, _, err := s.officer(ctx, in.InMechanism)
		if err == nil {
			err = r.Remove(ctx, mech, in.Reply)
		}
		return done{err == nil}, err
	})
	post(s, api, "/mechanisms/{mechanism}/press/forget", "press.forget", "Erase everything that was written under an e-mail address, and what was to be sent to it", func(ctx context.Context, in *forgetIn) (forgotten, error) {
		mech, _, err := s.officer(ctx, in.InMechanism)
		if err != nil {
			return forgotten{}, err
		}
		n, err := s.forget(ctx, mech, in.Body.Email)
		return forgotten{n}, err
	})
	get(s, api, "/mechanisms/{mechanism}/press/subscribers", "press.subscribers", "How many readers have confirmed that they want letters; who they are is told to nobody", func(ctx context.Context, in *InMechanism) (subscribed, error) {
		if _, _, err := s.officer(ctx, *in); err != nil || to == nil {
			return subscribed{}, err
		}
		n, err := to.Count(ctx)
		return subscribed{n}, err
	})
	s.coverage(api, r)
}

// coverage registers press coverage and closing dates.
func (s *server) coverage(api huma.API, r *replies.Store) {
	post(s, api, "/mechanisms/{mechanism}/texts/{text}/coverage", "press.cover", "Enter that somebody published about a released text", func(ctx context.Context, in *coverIn) (press.Coverage, error) {
		mech, member, err := s.officerOn(ctx, in.InText)
		if err != nil {
			return press.Coverage{}, err
		}
		b := in.Body
		return r.Cover(ctx, press.Key{Mechanism: mech, Text: in.Text}, press.Coverage{Outlet: b.Outlet, Day: b.Day, Link: b.Link, Headline: b.Headline, Lang: b.Lang}, member)
	})
	get(s, api, "/mechanisms/{mechanism}/texts/{text}/coverage", "press.coverage", "Press coverage of a text", func(ctx context.Context, in *InText) ([]press.Coverage, error) {
		mech, _, err := s.officerOn(ctx, *in)
		if err != nil {
			return nil, err
		}
		p, err := r.Public(ctx)
		return append([]press.Coverage{}, p.Coverage[press.Key{Mechanism: mech, Text: in.Text}]...), err
	})
	post(s, api, "/mechanisms/{mechanism}/press/coverage/{coverage}/drop", "press.uncover", "Take an entry of coverage back", func(ctx context.Context, in *coverageIn) (done, error) {
		mech, _, err := s.officer(ctx, in.InMechanism)
		if err == nil {
			err = r.Uncover(ctx, mech, in.Coverage)
		}
		return done{err == nil}, err
	})
	post(s, api, "/mechanisms/{mechanism}/texts/{text}/close", "press.close", "Set until when replies to a text are taken", func(ctx context.Context, in *closeIn) (done, error) {
		mech, member, err := s.officerOn(ctx, in.InText)
		if err == nil && in.Body.Until.IsZero() {
			err = refusal.New(refusal.Invalid, "api.bad_request")
		}
		if err == nil {
			err = r.CloseAt(ctx, press.Key{Mechanism: mech, Text: in.Text}, in.Body.Until, member)
		}
		return done{err == nil}, err
	})
}

// officer is the mechanism's short name, which public addresses have, if the member may speak to the public in it.
func (s *server) officer(ctx context.Context, in InMechanism) (name, member string, err error) {
	mech, member, err := s.who(ctx, in)
	if err == nil {
		name, err = s.publicName(ctx, mech, member)
	}
	return name, member, err
}

// officerOn is officer for what is entered on a text.
func (s *server) officerOn(ctx context.Context, in InText) (name, member string, err error) {
	mech, member, err := s.who(ctx, in.InMechanism)
	if err == nil {
		name, err = s.publicName(ctx, mech, member)
	}
	if err == nil {
		err = s.c.Tabled(ctx, mech, in.Text)
	}
	return name, member, err
}

func (s *server) publicName(ctx context.Context, mech, member string) (string, error) {
	if err := s.c.Publishes(ctx, mech, member); err != nil {
		return "", err
	}
	if s.replies == nil {
		return "", refusal.New(refusal.Conflict, "press.no_room")
	}
	doc, err := s.c.Charter(ctx, mech)
	if err != nil {
		return "", err
	}
	return doc.ID, nil
}

type pressFilesIn struct {
	URL string `query:"url" doc:"Public address under which the files will be served; the configured one if empty"`
}

// pressOperation registers the static copy of the press room.
func pressOperation(s *server, api huma.API, files func(context.Context, string) (map[string][]byte, error)) {
	get(s, api, "/press/files", "press.files", "The whole press room as files that any server can serve", func(ctx context.Context, in *pressFilesIn) (map[string][]byte, error) {
		url := in.URL
		if url == "" {
			url = s.c.PressURL()
		}
		if url == "" {
			return nil, refusal.New(refusal.Invalid, "press.no_url")
		}
		return files(ctx, url)
	})
}

// previewOperation registers the preview of a text that is not public yet.
func previewOperation(s *server, api huma.API, files func(ctx context.Context, mech, member, text string) (map[string][]byte, error)) {
	get(s, api, "/mechanisms/{mechanism}/texts/{text}/preview", "press.preview", "An adopted text as the public will see it, as files; for press officers", func(ctx context.Context, in *InText) (map[string][]byte, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return nil, err
		}
		return files(ctx, mech, member, in.Text)
	})
}
