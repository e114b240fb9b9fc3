// Package dialogue owns the table of what two secretariats do together beside the joint text: meetings, issues, concerns, commitments, programmes, papers, the glossary, founding documents, threads.
//
// It promises that API, command line and forms are made from one table: an act that is in it can be taken in all of them, and none has an act that is not in it. What an act means is its
// subject's.
package dialogue

import (
	"reflect"
	"strings"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/delegation"
	"entente.example/internal/document"
	"entente.example/internal/glossary"
	"entente.example/internal/guest"
	"entente.example/internal/meeting"
	"entente.example/internal/membership"
	"entente.example/internal/minutes"
	"entente.example/internal/outsider"
	"entente.example/internal/paper"
	"entente.example/internal/programme"
	"entente.example/internal/readout"
	"entente.example/internal/silence"
	"entente.example/internal/topic"
	"entente.example/internal/workdays"
)

// Kind is a kind of matter. Its acts are in the order in which people meet them; the first begins a matter.
type Kind struct {
	ID     string // as in matters: "concern"
	Plural string // as in addresses: "concerns"
	Acts   []Act
}

// Act is a kind of act.
type Act struct {
	Type   string // "concern.raise"
	Fields []Field
	empty  func() entry.Body
}

// New makes an empty body, a pointer.
func (a Act) New() entry.Body { return a.empty() }

// Verb is the act's name within its kind, with hyphens: "raise".
func (a Act) Verb() string {
	_, verb, _ := strings.Cut(a.Type, ".")
	return strings.ReplaceAll(verb, "_", "-")
}

// Offering is a state that knows which acts make sense for a party now.
type Offering interface {
	Offers(c *charter.State, me charter.PartyID) []string
}

// of makes an act of its body's type.
func of[B any, P interface {
	*B
	entry.Body
}]() Act {
	empty := func() entry.Body { return P(new(B)) }
	return Act{Type: empty().EntryType(), Fields: fields[B](), empty: empty}
}

// Kinds is the table.
var Kinds = []Kind{
	{"meeting", "meetings", []Act{of[meeting.Enter](), of[meeting.Offer](), of[meeting.Accept](), of[meeting.Decline](), of[meeting.Postpone](), of[meeting.Agenda](), of[meeting.Adopt](),
		of[meeting.Programme](), of[delegation.Draft](), of[meeting.Intervene](), of[meeting.Document](),
		of[meeting.Recognise](), of[meeting.StandBack]()}},
	{"topic", "topics", []Act{of[topic.Raise](), of[topic.Title](), of[topic.Position](), of[topic.Term](), of[topic.Rest](), of[topic.Resume]()}},
	{"concern", "concerns", []Act{of[concern.Raise](), of[concern.Acknowledge](), of[concern.Answer](), of[concern.Settle](), of[concern.Reopen](), of[concern.Withdraw]()}},
	{"commitment", "commitments", []Act{of[commitment.Enter](), of[commitment.Concur](), of[commitment.Report](), of[commitment.Assess](), of[commitment.Acknowledge](), of[commitment.Review]()}},
	{"programme", "programmes", []Act{of[programme.Enter](), of[programme.Visit](), of[programme.Participants](), of[programme.Report]()}},
	{"paper", "papers", []Act{of[paper.Send](), of[paper.Receive](), of[paper.Translate](), of[paper.Withdraw]()}},
	{"silence", "silence-procedures", []Act{of[silence.Circulate](), of[silence.Receive](), of[silence.Break](), of[silence.Declare](), of[silence.Announce]()}},
	{"readout", "readouts", []Act{of[readout.Put](), of[readout.Revise](), of[readout.Compare](), of[readout.Publish](), of[readout.Dispute](), of[readout.Reply](), of[readout.Withdraw]()}},
	{"minutes", "agreed-minutes", []Act{of[minutes.Circulate](), of[minutes.Correct](), of[minutes.Agree](), of[minutes.Accept](), of[minutes.Lock]()}},
	{"term", "glossary", []Act{of[glossary.Enter](), of[glossary.Concur](), of[glossary.Own](), of[glossary.Withdraw]()}},
	{"holidays", "days-off", []Act{of[workdays.Declare]()}},
	{membership.Kind, "parties", []Act{of[membership.Rename](), of[membership.Continue](), of[membership.Leave]()}},
	{"guest", "guests", []Act{of[guest.Propose](), of[guest.Agree](), of[guest.Decline](), of[guest.Withdraw]()}},
	{outsider.Kind, "outside-witnesses", []Act{of[outsider.Propose](), of[outsider.Agree](), of[outsider.Decline](), of[outsider.Withdraw]()}},
	{"document", "documents", []Act{of[document.Deposit]()}},
	{"thread", "threads", []Act{of[conversation.Open](), of[conversation.Say](), of[conversation.Read]()}},
}

// Matter is where the entries of the matter with this id belong. The id of a meeting is its series and its number, as in "main.10".
func (k Kind) Matter(id string) string {
	if i := strings.LastIndex(id, "."); k.ID == "meeting" && i >= 0 {
		id = id[:i] + "/" + id[i+1:]
	}
	return k.ID + "/" + id
}

// IDOf is the id within its kind of what stands behind the kind in a matter's name.
func IDOf(kind, rest string) string {
	if kind == "meeting" {
		return strings.ReplaceAll(rest, "/", ".")
	}
	return rest
}

// Named is the id that somebody means who names a matter of this kind: by its id, or as the record and the pages write it, as in "meeting/main/10" and "main/10".
func (k Kind) Named(s string) string {
	return IDOf(k.ID, strings.TrimPrefix(s, k.ID+"/"))
}

// Placed is a body that repeats the id of its matter.
type Placed interface{ Place(id string) }

// Find finds a kind of matter.
func Find(id string) (Kind, bool) {
	for _, k := range Kinds {
		if k.ID == id {
			return k, true
		}
	}
	return Kind{}, false
}

// Act finds an act of this kind by its type.
func (k Kind) Act(typ string) (Act, bool) {
	for _, a := range k.Acts {
		if a.Type == typ {
			return a, true
		}
	}
	return Act{}, false
}

// Lacks is the name of a field that points at something on the record and that a body leaves empty although it must not; "" if there is none, or if the body is of no act of the table.
func Lacks(b entry.Body) string {
	v := reflect.Indirect(reflect.ValueOf(b))
	for _, k := range Kinds {
		a, ok := k.Act(b.EntryType())
		if !ok {
			continue
		}
		for _, f := range a.Fields {
			if f.Form == Ref && f.Required && v.Type() == reflect.TypeOf(a.New()).Elem() && v.Field(f.index).IsZero() {
				return f.Name
			}
		}
	}
	return ""
}

// Opening is the act that begins a matter.
func (k Kind) Opening() Act { return k.Acts[0] }
