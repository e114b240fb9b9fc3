package api

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/dialogue"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/refusal"
)

// posted is what an act came to: its entries, durable and signed for; or where it waits.
type posted struct {
	Posted []node.Posted `json:"posted"`
	Held   string        `json:"held,omitempty" doc:"Nothing was written: the act waits under this id for the consent of a second member of ours"`

	Doubts []dialogue.Doubt `json:"doubts,omitempty" doc:"Wordings of the act that do not look like the language that their tag claims. Nothing is refused for them: whoever wrote may look again"`
}

// asking is the answer to an act with what its wordings make one ask.
func asking(body any, p []node.Posted, err error) (posted, error) {
	out, err := wrote(p, err)
	if err == nil {
		out.Doubts = dialogue.Doubts(body)
	}
	return out, err
}

// wrote is the answer to an act. One that waits for a second member was no mistake of whoever asked.
func wrote(p []node.Posted, err error) (posted, error) {
	if err != nil && refusal.As(err).Key == chancery.HeldKey {
		return posted{Posted: []node.Posted{}, Held: refusal.As(err).Params["id"]}, nil
	}
	return posted{Posted: p}, err
}

// acts registers everything a member puts on the record about texts, meetings and documents. One table; each act is its own typed operation.
func (s *server) acts(api huma.API) {
	textAct[text.Propose](s, api, "Offer another wording of a paragraph")
	textAct[text.Revise](s, api, "Propose changes to several paragraphs, a new one, one left out, moved, split or merged")
	textAct[text.Support](s, api, "Stand behind a wording without accepting it")
	textAct[text.Drop](s, api, "Withdraw one's own alternative")
	textAct[text.Bracket](s, api, "Hold words open in brackets")
	versionAct[text.Accept](s, api, "Accept wordings ad referendum")
	versionAct[text.Confirm](s, api, "Confirm for headquarters")
	textAct[text.Reopen](s, api, "Take an acceptance or confirmation back; all parties are alerted")
	textAct[text.Reserve](s, api, "Place a reservation")
	textAct[text.Lift](s, api, "Lift one's own reservation")
	textAct[text.Link](s, api, "Link paragraphs as a package")
	textAct[text.Unlink](s, api, "Dissolve one's own package")
	versionAct[text.Translate](s, api, "Bring language versions, or a courtesy translation")
	versionAct[text.Concord](s, api, "Sign language versions off")
	textAct[text.Flag](s, api, "Object to a language version")
	versionAct[text.Resolve](s, api, "Close an objection, with a corrected version if need be")
	textAct[text.Compile](s, api, "Issue the compilation text under a symbol")
	textAct[text.Sign](s, api, "Say when, where and in what office the frozen text was signed on paper for our side, or that it was not; round and manifest may be left out")
	textAct[text.Release](s, api, "Allow publication from an instant on")
	textAct[text.Declare](s, api, "Make an interpretative statement that travels with the text")
	textAct[text.Retract](s, api, "Take one's own statement back before the freeze")
	textAct[text.Designate](s, api, "Say under what symbol it is to be adopted, or none; it counts once every party says the same")
	textAct[text.Prevail](s, api, "Say which language decides if they differ, or none; it counts once every party says the same")
	textAct[text.Dissent](s, api, "Say what one disagrees with in another side's own text, for good; it hangs on the paragraph wherever it is shown")
	textAct[text.Rectify](s, api, "Propose to correct an error in the adopted text")
	textAct[text.Object](s, api, "Object to a proposed correction, which ends it")
	textAct[text.Attest](s, api, "Attest a proposed correction, for good")
	textAct[text.Refuse](s, api, "Refuse to work on a text")
	textAct[text.Withdraw](s, api, "Take one's own draft back, as long as nobody else has a part in it")
	textAct[text.Lapse](s, api, "Regard a text as lapsed, in favour of another one if need be; it has lapsed when every party says so")
	textAct[text.Resume](s, api, "Take one's own refusal, withdrawal or word on a lapse back")
	textAct[text.Supersede](s, api, "Say of an adopted text that another adopted one has taken its place, for good")
	matterAct[meeting.Enter](s, api, "/mechanisms/{mechanism}/meetings/{series}/{number}", "Put a meeting on the record", meetingMatter)
	matterAct[meeting.Agenda](s, api, "/mechanisms/{mechanism}/meetings/{series}/{number}/agenda", "Put an agenda on the record", meetingMatter)

	for _, k := range dialogue.Kinds {
		for _, a := range k.Acts {
			if a.Type == "meeting.enter" || a.Type == "meeting.agenda" { // registered above, under series and number
				continue
			}
			s.dialogueAct(api, k, a)
		}
	}

	s.files(api)
	s.tables(api)
	post(s, api, "/mechanisms/{mechanism}/texts/{text}/freeze", "text.freeze", "Fix the exact bytes and open a round of sealing", func(ctx context.Context, in *InText) (posted, error) {
		return s.built(ctx, in, s.c.Freeze)
	})
	post(s, api, "/mechanisms/{mechanism}/texts/{text}/initial", "text.initial", "Initial the frozen text", func(ctx context.Context, in *InText) (posted, error) {
		return s.built(ctx, in, s.c.Initial)
	})
}

