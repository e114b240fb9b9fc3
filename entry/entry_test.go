package entry

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"entente.example/internal/vectors"
	"entente.example/refusal"
)

// canonicalVector is one of testdata/vectors/canonical.json: text, or bytes that are none.
type canonicalVector struct {
	vectors.Header
	JSON string `json:"json,omitempty"`
	Hex  string `json:"hex,omitempty"`
}

func (v canonicalVector) bytes(t testing.TB) []byte {
	b, err := hex.DecodeString(v.Hex)
	if err != nil {
		t.Fatalf("%s: %v", v.Name, err)
	}
	return append(b, v.JSON...)
}

func canonicalVectors(t testing.TB) []canonicalVector {
	return vectors.Read[canonicalVector](t, "canonical", 104)
}

// One spelling: a reader that is laxer in any of these accepts two spellings of one value. SPEC canon-keys, canon-numbers, canon-strings, canon-nfc, canon-depth.
func TestCanonicalVectors(t *testing.T) {
	for _, v := range canonicalVectors(t) {
		b := v.bytes(t)
		err := CheckCanonical(b)
		switch {
		case v.Accept() && err != nil:
			t.Errorf("%s: %v", v.Name, err)
		case v.Accept():
			if again, err := Canonicalise(b); err != nil || !bytes.Equal(again, b) {
				t.Errorf("%s: %s becomes %s, %v", v.Name, b, again, err)
			}
		case !errors.Is(err, ErrNotCanonical):
			t.Errorf("%s (%s) passes: %v", v.Name, v.Reason, err)
		}
	}
}

