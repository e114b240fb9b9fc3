package entry

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"entente.example/refusal"
)

// ValidType reports whether s is <subject>.<act> in lower-case letters and underscores.
func ValidType(s string) bool {
	subject, act, _ := strings.Cut(s, ".")
	return word(subject, "_") && word(act, "_")
}

// ValidMatter reports whether s names a matter: a subject, then up to three ids divided by slashes.
func ValidMatter(s string) bool {
	subject, ids, more := strings.Cut(s, "/")
	if !word(subject, "_") {
		return false
	}
	for n := 0; more; n++ {
		var id string
		if id, ids, more = strings.Cut(ids, "/"); n == 3 || !ValidID(id) {
			return false
		}
	}
	return true
}

// ValidID reports whether s is an id: lower-case letters, digits, dot, underscore and hyphen, beginning with a letter or digit, at most 64 bytes.
func ValidID(s string) bool {
	return len(s) <= 64 && word(s, "._-") && !strings.ContainsAny(s[:1], "._-")
}

func word(s, also string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(also, c) >= 0) {
			return false
		}
	}
	return true
}

// Origin names a party's log of a generation: entente/<16 hex of mech>/<party>/<generation>.
func Origin(mech, party string, generation int) string {
	return fmt.Sprintf("entente/%.16s/%s/%d", mech, party, generation)
}

// ParseOrigin reads what Origin writes. Of the mechanism it returns the 16 hex digits that an origin has.
func ParseOrigin(s string) (mech, party string, generation int, err error) {
	bad := func() error { return refusal.New(refusal.Invalid, "entry.bad_origin") }
	p := strings.Split(s, "/")
	if len(p) != 4 || !ValidID(p[2]) {
		return "", "", 0, bad()
	}
	n, _ := strconv.Atoi(p[3]) // what is no number is spelled otherwise below
	if _, err := hex.DecodeString(p[1]); err != nil || len(p[1]) != 16 || n < 1 || Origin(p[1], p[2], n) != s || strings.ToLower(p[1]) != p[1] {
		return "", "", 0, bad()
	}
	return p[1], p[2], n, nil
}

// WitnessName names a party as the cosigner of others' logs.
func WitnessName(mech, party string) string {
	return fmt.Sprintf("entente/%.16s/%s/witness", mech, party)
}

// ParcelName names what a party's node hands to another without a conversation.
func ParcelName(mech, from, to string) string {
	return fmt.Sprintf("entente/%.16s/%s/parcel/%s", mech, from, to)
}

// Ref names an entry so that it cannot be mistaken for another: place and leaf hash.
type Ref struct {
	Origin string
	Index  int64
	Hash   [16]byte // the first half of the leaf hash
}

func (r Ref) String() string { return fmt.Sprintf("%s#%d@%x", r.Origin, r.Index, r.Hash) }

// ParseRef reads what String writes.
func ParseRef(s string) (Ref, error) {
	bad := refusal.New(refusal.Invalid, "entry.bad_reference")
	origin, rest, _ := strings.Cut(s, "#")
	index, sum, _ := strings.Cut(rest, "@")
	h, _ := hex.DecodeString(sum)
	n, _ := strconv.ParseInt(index, 10, 64)
	if len(h) != 16 || n < 0 || len(origin) > maxName {
		return Ref{}, bad
	}
	r := Ref{Origin: origin, Index: n, Hash: [16]byte(h)}
	if r.String() != s { // also what is no number, or lacks a sign
		return Ref{}, bad
	}
	return r, nil
}
