// Package worked owns the worked example: a mechanism of three parties on two sides, its history, and the negotiation of one joint statement in 28 events.
//
// It promises that the demo and the tests play the same script, and that in the fictional profile no real party, person or place is named. The joint statement and its
// negotiation are invented; the facts about meetings and documents are public.
package worked

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

//go:embed worked_example.json
var source []byte

// Profiles.
const (
	Report    = "report"    // the mechanism of the public report, marked as an illustration everywhere
	Fictional = "fictional" // invented names, for everything shown in public
)

// Example is what is used of the file.
type Example struct {
	Profile string

	Mechanism struct {
		ID    string `json:"id"`
		Names []struct {
			Lang   lang.Tag `json:"lang"`
			UsedBy string   `json:"used_by"`
			Full   string   `json:"full"`
		} `json:"names"`
		Established []struct {
			Value string `json:"value"`
		} `json:"established"`
		Languages []lang.Tag `json:"authentic_languages"`
		Drafting  lang.Tag   `json:"working_language_of_drafting"`
		Rotation  struct {
			Rule      string `json:"rule"`
			FirstHost string `json:"first_host"`
		} `json:"host_rotation"`
	} `json:"mechanism"`
	Sides []struct {
		ID      string            `json:"id"`
		Label   lang.Text         `json:"label"`
		Parties []charter.PartyID `json:"parties"`
	} `json:"sides"`
	Parties []struct {
		ID    charter.PartyID `json:"id"`
		Side  string          `json:"side"`
		Names []struct {
			From, To string
			Full     lang.Text `json:"full"`
			Short    lang.Text `json:"short"`
		} `json:"names"`
		Language lang.Tag `json:"own_language"`
	} `json:"parties"`
	Members []struct {
		ID    string          `json:"id"`
		Party charter.PartyID `json:"party"`
		Role  lang.Text       `json:"role"`
	} `json:"members"`
	Meetings    []Meeting     `json:"meetings"`
	Parallel    []Parallel    `json:"parallel_series"`
	Documents   []Document    `json:"founding_documents"`
	Programmes  []Programme   `json:"exchange_programmes"`
	Topics      []Topic       `json:"topics"`
	Concerns    []Concern     `json:"concerns"`
	Commitments []Commitment  `json:"commitments"`
	Statement   Statement     `json:"joint_statement"`
	Readouts    []Readout     `json:"readouts"`
	Silences    []Silence     `json:"silence_procedures"`
	Errata      Rectification `json:"rectification"`
	Press       Press         `json:"press"`
	Play        struct {
		Events []Event `json:"events"`
	} `json:"negotiation_script"`
	Scenarios []struct {
		ID string `json:"id"`
	} `json:"test_scenarios"`
}

// Meeting is a meeting of the main series.
type Meeting struct {
	Number int    `json:"number"`
	Start  string `json:"start"`
	End    string `json:"end"`
	Host   string `json:"host"`
	Venues []struct {
		City lang.Text `json:"city"`
		Day  string    `json:"day"`
		Days []string  `json:"days"`
	} `json:"venues"`
	Theme   lang.Text `json:"theme"`
	Outcome *struct {
		Kind string `json:"kind"`
	} `json:"outcome"`
	Status  string   `json:"status"`
	Note    string   `json:"note"`
	Sources []string `json:"sources"`
}

// Parallel is a series of its own that must not be taken for the main one.
type Parallel struct {
	ID       string    `json:"id"`
	Name     lang.Text `json:"name"`
	Sessions []struct {
		Number int    `json:"number"`
		Start  string `json:"start"`
		End    string `json:"end"`
		City   string `json:"city"`
	} `json:"sessions"`
}

// Document is a founding document.
type Document struct {
	ID      string `json:"id"`
	Date    string `json:"date"`
	Place   string `json:"place"`
	Kind    string `json:"kind"`
	Act     string `json:"act"`
	InForce string `json:"entry_into_force"`
	Titles  []struct {
		Lang      lang.Tag `json:"lang"`
		UsedBy    string   `json:"used_by"`
		Full      string   `json:"full"`
		Short     string   `json:"short"`
		Authority string   `json:"authority"`
	} `json:"titles"`
	Sources []string `json:"sources"`
}

