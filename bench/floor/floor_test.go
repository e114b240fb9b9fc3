package floor_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"entente.example/bench/floor"
	"entente.example/ledger"
)

// The floor would be too low if its tree were another one.
func TestTreeIsTheLedgers(t *testing.T) {
	var tree floor.Tree
	b := ledger.NewBuilder()
	for n := range 600 {
		if tree.Root() != b.Root() {
			t.Fatalf("after %d leaves the roots differ", n)
		}
		leaf := fmt.Appendf(nil, "leaf %d", n)
		tree.Add(leaf)
		b.Append(ledger.LeafHash(leaf))
	}
}

func TestFloorKeepsAndRefuses(t *testing.T) {
	entry := func(idx int, more string) string {
		return fmt.Sprintf(`{"actor":{"m":"a","r":"drafter"},"at":"2024-12-09T02:00:00Z","body":{}%s,"idx":%d,"log":"l","matter":"text/x","mech":"m","seen":[],"type":"text.table","v":1}`, more, idx)
	}
	bundle := func(entries ...string) (b []byte) {
		for _, e := range entries {
			b = append(binary.BigEndian.AppendUint16(b, uint16(len(e))), e...)
		}
		return b
	}
	for name, c := range map[string]struct {
		bundle []byte
		want   string
	}{
		"good":           {bundle(entry(0, ""), entry(1, "")), ""},
		"cut off":        {bundle(entry(0, ""))[:50], "ends within"},
		"half a length":  {[]byte{0}, "ends within"},
		"unknown member": {bundle(entry(0, `,"extra":1`)), "extra"},
		"twice":          {bundle(entry(0, `,"body":{}`)), "duplicate"},
		"same place":     {bundle(entry(0, ""), entry(0, "")), "constraint"},
	} {
		k, err := floor.NewKeep(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		root, err := k.Take(c.bundle)
		if c.want == "" && (err != nil || root == [32]byte{}) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestMeasure(t *testing.T) {
	cost, err := floor.Measure(func() error {
		for c := floor.CPU(); floor.CPU()-c < 20e6; {
		}
		return nil
	})
	if err != nil || cost.CPU < 20e6 || cost.Wall <= 0 {
		t.Errorf("%+v %v", cost, err)
	}
}

func TestPairTakesAnEntryThrough(t *testing.T) {
	p, err := floor.NewPair(t.TempDir(), true)
	if err != nil {
		t.Fatal(err)
	}
	e := `{"actor":{"m":"a","r":"drafter"},"at":"2024-12-09T02:00:00Z","body":{},"idx":0,"log":"l","matter":"text/x","mech":"m","seen":[],"type":"text.table","v":1}`
	bundle := append(binary.BigEndian.AppendUint16(nil, uint16(len(e))), e...)
	author, reader, err := p.One(bundle)
	if err != nil || author <= 0 || reader < author {
		t.Errorf("%v %v %v", author, reader, err)
	}
	if _, _, err := p.One(bundle); err == nil {
		t.Error("the same entry twice")
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if err := floor.Check([][]byte{[]byte(e)}); err != nil {
		t.Error(err)
	}
	if err := floor.Check([][]byte{[]byte(e), []byte(e[1:])}); err == nil {
		t.Error("what cannot be decoded passes")
	}
}
