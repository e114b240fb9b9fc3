package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/dialogue"
	"entente.example/internal/document"
	"entente.example/internal/glance"
	"entente.example/internal/glossary"
	"entente.example/internal/guest"
	"entente.example/internal/locale"
	"entente.example/internal/meeting"
	"entente.example/internal/membership"
	"entente.example/internal/minutes"
	"entente.example/internal/outsider"
	"entente.example/internal/paper"
	"entente.example/internal/programme"
	"entente.example/internal/readout"
	"entente.example/internal/silence"
	"entente.example/internal/text"
	"entente.example/internal/topic"
	"entente.example/internal/workdays"
	"entente.example/lang"
	"entente.example/refusal"
)

// dialogueReads registers the matters of the dialogue as they stand.
func (s *server) dialogueReads(api huma.API) {
	subjectReads(s, api, "meeting", func(st *meeting.State, n dialogue.Now) MeetingNow { return MeetingNow{st, n} })
	subjectReads(s, api, "topic", func(st *topic.State, n dialogue.Now) TopicNow { return TopicNow{st, n} })
	subjectReads(s, api, "concern", func(st *concern.State, n dialogue.Now) ConcernNow { return ConcernNow{st, n} })
	subjectReads(s, api, "commitment", func(st *commitment.State, n dialogue.Now) CommitmentNow { return CommitmentNow{st, n} })
	subjectReads(s, api, "programme", func(st *programme.State, n dialogue.Now) ProgrammeNow { return ProgrammeNow{st, n} })
	subjectReads(s, api, "paper", func(st *paper.State, n dialogue.Now) PaperNow { return PaperNow{st, n} })
	subjectReads(s, api, "silence", func(st *silence.State, n dialogue.Now) SilenceNow { return SilenceNow{st, n} })
	subjectReads(s, api, "readout", func(st *readout.State, n dialogue.Now) ReadoutNow { return ReadoutNow{st, n} })
	subjectReads(s, api, "minutes", func(st *minutes.State, n dialogue.Now) MinutesNow { return MinutesNow{st, n} })
	subjectReads(s, api, "term", func(st *glossary.State, n dialogue.Now) TermNow { return TermNow{st, n} })
	subjectReads(s, api, "guest", func(st *guest.State, n dialogue.Now) GuestNow { return GuestNow{st, n} })
	subjectReads(s, api, outsider.Kind, func(st *outsider.State, n dialogue.Now) WitnessNow { return WitnessNow{st, n} })
	subjectReads(s, api, "document", func(st *document.State, n dialogue.Now) DocumentNow { return DocumentNow{st, n} })
	rests(s, api)
	subjectReads(s, api, "thread", func(st *conversation.State, n dialogue.Now) ThreadNow { return ThreadNow{st, n} })
	subjectReads(s, api, "holidays", func(st *workdays.State, n dialogue.Now) HolidaysNow { return HolidaysNow{st, n} })
	subjectReads(s, api, membership.Kind, func(st *membership.State, n dialogue.Now) MembershipNow { return MembershipNow{st, n} })
	get(s, api, "/mechanisms/{mechanism}/membership", "membership.standing", "Who the parties are and how they came to be, what this mechanism continues, and where it goes on", func(ctx context.Context, in *InMechanism) (chancery.Membership, error) {
		return with(ctx, s, *in, s.c.Membership)
	})
	get(s, api, "/mechanisms/{mechanism}/successor", "charter.successor", "What the drafter of the mechanism that continues this one begins with, by an adopted text", func(ctx context.Context, in *successorIn) (chancery.Description, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (chancery.Description, error) {
			return s.c.Successor(ctx, mech, in.Text)
		})
	})
	get(s, api, "/mechanisms/{mechanism}/workdays", "workdays", "A day in so many working days of all parties, by the days that each has declared, and which days were left out for whom", func(ctx context.Context, in *workdaysIn) (workdays.Counted, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (workdays.Counted, error) {
			return s.c.Workdays(ctx, mech, in.From, in.Days)
		})
	})
	get(s, api, "/holiday-rules/{rules}/{year}", "holidays.rules", "A year's days off by a set of rules, to look at and declare", func(_ context.Context, in *rulesIn) (workdays.Declare, error) {
		return workdays.By(in.Rules, in.Year)
	})
	get(s, api, "/mechanisms/{mechanism}/papers/{id}/exchange", "paper.exchange", "The answers to a paper, those that are still awaited, and whether an exchange of notes has become an agreement", func(ctx context.Context, in *InMatter) (paper.Exchange, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (paper.Exchange, error) {
			return s.c.Exchange(ctx, mech, in.ID)
		})
	})
	get(s, api, "/mechanisms/{mechanism}/papers/{id}/reply", "paper.reply", "The paper with which our side begins its answer, to be completed and sent under an id of its own", func(ctx context.Context, in *replyIn) (paper.Send, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (paper.Send, error) {
			return s.c.Reply(ctx, mech, in.ID, in.Agree)
		})
	})
	get(s, api, "/mechanisms/{mechanism}/readouts/{id}/excerpt", "readout.excerpt", "Some sentences of a published readout, with what was said against them and what is left out", func(ctx context.Context, in *excerptIn) (readout.Excerpt, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (readout.Excerpt, error) {
			st, err := s.c.Subject(ctx, mech, "readout/"+in.ID)
			if err != nil {
				return readout.Excerpt{}, err
			}
			return st.(*readout.State).Excerpt(in.Only...)
		})
	})
}

