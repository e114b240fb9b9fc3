package charter

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"entente.example/refusal"
)

// A pouch must not be packed for a key that cannot exist: what is no ML-KEM-768 key with an X25519 key is refused before anybody seals the charter. SPEC charter-pouch.
func TestPouchKeyIsChecked(t *testing.T) {
	raw := func(n int, b byte) string {
		return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, n))
	}
	good := Keys{LogEd25519: raw(32, 0), LogMLDSA44: raw(1312, 0), WitnessEd25519: raw(32, 0), WitnessMLDSA44: raw(1312, 0), TLS: strings.Repeat("00", 32), Pouch: raw(1216, 0),
		Seal: []string{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"}, Threshold: 1}
	if err := good.validate("parties.a"); err != nil {
		t.Fatal(err)
	}
	for name, pouch := range map[string]string{"none": "", "half": raw(1184, 0), "more": raw(1217, 0), "no ML-KEM key": raw(1216, 0xff), "no base64": "*"} {
		k := good
		k.Pouch = pouch
		if err := k.validate("parties.a"); err == nil || refusal.As(err).Key != "charter.bad_key" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
