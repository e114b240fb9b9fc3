// Package mailbox owns what good offices may see: mailboxes without names, tokens that open them, and messages that are nothing but bytes of a few sizes. docs/protocol.md 9.
//
// It promises that a mailbox's id is a key that two nodes compute and nobody else; that only who has it can fill, read or empty the mailbox; and that a message shows neither what it
// is nor how long it is. The server of good offices uses the first half of it and cannot open the second.
package mailbox

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"golang.org/x/crypto/chacha20poly1305"
)

// ID names a mailbox: the Ed25519 public key under which its tokens are signed.
type ID [ed25519.PublicKeySize]byte

// String is the id in hex, as it stands in a request's path.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ParseID reads String's form and no other.
func ParseID(s string) (id ID, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) || hex.EncodeToString(b) != s {
		return id, false
	}
	return ID(b), true
}

// Key is both ends' secret of one mailbox.
type Key struct {
	token ed25519.PrivateKey
	seal  [chacha20poly1305.KeySize]byte
}

// Place says which mailbox of a pair is meant. No two mailboxes have anything in common that shows, not even those of one pair at two relays.
type Place struct {
	Relay string // pin
	Mech  string // id
	From  string // party
	To    string // party
}

// NewKey computes the key of a mailbox from the secret that the two nodes share.
func NewKey(shared [32]byte, p Place) Key {
	derive := func(use string) [32]byte {
		b, err := hkdf.Key(sha256.New, shared[:], nil, "entente v1 mailbox "+use+"\n"+p.Relay+"\n"+p.Mech+"\n"+p.From+"\n"+p.To+"\n", 32)
		if err != nil {
			panic("mailbox: HKDF with fixed lengths cannot fail: " + err.Error())
		}
		return [32]byte(b)
	}
	seed := derive("token")
	return Key{token: ed25519.NewKeyFromSeed(seed[:]), seal: derive("seal")}
}

// ID is the mailbox's name.
func (k Key) ID() ID { return ID(k.token.Public().(ed25519.PublicKey)) }

// Token lets one customer use the mailbox at one relay. In anybody else's hands it opens nothing, so it needs neither clock nor counter.
func (k Key) Token(relay, customer string) Token {
	return Token(ed25519.Sign(k.token, claim(relay, customer, k.ID())))
}

// Token is the mailbox's signature under who may use it where.
type Token [ed25519.SignatureSize]byte

func claim(relay, customer string, id ID) []byte {
	return []byte("entente-mailbox/1\n" + relay + "\n" + customer + "\n" + id.String() + "\n")
}

// String is the token as it stands in a request's header.
func (t Token) String() string { return base64.StdEncoding.EncodeToString(t[:]) }

// Opens reports whether text is a token with which the customer may use the mailbox at this relay.
func Opens(text string, relay, customer string, id ID) bool {
	if len(text) != base64.StdEncoding.EncodedLen(ed25519.SignatureSize) {
		return false
	}
	t, err := base64.StdEncoding.Strict().DecodeString(text)
	return err == nil && len(t) == ed25519.SignatureSize && ed25519.Verify(id[:], claim(relay, customer, id), t)
}
