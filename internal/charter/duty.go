package charter

import (
	"slices"
	"strings"
	"time"

	"entente.example/refusal"
)

// onDuty are the roles that keep the line open: who packs and opens pouches.
var onDuty = []Role{"duty", "ops", "secretary"}

// OnDuty asks leave for a member to carry the record to other parties, and theirs in.
func (s *State) OnDuty(p PartyID, member string, at time.Time) error {
	serves := func(m Mandate) bool {
		return m.covers(at) && slices.ContainsFunc(m.Roles, func(r Role) bool { return slices.Contains(onDuty, r) })
	}
	if m, ok := s.Mandate(p, member); ok && serves(m) {
		return nil
	}
	var who []string
	for _, m := range s.mandates[p] {
		if serves(m) {
			who = append(who, m.Member)
		}
	}
	return refusal.New(refusal.Denied, "charter.not_on_duty", "member", member, "who", strings.Join(who, ", "))
}