type workdaysIn struct {
	InMechanism
	From string `query:"from" doc:"The day before the first that counts; today without it"`
	Days int    `query:"days" required:"true" doc:"How many working days"`
}

type successorIn struct {
	InMechanism
	Text string `query:"text" required:"true" doc:"Id of the adopted text that decides it"`
}

type rulesIn struct {
	Rules string `path:"rules" doc:"Set of rules, such as jp"`
	Year  int    `path:"year" doc:"Year"`
}

// A matter as the record has it, and where it stands.
type (
	MeetingNow struct {
		*meeting.State
		Now dialogue.Now `json:"now"`
	}
	TopicNow struct {
		*topic.State
		Now dialogue.Now `json:"now"`
	}
	ConcernNow struct {
		*concern.State
		Now dialogue.Now `json:"now"`
	}
	CommitmentNow struct {
		*commitment.State
		Now dialogue.Now `json:"now"`
	}
	ProgrammeNow struct {
		*programme.State
		Now dialogue.Now `json:"now"`
	}
	PaperNow struct {
		*paper.State
		Now dialogue.Now `json:"now"`
	}
	SilenceNow struct {
		*silence.State
		Now dialogue.Now `json:"now"`
	}
	ReadoutNow struct {
		*readout.State
		Now dialogue.Now `json:"now"`
	}
	MinutesNow struct {
		*minutes.State
		Now dialogue.Now `json:"now"`
	}
	TermNow struct {
		*glossary.State
		Now dialogue.Now `json:"now"`
	}
	GuestNow struct {
		*guest.State
		Now dialogue.Now `json:"now"`
	}
	WitnessNow struct {
		*outsider.State
		Now dialogue.Now `json:"now"`
	}
	DocumentNow struct {
		*document.State
		Now dialogue.Now `json:"now"`
	}
	ThreadNow struct {
		*conversation.State
		Now dialogue.Now `json:"now"`
	}
	HolidaysNow struct {
		*workdays.State
		Now dialogue.Now `json:"now"`
	}
	MembershipNow struct {
		*membership.State
		Now dialogue.Now `json:"now"`
	}
)

// InMatter is the path of everything about one matter of the dialogue.
type InMatter struct {
	InMechanism
	ID string `path:"id" doc:"Id within its kind"`
}

