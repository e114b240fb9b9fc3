package api

import (
	"cmp"
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/backroom"
	"entente.example/internal/chancery"
	"entente.example/internal/staff"
	"entente.example/lang"
)

// aboutIn selects what is about a matter, or a place in it.
type aboutIn struct {
	InMechanism
	Matter string `query:"matter" doc:"As in text/js-1; without it, everything"`
	Place  string `query:"place" doc:"Id of a paragraph"`
	All    bool   `query:"all" doc:"With what is over"`
}

func (in *aboutIn) about() backroom.About { return backroom.About{Matter: in.Matter, Place: in.Place} }

// InOurs is the path of one thing of ours.
type InOurs struct {
	InMechanism
	ID string `path:"id" doc:"As in note-3"`
}

type noteIn struct {
	InMechanism
	Body struct {
		backroom.About
		Kind   string   `json:"kind" enum:"instruction,brief,fallback,minutes,comment"`
		Lang   lang.Tag `json:"lang,omitempty"`
		Words  string   `json:"words"`
		Office string   `json:"office,omitempty" doc:"Who it comes from, if that is an office"`
	}
}

type wordsIn struct {
	InOurs
	Body struct {
		Words string `json:"words"`
	}
}

type taskIn struct {
	InMechanism
	Body struct {
		backroom.About
		Words string `json:"words"`
		For   string `json:"for,omitempty" doc:"A member of ours; empty: anybody"`
		Due   string `json:"due,omitempty" doc:"Day"`
	}
}

type circulateIn struct {
	InMechanism
	Body struct {
		backroom.About
		Title   string            `json:"title"`
		Lang    lang.Tag          `json:"lang,omitempty"`
		Words   string            `json:"words" doc:"The draft"`
		Due     time.Time         `json:"due,omitzero"`
		Offices []backroom.Office `json:"offices" maxItems:"50"`
	}
}

type officeIn struct {
	InOurs
	Body struct {
		Office  string `json:"office"`
		Verdict string `json:"verdict" enum:"cleared,objects,changes"`
		Words   string `json:"words,omitempty" doc:"Why not, or what is to be changed"`
		Draft   int    `json:"draft" minimum:"1" doc:"How many drafts you have seen: an answer to one that was replaced is refused"`
	}
}

type outcomeIn struct {
	InOurs
	Body struct {
		Outcome string `json:"outcome" enum:"cleared,withdrawn"`
	}
}

type refuseIn struct {
	InOurs
	Body struct {
		Reason string `json:"reason"`
	}
}

// clearance is a round with where it stands.
type clearance struct {
	backroom.Clearance
	Standing string   `json:"standing" enum:"awaited,changes,objects,cleared,withdrawn"`
	Awaiting []string `json:"awaiting" doc:"Offices that have not answered the newest draft"`
	Late     bool     `json:"late"`
}

// taken is a round after something was taken back.
type taken struct {
	clearance
	Left bool `json:"left" doc:"Whether there still is a round"`
}

func clearanceOf(c backroom.Clearance, now time.Time) clearance {
	out := clearance{Clearance: c, Standing: c.Standing(), Awaiting: []string{}, Late: c.Late(now)}
	for _, o := range c.Awaiting() {
		out.Awaiting = append(out.Awaiting, o.Name)
	}
	return out
}

type traceIn struct {
	InMechanism
	Matter string `query:"matter" required:"true" doc:"As in text/js-1"`
	Place  string `query:"place" doc:"Id of a paragraph: leaves out acts that speak of others only"`
}

// traces registers the trace of a matter, and the pack for a successor.
func (s *server) traces(api huma.API) {
	get(s, api, "/mechanisms/{mechanism}/trace", "trace", "Who did what about a matter, on all sides, from the first act to the last, with long pauses; meetings, readouts, minutes, papers and threads that belong to it or cite it are woven in", func(ctx context.Context, in *traceIn) ([]chancery.Step, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]chancery.Step, error) {
			return s.c.Trace(ctx, mech, in.Matter, in.Place)
		})
	})
	get(s, api, "/mechanisms/{mechanism}/ours/handover", "ours.handover", "Ours only: the pack for a successor, by file name, in the language of Accept-Language", func(ctx context.Context, in *InMechanism) (map[string][]byte, error) {
		return inside(ctx, s, *in, func(mech, member string) (map[string][]byte, error) {
			return s.handover(ctx, member, mech, languageOf(ctx))
		})
	})
}

