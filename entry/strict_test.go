package entry

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entente.example/refusal"
)

// Whoever is refused is told what is wrong, and where.
func TestRefusalsSayWhereAndWhy(t *testing.T) {
	for _, c := range []struct {
		json, why string
		at        int
	}{
		{`tru`, "unexpected byte", 0}, {strings.Repeat("[", 17), "nested too deep", 16}, {`x`, "a value is expected", 0}, {`[1 ]`, "an array goes on with , or ]", 2}, {`[1,x]`, "a value is expected", 3},
		{`[x]`, "a value is expected", 1}, {`{1}`, "a key is expected", 1}, {`{"":1}`, "a key has 1 to 64", 2}, {`{"b":1,"a":1}`, "keys are in rising order", 9}, {`{"a" 1}`, "unexpected byte", 3}, {`{"a":x}`, "a value is expected", 5},
		{`{"a":1 }`, "an object goes on with , or }", 6}, {`90071992547409920`, "a number is at most 2^53-1", 15}, {"\"\x01\"", "a control character is escaped", 1}, {"\"\xff\"", "invalid UTF-8", 1},
		{"\"\ufdd0\"", "a noncharacter or byte order mark", 1}, {"\"e\u0301\"", "a string is in Unicode NFC", 5}, {`"`, "a string does not end", 1}, {`"\`, "an escape does not end", 1}, {`"\n`, "a string does not end", 3},
		{`"\r"`, "needless escape", 1}, {`"\u0041"`, "needless or forbidden escape", 1}, {`"\u0101"`, "needless escape", 1}, {`1 `, "bytes after the value", 1},
	} {
		if err := CheckCanonical([]byte(c.json)); err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("not canonical JSON at byte %d: %s", c.at, c.why)) {
			t.Errorf("%.40q: %v; want %q at byte %d", c.json, err, c.why, c.at)
		}
	}
	e := sample()
	e.Crit = []string{"hold"}
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][3]string{
		{`{"actor"`, `["actor"`, "an entry is an object"}, {`"body":{`, `"body":[{`, "body is an object"}, {`"matter":"text/js-9"`, `"matter":7`, "a name is expected"}, {`text/js-9`, `text/`, "not the name of a matter"},
		{`"type":"text.table"`, `"type":7`, "a name is expected"}, {`text.table`, `table`, "not the name of a type"}, {`"v":1`, `"v":0`, "v begins at 1"}, {`"v":1`, `"v":-1`, "a count is not negative"}, {`"v":1`, `"v":01`, "a value is expected"},
		{`"v":1`, `"v":1,"w":2`, `unknown member "w"`}, {`"actor":{"m":"cpc-draft","r":"drafter"}`, `"actor":7`, "actor is an object"}, {`"r":"drafter"`, `"r":"drafter","t":"x"`, `unknown member "t" of actor`}, {`,"r":"drafter"`, ``, "actor has m and r"},
		{`"m":"cpc-draft"`, `"m":7`, "a name is expected"}, {`"m":"cpc-draft",`, `"m":"cpc-draft";`, "an object goes on with , or }"}, {`"2024-12-09T02:00:00Z"`, `7`, "a string is expected"}, {`2024-12-09`, `2024-12-9`, "at is a time like"}, {`["hold"]`, `7`, "crit is a list"},
		{`["hold"]`, `[7]`, "a name is expected"}, {`["hold"]`, `["hold";"x"]`, "crit goes on with , or ]"}, {`"seen":[`, `"seen":{`, "unexpected byte"}, {`"seen":[[`, `"seen":[7,[`, "unexpected byte"}, {`]],"type"`, `];],"type"`, "seen goes on with , or ]"},
		{`]],"type"`, `],["entente/7f3a9c2e01b4d8aa/ldp/1",13,"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]],"type"`, "seen is in rising order"}, {`"AQAA`, `"AQ`, "a root has 44 characters"}, {`"AQAA`, `"` + strings.Repeat("AAAA", 50) + `AQAA`, "a root has 44 characters"}, {`"AQAA`, `"!QAA`, "a root has 44 characters"}, {`,12,"AQAA`, `,12,7,"AQAA`, "a string is expected"},
		{`cpc-draft`, ``, "a name has 1 to 128"}, {`"v":1}`, `"v":1}}`, "bytes after the entry"}, {`,"v":1}`, `}`, "a member of the entry is missing"}, {`,"v":1}`, `}}`, "bytes after the entry"},
	} {
		bad := bytes.Replace(b, []byte(c[0]), []byte(c[1]), 1)
		if bytes.Equal(bad, b) {
			t.Fatalf("%s is not in the sample", c[0])
		}
		if _, err := Decode(bad); err == nil || !strings.Contains(err.Error(), ": "+c[2]) || !strings.HasPrefix(err.Error(), "not canonical JSON") {
			t.Errorf("%s: %v; want %q", c[1], err, c[2])
		}
	}
}

