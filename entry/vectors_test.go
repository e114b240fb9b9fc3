package entry

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"

	"entente.example/internal/vectors"
)

// entryVector is one of testdata/vectors/entry.json. Leaf and Ref are there if the entry is accepted.
type entryVector struct {
	vectors.Header
	JSON string `json:"json"`
	Leaf string `json:"leaf,omitempty"`
	Ref  string `json:"ref,omitempty"`
}

// change is one way to spoil, or to vary, the sample entry.
type change struct{ name, reason, from, to string }

// changes that leave an entry an entry.
var harmless = []change{
	{"the sample", "", "", ""},
	{"how the person had signed in", "", `"r":"drafter"`, `"r":"drafter","s":"passkey"`},
	{"a feature to understand", "", `"idx"`, `"crit":["entente/blinded"],"idx"`},
	{"nothing seen", "", `[["entente/7f3a9c2e01b4d8aa/ldp/1",12,"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]]`, `[]`},
	{"an empty body", "", `{"text":"措辞\n"}`, `{}`},
	{"the first entry", "", `"idx":41`, `"idx":0`},
	{"a leap day", "", `2024-12-09`, `2024-02-29`},
	{"the first second of the calendar", "", `2024-12-09T02:00:00Z`, `0000-01-01T00:00:00Z`},
	{"the last second of the calendar", "", `2024-12-09T02:00:00Z`, `9999-12-31T23:59:59Z`},
	{"a matter without an id", "", `text/js-9`, `charter`},
	{"a matter of four parts", "", `text/js-9`, `meeting/main/9/a`},
	{"a later form of the body", "", `"v":1`, `"v":2`},
	{"a body twelve deep", "", `{"text":"措辞\n"}`, `{"a":` + strings.Repeat("[", 14) + strings.Repeat("]", 14) + `}`},
	{"a name of 128 characters", "", `cpc-draft`, strings.Repeat("m", 128)},
}

// changes that make it something else. A reader that is laxer in any of them disagrees with all others about what is void.
var harmful = []change{
	{"no actor", "a member is missing", `"actor":{"m":"cpc-draft","r":"drafter"},`, ``},
	{"no time", "a member is missing", `"at":"2024-12-09T02:00:00Z",`, ``},
	{"no body", "a member is missing", `"body":{"text":"措辞\n"},`, ``},
	{"no index", "a member is missing", `"idx":41,`, ``},
	{"no matter", "a member is missing", `"matter":"text/js-9",`, ``},
	{"no version", "a member is missing", `,"v":1`, ``},
	{"no member id", "a member of actor is missing", `"m":"cpc-draft",`, ``},
	{"no role", "a member of actor is missing", `,"r":"drafter"`, ``},
	{"a member too many", "unknown member", `"v":1`, `"v":1,"w":2`},
	{"a member too many in actor", "unknown member", `"r":"drafter"`, `"r":"drafter","t":"x"`},
	{"a member twice", "keys not rising", `"v":1`, `"v":1,"v":1`},
	{"members out of order", "keys not rising", `"type":"text.table","v":1`, `"v":1,"type":"text.table"`},
	{"a negative index", "wrong value", `"idx":41`, `"idx":-1`},
	{"an index as text", "wrong type", `"idx":41`, `"idx":"41"`},
	{"version zero", "wrong value", `"v":1`, `"v":0`},
	{"an offset instead of Z", "time", `02:00:00Z`, `02:00:00+00:00`},
	{"lower-case z", "time", `02:00:00Z`, `02:00:00z`},
	{"a fraction of a second", "time", `02:00:00Z`, `02:00:00.5Z`},
	{"a space instead of T", "time", `09T02`, `09 02`},
	{"one digit of hours", "time", `T02:`, `T2:`},
	{"hour 24", "time", `T02:00:00`, `T24:00:00`},
	{"minute 60", "time", `T02:00:00`, `T02:60:00`},
	{"a leap second", "time", `T02:00:00`, `T23:59:60`},
	{"30 February", "time", `2024-12-09`, `2024-02-30`},
	{"29 February of no leap year", "time", `2024-12-09`, `2023-02-29`},
	{"month 13", "time", `2024-12-09`, `2024-13-09`},
	{"month 0", "time", `2024-12-09`, `2024-00-09`},
	{"day 0", "time", `2024-12-09`, `2024-12-00`},
	{"a year of five digits", "time", `2024-12-09`, `12024-12-09`},
	{"a signed year", "time", `2024-12-09`, `+024-12-09`},
	{"digits of another script", "time", `2024-12-09`, `２02-12-09`},
	{"seconds since 1970", "time", `"2024-12-09T02:00:00Z"`, `1733709600`},
	{"a body that is a list", "wrong type", `{"text":"措辞\n"}`, `["text"]`},
	{"a body that is text", "wrong type", `{"text":"措辞\n"}`, `"{}"`},
	{"a body sixteen deep", "nested too deep", `{"text":"措辞\n"}`, `{"a":` + strings.Repeat("[", 15) + strings.Repeat("]", 15) + `}`},
	{"a body with null", "not canonical", `"措辞\n"`, `null`},
	{"a body not in NFC", "not canonical", `措辞`, "e\u0301"},
	{"white space in the body", "not canonical", `{"text":`, `{"text": `},
	{"a list of features that is empty", "an empty crit is left out", `"idx"`, `"crit":[],"idx"`},
	{"a feature that is a number", "wrong type", `"idx"`, `"crit":[1],"idx"`},
	{"a matter that climbs", "name of a matter", `text/js-9`, `text/../9`},
	{"a matter in capitals", "name of a matter", `text/js-9`, `text/JS-9`},
	{"a matter with an empty part", "name of a matter", `text/js-9`, `text//9`},
	{"a matter of five parts", "name of a matter", `text/js-9`, `text/a/b/c/d`},
	{"a matter whose id begins with a dot", "name of a matter", `text/js-9`, `text/.js`},
	{"an id of 65 characters", "name of a matter", `text/js-9`, `text/` + strings.Repeat("a", 65)},
	{"a type without an act", "name of a type", `text.table`, `table`},
	{"a type with two dots", "name of a type", `text.table`, `text.table.now`},
	{"a type in capitals", "name of a type", `text.table`, `text.Table`},
	{"a name of 129 characters", "name", `cpc-draft`, strings.Repeat("m", 129)},
	{"an empty name", "name", `cpc-draft`, ``},
	{"a space in a name", "name", `cpc-draft`, `cpc draft`},
	{"an escape in a name", "name", `cpc-draft`, `cpc\\draft`},
	{"a direction mark in a name", "name", `cpc-draft`, "cpc\u202edraft"},
	{"a letter outside ASCII in a name", "name", `cpc-draft`, `срс-draft`},
	{"seen that is an object", "wrong type", `"seen":[`, `"seen":{`},
	{"a negative size seen", "wrong value", `,12,`, `,-12,`},
	{"a root of 31 bytes", "root", `AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=`, `AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==`},
	{"a root with stray bits", "root", `AAAAAAA="`, `AAAAAAB="`},
	{"a root without padding", "root", `AAAAAAA="`, `AAAAAAAA"`},
	{"a root in the other alphabet", "root", `"AQAA`, `"_QAA`},
	{"a root with a line break", "root", `"AQAAAAAA`, `"AQAA\nAA`},
	{"a fourth part of a head", "head", `AAAAAAA="]`, `AAAAAAA=",1]`},
	{"the same log seen twice", "order", `]],"type"`, `],["entente/7f3a9c2e01b4d8aa/ldp/1",13,"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]],"type"`},
	{"logs seen out of order", "order", `]],"type"`, `],["entente/7f3a9c2e01b4d8aa/komeito/1",1,"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]],"type"`},
	{"white space between members", "not canonical", `,"idx"`, `, "idx"`},
	{"a list instead of an entry", "not an object", `{"actor"`, `[{"actor"`},
	{"bytes after the entry", "bytes after the value", `"v":1}`, `"v":1}{}`},
	{"a line break after the entry", "bytes after the value", `"v":1}`, "\"v\":1}\n"},
	{"cut off", "unterminated", `,"v":1}`, `,"v":1`},
}

