package charter

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"entente.example/lang"
	"entente.example/refusal"
)

// twoParties is a charter in which nothing is wrong.
func twoParties(t *testing.T) *Document {
	t.Helper()
	d := &Document{Format: Format, ID: "test", Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Names: []Name{{Lang: "en", Full: "Test"}},
		Sides: []Side{{ID: "east", Label: lang.Text{"en": "East"}, Parties: []PartyID{"a"}}, {ID: "west", Label: lang.Text{"en": "West"}, Parties: []PartyID{"b"}}},
		Rules: Rules{Adoption: "all-parties", HostRotation: "alternate", FirstHost: "east", Concordance: "flags", Retention: []Retention{{Class: "notes", Months: 24, Label: lang.Text{"en": "notes"}}}, SituationLevels: []Level{{ID: "calm", Label: lang.Text{"en": "calm"}}}}}
	for i, id := range []PartyID{"a", "b"} {
		raw := func(purpose, n int) string {
			return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{byte(10*purpose + i)}, n))
		}
		signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(i + 1)}, 32)))
		if err != nil {
			t.Fatal(err)
		}
		d.Parties = append(d.Parties, Party{ID: id, Side: d.Sides[i].ID, Names: []Name{{Lang: "en", Full: "Party"}}, Language: "en", Addresses: []string{"a.example:7443"}, Mandates: []Mandate{{Member: string(id) + "-all", Roles: Roles(), From: "2025-01-01"}},
			Keys: Keys{LogEd25519: raw(0, 32), LogMLDSA44: raw(0, 1312), WitnessEd25519: raw(1, 32), WitnessMLDSA44: raw(1, 1312), TLS: fmt.Sprintf("%064x", i), Pouch: raw(0, 1216), Threshold: 1,
				Seal: []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))}}})
	}
	return d
}

// A charter that cannot be meant is refused before anybody seals it, and what is wrong with it is named.
func TestWhatACharterRefuses(t *testing.T) {
	b, err := twoParties(t).Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(b); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		key    string
		change func(*Document)
	}{
		{"charter.bad_format", func(d *Document) { d.Format = "other" }},
		{"charter.bad_id", func(d *Document) { d.ID = "Test" }},
		{"charter.no_names", func(d *Document) { d.Names = nil }},
		{"charter.empty_name", func(d *Document) { d.Names[0].Full = "" }},
		{"charter.bad_drafting", func(d *Document) { d.Drafting = "zh" }},
		{"charter.bad_drafting", func(d *Document) { d.Languages = nil }},
		{"charter.twice", func(d *Document) { d.Languages = []lang.Tag{"en", "en"} }},
		{"charter.parties_count", func(d *Document) { d.Parties = d.Parties[:1] }},
		{"charter.parties_count", func(d *Document) { d.Sides = d.Sides[:1] }},
		{"charter.bad_id", func(d *Document) { d.Sides[1].ID = "east" }},
		{"charter.two_sides", func(d *Document) { d.Sides[1].Parties = []PartyID{"b", "a"} }},
		{"charter.wrong_side", func(d *Document) { d.Parties[0].Side = "west" }},
		{"charter.wrong_side", func(d *Document) { d.Sides[1].Parties = nil }},
		{"charter.twice", func(d *Document) { d.Parties = append(d.Parties, d.Parties[0]) }},
		{"charter.no_such_party", func(d *Document) { d.Sides[1].Parties = []PartyID{"b", "c"} }},
		{"charter.same_key", func(d *Document) { d.Parties[1].Keys.TLS = d.Parties[0].Keys.TLS }},
		{"charter.no_names", func(d *Document) { d.Parties[0].Names = nil }},
		{"charter.bad_key", func(d *Document) { d.Parties[0].Keys.LogEd25519 = "%" }},
		{"charter.bad_key", func(d *Document) { d.Parties[0].Keys.LogEd25519 = d.Parties[0].Keys.LogMLDSA44 }},
		{"charter.bad_key", func(d *Document) { d.Parties[0].Keys.Pouch = d.Parties[0].Keys.LogEd25519 }},
		{"charter.bad_key", func(d *Document) {
			d.Parties[0].Keys.Pouch = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{255}, 1216)) // no key of that kind
		}},
		{"charter.bad_key", func(d *Document) { d.Parties[0].Keys.TLS = strings.Repeat("A", 64) }},
		{"charter.bad_seal_key", func(d *Document) { d.Parties[0].Keys.Seal = []string{"ssh-ed25519 nothing"} }},
		{"charter.bad_seal_key", func(d *Document) {
			d.Parties[0].Keys.Seal = append(d.Parties[0].Keys.Seal, d.Parties[0].Keys.Seal[0])
		}},
		{"charter.bad_threshold", func(d *Document) { d.Parties[0].Keys.Threshold = 2 }},
		{"charter.bad_address", func(d *Document) { d.Parties[0].Addresses = []string{"a.example"} }},
		{"charter.bad_id", func(d *Document) { d.Parties[0].Mandates[0].Member = "node" }},
		{"charter.unknown_role", func(d *Document) { d.Parties[0].Mandates[0].Roles = []Role{"king"} }},
		{"charter.bad_day", func(d *Document) { d.Parties[0].Mandates[0].To = "2025-02-30" }},
		{"charter.bad_rule", func(d *Document) { d.Rules.Adoption = "majority" }},
		{"charter.bad_rule", func(d *Document) { d.Rules.HostRotation = "lots" }},
		{"charter.bad_rule", func(d *Document) { d.Rules.Attribution = "all" }},
		{"charter.bad_rule", func(d *Document) { d.Rules.Concordance = "none" }},
		{"charter.bad_days", func(d *Document) { d.Rules.ReplyDays = -1 }},
		{"charter.bad_days", func(d *Document) { d.Rules.Silence = true }},
		{"charter.no_such_side", func(d *Document) { d.Rules.FirstHost = "north" }},
		{"charter.bad_id", func(d *Document) { d.Rules.Retention = append(d.Rules.Retention, d.Rules.Retention[0]) }},
		{"charter.bad_days", func(d *Document) { d.Rules.Retention[0].Months = 0 }},
		{"charter.bad_id", func(d *Document) {
			d.Rules.SituationLevels = append(d.Rules.SituationLevels, d.Rules.SituationLevels[0])
		}},
	} {
		d := twoParties(t)
		x.change(d)
		b, err := d.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(b); err == nil || refusal.As(err).Key != x.key {
			t.Errorf("%v, want %s", err, x.key)
		}
	}
	for key, bad := range map[string][]byte{"charter.too_long": bytes.Repeat([]byte(" "), maxBytes+1), "charter.not_canonical": append([]byte(" "), b...), "charter.malformed": []byte(`{"unheard":1}`)} {
		if _, err := Parse(bad); err == nil || refusal.As(err).Key != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
	if d, err := Reread(Digest(b), b); err != nil || d.ID != "test" {
		t.Error(err)
	}
	if _, err := Reread(Digest(b), []byte(`{}`)); err == nil || refusal.As(err).Key != "charter.bad_format" {
		t.Errorf("what has another digest is not judged: %v", err)
	}
}