// Whatever single byte becomes another, is taken away or is the last one: an entry is refused, or it is another entry in its one spelling. Nothing behind the given bytes is looked at.
func TestEveryByteOfAnEntryCounts(t *testing.T) {
	e := sample()
	e.Crit, e.Actor.Session = []string{"hold", "later"}, "passkey"
	e.Seen = append(e.Seen, Seen{Origin: "entente/7f3a9c2e01b4d8aa/zz/1", Size: 5, Root: e.Seen[0].Root})
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	judge := func(what string, at int, bad []byte) {
		d, err := Decode(bad)
		if err != nil {
			return
		}
		if again, err := d.Encode(); err != nil || !bytes.Equal(again, bad) {
			t.Fatalf("%s at byte %d: %s\nis read as\n%s, %v", what, at, bad, again, err)
		}
	}
	for at := range b {
		if _, err := Decode(b[:at:at]); err == nil {
			t.Fatalf("the first %d bytes pass", at)
		}
		judge("left out", at, slices.Delete(bytes.Clone(b), at, at+1))
		bad := bytes.Clone(b)
		for _, c := range []byte("\"\\'[]{},:; \t\n0169+-=./_aAfzZ~\x00\x1f\x7f\x80\xff") {
			bad[at] = c
			judge(fmt.Sprintf("%#x", c), at, bad)
		}
	}
	for _, c := range [][2]string{{`00:00Z"`, `00:00ZZ"`}, {`00:00Z"`, `00:0"`}, {`2024-12-09T02:00:00Z`, `2024-12-31T24:00:00Z`}, {`2024-12-09`, `2024-01-99`}} {
		if _, err := Decode(bytes.Replace(b, []byte(c[0]), []byte(c[1]), 1)); err == nil {
			t.Errorf("the time %s passes", c[1])
		}
	}
}

