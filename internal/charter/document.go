// Package charter owns the founding document of a mechanism and the answer to "may they?".
//
// It promises that a charter has one spelling, whose SHA-256 names the mechanism, and that May answers from the record alone. It never reads a
// clock: time is the entry's own claim. docs/protocol.md 2 and 4.
package charter

import (
	"encoding/base64"
	"slices"

	"entente.example/entry"
	"entente.example/lang"
	"entente.example/refusal"
)

// PartyID names a party within its mechanism, as in "cpc". [a-z0-9][a-z0-9-]{0,31}
type PartyID string

// Document is the charter. Its canonical bytes are what all parties seal.
type Document struct {
	Format       string     `json:"format"`       // "entente-charter/1"
	ID           string     `json:"id"`           // short name for URLs, as in "rpem"
	Illustration bool       `json:"illustration"` // true: everything made under it is marked as an illustration
	Founded      string     `json:"founded"`      // "2006-02-21" or "2006" or ""
	Names        []Name     `json:"names"`
	Languages    []lang.Tag `json:"languages"` // authentic by default
	Drafting     lang.Tag   `json:"drafting"`  // working language of drafting
	Sides        []Side     `json:"sides"`
	Parties      []Party    `json:"parties"` // their order breaks ties; it says nothing about rank
	Rules        Rules      `json:"rules"`
	// Succeeds says which mechanism this one continues; nil for one that begins.
	Succeeds *Succession `json:"succeeds,omitempty"`
}

// Name is a name as one user of it writes it in one language. There is no translated string.
type Name struct {
	Lang   lang.Tag `json:"lang"`
	UsedBy string   `json:"used_by"` // side id, or "" for everybody
	Full   string   `json:"full"`
	Short  string   `json:"short,omitzero"`
	From   string   `json:"from,omitzero"` // "2014-09", "" for always
	To     string   `json:"to,omitzero"`
}

// Side is one end of the dialogue; it may hold several parties.
type Side struct {
	ID      string    `json:"id"`
	Label   lang.Text `json:"label"`
	Parties []PartyID `json:"parties"`
}

// Party is one organisation with its node, its keys and the people it named at the founding.
type Party struct {
	ID        PartyID   `json:"id"`
	Side      string    `json:"side"`
	Names     []Name    `json:"names"`
	Language  lang.Tag  `json:"language"` // its own
	Keys      Keys      `json:"keys"`
	Addresses []string  `json:"addresses"` // host:port of its line, relay:… of good offices where it collects mail; may be empty
	Mandates  []Mandate `json:"mandates"`
	From      []PartyID `json:"from,omitempty"` // those parties of the mechanism that is continued in whose place it stands, or beside which
}

// Keys are what a party presented at the founding. Raw public keys are base64, seal keys are authorized_keys lines without comment.
type Keys struct {
	LogEd25519     string   `json:"log_ed25519"`
	LogMLDSA44     string   `json:"log_mldsa44"`
	WitnessEd25519 string   `json:"witness_ed25519"`
	WitnessMLDSA44 string   `json:"witness_mldsa44"`
	TLS            string   `json:"tls"`   // hex SHA-256 of SubjectPublicKeyInfo
	Pouch          string   `json:"pouch"` // the age recipient: ML-KEM-768 encapsulation key, then X25519
	Seal           []string `json:"seal"`
	Threshold      int      `json:"threshold"` // how many of Seal must sign
}

// Mandate says what a member may do for the party. From and To are dates, "" for open.
type Mandate struct {
	Member string    `json:"member"`
	Roles  []Role    `json:"roles"`
	From   string    `json:"from,omitzero"`
	To     string    `json:"to,omitzero"`
	Title  lang.Text `json:"title,omitzero"` // the office, not the person
}

// Rules are what the parties agreed about procedure; the fold enforces them.
type Rules struct {
	Adoption      string `json:"adoption"`      // "all-parties"
	HostRotation  string `json:"host_rotation"` // "alternate" or "none"
	FirstHost     string `json:"first_host"`    // side id or ""
	NoticeDays    int    `json:"notice_days"`   // before a meeting
	Silence       bool   `json:"silence"`       // is a silence procedure allowed
	SilenceDays   int    `json:"silence_days"`  // 0 if not allowed
	Rectification int    `json:"rectification"` // days for objection
	ReplyDays     int    `json:"reply_days"`    // written reply to a concern
	Concordance   string `json:"concordance"`   // "flags": open objections block; "sign-off": each side's sign-off is required too
	RequireTouch  bool   `json:"require_touch"` // hardware seal keys must show touch (always checked for sk keys)
	RequirePIN    bool   `json:"require_pin"`   // hardware seal keys must show user verification
	// Attribution "none": nothing that is said at a meeting is attributed to a side or a capacity; "": it may be.
	Attribution string `json:"attribution,omitzero"`
	// Retention are the classes of attachments that may go after a time, on an act of the party that attached them.
	Retention []Retention `json:"retention,omitempty"`
	// SituationLevels are the levels that a declaration on the situation board may name; none: each party uses words of its own. Nothing else knows them.
	SituationLevels []Level `json:"situation_levels,omitzero"`
}

