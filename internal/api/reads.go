package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/concordance"
	"entente.example/internal/conflict"
	"entente.example/internal/dialogue"
	"entente.example/proof"
)

// InText is the path of everything about one text.
type InText struct {
	InMechanism
	Text string `path:"text" doc:"Id of the text"`
}

// reads registers everything that changes nothing.
func (s *server) reads(api huma.API) {
	get(s, api, "/mechanisms", "mechanisms", "The mechanisms in which one has a mandate; for the operator, all", s.mechanisms)
	get(s, api, "/mechanisms/{mechanism}/charter", "charter", "The charter as sealed", func(ctx context.Context, in *InMechanism) (*charter.Document, error) {
		return with(ctx, s, *in, s.c.Charter)
	})
	get(s, api, "/mechanisms/{mechanism}/keys", "keys", "Which keys and mandates of each party were in force when", func(ctx context.Context, in *InMechanism) ([]chancery.KeyHistory, error) {
		return with(ctx, s, *in, s.c.Keys)
	})
	get(s, api, "/mechanisms/{mechanism}/witnesses", "witnesses", "Outside witnesses of our log: what each has cosigned of it, and the log's keys for their operators", func(ctx context.Context, in *InMechanism) (chancery.Witnesses, error) {
		return with(ctx, s, *in, s.c.Witnesses)
	})
	get(s, api, "/mechanisms/{mechanism}/fingerprints", "fingerprints", "The fingerprints of the mechanism and of every key in use, as people compare them", func(ctx context.Context, in *InMechanism) (chancery.Fingerprints, error) {
		return with(ctx, s, *in, s.c.Fingerprints)
	})
	get(s, api, "/mechanisms/{mechanism}/digest", "digest", "The record digest: equal on all nodes that hold the same", func(ctx context.Context, in *InMechanism) (digest, error) {
		d, err := with(ctx, s, *in, s.c.Digest)
		return digest{d}, err
	})
	get(s, api, "/mechanisms/{mechanism}/meetings/{id}/delegations", "meeting.delegations", "Each party's delegation to a meeting as it stands, with the names as far as their file is here", func(ctx context.Context, in *InMatter) ([]chancery.Delegation, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]chancery.Delegation, error) {
			k, _ := dialogue.Find("meeting")
			return s.c.Delegations(ctx, mech, k.Matter(in.ID))
		})
	})
	get(s, api, "/mechanisms/{mechanism}/meetings/{id}/invitation", "meeting.invitation", "A message for calendar programs (RFC 5546): a request for the agreed days, a cancellation, or a counter-proposal", s.invitation)
	get(s, api, "/mechanisms/{mechanism}/calendar", "calendar", "The meetings and due days of the mechanism as an iCalendar file, in the language of Accept-Language", func(ctx context.Context, in *InMechanism) (calendarFile, error) {
		return with(ctx, s, *in, func(ctx context.Context, mech string) (calendarFile, error) {
			b, err := s.c.Calendar(ctx, mech, languageOf(ctx))
			return calendarFile{string(b)}, err
		})
	})
	get(s, api, "/mechanisms/{mechanism}/texts", "texts", "All texts with their status", func(ctx context.Context, in *InMechanism) ([]chancery.TextSummary, error) {
		return with(ctx, s, *in, s.c.Texts)
	})
	get(s, api, "/mechanisms/{mechanism}/texts/{text}", "text", "One text: status, paragraphs, wordings, standings, rounds", func(ctx context.Context, in *InText) (chancery.TextView, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (chancery.TextView, error) { return s.c.Text(ctx, mech, in.Text) })
	})
	get(s, api, "/mechanisms/{mechanism}/texts/{text}/conflicts", "text.conflicts", "Proposals that have lost the ground on which they were made, and those that cannot be taken together. Nothing follows from it: parties decide", func(ctx context.Context, in *InText) ([]conflict.Marked, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]conflict.Marked, error) {
			return s.c.Conflicts(ctx, mech, in.Text)
		})
	})
	get(s, api, "/mechanisms/{mechanism}/texts/{text}/questions", "text.questions", "Figures, dates, names, agreed terms of the glossary and verbs of one strength that stand in one language of a paragraph and were not found in another, words of treaties, and wording that looks like another language than its tag says. They are questions for a person and block nothing", func(ctx context.Context, in *InText) ([]concordance.Asked, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) ([]concordance.Asked, error) {
			return s.c.Questions(ctx, mech, in.Text)
		})
	})
	get(s, api, "/mechanisms/{mechanism}/texts/{text}/export", "export", "The adopted text as files that anyone can check, by path", func(ctx context.Context, in *InText) (map[string][]byte, error) {
		return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (map[string][]byte, error) {
			return s.c.Export(ctx, mech, in.Text)
		})
	})
	get(s, api, "/mechanisms/{mechanism}/archive", "archive", "What an archive of the mechanism consists of; its tiles are files of the logs", func(ctx context.Context, in *InMechanism) (proof.Archive, error) {
		return with(ctx, s, *in, s.c.Archive)
	})
	get(s, api, "/mechanisms/{mechanism}/evidence", "evidence", "Proof that somebody signed two histories of one log", func(ctx context.Context, in *InMechanism) ([]chancery.Evidence, error) {
		return with(ctx, s, *in, s.c.Evidence)
	})
	get(s, api, "/mechanisms/{mechanism}/evidence/{id}", "evidence.file", "One piece of evidence as a file that anyone can check", s.evidenceFile)
	post(s, api, "/mechanisms/{mechanism}/evidence/compare", "evidence.compare", "Hold a signed checkpoint from elsewhere against our copy of its log", s.compare)
	get(s, api, "/mechanisms/{mechanism}/statement", "statement", "What is to be sealed next on an instrument", s.statement)
	get(s, api, "/mechanisms/{mechanism}/log", "log", "Entries, newest first", s.logPage)
	get(s, api, "/mechanisms/{mechanism}/log/{entry}", "entry", "One entry", s.entry)
}

