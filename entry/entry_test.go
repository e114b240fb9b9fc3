package entry

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"entente.example/refusal"
)

// vectors are shared with any other implementation: testdata/canonical.json.
type vectors struct {
	Accept []string `json:"accept"`
	Reject []struct {
		JSON string `json:"json"`
		Why  string `json:"why"`
	} `json:"reject"`
}

func readVectors(t testing.TB) vectors {
	t.Helper()
	b, err := os.ReadFile("testdata/canonical.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Accept) < 8 || len(v.Reject) < 30 {
		t.Fatalf("only %d and %d vectors", len(v.Accept), len(v.Reject))
	}
	return v
}

// One spelling: a reader that is laxer in any of these accepts two spellings of one value. SPEC canon-keys, canon-numbers, canon-strings, canon-nfc.
func TestCanonicalVectors(t *testing.T) {
	v := readVectors(t)
	for _, s := range v.Accept {
		if err := CheckCanonical([]byte(s)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
		again, err := Canonicalise([]byte(s))
		if err != nil || string(again) != s {
			t.Errorf("%s becomes %s, %v", s, again, err)
		}
	}
	for _, r := range v.Reject {
		if err := CheckCanonical([]byte(r.JSON)); !errors.Is(err, ErrNotCanonical) {
			t.Errorf("%s (%s) passes: %v", r.JSON, r.Why, err)
		}
	}
}

// SPEC canon-depth.
func TestDepth(t *testing.T) {
	nest := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if err := CheckCanonical(nest(MaxDepth + 1)); err != nil {
		t.Errorf("%d lists: %v", MaxDepth+1, err)
	}
	if err := CheckCanonical(nest(MaxDepth + 2)); err == nil {
		t.Errorf("%d lists pass", MaxDepth+2)
	}
	if err := CheckCanonical(bytes.Repeat([]byte("["), 10_000_000)); err == nil {
		t.Error("ten million open brackets pass")
	}
}

// The characters that skip the slow look are in NFC alone, after a letter and between themselves.
func TestAlwaysComposed(t *testing.T) {
	n := 0
	for r := rune(0x80); r < 0x20000; r++ {
		if !alwaysComposed(r) {
			continue
		}
		n++
		for _, before := range []string{"", "e", "か", "漢"} {
			if s := before + string(r); !norm.NFC.IsNormalString(s) || !norm.NFC.PropertiesString(string(r)).BoundaryBefore() {
				t.Fatalf("U+%04X after %q", r, before)
			}
		}
	}
	if n < 20000 {
		t.Fatalf("only %d characters", n)
	}
}

func sample() Entry {
	return Entry{Actor: Actor{Member: "cpc-draft", Role: "drafter"}, At: time.Date(2024, 12, 9, 2, 0, 0, 0, time.UTC), Body: []byte(`{"text":"措辞\n"}`), Index: 41,
		Log: "entente/7f3a9c2e01b4d8aa/cpc/1", Matter: "text/js-9", Mech: strings.Repeat("7f", 32), Type: "text.table", V: 1,
		Seen: []Seen{{Origin: "entente/7f3a9c2e01b4d8aa/ldp/1", Size: 12, Root: [32]byte{1}}}}
}

func TestEncodeDecode(t *testing.T) {
	e := sample()
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	d, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.Encode()
	if err != nil || !bytes.Equal(again, b) {
		t.Fatalf("%s\n%s\n%v", b, again, err)
	}
	for _, wrong := range [][2]string{{`"idx":41`, `"idx":-1`}, {`"v":1`, `"v":0`}, {`"v":1`, `"v":1,"w":2`}, {`02:00:00Z`, `02:00:00+00:00`}, {`"matter":"text/js-9"`, `"matter":"text/../9"`},
		{`"type":"text.table"`, `"type":"table"`}, {`"m":"cpc-draft",`, ``}, {`,12,`, `,-12,`}, {`"body":{`, `"body":[{`}} {
		bad := bytes.Replace(b, []byte(wrong[0]), []byte(wrong[1]), 1)
		if bytes.Equal(bad, b) {
			t.Fatalf("%s is not in the sample", wrong[0])
		}
		if _, err := Decode(bad); err == nil {
			t.Errorf("%s instead of %s passes", wrong[1], wrong[0])
		}
	}
}

// SPEC canon-size.
func TestTheLongestEntry(t *testing.T) {
	e := sample()
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	room := MaxBytes - len(b)
	fill := func(n int) error {
		e.Body = []byte(`{"text":"措辞\n` + strings.Repeat("x", n) + `"}`)
		_, err := e.Encode()
		return err
	}
	if err := fill(room); err != nil {
		t.Errorf("%d bytes: %v", MaxBytes, err)
	}
	if err := fill(room + 1); refusal.As(err).Key != "entry.too_long" {
		t.Errorf("%d bytes: %v", MaxBytes+1, err)
	}
}

func TestRef(t *testing.T) {
	r := Ref{Origin: "entente/00/a/1", Index: 7, Hash: [16]byte{0xab}}
	got, err := ParseRef(r.String())
	if err != nil || got != r {
		t.Fatal(got, err)
	}
	for _, s := range []string{"", "a#1", "a#01@" + strings.Repeat("0", 32), "a#-1@" + strings.Repeat("0", 32), r.String() + "0", strings.ToUpper(r.String())} {
		if _, err := ParseRef(s); err == nil {
			t.Errorf("%q passes", s)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	v := readVectors(f)
	for _, s := range v.Accept {
		f.Add([]byte(s))
	}
	for _, r := range v.Reject {
		f.Add([]byte(r.JSON))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if CheckCanonical(b) != nil {
			return
		}
		if again, err := Canonicalise(b); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q has another spelling %q (%v)", b, again, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	e := sample()
	b, err := e.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Decode(b)
		if err != nil {
			return
		}
		if again, err := e.Encode(); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q is encoded as %q (%v)", b, again, err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	e := sample()
	e.Body = []byte(`{"text":"` + strings.Repeat("Decide to keep the channel open; ", 8) + `"}`)
	leaf, err := e.Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(leaf)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(leaf); err != nil {
			b.Fatal(err)
		}
	}
}