// What was refused for its spelling only is written down canonically; what has no canonical form is refused as a person can understand.
func TestCanonicalise(t *testing.T) {
	for in, want := range map[string]string{" { \"b\" : 1 , \"a\" : [ ] } ": `{"a":[],"b":1}`, `"\u0041\/\u000a\b"`: `"A/\n\u0008"`, `"\ud83d\ude00"`: `"😀"`, `9007199254740991`: `9007199254740991`} {
		if got, err := Canonicalise([]byte(in)); err != nil || string(got) != want {
			t.Errorf("%s becomes %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{`1.5`, `1e3`, `1.0`, `null`, `{"a":null}`, `{"a":1,"a":2}`, `{"ä":1}`, `9007199254740992`, `-0`, `"\u0000"`, `"\ud800"`, ``, `[`, "[1] x"} {
		if _, err := Canonicalise([]byte(in)); refusal.As(err) == nil || refusal.As(err).Key != "entry.no_json" {
			t.Errorf("%s: %v", in, err)
		}
	}
	for _, in := range []string{"\"e\u0301\"", `{"ja":["\u304b\u3099"]}`} { // which its author can mend, and is told how
		if _, err := Canonicalise([]byte(in)); refusal.As(err) == nil || refusal.As(err).Key != "lang.not_nfc" {
			t.Errorf("%s: %v", in, err)
		}
	}
	if _, err := Canonical(struct{ F float64 }{1.5}); refusal.As(err) == nil || refusal.As(err).Kind != refusal.Invalid {
		t.Errorf("a fraction: %v", err)
	}
	type body struct {
		Z    []string `json:"z"`
		A    int64    `json:"a"`
		None string   `json:"none,omitempty"`
	}
	if got, err := Canonical(body{A: 7}); err != nil || string(got) != `{"a":7,"z":[]}` {
		t.Errorf("%s, %v", got, err)
	}
}

// Memory and stack stay small whatever the depth.
func TestTenMillionOpenBrackets(t *testing.T) {
	for _, open := range []string{"[", `{"a":`} {
		if CheckCanonical(bytes.Repeat([]byte(open), 10_000_000/len(open))) == nil {
			t.Errorf("%s passes", open)
		}
	}
}

// Which strings are in NFC must not change with the library: if a new Unicode version comes in, docs/protocol.md 1 has to say from which version of the form on. SPEC canon-nfc.
func TestUnicodeVersion(t *testing.T) {
	if norm.Version != "15.0.0" {
		t.Errorf("NFC is now that of Unicode %s: nodes with other tables would judge new characters otherwise", norm.Version)
	}
}

// The characters that skip the slow look are in NFC alone, after a letter and between themselves.
func TestAlwaysComposed(t *testing.T) {
	n := 0
	for r := rune(0); r < 0x20000; r++ {
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
	if n != 22103 {
		t.Errorf("%d characters: fewer make most text slow, of more the list above is to be asked", n)
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

// The short way and the long way to the canonical spelling come to the same, also where there is none.
func FuzzCanonicalise(f *testing.F) {
	for _, s := range []string{`{"b":1,"a":"x\r\u0041\/"}`, `[1.0,2e3]`, `{"a":1,"a":2}`, `"\ud83d\ude00é\u2028"`, ` { "z" : [ true , false ] } `, `{"":1}`, `-0`, `9007199254740993`, `{"a":null}`,
		"\"\x7f\"", `{"\u0061":1,"b":{"d":"\b","c":0}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		short, err := Canonicalise(b)
		long, err2 := canonicalise(b)
		if (err == nil) != (err2 == nil) || err == nil && !bytes.Equal(short, long) {
			t.Fatalf("%q becomes %q, %v, or %q, %v", b, short, err, long, err2)
		}
	})
}

func FuzzCanonical(f *testing.F) {
	for _, v := range canonicalVectors(f) {
		f.Add(v.bytes(f))
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

func TestNamesOfMatters(t *testing.T) {
	long := strings.Repeat("a", 64)
	for _, s := range []string{"charter", "text/js-9", "line/a/2025-01", "x_1/a/b.c/9-_", "text/" + long} {
		if !ValidMatter(s) {
			t.Errorf("%q names a matter", s)
		}
	}
	for _, s := range []string{"", "/", "text/", "text//a", "/a", "a/b/c/d/e", "Text/a", "te-xt/a", "te.xt", "text/.a", "text/-a", "text/_", "text/A", "text/ä", "tëxt", "text/a b", "text/\xff", "text/" + long + "a", "a/b/c/d/"} {
		if ValidMatter(s) {
			t.Errorf("%q names no matter", s)
		}
	}
}

// Whatever byte stands wherever, the quick look at a string's plain bytes says what their table says.
func TestPlainBytes(t *testing.T) {
	for at := range 40 {
		for c := range 256 {
			b := []byte(strings.Repeat("~ !#[]a", 3)) // most eights of these are looked at one by one, those of the others all together
			if at >= 20 {
				b = []byte(strings.Repeat(" !#[]Z0", 3))
			}
			at := at % 20
			b[at] = byte(c)
			want := slices.IndexFunc(b, func(c byte) bool { return !plainByte[c] })
			if want < 0 {
				want = len(b)
			}
			if got := plain(b); got != want {
				t.Fatalf("byte %#x at %d: %d plain bytes, not %d", c, at, got, want)
			}
			if at > 0 { // more of the kind before it
				b[at-1] = byte(255 - c)
				if want := slices.IndexFunc(append(b, '"'), func(c byte) bool { return !plainByte[c] }); plain(b) != want {
					t.Fatalf("bytes %#x and %#x at %d: %d plain bytes, not %d", 255-c, c, at-1, plain(b), want)
				}
			}
		}
	}
}

// What follows an item of a list is a comma or the end of the list, and a log that was seen is named, counted and hashed.
func TestListsInAnEnvelope(t *testing.T) {
	e := sample()
	e.Crit = []string{"hold", "later"}
	e.Seen = append(e.Seen, Seen{Origin: "entente/7f3a9c2e01b4d8aa/zz/1", Size: 5, Root: e.Seen[0].Root})
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if d, err := Decode(b); err != nil || !slices.Equal(d.Crit, e.Crit) || len(d.Seen) != len(e.Seen) {
		t.Fatalf("%+v, %v", d, err)
	}
	for _, c := range [][2]string{{`["hold","later"]`, `"hold"`}, {`["hold","later"]`, `["hold":"later"]`}, {`["hold","later"]`, `["hold",7]`}, {`]],"type"`, `]:[],"type"`}, {`"seen":[[`, `"seen":[{`}, {`"seen":[[`, `"seen":[[7,`}, {`,5,"`, `:5,"`}, {`,5,"`, `,5:"`},
		{`,5,"`, `,5,7,"`}, {`,5,"`, `,5,"A`}} {
		bad := bytes.Replace(b, []byte(c[0]), []byte(c[1]), 1)
		if bytes.Equal(bad, b) {
			t.Fatalf("%s is not in %s", c[0], b)
		}
		if d, err := Decode(bad); err == nil {
			t.Errorf("%s instead of %s passes: %+v", c[1], c[0], d)
		}
	}
	if _, err := Decode(make([]byte, MaxBytes+1)); err == nil {
		t.Error("more than any entry has is read")
	}
	var body struct{ Text string }
	if err := DecodeBody(&Entry{Body: []byte(`{"Text":"x","more":1}`)}, &body); err == nil {
		t.Error("a body with more than its kind has is read")
	}
	if err := DecodeBody(&Entry{Body: []byte(`{"Text":"x"}`)}, &body); err != nil || body.Text != "x" {
		t.Errorf("%+v, %v", body, err)
	}
}

// A name of a log is read in its one spelling, and no other name looks like one.
func TestOriginsAreReadAsTheyAreWritten(t *testing.T) {
	mech := strings.Repeat("7f", 32)
	if m, p, n, err := ParseOrigin(Origin(mech, "cedar", 3)); err != nil || m != mech[:16] || p != "cedar" || n != 3 {
		t.Errorf("%s, %s, %d, %v", m, p, n, err)
	}
	good := Origin(mech, "cedar", 3)
	for _, bad := range []string{"", "entente", good + "/x", strings.Replace(good, "cedar", "Cedar", 1), strings.Replace(good, "/3", "/0", 1), strings.Replace(good, "/3", "/03", 1), strings.Replace(good, "/3", "/x", 1),
		strings.Replace(good, "7f7f", "7F7f", 1), strings.Replace(good, "7f7f", "zz7f", 1), strings.Replace(good, "7f7f", "7f", 1), "other" + strings.TrimPrefix(good, "entente")} {
		if m, p, n, err := ParseOrigin(bad); err == nil {
			t.Errorf("%q is the log of %s in %s, generation %d", bad, p, m, n)
		}
	}
	if w, c := WitnessName(mech, "cedar"), ParcelName(mech, "cedar", "birch"); w == good || c == good || w == c || !strings.Contains(c, "birch") {
		t.Errorf("%s, %s and %s can be taken for one another", good, w, c)
	}
}
