package aside

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/chacha20poly1305"

	"entente.example/lang"
)

// ID tells papers apart on their way. It is chosen by chance and stands on no page.
type ID [16]byte

func (id ID) String() string { return hex.EncodeToString(id[:]) }

func parseID(s string) (id ID, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, false
	}
	return ID(b), true
}

// Kinds of what goes between two nodes beside the record.
const (
	kindPaper byte = 1 // id, hours to keep it, text
	kindTaken byte = 2 // id: the paper is there

	// Of a sounding. Who does not know them leaves them aside, and has the paper all the same.
	kindAsks      byte = 3 // id, day: a reaction to the paper is asked by it
	kindReacts    byte = 4 // id, reaction, words
	kindWithdrawn byte = 5 // id: nothing is asked any more
	kindNoted     byte = 6 // id, one of these three in place of the hours: it is there
)

// Limits of a paper.
const (
	MaxText    = 32 << 10
	MaxKeep    = 30 * 24 * time.Hour
	StandKeep  = 7 * 24 * time.Hour
	padTo      = 4 << 10
	maxSealed  = MaxText + 2*padTo
	headBytes  = 1 + len(ID{}) + 2 + 4
	overSealed = chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead
)

// slip is what is sealed: one paper, what is said about it, or the word that something arrived. It has no sender, no date and no number in it.
type slip struct {
	kind byte
	id   ID
	keep time.Duration // whole hours; of kindNoted the kind that was noted, as if it were hours
	text string
}

// Key is one direction's key between two parties. Both nodes have it, so what opens with it was made by one of the two, and neither can show a third person by which.
type Key [chacha20poly1305.KeySize]byte

var errUnreadable = errors.New("aside: not sealed with this key, or changed on the way")

// seal encrypts and authenticates a slip: kind, id, hours, length, text, zeros up to a multiple of 4 KiB. SPEC aside-deniable.
func (k Key) seal(nonce [chacha20poly1305.NonceSizeX]byte, s slip) []byte {
	size := (headBytes + len(s.text) + padTo - 1) / padTo * padTo
	plain := make([]byte, size)
	plain[0] = s.kind
	copy(plain[1:], s.id[:])
	binary.BigEndian.PutUint16(plain[17:], uint16(s.keep/time.Hour))
	binary.BigEndian.PutUint32(plain[19:], uint32(len(s.text)))
	copy(plain[headBytes:], s.text)
	return k.aead().Seal(nonce[:], nonce[:], plain, nil)
}

// open reads what seal made, and takes nothing that a page could not show.
func (k Key) open(b []byte) (slip, error) {
	if len(b) < overSealed+headBytes || len(b) > maxSealed {
		return slip{}, errUnreadable
	}
	plain, err := k.aead().Open(nil, b[:chacha20poly1305.NonceSizeX], b[chacha20poly1305.NonceSizeX:], nil)
	if err != nil || len(plain) < headBytes {
		return slip{}, errUnreadable
	}
	s := slip{kind: plain[0], id: ID(plain[1:17]), keep: time.Duration(binary.BigEndian.Uint16(plain[17:])) * time.Hour}
	n := binary.BigEndian.Uint32(plain[19:])
	if int64(n) > int64(len(plain)-headBytes) || n > MaxText {
		return slip{}, errUnreadable
	}
	s.text = string(plain[headBytes : headBytes+int(n)])
	if !s.sound() {
		return slip{}, errUnreadable
	}
	return s, nil
}

// sound reports whether a slip is of a kind that we know, and can be shown.
func (s slip) sound() bool {
	switch s.kind {
	case kindPaper:
		return s.text != "" && utf8.ValidString(s.text) && lang.CheckText(s.text) == nil && s.keep >= time.Hour && s.keep <= MaxKeep
	case kindTaken, kindWithdrawn:
		return s.text == ""
	case kindAsks:
		return isDay(s.text)
	case kindReacts:
		_, _, ok := readReaction(s.text)
		return ok && utf8.ValidString(s.text)
	case kindNoted:
		kind := s.keep / time.Hour
		return s.text == "" && kind >= time.Duration(kindAsks) && kind <= time.Duration(kindWithdrawn)
	}
	return false
}

func (k Key) aead() cipher.AEAD {
	a, err := chacha20poly1305.NewX(k[:])
	if err != nil {
		panic("aside: the key has the right length: " + err.Error())
	}
	return a
}

// NewKey computes the key of one direction from the secret that the two nodes share.
func NewKey(shared [32]byte, p Pair) Key {
	b, err := hkdf.Key(sha256.New, shared[:], nil, "entente v1 aside\n"+p.Mech+"\n"+p.From+"\n"+p.To+"\n", chacha20poly1305.KeySize)
	if err != nil {
		panic("aside: HKDF with fixed lengths cannot fail: " + err.Error())
	}
	return Key(b)
}