// What stands in strings, keys and names, byte by byte. SPEC canon-strings, canon-keys.
func TestEveryByteThatMayStand(t *testing.T) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	e := sample()
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	escapes := map[string]bool{}
	for v := 1; v < 0x20; v++ {
		escapes[fmt.Sprintf("%02x", v)] = v != '\n' && v != '\t'
	}
	for c := range 256 {
		s := string([]byte{byte(c)})
		if err := CheckCanonical([]byte(`{"` + s + `":1}`)); (err == nil) != strings.Contains(letters+"_.-", s) {
			t.Errorf("the key %q: %v", s, err)
		}
		if err := CheckCanonical([]byte(`"` + s + `"`)); (err == nil) != (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
			t.Errorf("the string %q: %v", s, err)
		}
		if _, err := Decode(bytes.Replace(b, []byte("cpc-draft"), []byte("a"+s), 1)); (err == nil) != (c > 0x20 && c < 0x7f && c != '"' && c != '\\') {
			t.Errorf("the name %q: %v", "a"+s, err)
		}
		lower := strings.Contains(letters[26:]+"_", s)
		if ValidType(s+".a") != lower || ValidType("a."+s) != lower {
			t.Errorf("the types %q and %q", s+".a", "a."+s)
		}
		if ValidID("a"+s) != strings.Contains(letters[26:]+"._-", s) || ValidID(s) != strings.Contains(letters[26:], s) {
			t.Errorf("the ids %q and %q", "a"+s, s)
		}
		for d := range 256 {
			digits := string([]byte{byte(c), byte(d)})
			if err := CheckCanonical([]byte(`"\u00` + digits + `"`)); (err == nil) != escapes[digits] {
				t.Errorf(`\u00%s: %v`, digits, err)
			}
			if digits != "00" && CheckCanonical([]byte(`"\u`+digits+`1f"`)) == nil {
				t.Errorf(`\u%s1f passes`, digits)
			}
		}
	}
	for _, s := range []string{"", ".", "a", "a.", ".a", "a.b.c"} {
		if ValidType(s) {
			t.Errorf("%q is a type", s)
		}
	}
	for r := rune(0xfdc0); r < 0x10ffff; r++ {
		if r == 0xfe00 {
			r = 0xfef0
		}
		if r > 0xffff && r&0xffff < 0xfff0 {
			r |= 0xfff0
		}
		bad := r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe || r == 0xfeff
		if err := CheckCanonical([]byte(`"` + string(r) + `"`)); (err == nil) == bad && !strings.Contains(fmt.Sprint(err), "NFC") {
			t.Errorf("U+%04X: %v", r, err)
		}
	}
	for _, s := range []string{`true`, `false`, `{"a":[1,"x"]}`, `[true,false]`, `"\u001f\n"`, `"措辞"`} {
		for n := range len(s) {
			if CheckCanonical([]byte(s)[:n:n]) == nil {
				t.Errorf("the first %d bytes of %s pass", n, s)
			}
		}
	}
}

// A string is composed as a whole, whatever follows and whatever is escaped in it. SPEC canon-nfc.
func TestComposedIsTheValue(t *testing.T) {
	for _, escape := range []string{`\n`, `\t`, `\"`, `\\`, `\u0001`, `\u001f`} {
		if err := CheckCanonical([]byte(`"e` + escape + "\u0301\"")); err != nil {
			t.Errorf("after %s a mark has nothing to combine with: %v", escape, err)
		}
		if CheckCanonical([]byte(`"`+escape+"e\u0301\"")) == nil || CheckCanonical([]byte("\"e\u0301"+escape+`"`)) == nil {
			t.Errorf("beside %s what is not composed passes", escape)
		}
	}
	if CheckCanonical([]byte("\"e\u0301措\"")) == nil || CheckCanonical([]byte("\"措e\u0301\"")) == nil {
		t.Error("beside a character that is always composed another need not be")
	}
	if got := unescape([]byte(`a\n\t\"\\\u001f\u0010b`)); got != "a\n\t\"\\\x1f\x10b" {
		t.Errorf("%q", got)
	}
}

// The long way to the canonical form spells everything that has one.
func TestTheLongWay(t *testing.T) {
	for _, v := range canonicalVectors(t) {
		b := v.bytes(t)
		if !v.Accept() {
			continue
		}
		if again, err := canonicalise(b); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: %s becomes %s, %v", v.Name, b, again, err)
		}
	}
	const want = `{"a":[1,true,false,"q\"b\\n\nt\tc\u0001 ",{}],"b":[],"c":-7}`
	if got, err := canonicalise([]byte(` {"c":-7, "b":[ ], "a":[1,true,false,"q\u0022b\\n\nt\tc\u0001 ",{}]}`)); err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	for _, none := range []string{`null`, `[null]`, `{"a":null,"b":1}`, `[1,null,2]`, `1.5`, `[`, `1.`, `{"a":1,"a":1}`} {
		if got, err := canonicalise([]byte(none)); refusal.As(err).Key != "entry.no_json" {
			t.Errorf("%s becomes %s, %v", none, got, err)
		}
	}
	for _, none := range []any{make(chan int), "\xff"} {
		if got, err := Canonical(none); refusal.As(err).Key != "entry.no_json" {
			t.Errorf("%v becomes %s, %v", none, got, err)
		}
	}
}

