package charter

import (
	"bytes"
	"crypto/mlkem"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/internal/mailbox"
	"entente.example/lang"
	"entente.example/refusal"
	"entente.example/seal"
)

// Limits of a charter. Its bytes are one entry's body.
const (
	maxParties = 12
	maxBytes   = entry.MaxBytes - 1024
	maxMonths  = 12 * 200 // of a retention class
)

// policyNames have a meaning of their own where the parties are listed for other people's programs (policy.txt, docs/protocol.md 12).
var policyNames = []string{"everybody", "none"}

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// Digest is the mechanism id: the SHA-256 of the charter's canonical bytes, hex.
func Digest(canonical []byte) string {
	d := sha256.Sum256(canonical)
	return hex.EncodeToString(d[:])
}

// Parse reads a charter's canonical bytes and checks everything that can be checked in them alone.
func Parse(b []byte) (*Document, error) {
	if len(b) > maxBytes {
		return nil, refusal.New(refusal.Invalid, "charter.too_long", "bytes", fmt.Sprint(len(b)), "limit", fmt.Sprint(maxBytes))
	}
	if err := entry.CheckCanonical(b); err != nil {
		return nil, refusal.New(refusal.Invalid, "charter.not_canonical").Because(err)
	}
	var d Document
	if err := json.Unmarshal(b, &d, json.RejectUnknownMembers(true)); err != nil {
		return nil, refusal.New(refusal.Invalid, "charter.malformed").Because(err)
	}
	if err := d.Validate(); err != nil {
		return nil, err
	}
	again, err := d.Canonical()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, b) {
		return nil, refusal.New(refusal.Invalid, "charter.not_canonical")
	}
	return &d, nil
}

// Reread reads the charter of a mechanism that this node has joined. A mechanism's id is the digest of the bytes that were judged then, so nothing but their form is looked at again; what has another digest is judged.
func Reread(mech string, b []byte) (*Document, error) {
	if Digest(b) != mech {
		return Parse(b)
	}
	var d Document
	if err := json.Unmarshal(b, &d, json.RejectUnknownMembers(true)); err != nil {
		return nil, refusal.New(refusal.Invalid, "charter.malformed").Because(err)
	}
	return &d, nil
}

func invalid(member, key string) error {
	return refusal.New(refusal.Invalid, "charter."+key, "member", member)
}

// Validate names the first member that cannot be right.
func (d *Document) Validate() error {
	if d.Format != Format {
		return invalid("format", "bad_format")
	}
	if !idPattern.MatchString(d.ID) {
		return invalid("id", "bad_id")
	}
	if len(d.Names) == 0 {
		return invalid("names", "no_names")
	}
	if len(d.Languages) == 0 || !slices.Contains(d.Languages, d.Drafting) {
		return invalid("drafting", "bad_drafting")
	}
	for i, t := range d.Languages {
		if err := t.Check(); err != nil {
			return err
		}
		if slices.Contains(d.Languages[:i], t) {
			return invalid("languages", "twice")
		}
	}
	if err := checkNames("names", d.Names); err != nil {
		return err
	}
	if err := d.checkSides(); err != nil {
		return err
	}
	for i := range d.Parties {
		if err := d.Parties[i].Validate(); err != nil {
			return err
		}
	}
	if err := d.checkKeys(); err != nil {
		return err
	}
	if err := d.checkSuccession(); err != nil {
		return err
	}
	return d.checkRules()
}

func checkNames(member string, names []Name) error {
	for _, n := range names {
		if err := n.Lang.Check(); err != nil {
			return err
		}
		for _, s := range []string{n.Full, n.Short} {
			if err := lang.CheckLine(s); err != nil {
				return err
			}
		}
		if n.Full == "" {
			return invalid(member, "empty_name")
		}
	}
	return nil
}

// checkSides demands that each party belongs to exactly the side that lists it.
func (d *Document) checkSides() error {
	if len(d.Parties) < 2 || len(d.Parties) > maxParties || len(d.Sides) < 2 {
		return refusal.New(refusal.Invalid, "charter.parties_count", "limit", fmt.Sprint(maxParties))
	}
	listed := map[PartyID]string{}
	for i, s := range d.Sides {
		if !idPattern.MatchString(s.ID) || slices.ContainsFunc(d.Sides[:i], func(o Side) bool { return o.ID == s.ID }) {
			return invalid("sides."+s.ID, "bad_id")
		}
		if err := s.Label.Check(); err != nil {
			return err
		}
		for _, p := range s.Parties {
			if listed[p] != "" {
				return invalid("parties."+string(p), "two_sides")
			}
			listed[p] = s.ID
		}
	}
	for i, p := range d.Parties {
		if slices.ContainsFunc(d.Parties[:i], func(o Party) bool { return o.ID == p.ID }) {
			return invalid("parties."+string(p.ID), "twice")
		}
		if listed[p.ID] != p.Side || p.Side == "" {
			return invalid("parties."+string(p.ID), "wrong_side")
		}
		delete(listed, p.ID)
	}
	for _, p := range slices.Sorted(maps.Keys(listed)) { // everybody says the same one
		return invalid("sides."+string(p), "no_such_party")
	}
	return nil
}