// ours registers what our side says to itself. None of it comes to the record; what waits there for a second member goes onto it only by that member's consent.
func (s *server) ours(api huma.API, b *backroom.Store) {
	s.oursNotes(api, b)
	s.oursRounds(api, b)
	s.coming(api, b)
	get(s, api, "/mechanisms/{mechanism}/ours/acts", "ours.acts", "Ours only: acts that wait for a second member", func(ctx context.Context, in *aboutIn) ([]backroom.Held, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]backroom.Held, error) { return b.HeldActs(ctx, mech, !in.All) })
	})
	get(s, api, "/mechanisms/{mechanism}/ours/acts/{id}", "ours.act", "Ours only: exactly what will be written if a second member consents", func(ctx context.Context, in *InOurs) (backroom.Held, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (backroom.Held, error) { return b.HeldAct(ctx, mech, in.ID) })
	})
	post(s, api, "/mechanisms/{mechanism}/ours/acts/{id}/consent", "ours.consent", "Consent, as a second member: what waits is written", func(ctx context.Context, in *InOurs) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		return wrote(s.c.Second(ctx, mech, member, in.ID))
	})
	post(s, api, "/mechanisms/{mechanism}/ours/acts/{id}/refuse", "ours.refuse", "Refuse, as a second member: what waits is not written", func(ctx context.Context, in *refuseIn) (backroom.Held, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (backroom.Held, error) { return s.refuseAct(ctx, b, mech, member, in) })
	})
	post(s, api, "/mechanisms/{mechanism}/ours/acts/{id}/take-back", "ours.take_back", "Take one's own act back before anybody consents", func(ctx context.Context, in *InOurs) (backroom.Held, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (backroom.Held, error) { return b.TakeBack(ctx, mech, member, in.ID) })
	})
}

// inside resolves who acts where.
func inside[O any](ctx context.Context, s *server, in InMechanism, f func(mech, member string) (O, error)) (out O, err error) {
	mech, member, err := s.who(ctx, in)
	if err == nil {
		err = s.c.Admitted(ctx, mech, member)
	}
	if err != nil {
		return out, err
	}
	return f(mech, member)
}

// refuseAct is for whoever might have consented.
func (s *server) refuseAct(ctx context.Context, b *backroom.Store, mech, member string, in *refuseIn) (backroom.Held, error) {
	if err := s.c.MayConsent(ctx, mech, member, in.ID); err != nil {
		return backroom.Held{}, err
	}
	return b.Refuse(ctx, mech, member, in.ID, in.Body.Reason)
}

func (s *server) oursNotes(api huma.API, b *backroom.Store) {
	get(s, api, "/mechanisms/{mechanism}/ours/notes", "ours.notes", "Ours only: instructions, briefs, fallback wording, own minutes and comments", func(ctx context.Context, in *aboutIn) ([]backroom.Note, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]backroom.Note, error) {
			return b.Notes(ctx, mech, in.about())
		})
	})
	post(s, api, "/mechanisms/{mechanism}/ours/notes", "ours.note", "Ours only: keep a note", func(ctx context.Context, in *noteIn) (backroom.Note, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (backroom.Note, error) {
			return b.AddNote(ctx, mech, member, backroom.Note{About: in.Body.About, Kind: in.Body.Kind, Lang: in.Body.Lang, Words: in.Body.Words, Office: in.Body.Office})
		})
	})
	post(s, api, "/mechanisms/{mechanism}/ours/notes/{id}/amend", "ours.amend", "Ours only: change one's own note; what it said before stays readable", func(ctx context.Context, in *wordsIn) (backroom.Note, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (backroom.Note, error) {
			return b.AmendNote(ctx, mech, member, in.ID, in.Body.Words)
		})
	})
	post(s, api, "/mechanisms/{mechanism}/ours/notes/{id}/revert", "ours.revert", "Ours only: one's own note says again what it said before the last change", func(ctx context.Context, in *InOurs) (backroom.Note, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (backroom.Note, error) { return b.RevertNote(ctx, mech, member, in.ID) })
	})
	post(s, api, "/mechanisms/{mechanism}/ours/notes/{id}/drop", "ours.drop_note", "Ours only: forget one's own note", func(ctx context.Context, in *InOurs) (done, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (done, error) {
			return done{true}, b.DropNote(ctx, mech, member, in.ID)
		})
	})
	get(s, api, "/mechanisms/{mechanism}/ours/tasks", "ours.tasks", "Ours only: tasks that are open", func(ctx context.Context, in *aboutIn) ([]backroom.Task, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]backroom.Task, error) {
			return b.Tasks(ctx, mech, in.about(), !in.All)
		})
	})
	post(s, api, "/mechanisms/{mechanism}/ours/tasks", "ours.task", "Ours only: ask a member, or anybody of ours, to do something", func(ctx context.Context, in *taskIn) (backroom.Task, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (backroom.Task, error) {
			return b.AddTask(ctx, mech, member, backroom.Task{About: in.Body.About, Words: in.Body.Words, For: in.Body.For, Due: in.Body.Due})
		})
	})
	post(s, api, "/mechanisms/{mechanism}/ours/tasks/{id}/done", "ours.finish_task", "Ours only: a task is done", func(ctx context.Context, in *InOurs) (backroom.Task, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (backroom.Task, error) { return b.FinishTask(ctx, mech, member, in.ID) })
	})
	post(s, api, "/mechanisms/{mechanism}/ours/tasks/{id}/reopen", "ours.reopen_task", "Ours only: a task is not done after all", func(ctx context.Context, in *InOurs) (backroom.Task, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (backroom.Task, error) { return b.ReopenTask(ctx, mech, member, in.ID) })
	})
	post(s, api, "/mechanisms/{mechanism}/ours/tasks/{id}/drop", "ours.drop_task", "Ours only: forget a task that one asked for", func(ctx context.Context, in *InOurs) (done, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (done, error) {
			return done{true}, b.DropTask(ctx, mech, member, in.ID)
		})
	})
}