func (c change) apply(t testing.TB, sample string) string {
	if c.from != "" && !strings.Contains(sample, c.from) {
		t.Fatalf("%s: %s is not in the sample", c.name, c.from)
	}
	return strings.Replace(sample, c.from, c.to, 1)
}

// SPEC canon-size, canon-keys, canon-numbers.
func TestEntryVectors(t *testing.T) {
	s := sample()
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var all []entryVector
	for _, c := range harmless {
		j := c.apply(t, string(b))
		h := sha256.Sum256(append([]byte{0}, j...))
		d, _ := Decode([]byte(j))
		ref := Ref{Origin: d.Log, Index: d.Index, Hash: [16]byte(h[:16])}
		all = append(all, entryVector{vectors.Header{Name: c.name, Expect: "accept"}, j, hex.EncodeToString(h[:]), ref.String()})
	}
	for _, c := range harmful {
		all = append(all, entryVector{Header: vectors.Header{Name: c.name, Expect: "reject", Reason: c.reason}, JSON: c.apply(t, string(b))})
	}
	vectors.Golden(t, "entry", "Entries: docs/protocol.md 2. leaf is SHA-256 of a zero byte and the entry's bytes, ref the reference to it.", all)

	for _, v := range vectors.Read[entryVector](t, "entry", 80) {
		e, err := Decode([]byte(v.JSON))
		switch {
		case v.Accept() && err != nil:
			t.Errorf("%s: %v", v.Name, err)
		case v.Accept():
			again, err := e.Encode()
			if err != nil || string(again) != v.JSON {
				t.Errorf("%s: %s is written again as %s, %v", v.Name, v.JSON, again, err)
			}
			if r, err := ParseRef(v.Ref); err != nil || r.Origin != e.Log || r.Index != e.Index || hex.EncodeToString(r.Hash[:]) != v.Leaf[:32] {
				t.Errorf("%s: reference %s, %v", v.Name, v.Ref, err)
			}
		case !errors.Is(err, ErrNotCanonical):
			t.Errorf("%s (%s) passes: %v", v.Name, v.Reason, err)
		}
	}
}

// What came before must not change what an entry means, nor let one pass: a Decoder keeps names, never verdicts.
func TestADecoderHasNoMemoryOfMeaning(t *testing.T) {
	all := vectors.Read[entryVector](t, "entry", 80)
	var r Decoder
	for _, first := range all {
		for _, v := range all {
			_, _ = r.Decode([]byte(first.JSON))
			got, err := r.Decode([]byte(v.JSON))
			want, wantErr := Decode([]byte(v.JSON))
			if !reflect.DeepEqual(got, want) || (err == nil) != (wantErr == nil) {
				t.Fatalf("%s after %s: %+v, %v; alone %+v, %v", v.Name, first.Name, got, err, want, wantErr)
			}
		}
	}
}
