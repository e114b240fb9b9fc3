package charter

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"entente.example/refusal"
)

func TestFingerprint(t *testing.T) {
	if got := Fingerprint(strings.Repeat("00", 31) + "ff"); got != "0000 0000 0000 0000 0000 0000 0000 0255" {
		t.Error(got)
	}
	if Fingerprint("xx") != "" {
		t.Error("no mechanism id has a fingerprint")
	}
	if Fingerprint(strings.Repeat("ab", 32)) == Fingerprint(strings.Repeat("ab", 31)+"ac") {
		t.Error("two mechanisms share a fingerprint")
	}
}

// A block survives quoting and re-wrapping; whatever else happens to it is noticed.
func TestBlocksSurviveMail(t *testing.T) {
	payload := []byte(strings.Repeat(`{"a":1}`, 40))
	b := string(Wrap("TEST", payload))
	for name, changed := range map[string]string{"as it is": b, "quoted": "> " + strings.ReplaceAll(b, "\n", "\n> "), "CRLF": strings.ReplaceAll(b, "\n", "\r\n"), "in a letter": "Dear all,\n\n" + b + "\nYours"} {
		if got, err := Unwrap("TEST", []byte(changed)); err != nil || string(got) != string(payload) {
			t.Errorf("%s: %v", name, err)
		}
	}
	lines := strings.Split(b, "\n")
	swapped := append([]string{}, lines...)
	swapped[1], swapped[2] = swapped[2], swapped[1]
	for name, changed := range map[string]string{"cut": b[:len(b)/2], "a line missing": strings.Join(append(append([]string{}, lines[:2]...), lines[3:]...), "\n"), "lines swapped": strings.Join(swapped, "\n"), "another kind": strings.ReplaceAll(b, "TEST", "CARD"), "empty": ""} {
		if _, err := Unwrap("TEST", []byte(changed)); refusal.As(err) == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestMandatesRunFromDayToDay(t *testing.T) {
	s := NewAs("x", &Document{Parties: []Party{{ID: "a", Mandates: []Mandate{{Member: "a-hod", Roles: []Role{"head"}, From: "2025-01-01", To: "2025-06-30"}}}}})
	for day, want := range map[string]string{"2024-12-31": "charter.mandate_dates", "2025-01-01": "", "2025-06-30": "", "2025-07-01": "charter.mandate_dates"} {
		at, err := time.Parse("2006-01-02", day)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := s.May("a", "a-hod", "text.accept", at.Add(23*time.Hour)); err != nil {
			got = refusal.As(err).Key
		}
		if got != want {
			t.Errorf("%s: %q, want %q", day, got, want)
		}
	}
	for verb, want := range map[string]string{"text.freeze": "charter.no_mandate", "text.unheard": "entry.newer", "seal.acknowledge": "charter.no_mandate"} {
		if err := s.May("a", "a-hod", verb, time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC)); refusal.As(err) == nil || refusal.As(err).Key != want {
			t.Errorf("%s: %v", verb, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"format":"entente-charter/1"}`))
	next, err := successor("a", "b", "d").comes("d", "c").Canonical()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(next)
	f.Fuzz(func(t *testing.T, b []byte) {
		d, refused := Parse(b)
		if refused == nil {
			if again, err := d.Canonical(); err != nil || string(again) != string(b) {
				t.Fatalf("%q is spelled %q", b, again)
			}
			if again, err := Reread(Digest(b), b); err != nil || !reflect.DeepEqual(again, d) {
				t.Fatalf("%q is read again as %+v, %v", b, again, err)
			}
		}
		if _, err := Reread("another", b); (err == nil) != (refused == nil) { // it was not judged under its digest
			t.Fatalf("%q: %v, not %v", b, err, refused)
		}
	})
}

func FuzzInvitation(f *testing.F) {
	f.Add(Wrap("INVITATION", []byte(`{"charter":"e30=","by":"a"}`)))
	f.Add(Wrap("CALLING CARD", []byte(`{"party":{}}`)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, _, err := ParseInvitation(b); err == nil {
			t.Fatal("an invitation without a signature passes")
		}
		if _, err := ParseCard(b); err == nil {
			t.Fatal("a card without a signature passes")
		}
	})
}