func (s *server) oursRounds(api huma.API, b *backroom.Store) {
	get(s, api, "/mechanisms/{mechanism}/ours/clearances", "ours.clearances", "Ours only: drafts on their way round our offices", func(ctx context.Context, in *aboutIn) ([]clearance, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]clearance, error) {
			all, err := b.Clearances(ctx, mech, in.about(), !in.All)
			out := []clearance{}
			for _, c := range all {
				out = append(out, clearanceOf(c, b.Now()))
			}
			return out, err
		})
	})
	one := func(ctx context.Context, in InMechanism, f func(mech, member string) (backroom.Clearance, error)) (clearance, error) {
		return inside(ctx, s, in, func(mech, member string) (clearance, error) {
			c, err := f(mech, member)
			if err != nil {
				return clearance{}, err
			}
			return clearanceOf(c, b.Now()), nil
		})
	}
	get(s, api, "/mechanisms/{mechanism}/ours/clearances/{id}", "ours.clearance", "Ours only: one round, with every draft and every answer", func(ctx context.Context, in *InOurs) (clearance, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (clearance, error) {
			c, err := b.Clearance(ctx, mech, in.ID)
			if err != nil {
				return clearance{}, err
			}
			return clearanceOf(c, b.Now()), nil
		})
	})
	post(s, api, "/mechanisms/{mechanism}/ours/clearances", "ours.circulate", "Ours only: send a draft round offices", func(ctx context.Context, in *circulateIn) (clearance, error) {
		return one(ctx, in.InMechanism, func(mech, member string) (backroom.Clearance, error) {
			return b.Circulate(ctx, mech, member, backroom.Clearance{About: in.Body.About, Title: in.Body.Title, Lang: in.Body.Lang, Due: in.Body.Due, Offices: in.Body.Offices}, in.Body.Words)
		})
	})
	post(s, api, "/mechanisms/{mechanism}/ours/clearances/{id}/answer", "ours.answer", "Ours only: an office clears, objects, or asks for changes", func(ctx context.Context, in *officeIn) (clearance, error) {
		return one(ctx, in.InMechanism, func(mech, member string) (backroom.Clearance, error) {
			return b.Answer(ctx, mech, member, in.ID, in.Body.Draft, backroom.Answer{Office: in.Body.Office, Verdict: in.Body.Verdict, Words: in.Body.Words})
		})
	})
	post(s, api, "/mechanisms/{mechanism}/ours/clearances/{id}/revise", "ours.revise", "Ours only: send other words round; every office is asked again", func(ctx context.Context, in *wordsIn) (clearance, error) {
		return one(ctx, in.InMechanism, func(mech, member string) (backroom.Clearance, error) {
			return b.Revise(ctx, mech, member, in.ID, in.Body.Words)
		})
	})
	post(s, api, "/mechanisms/{mechanism}/ours/clearances/{id}/take-back", "ours.undo_round", "Ours only: take back what one did last in a round: its end, an answer, other words, or the round", func(ctx context.Context, in *InOurs) (taken, error) {
		return inside(ctx, s, in.InMechanism, func(mech, member string) (taken, error) {
			c, left, err := b.UndoRound(ctx, mech, member, in.ID)
			if err != nil {
				return taken{}, err
			}
			return taken{clearanceOf(c, b.Now()), left}, nil
		})
	})
	post(s, api, "/mechanisms/{mechanism}/ours/clearances/{id}/end", "ours.end", "Ours only: end a round, cleared by everybody or withdrawn", func(ctx context.Context, in *outcomeIn) (clearance, error) {
		return one(ctx, in.InMechanism, func(mech, member string) (backroom.Clearance, error) {
			return b.EndClearance(ctx, mech, member, in.ID, in.Body.Outcome)
		})
	})
}

