package strongroom

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"entente.example/enclosure"
	"entente.example/internal/durable"
	"entente.example/internal/store"
)

// keyring keeps one small file for each body: its key, then its salt. The file's name is a label that says nothing of the body.
type keyring struct {
	dir  string
	rand io.Reader
}

const (
	labelBytes = 16
	keyBytes   = 32
	fileBytes  = keyBytes + enclosure.SaltBytes
)

// key seals the pieces of one body. Kind and number make the nonce: under one key no two plain texts have the same.
type key struct {
	aead cipher.AEAD
	salt enclosure.Salt
}

const (
	kindPiece = 0
	kindProof = 1
)

// String keeps a key out of logs.
func (key) String() string { return "[key of a body]" }

func newKey(b []byte) (key, error) {
	block, err := aes.NewCipher(b[:keyBytes])
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCM(block)
	return key{aead, enclosure.Salt(b[keyBytes:])}, err
}

func nonce(kind byte, n int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{kind, 0, 0, 0}, uint64(n))
}

func (k key) seal(kind byte, n int64, plain []byte) []byte {
	return k.aead.Seal(nil, nonce(kind, n), plain, nil)
}

func (k key) open(kind byte, n int64, sealed []byte) ([]byte, error) {
	plain, err := k.aead.Open(nil, nonce(kind, n), sealed, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: piece %d of a body: %w", store.ErrDamaged, n, err)
	}
	return plain, nil
}

// open makes the directory if need be and lists the labels in it.
func (r keyring) open() (map[string]bool, error) {
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return nil, err
	}
	files, err := os.ReadDir(r.dir)
	if err != nil {
		return nil, err
	}
	labels := map[string]bool{}
	for _, f := range files {
		if label, err := hex.DecodeString(f.Name()); err == nil && len(label) == labelBytes {
			labels[string(label)] = true
		}
	}
	return labels, nil
}

func (r keyring) path(label []byte) string { return filepath.Join(r.dir, hex.EncodeToString(label)) }

func (r keyring) make() (label []byte, k key, err error) {
	var salt enclosure.Salt
	if _, err := io.ReadFull(r.rand, salt[:]); err != nil {
		return nil, k, err
	}
	return r.makeWith(salt)
}

// makeWith makes a key for a body whose salt is known. It is durable when it returns.
func (r keyring) makeWith(salt enclosure.Salt) (label []byte, k key, err error) {
	b := make([]byte, labelBytes+keyBytes, labelBytes+fileBytes)
	if _, err := io.ReadFull(r.rand, b); err != nil {
		return nil, k, err
	}
	label, b = b[:labelBytes:labelBytes], append(b[labelBytes:], salt[:]...)
	f, err := os.OpenFile(r.path(label), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, k, onDisk(err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close(), durable.Folder(r.dir)); err != nil {
		return nil, k, errors.Join(onDisk(err), os.Remove(r.path(label)))
	}
	k, err = newKey(b)
	return label, k, err
}

// onDisk names the failure of a full disk as the store does.
func onDisk(err error) error {
	if durable.Refused(err) {
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return err
}

// load reads a key. Without it the body is not there: store.ErrMissing.
func (r keyring) load(label []byte) (key, error) {
	b, err := os.ReadFile(r.path(label))
	if errors.Is(err, fs.ErrNotExist) {
		return key{}, fmt.Errorf("%w: the key of a body", store.ErrMissing)
	}
	if err == nil && len(b) != fileBytes {
		err = fmt.Errorf("%w: the key of a body", store.ErrDamaged)
	}
	if err != nil {
		return key{}, err
	}
	return newKey(b)
}

// burn overwrites a key where it lies, and takes its file away. It may be repeated.
func (r keyring) burn(label []byte) error {
	f, err := os.OpenFile(r.path(label), os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, fileBytes))
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(r.path(label)), durable.Folder(r.dir))
}

// FreeBytes is what an ordinary user may still write on the disk that dir is on.
func FreeBytes(dir string) (int64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
