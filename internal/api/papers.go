package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/aside"
)

type paperIn struct {
	InMechanism
	Paper string `path:"paper" doc:"Handle of a paper on this node, or its beginning"`
}

type sendIn struct {
	InMechanism
	Body struct {
		To    string `json:"to" doc:"The party"`
		Text  string `json:"text" maxLength:"32768"`
		Hours int    `json:"hours" minimum:"1" maximum:"720" doc:"How long it is kept, on each side"`
		By    string `json:"by,omitempty" doc:"Day by which a reaction is asked: the paper is a sounding then, which binds nobody"`
	}
}

type reactIn struct {
	InMechanism
	Paper string `path:"paper" doc:"Handle of a paper on this node, or its beginning"`
	Body  struct {
		Reaction string `json:"reaction" enum:"welcome,changes,not_now"`
		Words    string `json:"words,omitempty" maxLength:"4096"`
	}
}

type paperDraft struct {
	Draft string `json:"draft" doc:"Markdown, as a draft is tabled from"`
}

type paperPackIn struct {
	InMechanism
	Body struct {
		To string `json:"to" doc:"The party"`
	}
}

type done struct {
	Done bool `json:"done"`
}

type paperFiles struct {
	Files [][]byte `json:"files" doc:"Each an age file that only the party's node opens"`
}

type paperOpenIn struct {
	InMechanism
	Body paperFiles
}

// papers registers what is off the record. None of it comes to the record, and nothing of the record to it.
func (s *server) papers(api huma.API, d *aside.Desk) {
	get(s, api, "/mechanisms/{mechanism}/non-papers", "nonpapers", "Non-papers that lie here, without their texts", func(ctx context.Context, in *InMechanism) ([]aside.Paper, error) {
		mech, err := s.confers(ctx, *in)
		if err != nil {
			return nil, err
		}
		return d.List(mech), nil
	})
	get(s, api, "/mechanisms/{mechanism}/non-papers/{paper}", "nonpaper", "One non-paper", func(ctx context.Context, in *paperIn) (aside.Paper, error) {
		mech, err := s.confers(ctx, in.InMechanism)
		if err != nil {
			return aside.Paper{}, err
		}
		return d.Read(mech, in.Paper)
	})
	post(s, api, "/mechanisms/{mechanism}/non-papers", "nonpaper.send", "Send a non-paper to one party: off the record, unsigned, for a time", func(ctx context.Context, in *sendIn) (aside.Paper, error) {
		mech, err := s.confers(ctx, in.InMechanism)
		if err != nil {
			return aside.Paper{}, err
		}
		p, err := send(d, mech, in)
		p.Text = "" // an answer is kept for a repeated request
		return p, err
	})
	post(s, api, "/mechanisms/{mechanism}/non-papers/{paper}/drop", "nonpaper.drop", "Make a non-paper vanish from this node", func(ctx context.Context, in *paperIn) (done, error) {
		mech, err := s.confers(ctx, in.InMechanism)
		if err == nil {
			err = d.Drop(mech, in.Paper)
		}
		return done{err == nil}, err
	})
	s.soundings(api, d)
	post(s, api, "/mechanisms/{mechanism}/non-papers/pack", "nonpaper.pack", "What waits for a party, as files to be carried by hand", func(ctx context.Context, in *paperPackIn) (paperFiles, error) {
		mech, err := s.confers(ctx, in.InMechanism)
		if err != nil {
			return paperFiles{}, err
		}
		files, err := s.c.SealedBeside(ctx, mech, in.Body.To)
		return paperFiles{files}, err
	})
	post(s, api, "/mechanisms/{mechanism}/non-papers/open", "nonpaper.open", "Take in files that were carried by hand", func(ctx context.Context, in *paperOpenIn) (done, error) {
		mech, err := s.confers(ctx, in.InMechanism)
		for i := 0; err == nil && i < len(in.Body.Files); i++ {
			err = s.c.OpenBeside(ctx, mech, in.Body.Files[i])
		}
		return done{err == nil}, err
	})
}

func send(d *aside.Desk, mech string, in *sendIn) (aside.Paper, error) {
	keep := time.Duration(in.Body.Hours) * time.Hour
	if in.Body.By != "" {
		return d.Sound(mech, in.Body.To, in.Body.Text, keep, in.Body.By)
	}
	return d.Send(mech, in.Body.To, in.Body.Text, keep)
}

// soundings registers what is said about a paper, and the way from a paper to a draft. The way back does not exist: a draft does not know where its words come from.
func (s *server) soundings(api huma.API, d *aside.Desk) {
	const path = "/mechanisms/{mechanism}/non-papers/{paper}/"
	post(s, api, path+"react", "nonpaper.react", "React to a sounding: off the record, once, and binding nobody", func(ctx context.Context, in *reactIn) (done, error) {
		mech, err := s.confers(ctx, in.InMechanism)
		if err == nil {
			err = d.React(mech, in.Paper, in.Body.Reaction, in.Body.Words)
		}
		return done{err == nil}, err
	})
	post(s, api, path+"withdraw", "nonpaper.withdraw", "Withdraw a sounding of ours: nothing is asked any more", func(ctx context.Context, in *paperIn) (done, error) {
		mech, err := s.confers(ctx, in.InMechanism)
		if err == nil {
			err = d.Withdraw(mech, in.Paper)
		}
		return done{err == nil}, err
	})
	get(s, api, path+"draft", "nonpaper.draft", "A non-paper as a draft that can be tabled. Nothing is tabled by this", func(ctx context.Context, in *paperIn) (paperDraft, error) {
		mech, err := s.confers(ctx, in.InMechanism)
		if err != nil {
			return paperDraft{}, err
		}
		p, err := d.Read(mech, in.Paper)
		if err != nil {
			return paperDraft{}, err
		}
		draft, err := s.c.PlainDraft(ctx, mech, p.Text)
		return paperDraft{string(draft)}, err
	})
}

// confers is the mechanism, if the member may handle papers off the record in it.
func (s *server) confers(ctx context.Context, in InMechanism) (string, error) {
	mech, member, err := s.who(ctx, in)
	if err != nil {
		return "", err
	}
	return mech, s.c.Confers(ctx, mech, member)
}