type replyIn struct {
	InMatter
	Agree bool `query:"agree" doc:"Repeat a note of an exchange of notes word for word, which agrees to it"`
}

type excerptIn struct {
	InMatter
	Only []string `query:"only" doc:"Sentences to show, by id; all if none is named"`
}

// subjectReads registers the matters of a kind as the record has them, each with where it stands.
func subjectReads[S, R any](s *server, api huma.API, id string, read func(*S, dialogue.Now) R) {
	k, ok := dialogue.Find(id)
	if !ok {
		panic("api: no kind of matter " + id)
	}
	name := locale.Message(lang.English, "kind."+id, nil)
	get(s, api, "/mechanisms/{mechanism}/"+k.Plural, k.Plural, name+": all", func(ctx context.Context, in *InMechanism) ([]R, error) {
		return with(ctx, s, *in, func(ctx context.Context, mech string) ([]R, error) {
			all, err := s.c.AllStanding(ctx, mech, id)
			out := make([]R, len(all))
			for i, st := range all {
				out[i] = read(any(st.State).(*S), st.Now)
			}
			return out, err
		})
	})
	get(s, api, "/mechanisms/{mechanism}/"+k.Plural+"/{id}", id, name+": one", func(ctx context.Context, in *InMatter) (out R, err error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (R, error) {
			st, err := s.c.Standing(ctx, mech, k.Matter(in.ID))
			if err != nil {
				return out, err
			}
			return read(any(st.State).(*S), st.Now), nil
		})
	})
}

type dialogueIn struct {
	InMatter
	RawBody []byte `contentType:"application/json"`
}

// dialogueAct registers one act of the dialogue's table. Its body is read strictly: a member that the act does not have is refused, not dropped.
func (s *server) dialogueAct(api huma.API, k dialogue.Kind, a dialogue.Act) {
	op := huma.Operation{Method: http.MethodPost, Path: "/mechanisms/{mechanism}/" + k.Plural + "/{id}/" + a.Verb(), OperationID: a.Type,
		Summary:      locale.Message(lang.English, "kind."+k.ID, nil) + ": " + locale.Message(lang.English, "do."+a.Type, nil),
		MaxBodyBytes: maxBody, SkipValidateBody: true, Parameters: []*huma.Param{repeatParam}}
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(a.New()).Elem(), true, "")
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	register(s, api, op, func(ctx context.Context, in *dialogueIn) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		if !entry.ValidID(in.ID) {
			return posted{}, refusal.New(refusal.Invalid, "dialogue.bad_id", "id", in.ID)
		}
		body := a.New()
		if err := json.Unmarshal(in.RawBody, body, json.RejectUnknownMembers(true)); err != nil {
			return posted{}, refusal.New(refusal.Invalid, "api.bad_body", "where", text.PlaceIn(err)).Because(err)
		}
		p, err := s.c.Act(ctx, mech, member, k.Matter(in.ID), body)
		return asking(body, p, err)
	})
	op.RequestBody.Content["application/json"] = &huma.MediaType{Schema: schema} // the library has described it as bytes, for that is what it reads
}

// rests are what paragraphs cite, read from the other end.
func rests(s *server, api huma.API) {
	get(s, api, "/mechanisms/{mechanism}/documents/{id}/rests", "document.rests", "What rests on a founding document: paragraphs that cite it or one of its principles, and the commitments that come from them", func(ctx context.Context, in *InMatter) ([]glance.Resting, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]glance.Resting, error) {
			return s.c.Rests(ctx, mech, in.ID)
		})
	})
	get(s, api, "/mechanisms/{mechanism}/texts/{text}/rests", "text.rests", "What rests on an adopted text: paragraphs of other texts that cite it or one of its paragraphs, and the commitments that come from them", func(ctx context.Context, in *InText) ([]glance.Resting, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]glance.Resting, error) {
			return s.c.RestsOnText(ctx, mech, in.Text)
		})
	})
}
