package keys

import (
	"bytes"
	"io"
	"testing"

	"filippo.io/age"
)

// What is encrypted to a node key's recipient is opened by that key, and by no other.
func TestPouchIdentity(t *testing.T) {
	ours, theirs := FromSeed([32]byte{1}), FromSeed([32]byte{2})
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, ours.PouchIdentity().Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "for us"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed.Bytes()), FromSeed([32]byte{1}).PouchIdentity())
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); err != nil || string(b) != "for us" {
		t.Fatalf("%q, %v", b, err)
	}
	if _, err := age.Decrypt(bytes.NewReader(sealed.Bytes()), theirs.PouchIdentity()); err == nil {
		t.Fatal("another node opened it")
	}
	if ours.Public().Pouch == theirs.Public().Pouch || ours.Public().Pouch != FromSeed([32]byte{1}).Public().Pouch {
		t.Fatal("the recipient does not follow from the node key alone")
	}
}

// The seed's spelling is the one that age itself would write.
func TestAgeSecretIsAges(t *testing.T) {
	for i := range byte(50) {
		s := ageSecret(bytes.Repeat([]byte{i, 255 - i}, 16))
		id, err := age.ParseHybridIdentity(s)
		if err != nil {
			t.Fatal(err)
		}
		if id.String() != s {
			t.Fatalf("%s is spelled %s by age", s, id)
		}
	}
}