// Nothing is written that is not read as what was meant.
func TestEncodeRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Entry){
		"a name with a space":        func(e *Entry) { e.Actor.Member = "cpc draft" },
		"no type":                    func(e *Entry) { e.Type = "" },
		"no body":                    func(e *Entry) { e.Body = nil },
		"members inside the body":    func(e *Entry) { e.Body = []byte(`{},"crit":["x"]`) },
		"a body that is not written": func(e *Entry) { e.Body = []byte(`{ }`) },
		"a log seen twice":           func(e *Entry) { e.Seen = append(e.Seen, e.Seen[0]) },
		"a year of five digits":      func(e *Entry) { e.At = e.At.AddDate(10000, 0, 0) },
	} {
		e := sample()
		spoil(&e)
		if b, err := e.Encode(); refusal.As(err) == nil || refusal.As(err).Key != "entry.bad_name" {
			t.Errorf("%s: %s, %v", name, b, err)
		}
	}
	e := sample()
	e.Seen = append(e.Seen, Seen{Origin: "entente/7f3a9c2e01b4d8aa/a/1", Size: 3})
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if d, err := Decode(b); err != nil || d.Seen[0] != e.Seen[1] || d.Seen[1] != e.Seen[0] {
		t.Errorf("logs seen are not put in order: %+v, %v", d.Seen, err)
	}
	// SPEC canon-size: longer than any bundle holds, though well spelled.
	long := bytes.Replace(b, []byte(`{"text":"`), []byte(`{"text":"`+strings.Repeat("x", MaxBytes-len(b))), 1)
	if _, err := Decode(long); err != nil || len(long) != MaxBytes {
		t.Errorf("%d bytes: %v", len(long), err)
	}
	if _, err := Decode(bytes.Replace(long, []byte("xx"), []byte("xxx"), 1)); err == nil {
		t.Errorf("%d bytes are read", MaxBytes+1)
	}
}

// Names that others give are taken apart without trust in their parts.
func TestPartsOfNames(t *testing.T) {
	zeros := strings.Repeat("0", 32)
	for s, ok := range map[string]bool{strings.Repeat("a", maxName) + "#7@" + zeros: true, strings.Repeat("a", maxName+1) + "#7@" + zeros: false, "a#0@" + zeros: true, "a#7@": false, "a#7@" + zeros[2:]: false, "a#7@" + zeros + "00": false,
		"a#7" + zeros: false, "a7@" + zeros: false, "a#x@" + zeros: false, "a#7@" + zeros[1:] + "x": false, "a#99999999999999999999@" + zeros: false} {
		if r, err := ParseRef(s); (err == nil) != ok || ok && r.String() != s {
			t.Errorf("%s: %v, %v", s, r, err)
		}
	}
	mech := strings.Repeat("7f", 32)
	for s, ok := range map[string]bool{Origin(mech, "cedar", 1): true, Origin(mech, "cedar", 99999): true, "entente/" + mech[:16] + "/cedar/99999999999999999999": false, "entente/" + mech[:18] + "/cedar/1": false} {
		if m, _, n, err := ParseOrigin(s); (err == nil) != ok || ok && Origin(m, "cedar", n) != s {
			t.Errorf("%s: %s, %d, %v", s, m, n, err)
		}
	}
	if w := WitnessName(mech, "cedar"); w != "entente/"+mech[:16]+"/cedar/witness" {
		t.Error(w)
	}
}
