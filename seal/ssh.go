package seal

import (
	"bytes"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// verify alone asks whether a signature is of a key: thousands of stories ask the same again and again, and put something in its place that remembers.
func verify(sig *sshsig.Signature, key ssh.PublicKey, namespace string, message []byte) error {
	return sshsig.Verify(bytes.NewReader(message), sig, key, sig.HashAlgorithm, namespace)
}
