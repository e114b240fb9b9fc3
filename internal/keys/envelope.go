package keys

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"filippo.io/age"
	"filippo.io/age/plugin"

	"entente.example/refusal"
)

// maxEnvelope bounds the head of an encrypted file: room for sixteen recipients.
const maxEnvelope = 40 << 10

// Seal encrypts what is written to the recipients, whose raw keys are as a charter lists them. Nothing can be read of it before it is closed: what is cut off is refused.
func Seal(w io.Writer, recipients ...[]byte) (io.WriteCloser, error) {
	var to []age.Recipient
	for _, raw := range recipients {
		r, err := age.ParseHybridRecipient(plugin.EncodeRecipient("pq", raw))
		if err != nil {
			return nil, refusal.New(refusal.Invalid, "charter.bad_key", "member", "keys.pouch").Because(err)
		}
		to = append(to, r)
	}
	return age.Encrypt(w, to...)
}

// OpenSealed decrypts what was sealed to us. Its reader gives out nothing that was altered; io.EOF comes only at the end that the sender wrote.
func (k *NodeKey) OpenSealed(r io.Reader) (io.Reader, error) { return OpenSealed(r, k) }

// OpenSealed decrypts what was sealed to any of our keys: a pouch may have been packed before one was replaced.
func OpenSealed(r io.Reader, ring ...*NodeKey) (io.Reader, error) {
	b := bufio.NewReaderSize(r, maxEnvelope)
	if _, err := envelope(b); err != nil {
		return nil, err
	}
	var ids []age.Identity
	for _, k := range ring {
		ids = append(ids, k.PouchIdentity())
	}
	out, err := age.Decrypt(b, ids...)
	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		return nil, refusal.New(refusal.Denied, "pouch.not_for_us").Because(err)
	}
	if err != nil {
		return nil, refusal.New(refusal.Unverified, "pouch.not_a_pouch").Because(err)
	}
	return out, nil
}

// Recipients is how many recipients an encrypted file has. It takes no key, and says nothing about who they are.
func Recipients(r io.Reader) (int, error) { return envelope(bufio.NewReaderSize(r, maxEnvelope)) }

// envelope looks at the head of an age file without taking it.
func envelope(b *bufio.Reader) (recipients int, err error) {
	head, _ := b.Peek(maxEnvelope) // shorter files have their end in it
	end := bytes.Index(head, []byte("\n--- "))
	if !bytes.HasPrefix(head, []byte("age-encryption.org/v1\n")) || end < 0 {
		return 0, refusal.New(refusal.Unverified, "pouch.not_a_pouch")
	}
	return bytes.Count(head[:end], []byte("\n-> mlkem768x25519 ")), nil
}
