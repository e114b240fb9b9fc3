package charter

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"testing"

	"entente.example/lang"
	"entente.example/refusal"
)

// successor is a charter of some parties that continues one of a, b and c.
func successor(ids ...PartyID) *Document {
	raw := func(of, n int) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{byte(of)}, n)) }
	d := &Document{Format: Format, ID: "next", Names: []Name{{Lang: "en", Full: "Next"}}, Languages: []lang.Tag{"en"}, Drafting: "en",
		Rules:    Rules{Adoption: "all-parties", HostRotation: "none", Concordance: "flags"},
		Succeeds: &Succession{Mechanism: strings.Repeat("ab", 32), Parties: []PartyID{"a", "b", "c"}, Text: "js-9", Statement: strings.Repeat("cd", 32)}}
	for i, id := range ids {
		side := []string{"east", "west"}[min(i, 1)]
		if i < 2 {
			d.Sides = append(d.Sides, Side{ID: side, Label: lang.Text{"en": side}})
		}
		d.Sides[min(i, 1)].Parties = append(d.Sides[min(i, 1)].Parties, id)
		d.Parties = append(d.Parties, Party{ID: id, Side: side, Names: []Name{{Lang: "en", Full: string(id)}}, Language: "en", Addresses: []string{}, Mandates: []Mandate{},
			Keys: Keys{LogEd25519: raw(i, 32), LogMLDSA44: raw(i, 1312), WitnessEd25519: raw(100+i, 32), WitnessMLDSA44: raw(100+i, 1312), TLS: strings.Repeat("0"+strconv.Itoa(i), 32), Pouch: raw(i, 1216),
				Seal: []string{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA" + base64.StdEncoding.EncodeToString(append([]byte{32}, bytes.Repeat([]byte{byte(i)}, 32)...))}, Threshold: 1}})
	}
	return d
}

func (d *Document) comes(id PartyID, from ...PartyID) *Document {
	p, _ := d.Party(id)
	p.From = from
	return d
}

// Scenario a15, the other half: who joins, leaves, splits, unites or stays is what the next charter says, and each of them is called by its name.
func TestA15WhatChangedIsReadFromTheCharter(t *testing.T) {
	for name, x := range map[string]struct {
		doc  *Document
		want string
	}{
		"one joins":            {successor("a", "b", "c", "d"), "stays a, stays b, stays c, joins d"},
		"one leaves":           {successor("a", "b"), "stays a, stays b, leaves c"},
		"one becomes two":      {successor("a", "b", "d", "e").comes("d", "c").comes("e", "c"), "stays a, stays b, splits d c, splits e c"},
		"one splits off":       {successor("a", "b", "c", "d").comes("d", "c"), "stays a, stays b, stays c, split_off d c"},
		"two become one":       {successor("a", "d").comes("d", "b", "c"), "stays a, merges d b+c"},
		"one takes in another": {successor("a", "b").comes("b", "b", "c"), "stays a, merges b b+c"},
		"another id":           {successor("a", "b", "d").comes("d", "c"), "stays a, stays b, follows d c"},
	} {
		if err := x.doc.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, c := range x.doc.Changes() {
			of := make([]string, len(c.Of))
			for i, p := range c.Of {
				of[i] = string(p)
			}
			got = append(got, strings.TrimSpace(c.Kind+" "+string(c.Party)+" "+strings.Join(of, "+")))
		}
		if s := strings.Join(got, ", "); s != x.want {
			t.Errorf("%s: %s", name, s)
		}
	}
	alone := successor("a", "b")
	alone.Succeeds = nil
	if err := alone.Validate(); err != nil || alone.Changes() != nil || alone.Next("main") != 1 {
		t.Errorf("a charter that continues nothing: %v, %v", err, alone.Changes())
	}
}

// A charter that cannot be right, whatever the other record says, is refused before anybody seals it; its spelling and the parts of an invitation are those of before if it continues nothing. SPEC succession-charter.
func TestASuccessionThatCannotBeIsRefused(t *testing.T) {
	for name, x := range map[string]struct {
		change func(d *Document)
		key    string
	}{
		"no mechanism":         {func(d *Document) { d.Succeeds.Mechanism = "rpem" }, "charter.bad_digest"},
		"capitals":             {func(d *Document) { d.Succeeds.Statement = strings.Repeat("CD", 32) }, "charter.bad_digest"},
		"no text":              {func(d *Document) { d.Succeeds.Text = "" }, "charter.bad_id"},
		"a day that is none":   {func(d *Document) { d.Succeeds.From = "2025-02-30" }, "charter.bad_day"},
		"one party before":     {func(d *Document) { d.Succeeds.Parties = []PartyID{"a"} }, "charter.parties_count"},
		"one twice":            {func(d *Document) { d.Succeeds.Parties = []PartyID{"a", "a"} }, "charter.bad_id"},
		"nobody goes on":       {func(d *Document) { d.Succeeds.Parties = []PartyID{"x", "y"} }, "charter.nobody_goes_on"},
		"from nobody there":    {func(d *Document) { d.comes("d", "x") }, "charter.from_nowhere"},
		"from one twice":       {func(d *Document) { d.comes("d", "c", "c") }, "charter.from_nowhere"},
		"from itself":          {func(d *Document) { d.comes("a", "a") }, "charter.from_itself"},
		"an id in other hands": {func(d *Document) { d.comes("a", "c") }, "charter.from_itself"},
		"from without a past":  {func(d *Document) { d.comes("d", "c").Succeeds = nil }, "charter.from_nowhere"},
		"a number below one":   {func(d *Document) { d.Succeeds.Series = []Numbering{{"main", 0}} }, "charter.bad_number"},
		"a series twice":       {func(d *Document) { d.Succeeds.Series = []Numbering{{"main", 2}, {"main", 3}} }, "charter.bad_number"},
	} {
		d := successor("a", "b", "d")
		x.change(d)
		if err := d.Validate(); err == nil || refusal.As(err).Key != x.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := successor("a", "b", "d")
	b, err := d.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if back, err := Parse(b); err != nil || back.Succeeds.Text != "js-9" {
		t.Fatalf("%+v, %v", back, err)
	}
	with, err := d.sections()
	if err != nil {
		t.Fatal(err)
	}
	other := successor("a", "b", "d")
	other.Succeeds.Text = "js-10"
	if differ, err := Diff(d, other); err != nil || !slices.Equal(differ, []string{"succeeds"}) {
		t.Errorf("two charters that continue by other texts differ in %v, %v", differ, err)
	}
	d.Succeeds = nil
	without, err := d.sections()
	if err != nil || len(without) != len(with)-1 || without["succeeds"] != "" {
		t.Errorf("an invitation of a first charter has %v, %v", without, err)
	}
	if b, err = d.Canonical(); err != nil || bytes.Contains(b, []byte("succeeds")) || bytes.Contains(b, []byte(`"from"`)) {
		t.Errorf("a first charter is spelled anew: %s, %v", b, err)
	}
}

// A name that was used for a time is the one of that time, and not of today.
func TestANameOfItsTime(t *testing.T) {
	d := successor("a", "b")
	d.Parties[1].Names = []Name{{Lang: "en", Full: "New Willow", To: "2014-09"}, {Lang: "en", Full: "Willow", From: "2014-09"}, {Lang: "ja", Full: "柳"}, {Lang: "ja", Full: "柳党", UsedBy: "east"}}
	s := NewAs("x", d)
	for _, x := range []struct {
		day  string
		tag  lang.Tag
		side string
		want string
	}{{"2014-08-31", "en", "", "New Willow"}, {"2014-09-01", "en", "", "Willow"}, {"2025-01-01", "en", "west", "Willow"}, {"2014-08-31", "ja", "west", "柳"}, {"2014-08-31", "ja", "east", "柳党"}} {
		if got := PickName(s.NamesOn("b", x.day), x.tag, x.side).Full; got != x.want {
			t.Errorf("%s %s %s: %q, want %q", x.day, x.tag, x.side, got, x.want)
		}
	}
	s.SetNamings("b", []Naming{{From: "2025-06-01", Names: []Name{{Lang: "en", Full: "Willow Union"}}}}) // in English alone
	for day, want := range map[string]string{"2025-05-31": "Willow 柳", "2025-06-01": "Willow Union 柳"} {
		if got := s.NameOn("b", "en", day).Full + " " + s.NameOn("b", "ja", day).Full; got != want {
			t.Errorf("on %s: %q, want %q", day, got, want)
		}
	}
	if got := s.NamesOn("nobody", "2014-08-31"); len(got) != 1 || got[0].Full != "nobody" {
		t.Errorf("%v", got)
	}
}

// One key, one party, one purpose: invariant K2. SPEC charter-keys.
func TestAKeyServesOnePurpose(t *testing.T) {
	if err := successor("a", "b").Validate(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(a, b *Keys){
		"a log's key for receipts":             func(_, b *Keys) { b.WitnessEd25519 = b.LogEd25519 },
		"its other key likewise":               func(_, b *Keys) { b.WitnessMLDSA44 = b.LogMLDSA44 },
		"a seal key of another party":          func(a, b *Keys) { b.Seal = a.Seal },
		"a log's key of another party":         func(a, b *Keys) { b.LogEd25519 = a.LogEd25519 },
		"a key for receipts of another's log":  func(a, b *Keys) { b.WitnessMLDSA44 = a.LogMLDSA44 },
		"a certificate of another party":       func(a, b *Keys) { b.TLS = a.TLS },
		"a key for the pouch of another party": func(a, b *Keys) { b.Pouch = a.Pouch },
	} {
		d := successor("a", "b")
		change(&d.Parties[0].Keys, &d.Parties[1].Keys)
		if err := d.Validate(); refusal.As(err).Key != "charter.same_key" || refusal.As(err).Params["member"] != "parties.b" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// No party is called what means something else in the list of logs and witnesses that other programs read.
func TestNoPartyIsCalledEverybody(t *testing.T) {
	for _, id := range []PartyID{"everybody", "none"} {
		d := successor("a", "b")
		d.Parties[1].ID, d.Sides[1].Parties[0] = id, id
		if err := d.Validate(); refusal.As(err).Key != "charter.reserved_id" || refusal.As(err).Params["member"] != "parties."+string(id) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// Whatever names several parties that are in no side, it is said of the same one each time.
func TestTheSameFaultIsNamedEachTime(t *testing.T) {
	for range 20 {
		d := successor("a", "b")
		d.Sides[0].Parties = append(d.Sides[0].Parties, "z", "y", "x", "w")
		if err := d.Validate(); refusal.As(err).Key != "charter.no_such_party" || refusal.As(err).Params["member"] != "sides.w" {
			t.Fatal(err)
		}
	}
}
