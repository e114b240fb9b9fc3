package charter

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/refusal"
	"entente.example/seal"
)

// Fingerprint is what two people compare by voice: eight groups of four digits, the mechanism id modulo 10^32 (about 106 bits). Digits are read alike in every language.
// docs/protocol.md 7.
func Fingerprint(mech string) string {
	b, err := hex.DecodeString(mech)
	if err != nil || len(b) != 32 {
		return ""
	}
	return groups(b)
}

// KeyFingerprint is the same of a key, by the SHA-256 of its raw bytes, which are given in base64.
func KeyFingerprint(key string) string {
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return groups(sum[:])
}

func groups(digest []byte) string {
	n := new(big.Int).SetBytes(digest)
	n.Mod(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(32), nil))
	s := fmt.Sprintf("%032s", n.String())
	var out []string
	for i := 0; i < len(s); i += 4 {
		out = append(out, s[i:i+4])
	}
	return strings.Join(out, " ")
}

// Card is a party's calling card: what it presents to whoever drafts the charter.
type Card struct {
	Party      Party    `json:"party"`
	Signatures []string `json:"signatures"` // SSHSIG over the party's canonical bytes, namespace card-v1@entente
}

// ParseCard reads a card and checks its signatures against the seal keys it presents.
func ParseCard(b []byte) (*Card, error) {
	var c Card
	raw, err := Unwrap("CALLING CARD", b)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &c, json.RejectUnknownMembers(true)); err != nil {
		return nil, refusal.New(refusal.Invalid, "charter.bad_card").Because(err)
	}
	if err := c.Party.Validate(); err != nil {
		return nil, err
	}
	message, err := entry.Canonical(c.Party)
	if err != nil {
		return nil, err
	}
	k := c.Party.Keys
	if _, err := seal.Signers(c.Signatures, k.Seal, k.Threshold, seal.NamespaceCard, message, seal.Policy{}); err != nil {
		return nil, refusal.New(refusal.Unverified, "charter.card_signature", "party", string(c.Party.ID)).Because(err)
	}
	return &c, nil
}

// Format spells the card for a file or an e-mail.
func (c *Card) Format() ([]byte, error) {
	b, err := entry.Canonical(c)
	return Wrap("CALLING CARD", b), err
}

// Invitation carries a charter to the parties that shall seal it.
type Invitation struct {
	Charter   []byte            `json:"charter"`   // canonical bytes
	By        PartyID           `json:"by"`        // the drafter
	NotAfter  string            `json:"not_after"` // RFC 3339, UTC
	Sections  map[string]string `json:"sections"`  // SHA-256 of each part, so that a difference can be named
	Signature []string          `json:"signature"` // SSHSIG of the drafter over the rest, namespace invite-v1@entente
}

// NewInvitation prepares an invitation; the drafter signs Message.
func NewInvitation(doc *Document, by PartyID, notAfter time.Time) (*Invitation, error) {
	if _, ok := doc.Party(by); !ok {
		return nil, refusal.New(refusal.Invalid, "charter.not_a_party", "party", string(by))
	}
	b, err := doc.Canonical()
	if err != nil {
		return nil, err
	}
	sections, err := doc.sections()
	if err != nil {
		return nil, err
	}
	return &Invitation{Charter: b, By: by, NotAfter: notAfter.UTC().Format(time.RFC3339), Sections: sections}, nil
}

// sections digests each part of a charter that a person would name.
func (d *Document) sections() (map[string]string, error) {
	parts := map[string]any{"names": d.Names, "languages": []any{d.Languages, d.Drafting}, "sides": d.Sides, "rules": d.Rules, "head": []any{d.Format, d.ID, d.Illustration, d.Founded}}
	for _, p := range d.Parties {
		parts["parties."+string(p.ID)] = p
	}
	if d.Succeeds != nil {
		parts["succeeds"] = d.Succeeds
	}
	out := map[string]string{}
	for name, v := range parts {
		b, err := entry.Canonical(v)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		out[name] = hex.EncodeToString(sum[:])
	}
	return out, nil
}

// Message is what the drafter signs.
func (i *Invitation) Message() ([]byte, error) {
	c := *i
	c.Signature = []string{}
	return entry.Canonical(c)
}

// Format spells the invitation for a file or an e-mail.
func (i *Invitation) Format() ([]byte, error) {
	b, err := entry.Canonical(i)
	return Wrap("INVITATION", b), err
}

// ParseInvitation reads an invitation as it was pasted and checks that it is whole: a changed charter is refused with the part that differs.
func ParseInvitation(b []byte) (*Invitation, *Document, error) {
	raw, err := Unwrap("INVITATION", b)
	if err != nil {
		return nil, nil, err
	}
	var i Invitation
	if err := json.Unmarshal(raw, &i, json.RejectUnknownMembers(true)); err != nil {
		return nil, nil, refusal.New(refusal.Invalid, "charter.bad_invitation").Because(err)
	}
	doc, err := Parse(i.Charter)
	if err != nil {
		return nil, nil, err
	}
	sections, err := doc.sections()
	if err != nil {
		return nil, nil, err
	}
	var differ []string
	for name, sum := range sections {
		if i.Sections[name] != sum {
			differ = append(differ, name)
		}
	}
	for name := range i.Sections {
		if sections[name] == "" {
			differ = append(differ, name)
		}
	}
	if len(differ) > 0 {
		slices.Sort(differ)
		return nil, nil, refusal.New(refusal.Unverified, "charter.invitation_altered", "differs", strings.Join(slices.Compact(differ), ", "))
	}
	p, ok := doc.Party(i.By)
	if !ok {
		return nil, nil, refusal.New(refusal.Invalid, "charter.not_a_party", "party", string(i.By))
	}
	message, err := i.Message()
	if err != nil {
		return nil, nil, err
	}
	if _, err := seal.Signers(i.Signature, p.Keys.Seal, p.Keys.Threshold, seal.NamespaceInvite, message, seal.Policy{RequirePIN: doc.Rules.RequirePIN}); err != nil {
		return nil, nil, refusal.New(refusal.Unverified, "charter.invitation_signature", "party", string(i.By)).Because(err)
	}
	return &i, doc, nil
}

