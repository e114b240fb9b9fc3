package seal

import (
	"strings"
	"testing"
)

// The line by which one side seals a text as its own alone stands behind the parties, in one spelling: whatever else stands there, or there twice, is no statement, and a statement without it is everybody's. SPEC parallel-statement.
func TestOneSidesStatementHasOneSpelling(t *testing.T) {
	s := Statement{Mechanism: strings.Repeat("ab", 32), Epoch: 1, Parties: []string{"a"}, Instrument: "text/a.bay", Round: 1, ManifestSz: 3, Texts: []Language{{Tag: "en", Size: 3, Status: "authentic"}}, Side: "east", Pair: "bay"}
	b := string(s.Format())
	const line = "parallel east bay without-joint-authority\n"
	if !strings.Contains(b, "\nparties a\n"+line+"instrument text/a.bay\n") {
		t.Fatal(b)
	}
	back, err := ParseStatement([]byte(b))
	if err != nil || back.Side != "east" || back.Pair != "bay" || string(back.Format()) != b {
		t.Fatalf("%+v %v", back, err)
	}
	if joint, err := ParseStatement([]byte(strings.Replace(b, line, "", 1))); err != nil || joint.Side != "" {
		t.Errorf("without the line: %+v %v", joint, err)
	}
	for _, bad := range []string{"parallel east bay\n", "parallel east bay with-joint-authority\n", "parallel  bay without-joint-authority\n", "parallel east  without-joint-authority\n", "parallel east\n", "parallel \n", "parallel east bay without-joint-authority \n", line + line} {
		if _, err := ParseStatement([]byte(strings.Replace(b, line, bad, 1))); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if _, err := ParseStatement([]byte(strings.Replace(strings.Replace(b, line, "", 1), "round 1\n", "round 1\n"+line, 1))); err == nil {
		t.Error("the line is taken elsewhere")
	}
}

// A statement has its lines even where it covers no language; with one of them missing it is none, whoever seals it.
func TestAStatementWithoutLanguages(t *testing.T) {
	for _, s := range []Statement{{Mechanism: "ab", Parties: []string{"a"}, Instrument: "charter"}, {Mechanism: "ab", Parties: []string{"a"}, Instrument: "text/a.bay", Side: "east", Pair: "bay"}} {
		b := string(s.Format())
		if back, err := ParseStatement([]byte(b)); err != nil || len(back.Texts) != 0 || back.Side != s.Side || string(back.Format()) != b {
			t.Errorf("%+v %v", back, err)
		}
		lines := strings.SplitAfter(b, "\n")
		for i := range lines[:len(lines)-1] {
			if strings.HasPrefix(lines[i], "parallel ") { // without it, it is everybody's
				continue
			}
			without := strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
			if _, err := ParseStatement([]byte(without)); err == nil {
				t.Errorf("without line %d it passes:\n%s", i, without)
			}
		}
	}
}
