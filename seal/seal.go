// Package seal owns what a party puts its name to: manifests, statements, and SSH signatures over them.
//
// It promises that a statement has one spelling, that the same bytes are sealed by every party, and that plain `ssh-keygen -Y verify` accepts every seal this package
// accepts. It holds no key and decides nothing about who may seal. docs/protocol.md 4.1 and 4.2.
package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"entente.example/refusal"
)

// Namespaces: one for each kind of statement, so that a signature over one can never pass for another.
const (
	NamespaceSeal    = "seal-v1@entente"
	NamespaceMandate = "mandate-v1@entente"
	NamespaceInvite  = "invite-v1@entente"
	NamespaceCard    = "card-v1@entente"
	NamespaceKeys    = "keys-v1@entente"
)

// Policy is what a charter demands of a signature beyond its being right.
type Policy struct {
	RequirePIN bool // hardware keys must have verified their user
}

// keyTypes are the kinds of key that may seal; each is signed and verified by OpenSSH 8.2 and later.
var keyTypes = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256}

// ParseKey reads an authorized_keys line and returns it without comment.
func ParseKey(line string) (ssh.PublicKey, string, error) {
	k, _, options, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil || len(options) > 0 || len(bytes.TrimSpace(rest)) > 0 {
		return nil, "", refusal.New(refusal.Invalid, "seal.bad_key")
	}
	if !slices.Contains(keyTypes, k.Type()) {
		return nil, "", refusal.New(refusal.Invalid, "seal.key_type", "type", k.Type())
	}
	return k, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k))), nil
}

// Fingerprint is the SHA256:… form that ssh-keygen -l prints.
func Fingerprint(line string) string {
	k, _, err := ParseKey(line)
	if err != nil {
		return ""
	}
	return ssh.FingerprintSHA256(k)
}

// SignedBy is the fingerprint of the key that a signature says made it, "" if it is none. It verifies nothing.
func SignedBy(armor string) string {
	sig := unarmor(armor)
	if sig == nil {
		return ""
	}
	return ssh.FingerprintSHA256(sig.PublicKey)
}

// unarmor reads a signature between its two lines, nil if that is none. The library would pass over what stands beside it, in it and behind it, which ssh-keygen and other verifiers refuse: so it
// is what is read, spelled again. SPEC seal-armor
func unarmor(armor string) *sshsig.Signature {
	body, begins := strings.CutPrefix(armor, "-----BEGIN SSH SIGNATURE-----\n")
	body, ends := strings.CutSuffix(strings.TrimRight(body, "\n"), "\n-----END SSH SIGNATURE-----")
	if !begins || !ends || len(armor) > maxArmor {
		return nil
	}
	body = strings.ReplaceAll(body, "\n", "")
	raw, _ := base64.StdEncoding.DecodeString(body)
	sig, err := sshsig.ParseSignature(raw)
	if err != nil || base64.StdEncoding.EncodeToString(sig.Marshal()) != body {
		return nil
	}
	return sig
}

// Sign makes an armored SSHSIG with SHA-512.
func Sign(signer ssh.Signer, namespace string, message []byte) (string, error) {
	sig, err := sshsig.Sign(bytes.NewReader(message), signer, sshsig.HashSHA512, namespace)
	if err != nil {
		return "", fmt.Errorf("ssh signature: %w", err)
	}
	return string(sshsig.Armor(sig)), nil
}

// maxArmor bounds a signature in armor; the longest kind has about 800 bytes.
const maxArmor = 4096

// User presence and verification in a hardware key's flags.
const (
	flagTouch = 0x01
	flagPIN   = 0x04
)

// Verify checks an armored signature by the key of an authorized_keys line, and what ssh-keygen leaves unchecked: key type, SHA-512, touch, and
// the PIN if the policy asks for it. SPEC seal-keys.
func Verify(armor, line, namespace string, message []byte, p Policy) error {
	key, _, err := ParseKey(line)
	if err != nil {
		return err
	}
	bad := refusal.New(refusal.Unverified, "seal.bad_signature", "key", ssh.FingerprintSHA256(key))
	sig := unarmor(armor)
	if sig == nil {
		return bad
	}
	if sig.HashAlgorithm != sshsig.HashSHA512 {
		return refusal.New(refusal.Unverified, "seal.hash")
	}
	err = verify(sig, key, namespace, message)
	rest := sig.Signature.Rest // of a hardware key: its flags, and a counter
	hardware := strings.HasPrefix(key.Type(), "sk-") && len(rest) > 0
	switch {
	case !hardware && len(rest) > 0: // which ssh-keygen refuses
		return bad
	case hardware && rest[0]&flagTouch == 0 && !errors.Is(err, sshsig.ErrPublicKeyMismatch): // the library refuses it, too, but for no reason that it names
		return refusal.New(refusal.Unverified, "seal.no_touch")
	case err != nil:
		return bad.Because(err)
	case hardware && p.RequirePIN && rest[0]&flagPIN == 0:
		return refusal.New(refusal.Unverified, "seal.no_pin")
	}
	return nil
}

// Signers verifies signatures of distinct keys and returns which of lines made them; at least threshold must.
// SPEC seal-threshold.
func Signers(armors, lines []string, threshold int, namespace string, message []byte, p Policy) ([]int, error) {
	var by []int
	for _, armor := range armors {
		found := -1
		var last error
		for i, line := range lines {
			if slices.Contains(by, i) {
				continue
			}
			if last = Verify(armor, line, namespace, message, p); last == nil {
				found = i
				break
			}
		}
		if found < 0 {
			if last == nil {
				last = refusal.New(refusal.Unverified, "seal.same_key")
			}
			return nil, last
		}
		by = append(by, found)
	}
	if len(by) < max(threshold, 1) {
		return nil, refusal.New(refusal.Unverified, "seal.too_few", "have", fmt.Sprint(len(by)), "need", fmt.Sprint(threshold))
	}
	return by, nil
}
