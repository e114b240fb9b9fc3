package keys

import (
	"bytes"
	"crypto/x509"
	"testing"

	"entente.example/internal/carrier/pinned"
)

// A certificate carries by what right its key speaks, and every parser can read it; without that it carries nothing. Its dates never end a line.
// SPEC line-credential.
func TestCertificateCarriesACredential(t *testing.T) {
	k := FromSeed([32]byte{7})
	for _, credential := range [][]byte{nil, []byte(`[{"signatures":[]}]`), bytes.Repeat([]byte("x"), 150_000)} {
		c, err := k.Certificate(credential)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(c.Certificate[0])
		if err != nil {
			t.Fatalf("a certificate with a credential of %d bytes cannot be read: %v", len(credential), err)
		}
		if got := pinned.Credential(leaf); !bytes.Equal(got, credential) {
			t.Errorf("the certificate carries %d bytes, want %d", len(got), len(credential))
		}
		if string(pinned.Of(leaf.RawSubjectPublicKeyInfo)) != k.Public().TLS {
			t.Error("the credential changes the key")
		}
		if leaf.NotAfter.Year() < 2199 {
			t.Errorf("the certificate ends in %d: a line would stop after years", leaf.NotAfter.Year())
		}
	}
}
