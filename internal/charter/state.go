package charter

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/lang"
	"entente.example/refusal"
)

// Role is what a member does for the party.
type Role string

// may lists the entry types each role may write. A trailing dot means the whole subject.
var may = map[Role][]string{
	"secretary": {"text.table", "text.continue", "text.compile", "text.freeze", "text.designate", "text.release", "text.sign", "text.rectify", "text.withdraw", "text.resume", "meeting.", "document.", "line.propose", "line.agree", "line.desk",
		"topic.", "concern.", "commitment.", "programme.", "paper.", "term.", "thread.", "silence.circulate", "silence.receive", "silence.break", "silence.declare", "silence.announce", "readout.", "minutes.",
		"attachment.attach", "attachment.drop", "attachment.keep", "holidays.", "guest.", "witness."},
	"drafter": {"text.table", "text.continue", "text.propose", "text.revise", "text.support", "text.drop", "text.bracket", "text.accept", "text.initial", "text.translate", "text.compile",
		"topic.title", "topic.position", "topic.term", "term.", "thread.", "attachment.attach"},
	"legal":      {"text.prevail", "text.dissent", "text.declare", "text.retract", "text.rectify", "text.object", "text.reserve", "text.lift", "text.propose", "text.revise", "text.bracket", "silence.declare", "thread.", "attachment.attach", "attachment.drop", "attachment.keep"},
	"translator": {"text.rectify", "text.translate", "text.concord", "text.flag", "text.resolve", "paper.translate", "term.", "thread.", "attachment.attach"},
	"head":       head,
	"deputy":     head,
	"custodian":  {"seal.affix", "party.mandate", "party.announce", "party.succeed", "membership."},
	"press":      {"text.release", "text.dissent", "readout.", "thread."},
	"duty":       {"line.check", "line.answer", "line.desk", "thread."},
	"ops":        {},
	"note-taker": {"meeting.intervene", "minutes.circulate", "minutes.correct", "thread."},
}

var head = []string{"text.propose", "text.revise", "text.support", "text.drop", "text.bracket", "text.accept", "text.confirm", "text.reopen", "text.reserve", "text.lift",
	"text.link", "text.unlink", "text.refuse", "text.withdraw", "text.lapse", "text.resume", "text.supersede", "text.prevail", "text.designate", "text.dissent", "text.sign", "text.declare", "text.retract", "text.rectify", "text.object", "text.attest", "seal.decline", "seal.withdraw", "line.propose", "line.agree", "line.suspend", "line.resume", "situation.", "meeting.offer", "meeting.accept", "meeting.decline", "meeting.postpone", "meeting.adopt", "meeting.recognise", "meeting.stand_back", "topic.", "concern.", "commitment.", "programme.", "paper.", "term.", "thread.",
	"silence.circulate", "silence.receive", "silence.break", "silence.declare", "silence.announce", "readout.", "minutes.", "attachment.attach", "attachment.drop", "attachment.keep", "holidays.", "membership.", "guest.", "witness."}

// byRule is what a node writes by itself.
var byRule = []string{"attachment.erased", "charter.join", "line.receive", "party.confirm", "party.generation", "seal.acknowledge", "seal.receipt", "silence.unbroken"}

// Roles lists all roles, sorted.
func Roles() []Role { return slices.Sorted(maps.Keys(may)) }

func (r Role) allows(verb string) bool {
	return slices.ContainsFunc(may[r], func(s string) bool { return s == verb || strings.HasSuffix(s, ".") && strings.HasPrefix(verb, s) })
}

// State is the charter with what its parties changed since under their own keys.
type State struct {
	doc      *Document
	ordinal  map[PartyID]int
	mandates map[PartyID][]Mandate
	seals    map[PartyID]SealKeys
	namings  map[PartyID][]Naming
	mech     string
}