// built is an act that the chancery builds from the state.
func (s *server) built(ctx context.Context, in *InText, f func(ctx context.Context, mech, member, id string) ([]node.Posted, error)) (posted, error) {
	mech, member, err := s.who(ctx, in.InMechanism)
	if err != nil {
		return posted{}, err
	}
	p, err := f(ctx, mech, member, in.Text)
	return wrote(p, err)
}

func (s *server) who(ctx context.Context, in InMechanism) (mech, member string, err error) {
	if member, err = memberOf(ctx); err != nil {
		return "", "", err
	}
	mech, err = s.mech(ctx, in)
	return mech, member, err
}

type textIn[B entry.Body] struct {
	InText
	Body B
}

// textAct registers one act on a text under its own name.
func textAct[B entry.Body](s *server, api huma.API, summary string) {
	var zero B
	name := zero.EntryType()
	_, act, _ := strings.Cut(name, ".")
	post(s, api, "/mechanisms/{mechanism}/texts/{text}/"+act, name, summary, func(ctx context.Context, in *textIn[B]) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.Act(ctx, mech, member, "text/"+in.Text, in.Body)
		return asking(in.Body, p, err)
	})
}

type versionIn[B entry.Body] struct {
	InText
	Read []string `query:"read" doc:"What its author had read: 'read' of the text as they had it. If other versions stand by now, nothing is written, nor if a wording has had several and nothing is said here"`
	Body B
}

// versionAct registers an act that is of versions of a text: whoever writes it says which they had read.
func versionAct[B entry.Body](s *server, api huma.API, summary string) {
	var zero B
	name := zero.EntryType()
	_, act, _ := strings.Cut(name, ".")
	post(s, api, "/mechanisms/{mechanism}/texts/{text}/"+act, name, summary, func(ctx context.Context, in *versionIn[B]) (posted, error) {
		mech, member, err := s.who(ctx, in.InMechanism)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.Act(ctx, mech, member, "text/"+in.Text, text.Having{Body: in.Body, Read: in.Read})
		return asking(in.Body, p, err)
	})
}

// matterPath holds whatever names the matter in a path.
type matterPath struct {
	InMechanism
	Series   string
	Number   int
	Document string
}

func meetingMatter(m matterPath) string { return meeting.Matter(m.Series, m.Number) }

type meetingIn[B entry.Body] struct {
	InMechanism
	Series string `path:"series"`
	Number int    `path:"number" minimum:"1"`
	Body   B
}

type documentIn[B entry.Body] struct {
	InMechanism
	Document string `path:"document"`
	Body     B
}

// matterAct registers one act on a meeting or a document.
func matterAct[B entry.Body](s *server, api huma.API, path, summary string, matter func(matterPath) string) {
	var zero B
	act := func(ctx context.Context, m matterPath, body B) (posted, error) {
		mech, member, err := s.who(ctx, m.InMechanism)
		if err != nil {
			return posted{}, err
		}
		p, err := s.c.Act(ctx, mech, member, matter(m), body)
		return asking(body, p, err)
	}
	if strings.Contains(path, "{document}") {
		post(s, api, path, zero.EntryType(), summary, func(ctx context.Context, in *documentIn[B]) (posted, error) {
			return act(ctx, matterPath{InMechanism: in.InMechanism, Document: in.Document}, in.Body)
		})
		return
	}
	post(s, api, path, zero.EntryType(), summary, func(ctx context.Context, in *meetingIn[B]) (posted, error) {
		return act(ctx, matterPath{InMechanism: in.InMechanism, Series: in.Series, Number: in.Number}, in.Body)
	})
}
