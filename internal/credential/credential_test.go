package credential

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"entente.example/proof"
)

// A credential that is too large loses its oldest links, never its newest: who was away for so long hears of the others from a third party.
func TestCredentialFits(t *testing.T) {
	long := jsontext.Value(`{"x":"` + strings.Repeat("y", 20<<10) + `"}`)
	all := []Credential{{Mech: "m", Party: "a"}, {Mech: "m", Party: "b"}}
	for range 30 {
		all[1].Links = append(all[1].Links, proof.Link{Type: "party.generation", Body: long})
	}
	all[1].Links[29].Type = "party.succeed"
	b, err := Encode(all)
	if err != nil || len(b) > Max {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	got := Decode(b)
	if len(got) != 1 || len(got[0].Links) < 5 || got[0].Links[len(got[0].Links)-1].Type != "party.succeed" {
		t.Fatalf("what is left: %d credentials", len(got))
	}
	if b, err := Encode(all[:1]); b != nil || err != nil {
		t.Errorf("keys of the charter need no credential, and get one of %d bytes: %v", len(b), err)
	}
	if Decode(make([]byte, Max+1)) != nil {
		t.Error("a credential beyond the limit is read")
	}
}

func FuzzCredential(f *testing.F) {
	f.Add([]byte(`[{"mech":"m","party":"a","links":[{"type":"party.succeed","body":{}}]}]`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		all := Decode(b)
		if len(all) == 0 {
			return
		}
		again, err := Encode(all)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := Encode(Decode(again)); err != nil || !bytes.Equal(again, second) {
			t.Fatalf("%q reads as another credential", again)
		}
	})
}