// SealKeys are the keys that seal for a party, and how many of them must.
type SealKeys struct {
	Keys      []string `json:"keys"` // authorized_keys lines without comment
	Threshold int      `json:"threshold"`
}

// New begins with the charter's own mandates.
func New(doc *Document) *State {
	b, err := doc.Canonical()
	if err != nil {
		panic("charter: a checked document has a canonical form: " + err.Error())
	}
	return NewAs(Digest(b), doc)
}

// NewAs is New for who knows the mechanism's id already.
func NewAs(mech string, doc *Document) *State {
	s := &State{mech: mech, doc: doc, ordinal: map[PartyID]int{}, mandates: map[PartyID][]Mandate{}, seals: map[PartyID]SealKeys{}}
	for i, p := range doc.Parties {
		s.ordinal[p.ID] = i
		s.mandates[p.ID] = p.Mandates
		s.seals[p.ID] = SealKeys{p.Keys.Seal, p.Keys.Threshold}
	}
	return s
}

// Clone is a copy whose mandates and seal keys can be set without changing s.
func (s *State) Clone() *State {
	out := *s
	out.mandates, out.seals, out.namings = maps.Clone(s.mandates), maps.Clone(s.seals), maps.Clone(s.namings)
	return &out
}

// Mechanism is the mechanism's id.
func (s *State) Mechanism() string { return s.mech }

// Document is the charter as sealed.
func (s *State) Document() *Document { return s.doc }

// Ordinal is a party's place in the charter, or -1.
func (s *State) Ordinal(p PartyID) int {
	if i, ok := s.ordinal[p]; ok {
		return i
	}
	return -1
}

// SideOf is the side a party belongs to.
func (s *State) SideOf(p PartyID) string {
	if party, ok := s.doc.Party(p); ok {
		return party.Side
	}
	return ""
}

// Mandates are a party's mandates in force, by member.
func (s *State) Mandates(p PartyID) []Mandate { return s.mandates[p] }

// SetMandates replaces a party's mandates; nil goes back to those of the charter.
func (s *State) SetMandates(p PartyID, ms []Mandate) {
	if ms == nil {
		if party, ok := s.doc.Party(p); ok {
			ms = party.Mandates
		}
	}
	s.mandates[p] = ms
}

// SealKeys are a party's seal keys and how many of them must sign.
func (s *State) SealKeys(p PartyID) (lines []string, threshold int) {
	k := s.seals[p]
	return k.Keys, k.Threshold
}

// SetSealKeys replaces a party's seal keys; nil goes back to those of the charter.
func (s *State) SetSealKeys(p PartyID, k *SealKeys) {
	if party, ok := s.doc.Party(p); k == nil && ok {
		k = &SealKeys{party.Keys.Seal, party.Keys.Threshold}
	}
	if k != nil {
		s.seals[p] = *k
	}
}

// Mandate finds a member's mandate.
func (s *State) Mandate(p PartyID, member string) (Mandate, bool) {
	ms := s.mandates[p]
	i := slices.IndexFunc(ms, func(m Mandate) bool { return m.Member == member })
	if i < 0 {
		return Mandate{}, false
	}
	return ms[i], true
}

// Writes reports whether any role may write entries of a type, or of a subject if it is given as in "text.*".
func Writes(verb string) bool {
	subject, whole := strings.CutSuffix(verb, "*")
	for _, verbs := range may {
		for _, v := range verbs {
			if v == verb || strings.HasSuffix(v, ".") && strings.HasPrefix(verb, v) || whole && strings.HasPrefix(v, subject) {
				return true
			}
		}
	}
	return false
}

// known reports whether any role, or a node, may ever write entries of this type; others are of a newer version.
func known(verb string) bool {
	for r := range may {
		if r.allows(verb) {
			return true
		}
	}
	return slices.Contains(byRule, verb)
}