type digestIn struct {
	Body struct {
		Address  string   `json:"address" doc:"E-mail address"`
		Language lang.Tag `json:"language,omitempty" doc:"en, zh-Hans or ja; without it, that of Accept-Language"`
		Hour     int      `json:"hour" doc:"0 to 23"`
		Zone     string   `json:"zone,omitempty" doc:"Offset, as in +08:00; without it, UTC"`
	}
}

// digests registers a member's own wish for a letter a day.
func (s *server) digests(api huma.API) {
	mine := func(ctx context.Context) ([]staff.Digest, error) {
		member, err := memberOf(ctx)
		if err != nil {
			return nil, err
		}
		return s.c.Staff().Digests(ctx, member)
	}
	get(s, api, "/digest", "reminder", "Whether one is told by e-mail, once a day, what awaits; empty if not", func(ctx context.Context, _ *struct{}) ([]staff.Digest, error) { return mine(ctx) })
	post(s, api, "/digest", "reminder.begin", "Ask for a letter a day with what awaits", func(ctx context.Context, in *digestIn) ([]staff.Digest, error) {
		member, err := memberOf(ctx)
		if err == nil {
			err = s.c.AskDigest(ctx, staff.Digest{Member: member, Address: in.Body.Address, Language: string(cmp.Or(in.Body.Language, languageOf(ctx))), Hour: in.Body.Hour, Zone: cmp.Or(in.Body.Zone, "Z")})
		}
		if err != nil {
			return nil, err
		}
		return mine(ctx)
	})
	post(s, api, "/digest/end", "reminder.end", "Get no more letters; the address is forgotten", func(ctx context.Context, _ *struct{}) (done, error) {
		member, err := memberOf(ctx)
		if err == nil {
			err = s.c.Staff().EndDigest(ctx, member)
		}
		return done{err == nil}, err
	})
}

type meetingMailIn struct {
	Body struct {
		Address  string   `json:"address" doc:"E-mail address"`
		Language lang.Tag `json:"language,omitempty" doc:"en, zh-Hans or ja; without it, that of Accept-Language"`
	}
}

// meetingMails registers a member's own wish to have the days of meetings sent to their calendar program.
func (s *server) meetingMails(api huma.API) {
	mine := func(ctx context.Context, change func(member string) error) ([]staff.MeetingMail, error) {
		member, err := memberOf(ctx)
		if err == nil {
			err = change(member)
		}
		if err != nil {
			return nil, err
		}
		return s.c.Staff().MeetingMails(ctx, member)
	}
	get(s, api, "/meeting-mail", "reminder.meetings", "Whether the days of meetings are sent to one's calendar program by e-mail; empty if not", func(ctx context.Context, _ *struct{}) ([]staff.MeetingMail, error) {
		return mine(ctx, func(string) error { return nil })
	})
	post(s, api, "/meeting-mail", "reminder.meetings.begin", "Have the days of meetings sent, when they are agreed, moved or off (iTIP, RFC 5546 and 6047)", func(ctx context.Context, in *meetingMailIn) ([]staff.MeetingMail, error) {
		return mine(ctx, func(member string) error {
			return s.c.AskMeetingMail(ctx, staff.MeetingMail{Member: member, Address: in.Body.Address, Language: string(cmp.Or(in.Body.Language, languageOf(ctx)))})
		})
	})
	post(s, api, "/meeting-mail/end", "reminder.meetings.end", "Have none sent any more; the address is forgotten", func(ctx context.Context, _ *struct{}) (done, error) {
		_, err := mine(ctx, func(member string) error { return s.c.Staff().EndMeetingMail(ctx, member) })
		return done{err == nil}, err
	})
}
