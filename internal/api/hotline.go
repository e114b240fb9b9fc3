package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/line"
	"entente.example/internal/situation"
	"entente.example/lang"
	"entente.example/refusal"
)

// InLine is the path of everything about one line.
type InLine struct {
	InMechanism
	Line string `path:"line" doc:"Id of the line: main, if the mechanism has only one"`
}

type lineIn[B entry.Body] struct {
	InLine
	Body B
}

type callIn struct {
	InLine
	Body struct {
		To []charter.PartyID `json:"to,omitempty" doc:"Who is called; without it, whoever is to answer by the schedule"`
	}
}

type answerIn struct {
	InLine
	Body struct {
		Check string    `json:"check,omitempty" doc:"Act id of the call; without it, the newest that waits for us"`
		Note  lang.Text `json:"note,omitempty"`
	}
}

type situationIn[B entry.Body] struct {
	InMechanism
	Body B
}

// hotlines registers the lines with their checks, and the situation board.
func (s *server) hotlines(api huma.API) {
	get(s, api, "/mechanisms/{mechanism}/lines", "lines", "The lines on which checks are made, by id", func(ctx context.Context, in *InMechanism) ([]string, error) {
		return with(ctx, s, *in, s.c.LineIDs)
	})
	get(s, api, "/mechanisms/{mechanism}/lines/{line}", "line", "One line: schedules, announcements, what is due and what waits for us", func(ctx context.Context, in *InLine) (chancery.HotLine, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (chancery.HotLine, error) {
			return s.c.HotLine(ctx, mech, in.Line)
		})
	})
	get(s, api, "/mechanisms/{mechanism}/lines/{line}/history", "line.history", "Every call, notice and time without a call, and what they come to", func(ctx context.Context, in *InLine) (chancery.LineHistory, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (chancery.LineHistory, error) {
			return s.c.LineHistory(ctx, mech, in.Line)
		})
	})
	lineAct[line.Propose](s, api, "Propose a schedule")
	lineAct[line.Agree](s, api, "Agree to a schedule")
	lineAct[line.Desk](s, api, "Announce that our desk is manned, or that it is not")
	lineAct[line.Suspend](s, api, "Give notice of a suspension")
	lineAct[line.Resume](s, api, "End a suspension that we gave notice of")
	post(s, api, "/mechanisms/{mechanism}/lines/{line}/check", "line.check", "Call: a phrase of the agreed pool, in our own language", func(ctx context.Context, in *callIn) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.CallLine(ctx, mech, member, in.Line, in.Body.To)
		return wrote(p, err)
	})
	post(s, api, "/mechanisms/{mechanism}/lines/{line}/answer", "line.answer", "Answer a call, in our own language", func(ctx context.Context, in *answerIn) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.AnswerLine(ctx, mech, member, in.Line, in.Body.Check, in.Body.Note)
		return wrote(p, err)
	})
	get(s, api, "/mechanisms/{mechanism}/situation", "situation", "How each party says it sees the situation; nothing depends on it", func(ctx context.Context, in *InMechanism) ([]*situation.State, error) {
		return with(ctx, s, *in, s.c.Situation)
	})
	situationAct[situation.Declare](s, api, "Say how we see the situation")
	situationAct[situation.Withdraw](s, api, "Take back what we said about the situation")
}

// lineAct registers one act on a line under its own name.
func lineAct[B entry.Body](s *server, api huma.API, summary string) {
	var zero B
	name := zero.EntryType()
	_, act, _ := strings.Cut(name, ".")
	post(s, api, "/mechanisms/{mechanism}/lines/{line}/"+act, name, summary, func(ctx context.Context, in *lineIn[B]) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.Act(ctx, mech, member, line.Matter(in.Line), in.Body)
		return wrote(p, err)
	})
}

// situationAct registers an act on our own part of the situation board.
func situationAct[B entry.Body](s *server, api huma.API, summary string) {
	var zero B
	name := zero.EntryType()
	_, act, _ := strings.Cut(name, ".")
	post(s, api, "/mechanisms/{mechanism}/situation/"+act, name, summary, func(ctx context.Context, in *situationIn[B]) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		self, err := s.c.Self(ctx, mech)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.Act(ctx, mech, member, situation.Matter(charter.PartyID(self)), in.Body)
		return wrote(p, err)
	})
}

// historyTable answers a line's history as CSV. A download stays outside the description.
func (s *server) historyTable(w http.ResponseWriter, r *http.Request) {
	mech, err := s.mech(r.Context(), InMechanism{Mechanism: r.PathValue("mechanism")})
	if err == nil {
		var h chancery.LineHistory
		if h, err = s.c.LineHistory(r.Context(), mech, r.PathValue("line")); err == nil {
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			_, _ = w.Write(line.CSV(h.Rows))
			return
		}
	}
	refused := refusal.As(err)
	refuse(w, r, statuses[refused.Kind], refused)
}
