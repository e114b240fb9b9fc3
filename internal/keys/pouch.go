package keys

import (
	"encoding/base64"
	"strings"

	"filippo.io/age"
	"filippo.io/age/plugin"
)

const pouchLabel = "pouch mlkem768x25519"

// PouchIdentity opens what is encrypted to us: an age identity, ML-KEM-768 with X25519, from a label of its own.
func (k *NodeKey) PouchIdentity() *age.HybridIdentity {
	const label = pouchLabel + ", private"
	if id, ok := k.kept.Load(label); ok {
		return id.(*age.HybridIdentity)
	}
	seed := k.derive(pouchLabel)
	id, err := age.ParseHybridIdentity(ageSecret(seed[:]))
	if err != nil {
		panic("keys: 32 bytes are always a hybrid identity: " + err.Error())
	}
	k.kept.Store(label, id)
	return id
}

// pouchPublic is the public half as a charter lists it: the ML-KEM-768 encapsulation key, then the X25519 key.
func (k *NodeKey) pouchPublic() string {
	if public, ok := k.kept.Load(pouchLabel); ok {
		return public.(string)
	}
	_, raw, err := plugin.ParseRecipient(k.PouchIdentity().Recipient().String())
	if err != nil {
		panic("keys: age reads its own recipients: " + err.Error())
	}
	public := base64.StdEncoding.EncodeToString(raw)
	k.kept.Store(pouchLabel, public)
	return public
}

const (
	bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	agePrefix      = "age-secret-key-pq-"
)

// ageSecret spells a seed as age does, in Bech32 (BIP 173) without its limit on length: age offers no other way to give an identity its seed.
func ageSecret(seed []byte) string {
	var groups []byte
	var acc, bits uint
	for _, b := range seed {
		acc, bits = acc<<8|uint(b), bits+8
		for bits >= 5 {
			bits -= 5
			groups = append(groups, byte(acc>>bits)&31)
		}
		acc &= 1<<bits - 1
	}
	if bits > 0 {
		groups = append(groups, byte(acc<<(5-bits))&31)
	}
	sum := bech32Checksum(agePrefix, groups)
	var s strings.Builder
	s.WriteString(agePrefix + "1")
	for _, g := range append(groups, sum[:]...) {
		s.WriteByte(bech32Alphabet[g])
	}
	return strings.ToUpper(s.String())
}

func bech32Checksum(prefix string, groups []byte) (sum [6]byte) {
	values := make([]byte, 0, 2*len(prefix)+1+len(groups)+len(sum))
	for i := range len(prefix) {
		values = append(values, prefix[i]>>5)
	}
	values = append(values, 0)
	for i := range len(prefix) {
		values = append(values, prefix[i]&31)
	}
	values = append(append(values, groups...), sum[:]...)
	check := uint32(1)
	for _, v := range values {
		top := check >> 25
		check = check&0x1ffffff<<5 ^ uint32(v)
		for i, g := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				check ^= g
			}
		}
	}
	check ^= 1
	for i := range sum {
		sum[i] = byte(check>>(5*(5-i))) & 31
	}
	return sum
}