// Expired refuses an invitation whose time is over.
func (i *Invitation) Expired(now time.Time) error {
	t, err := time.Parse(time.RFC3339, i.NotAfter)
	if err != nil {
		return refusal.New(refusal.Invalid, "charter.bad_invitation").Because(err)
	}
	if now.After(t) {
		return refusal.New(refusal.Invalid, "charter.invitation_expired", "at", i.NotAfter, "now", now.UTC().Format(time.RFC3339), "party", string(i.By))
	}
	return nil
}

// CheckOwn refuses a charter that presents us with other keys than ours, and names what differs.
func (d *Document) CheckOwn(own Party) error {
	p, ok := d.Party(own.ID)
	if !ok {
		return refusal.New(refusal.Invalid, "charter.not_a_party", "party", string(own.ID))
	}
	var differ []string
	for _, f := range []struct{ name, theirs, ours string }{
		{"log_ed25519", p.Keys.LogEd25519, own.Keys.LogEd25519}, {"log_mldsa44", p.Keys.LogMLDSA44, own.Keys.LogMLDSA44},
		{"witness_ed25519", p.Keys.WitnessEd25519, own.Keys.WitnessEd25519}, {"witness_mldsa44", p.Keys.WitnessMLDSA44, own.Keys.WitnessMLDSA44},
		{"tls", p.Keys.TLS, own.Keys.TLS}, {"pouch", p.Keys.Pouch, own.Keys.Pouch}, {"seal", strings.Join(p.Keys.Seal, "\n"), strings.Join(own.Keys.Seal, "\n")},
		{"threshold", fmt.Sprint(p.Keys.Threshold), fmt.Sprint(own.Keys.Threshold)},
	} {
		if f.theirs != f.ours {
			differ = append(differ, f.name)
		}
	}
	if len(differ) > 0 {
		return refusal.New(refusal.Unverified, "charter.not_our_keys", "party", string(own.ID), "differs", strings.Join(differ, ", "))
	}
	return nil
}

// Diff names the parts in which two charters differ, sorted.
func Diff(a, b *Document) ([]string, error) {
	x, err := a.sections()
	if err != nil {
		return nil, err
	}
	y, err := b.sections()
	if err != nil {
		return nil, err
	}
	var out []string
	for name, sum := range x {
		if y[name] != sum {
			out = append(out, name)
		}
	}
	for name := range y {
		if x[name] == "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// lineLength is how many base64 characters stand on a line of an armored block.
const lineLength = 64

// Wrap puts bytes between BEGIN and END lines, as base64 with a checksum, so that they survive e-mail and paste.
func Wrap(kind string, b []byte) []byte {
	var out strings.Builder
	fmt.Fprintf(&out, "-----BEGIN ENTENTE %s-----\n", kind)
	sum := sha256.Sum256(b)
	enc := base64.StdEncoding.EncodeToString(append(binary.BigEndian.AppendUint32(nil, binary.BigEndian.Uint32(sum[:])), b...))
	for len(enc) > lineLength {
		out.WriteString(enc[:lineLength] + "\n")
		enc = enc[lineLength:]
	}
	fmt.Fprintf(&out, "%s\n-----END ENTENTE %s-----\n", enc, kind)
	return []byte(out.String())
}

// maxWrapped bounds a pasted block.
const maxWrapped = 1 << 20

// Unwrap reads what Wrap wrote, however it was re-wrapped, quoted or indented on the way.
func Unwrap(kind string, b []byte) ([]byte, error) {
	bad := refusal.New(refusal.Invalid, "charter.not_whole", "kind", strings.ToLower(kind))
	if len(b) > maxWrapped {
		return nil, bad
	}
	_, rest, ok := strings.Cut(string(b), "-----BEGIN ENTENTE "+kind+"-----")
	body, _, ok2 := strings.Cut(rest, "-----END ENTENTE "+kind+"-----")
	if !ok || !ok2 {
		return nil, bad
	}
	clean := strings.Map(func(r rune) rune {
		if r == '>' || r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == 0xa0 {
			return -1
		}
		return r
	}, body)
	raw, err := base64.StdEncoding.Strict().DecodeString(clean)
	if err != nil || len(raw) < 5 {
		return nil, bad
	}
	sum := sha256.Sum256(raw[4:])
	if binary.BigEndian.Uint32(sum[:]) != binary.BigEndian.Uint32(raw) {
		return nil, refusal.New(refusal.Unverified, "charter.checksum", "kind", strings.ToLower(kind))
	}
	return raw[4:], nil
}