type calendarFile struct {
	File string `json:"file" doc:"RFC 5545"`
}

type invitationIn struct {
	InMatter
	Organizer string   `query:"organizer" required:"true" doc:"Mail address of who asks; kept nowhere"`
	Attendee  []string `query:"attendee,explode" required:"true" doc:"Mail addresses of who is asked; kept nowhere"`
	Offer     string   `query:"offer" doc:"An open offer, as a counter-proposal to the organizer"`
	Sequence  int64    `query:"sequence" doc:"Sequence of the message that a counter-proposal answers"`
}

func (s *server) invitation(ctx context.Context, in *invitationIn) (calendarFile, error) {
	return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (calendarFile, error) {
		k, _ := dialogue.Find("meeting")
		b, err := s.c.Invitation(ctx, mech, k.Matter(in.ID), languageOf(ctx), chancery.Invite{Organizer: in.Organizer, Attendees: in.Attendee, Offer: in.Offer, Sequence: in.Sequence})
		return calendarFile{string(b)}, err
	})
}

// with resolves the mechanism first.
func with[O any](ctx context.Context, s *server, in InMechanism, f func(context.Context, string) (O, error)) (O, error) {
	mech, err := s.mech(ctx, in)
	if err != nil {
		var none O
		return none, err
	}
	return f(ctx, mech)
}

type evidenceIDIn struct {
	InMechanism
	ID string `path:"id" doc:"16 hex digits"`
}

type evidenceFile struct {
	File string `json:"file" doc:"Plain text; check it with 'entente verify FILE'"`
}

func (s *server) evidenceFile(ctx context.Context, in *evidenceIDIn) (evidenceFile, error) {
	return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (evidenceFile, error) {
		b, err := s.c.EvidenceFile(ctx, mech, in.ID)
		return evidenceFile{string(b)}, err
	})
}

type compareIn struct {
	InMechanism
	Body struct {
		Note string `json:"note" maxLength:"65536" doc:"C2SP signed note of a log of this mechanism"`
	}
}

type finding struct {
	Finding string `json:"finding" enum:"agrees,ahead,contradicts"`
}

func (s *server) compare(ctx context.Context, in *compareIn) (finding, error) {
	return with(ctx, s, in.InMechanism, func(ctx context.Context, mech string) (finding, error) {
		f, err := s.c.Compare(ctx, mech, []byte(in.Body.Note))
		return finding{f}, err
	})
}

type digest struct {
	Digest string `json:"digest" doc:"64 hex digits"`
}

type statementIn struct {
	InMechanism
	Matter string `query:"matter" required:"true" doc:"charter, or text/ID"`
}

type statementOut struct {
	Statement string `json:"statement" doc:"Plain text; sign it with ssh-keygen -Y sign -n seal-v1@entente"`
	Round     int    `json:"round"`
}

func (s *server) statement(ctx context.Context, in *statementIn) (statementOut, error) {
	mech, err := s.mech(ctx, in.InMechanism)
	if err != nil {
		return statementOut{}, err
	}
	b, round, err := s.c.Statement(ctx, mech, in.Matter)
	return statementOut{string(b), round}, err
}

type logIn struct {
	InMechanism
	Party  string `query:"party"`
	Matter string `query:"matter"`
	Before int64  `query:"before" minimum:"0" doc:"Only entries before this place in the order"`
	Limit  int    `query:"limit" minimum:"0" maximum:"1000"`
}

func (s *server) logPage(ctx context.Context, in *logIn) ([]chancery.LogEntry, error) {
	mech, err := s.mech(ctx, in.InMechanism)
	if err != nil {
		return nil, err
	}
	return s.c.Log(ctx, mech, chancery.LogQuery{Party: in.Party, Matter: in.Matter, Before: in.Before, Limit: in.Limit})
}

type entryIn struct {
	InMechanism
	Entry string `path:"entry" doc:"Act id, as in cpc-41"`
}

func (s *server) entry(ctx context.Context, in *entryIn) (chancery.LogEntry, error) {
	mech, err := s.mech(ctx, in.InMechanism)
	if err != nil {
		return chancery.LogEntry{}, err
	}
	return s.c.Entry(ctx, mech, in.Entry)
}