// Statement is the joint statement as it is adopted in the end.
type Statement struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Symbol     string    `json:"document_symbol"`
	Title      lang.Text `json:"title"`
	Paragraphs []struct {
		N      string    `json:"n"`
		Part   string    `json:"part"`
		Text   lang.Text `json:"text"`
		Cites  []string  `json:"cites"`
		Topics []string  `json:"topics"`
		Annex  string    `json:"annex"`
	} `json:"paragraphs"`
	Annexes []struct {
		ID    string    `json:"id"`
		Title lang.Text `json:"title"`
	} `json:"annexes"`
	Alternat struct {
		Points []struct {
			Paragraph string         `json:"paragraph"`
			CopyOf    map[string]any `json:"copy_of"`
		} `json:"points"`
	} `json:"alternat"`
}

// Press is what stands in the press rooms: what all parties put above the statement, and what readers write.
type Press struct {
	Article struct {
		Category lang.Text `json:"category"`
		Headline lang.Text `json:"headline"`
		Lead     lang.Text `json:"lead"`
	} `json:"article"`
	Replies []struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Email string `json:"email"`
		Text  string `json:"text"`
		State string `json:"state"` // "approved", "rejected", "awaiting moderation"
	} `json:"replies"`
}

// Event is one of the 28 events with the state it must lead to.
type Event struct {
	Seq         int       `json:"seq"`
	At          string    `json:"at"`
	By          string    `json:"by"`
	Type        string    `json:"type"`
	Paragraphs  []string  `json:"paragraphs"`
	Document    string    `json:"document"`
	Language    lang.Tag  `json:"language"`
	With        []string  `json:"with_"`
	SupportedBy []string  `json:"supported_by"`
	AgreedBy    []string  `json:"agreed_by"`
	Label       string    `json:"label"`
	Text        lang.Text `json:"text"`
	Brackets    []struct {
		Where   string `json:"where"`
		Options []struct {
			Text lang.Text `json:"text"`
			By   []string  `json:"by"`
		} `json:"options"`
	} `json:"brackets"`
	Reservation string      `json:"reservation"`
	Kind        string      `json:"kind"`
	Note        string      `json:"note"`
	Reason      string      `json:"reason"`
	Until       string      `json:"until"`
	Expect      text.Status `json:"expect"`
}

// Load reads the example in a profile.
func Load(profile string) (*Example, error) {
	var raw any
	if err := json.Unmarshal(source, &raw); err != nil {
		return nil, fmt.Errorf("worked example: %w", err)
	}
	switch profile {
	case Report:
	case Fictional:
		raw = fictional(raw.(map[string]any))
	default:
		return nil, refusal.New(refusal.Invalid, "demo.profile", "profile", profile)
	}
	b, err := json.Marshal(raw)
	if err != nil {
		return nil, fmt.Errorf("worked example: %w", err)
	}
	ex := &Example{Profile: profile}
	if err := json.Unmarshal(b, ex); err != nil {
		return nil, fmt.Errorf("worked example: %w", err)
	}
	return ex, nil
}

// roles maps the end of a member's id to what the member may do.
var roles = map[string]charter.Role{"hod": "head", "dhod": "deputy", "sec": "secretary", "draft": "drafter", "legal": "legal", "trans": "translator", "note": "note-taker",
	"press": "press", "duty": "duty", "seal1": "custodian", "seal2": "custodian", "ops": "ops"}

// Mandates are a party's members and their roles.
func (ex *Example) Mandates(p charter.PartyID) []charter.Mandate {
	var out []charter.Mandate
	for _, m := range ex.Members {
		if m.Party == p {
			out = append(out, charter.Mandate{Member: m.ID, Roles: []charter.Role{roles[strings.TrimPrefix(m.ID, string(p)+"-")]}, Title: m.Role})
		}
	}
	return out
}

// Member is who acts for a party in a function: "hod", "sec", "press", as members are named.
func (ex *Example) Member(p charter.PartyID, function string) string {
	return ex.member(p, function)
}

// member is the party's member with the same function as another's, or its drafter.
func (ex *Example) member(p charter.PartyID, like string) string {
	function := like[strings.LastIndex(like, "-")+1:]
	for _, m := range ex.Members {
		if m.Party == p && m.ID == string(p)+"-"+function {
			return m.ID
		}
	}
	return string(p) + "-draft"
}

// partyOf is the party a member belongs to.
func (ex *Example) partyOf(member string) charter.PartyID {
	for _, m := range ex.Members {
		if m.ID == member {
			return m.Party
		}
	}
	return ""
}
