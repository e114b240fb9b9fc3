package mailbox

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"

	"golang.org/x/crypto/chacha20poly1305"
)

// Limits of a message as good offices see it.
const (
	MinMessage = 32 << 10
	MaxMessage = 4 << 20
)

// Kind says what a message carries.
type Kind byte

// Kinds of messages. A reader drops what it does not know.
const (
	Cover  Kind = 0 // nothing: it hides when something is sent
	Parcel Kind = 1
	Aside  Kind = 2 // off the record
)

const (
	headBytes = 1 + 4
	overhead  = chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead + headBytes
	// MaxContent is the longest content of a message.
	MaxContent = MaxMessage - overhead
)

// Class is the size class of a message of n bytes: Padmé, of MinMessage at least. It tells of a length no more than O(log log n) bits. SPEC mail-classes.
func Class(n int) int {
	if n <= MinMessage {
		return MinMessage
	}
	e := bits.Len(uint(n)) - 1
	mask := 1<<(e-bits.Len(uint(e))) - 1
	return (n + mask) &^ mask
}

// ErrUnreadable is all that is said of a message that is not for this mailbox, or not as it was sent.
var ErrUnreadable = errors.New("the message is not one of this mailbox, or was changed on the way")

// Seal makes a message. The nonce must be chosen by chance and never again.
func (k Key) Seal(nonce [chacha20poly1305.NonceSizeX]byte, kind Kind, content []byte) ([]byte, error) {
	if len(content) > MaxContent {
		return nil, errors.New("mailbox: content is longer than a message can carry")
	}
	size := Class(len(content) + overhead)
	out := make([]byte, len(nonce), size)
	copy(out, nonce[:])
	plain := make([]byte, size-len(nonce)-chacha20poly1305.Overhead)
	plain[0] = byte(kind)
	binary.BigEndian.PutUint32(plain[1:], uint32(len(content)))
	copy(plain[headBytes:], content)
	id := k.ID()
	return k.aead().Seal(out, nonce[:], plain, id[:]), nil
}

// Open reads a message. What was cut, changed or made for another mailbox is unreadable. SPEC mail-sealed.
func (k Key) Open(message []byte) (Kind, []byte, error) {
	if len(message) < MinMessage || len(message) > MaxMessage || Class(len(message)) != len(message) {
		return 0, nil, ErrUnreadable
	}
	id := k.ID()
	nonce, body := message[:chacha20poly1305.NonceSizeX], message[chacha20poly1305.NonceSizeX:]
	plain, err := k.aead().Open(nil, nonce, body, id[:])
	if err != nil {
		return 0, nil, ErrUnreadable
	}
	n := binary.BigEndian.Uint32(plain[1:])
	if int64(n) > int64(len(plain)-headBytes) {
		return 0, nil, ErrUnreadable
	}
	return Kind(plain[0]), plain[headBytes : headBytes+int(n)], nil
}

func (k Key) aead() cipher.AEAD {
	a, err := chacha20poly1305.NewX(k.seal[:])
	if err != nil {
		panic("mailbox: the key has the right length: " + err.Error())
	}
	return a
}

// Name is how a message is deleted: the SHA-256 of its bytes.
type Name [sha256.Size]byte

// NameOf names a message.
func NameOf(message []byte) Name { return sha256.Sum256(message) }

// MaxNames is how many messages one request deletes.
const MaxNames = 256

// WriteMessage puts one message into the answer to a collection: four bytes of length, then the message.
func WriteMessage(w io.Writer, message []byte) error {
	var head [4]byte
	binary.BigEndian.PutUint32(head[:], uint32(len(message)))
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	_, err := w.Write(message)
	return err
}

// ReadMessage takes the next message from an answer; io.EOF is its regular end. A length that no message has ends the reading before anything is read into memory.
func ReadMessage(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := int64(binary.BigEndian.Uint32(head[:]))
	if n < MinMessage || n > MaxMessage || int64(Class(int(n))) != n {
		return nil, errors.New("mailbox: the answer has a message of a length that none has")
	}
	message := make([]byte, n)
	if _, err := io.ReadFull(r, message); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return message, nil
}