// Nameless is the rule that nothing is attributed.
const Nameless = "none"

// Retention is how long attachments of a class are kept at least.
type Retention struct {
	Class  string    `json:"class"` // id
	Months int       `json:"months"`
	Label  lang.Text `json:"label,omitempty"`
}

// RetentionOf finds a class.
func (r Rules) RetentionOf(class string) (Retention, bool) {
	i := slices.IndexFunc(r.Retention, func(x Retention) bool { return x.Class == class })
	if i < 0 {
		return Retention{}, false
	}
	return r.Retention[i], true
}

// RetentionClasses are the ids of the classes there are.
func (r Rules) RetentionClasses() []string {
	out := make([]string, len(r.Retention))
	for i, x := range r.Retention {
		out[i] = x.Class
	}
	return out
}

// Level is one of the agreed levels of the situation board.
type Level struct {
	ID    string    `json:"id"`
	Label lang.Text `json:"label"`
}

// Format is the value of Document.Format.
const Format = "entente-charter/1"

// Canonical spells the charter.
func (d *Document) Canonical() ([]byte, error) { return entry.Canonical(d) }

// NodeKeys are the keys of a party's machine. One set of them belongs to one generation of the party's log.
type NodeKeys struct {
	LogEd25519     string `json:"log_ed25519"`
	LogMLDSA44     string `json:"log_mldsa44"`
	WitnessEd25519 string `json:"witness_ed25519"`
	WitnessMLDSA44 string `json:"witness_mldsa44"`
	TLS            string `json:"tls"`
	Pouch          string `json:"pouch"`
}

// Node are the keys of the machine that a party was founded with.
func (k Keys) Node() NodeKeys {
	return NodeKeys{k.LogEd25519, k.LogMLDSA44, k.WitnessEd25519, k.WitnessMLDSA44, k.TLS, k.Pouch}
}

// RawKeys are a party's raw public keys.
type RawKeys struct {
	LogEd25519, LogMLDSA44, WitnessEd25519, WitnessMLDSA44, Pouch []byte
}

// Raw decodes the raw public keys.
func (k Keys) Raw() (RawKeys, error) { return k.Node().Raw() }

// Raw decodes the raw public keys.
func (k NodeKeys) Raw() (RawKeys, error) {
	var r RawKeys
	for _, f := range []struct {
		from string
		to   *[]byte
	}{{k.LogEd25519, &r.LogEd25519}, {k.LogMLDSA44, &r.LogMLDSA44}, {k.WitnessEd25519, &r.WitnessEd25519}, {k.WitnessMLDSA44, &r.WitnessMLDSA44}, {k.Pouch, &r.Pouch}} {
		b, err := base64.StdEncoding.Strict().DecodeString(f.from)
		if err != nil {
			return r, refusal.New(refusal.Invalid, "charter.bad_key", "member", "keys").Because(err)
		}
		*f.to = b
	}
	return r, nil
}

// Party finds a party by its id.
func (d *Document) Party(id PartyID) (*Party, bool) {
	i := slices.IndexFunc(d.Parties, func(p Party) bool { return p.ID == id })
	if i < 0 {
		return nil, false
	}
	return &d.Parties[i], true
}

// Side finds a side by its id.
func (d *Document) Side(id string) (*Side, bool) {
	i := slices.IndexFunc(d.Sides, func(s Side) bool { return s.ID == id })
	if i < 0 {
		return nil, false
	}
	return &d.Sides[i], true
}

// PickName chooses the name that a user (a side, or a party) writes in a language: exactly theirs, then everybody's, then their own or everybody's in another language, for what another user calls it may be just what is
// disputed; then any in that language, then any. For nobody in particular, which is how names stand in what parties seal, any in that language follows everybody's.
func PickName(names []Name, tag lang.Tag, usedBy string) Name {
	for _, fits := range []func(Name) bool{
		func(n Name) bool { return n.Lang == tag && n.UsedBy == usedBy && n.To == "" },
		func(n Name) bool { return n.Lang == tag && n.UsedBy == "" && n.To == "" },
		func(n Name) bool { return usedBy != "" && n.UsedBy == usedBy && n.To == "" },
		func(n Name) bool { return usedBy != "" && n.UsedBy == "" && n.To == "" },
		func(n Name) bool { return n.Lang == tag && n.To == "" },
		func(n Name) bool { return n.UsedBy == usedBy },
		func(Name) bool { return true },
	} {
		if i := slices.IndexFunc(names, fits); i >= 0 {
			return names[i]
		}
	}
	return Name{}
}