// May asks leave for a member to write an entry of this type at a time, which is the entry's own claim.
func (s *State) May(p PartyID, member, verb string, at time.Time) error {
	if member == entry.Node.Member && known(verb) {
		if slices.Contains(byRule, verb) {
			return nil
		}
		return refusal.New(refusal.Denied, "charter.node_may_not", "act", verb)
	}
	_, err := s.RoleFor(p, member, verb, at)
	return err
}

// RoleFor finds the role under which a member may write an entry of this type.
func (s *State) RoleFor(p PartyID, member, verb string, at time.Time) (Role, error) {
	m, ok := s.Mandate(p, member)
	dated := ok && m.covers(at)
	for _, r := range m.Roles {
		if dated && r.allows(verb) {
			return r, nil
		}
	}
	switch {
	case !known(verb):
		return "", refusal.New(refusal.Invalid, "entry.newer")
	case !ok:
		return "", refusal.New(refusal.Denied, "charter.unknown_member", "member", member, "party", string(p))
	case !dated:
		return "", refusal.New(refusal.Denied, "charter.mandate_dates", "member", member)
	}
	return "", refusal.New(refusal.Denied, "charter.no_mandate", "member", member, "act", verb, "who", strings.Join(s.who(p, verb), ", "))
}

// Holds reports whether a member holds one of some roles for a party at a time.
func (s *State) Holds(p PartyID, member string, at time.Time, roles ...Role) bool {
	m, ok := s.Mandate(p, member)
	return ok && m.covers(at) && slices.ContainsFunc(m.Roles, func(r Role) bool { return slices.Contains(roles, r) })
}

// Admits reports whether a member has a mandate that is in force, in whatever role. Whoever has none is shown nothing of the mechanism.
func (s *State) Admits(p PartyID, member string, at time.Time) bool {
	m, ok := s.Mandate(p, member)
	return ok && m.covers(at)
}

// covers reports whether a mandate is in force on the day of at.
func (m *Mandate) covers(at time.Time) bool {
	if m.From == "" && m.To == "" {
		return true
	}
	day := at.UTC().Format(dayLayout)
	return (m.From == "" || day >= m.From) && (m.To == "" || day <= m.To)
}

// who lists the members of a party that may.
func (s *State) who(p PartyID, verb string) []string {
	out := []string{}
	for _, m := range s.mandates[p] {
		if slices.ContainsFunc(m.Roles, func(r Role) bool { return r.allows(verb) }) {
			out = append(out, m.Member)
		}
	}
	return out
}

const dayLayout = "2006-01-02"

// validDay reports whether s is a day that exists.
func validDay(s string) bool {
	_, err := time.Parse(dayLayout, s)
	return err == nil
}

// ActID names an act within its mechanism: "cpc-41", or "cpc.2-41" in a later generation of the log.
func ActID(p PartyID, gen int, index int64) string {
	if gen > 1 {
		return fmt.Sprintf("%s.%d-%d", p, gen, index)
	}
	return string(p) + "-" + strconv.FormatInt(index, 10)
}

// ParseActID reads what ActID writes.
func ParseActID(id string) (p PartyID, gen int, index int64, ok bool) {
	name, n, ok := cutLast(id, "-")
	index, err := strconv.ParseInt(n, 10, 64)
	gen = 1
	if before, g, later := cutLast(name, "."); later && err == nil {
		name = before
		gen, err = strconv.Atoi(g)
	}
	p = PartyID(name)
	return p, gen, index, ok && err == nil && ActID(p, gen, index) == id
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// NameFor is the mechanism's name as a side writes it, in the working language.
func (d *Document) NameFor(side string) Name { return PickName(d.Names, d.Drafting, side) }

// PartyName is a party's name in a language by the charter, which is how it stands in what parties seal. See NamesOn for what it is called today.
func (s *State) PartyName(p PartyID, tag lang.Tag) Name {
	if party, ok := s.doc.Party(p); ok {
		return PickName(party.Names, tag, "")
	}
	return Name{Full: string(p)}
}