// checkKeys refuses a key that two parties have, or one party for two purposes. SPEC charter-keys.
func (d *Document) checkKeys() error {
	of := map[string]bool{}
	for _, p := range d.Parties {
		k := p.Keys
		for _, key := range append([]string{k.LogEd25519, k.LogMLDSA44, k.WitnessEd25519, k.WitnessMLDSA44, k.TLS, k.Pouch}, k.Seal...) {
			if of[key] {
				return invalid("parties."+string(p.ID), "same_key")
			}
			of[key] = true
		}
	}
	return nil
}

// Validate checks one party alone, as on its card.
func (p *Party) Validate() error {
	member := "parties." + string(p.ID)
	if !idPattern.MatchString(string(p.ID)) {
		return invalid(member, "bad_id")
	}
	if slices.Contains(policyNames, string(p.ID)) {
		return invalid(member, "reserved_id")
	}
	if err := p.Language.Check(); err != nil {
		return err
	}
	if len(p.Names) == 0 {
		return invalid(member, "no_names")
	}
	if err := checkNames(member, p.Names); err != nil {
		return err
	}
	if err := p.Keys.validate(member); err != nil {
		return err
	}
	for _, a := range p.Addresses {
		if _, relay := mailbox.ParseAddress(a); relay {
			continue
		}
		if _, _, err := net.SplitHostPort(a); err != nil {
			return invalid(member, "bad_address")
		}
	}
	return CheckMandates(member, p.Mandates)
}

// Validate refuses keys that cannot exist; member names where they stand.
func (k NodeKeys) Validate(member string) error {
	raw, err := k.Raw()
	if err != nil {
		return invalid(member, "bad_key")
	}
	if len(raw.LogEd25519) != 32 || len(raw.WitnessEd25519) != 32 || len(raw.LogMLDSA44) != 1312 || len(raw.WitnessMLDSA44) != 1312 {
		return invalid(member, "bad_key")
	}
	if len(raw.Pouch) != mlkem.EncapsulationKeySize768+32 {
		return invalid(member, "bad_key")
	}
	if _, err := mlkem.NewEncapsulationKey768(raw.Pouch[:mlkem.EncapsulationKeySize768]); err != nil {
		return invalid(member, "bad_key")
	}
	if b, err := hex.DecodeString(k.TLS); err != nil || len(b) != 32 || k.TLS != strings.ToLower(k.TLS) {
		return invalid(member, "bad_key")
	}
	return nil
}

func (k Keys) validate(member string) error {
	if err := k.Node().Validate(member); err != nil {
		return err
	}
	return CheckSeal(member, k.Seal, k.Threshold)
}

// CheckSeal refuses seal keys that cannot be a party's; member names where they stand.
func CheckSeal(member string, lines []string, threshold int) error {
	for i, line := range lines {
		if _, clean, err := seal.ParseKey(line); err != nil || clean != line || slices.Contains(lines[:i], line) {
			return invalid(member, "bad_seal_key")
		}
	}
	if threshold < 1 || threshold > len(lines) {
		return invalid(member, "bad_threshold")
	}
	return nil
}

// CheckMandates refuses a list of mandates that cannot be right; member names where it stands.
func CheckMandates(member string, ms []Mandate) error {
	for i, m := range ms {
		if !idPattern.MatchString(m.Member) || m.Member == entry.Node.Member || slices.ContainsFunc(ms[:i], func(o Mandate) bool { return o.Member == m.Member }) {
			return invalid(member+".mandates."+m.Member, "bad_id")
		}
		for _, r := range m.Roles {
			if _, ok := may[r]; !ok {
				return refusal.New(refusal.Invalid, "charter.unknown_role", "role", string(r), "member", m.Member)
			}
		}
		for _, day := range []string{m.From, m.To} {
			if day != "" && !validDay(day) {
				return invalid(member+".mandates."+m.Member, "bad_day")
			}
		}
		if err := m.Title.Check(); err != nil {
			return err
		}
	}
	return nil
}

func (d *Document) checkRules() error {
	r := d.Rules
	switch {
	case r.Adoption != "all-parties":
		return invalid("rules.adoption", "bad_rule")
	case r.HostRotation != "alternate" && r.HostRotation != "none":
		return invalid("rules.host_rotation", "bad_rule")
	case r.Attribution != "" && r.Attribution != Nameless:
		return invalid("rules.attribution", "bad_rule")
	case r.Concordance != "flags" && r.Concordance != "sign-off":
		return invalid("rules.concordance", "bad_rule")
	case r.NoticeDays < 0 || r.SilenceDays < 0 || r.Rectification < 0 || r.ReplyDays < 0 || r.Silence != (r.SilenceDays > 0):
		return invalid("rules", "bad_days")
	}
	if _, ok := d.Side(r.FirstHost); r.FirstHost != "" && !ok {
		return invalid("rules.first_host", "no_such_side")
	}
	for i, x := range r.Retention {
		if !idPattern.MatchString(x.Class) || slices.ContainsFunc(r.Retention[:i], func(o Retention) bool { return o.Class == x.Class }) {
			return invalid("rules.retention", "bad_id")
		}
		if x.Months < 1 || x.Months > maxMonths {
			return invalid("rules.retention."+x.Class, "bad_days")
		}
		if err := x.Label.Check(); err != nil {
			return err
		}
	}
	for i, l := range r.SituationLevels {
		if !idPattern.MatchString(l.ID) || slices.ContainsFunc(r.SituationLevels[:i], func(o Level) bool { return o.ID == l.ID }) {
			return invalid("rules.situation_levels", "bad_id")
		}
		if err := l.Label.Check(); err != nil {
			return err
		}
	}
	return nil
}
