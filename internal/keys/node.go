// Package keys owns our own keys: the node key, from which all keys of the machine come, and the seal keys, which stand for the party.
//
// It promises that secrets lie in files that only their owner can read, that a seal key is never on disk in clear, and that no key is ever printed or logged.
package keys

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"strings"
	"sync"
	"time"

	"entente.example/entry"
	"entente.example/internal/carrier/pinned"
	"entente.example/internal/durable"
	"entente.example/ledger"
	"entente.example/refusal"
)

// NodeKey is the one secret of a node. From its 32 bytes come, by HKDF-SHA256 with a label each: the log key (Ed25519 and ML-DSA-44), the witness key (the same
// two), the key of the line (Ed25519), and the identity that opens pouches (ML-KEM-768 with X25519).
type NodeKey struct {
	seed [32]byte
	// kept are keys that have been derived, by label, and the public half of the pouch's: expanding an ML-DSA key takes half as long as signing with it.
	kept sync.Map
}

// Public are the node's public keys as a charter lists them.
type Public struct {
	LogEd25519     string
	LogMLDSA44     string
	WitnessEd25519 string
	WitnessMLDSA44 string
	TLS            string // hex SHA-256 of SubjectPublicKeyInfo
	Pouch          string // raw key of the age recipient
}

const header = "entente node key v1\n"

// Create makes a new key file that only its owner can read. It never replaces one.
func Create(path string, rand io.Reader) (*NodeKey, error) {
	k := &NodeKey{}
	if _, err := io.ReadFull(rand, k.seed[:]); err != nil {
		return nil, fmt.Errorf("chance for the node key: %w", err)
	}
	if err := create(path, []byte(header+base64.StdEncoding.EncodeToString(k.seed[:])+"\n")); err != nil {
		return nil, keyError("node key", err)
	}
	return k, nil
}

// create writes a key file. Half a key under the name of one would be in the way of every start.
func create(path string, b []byte) error {
	err := durable.Create(path, func(f *os.File) error {
		_, err := f.Write(b)
		return err
	})
	if errors.Is(err, fs.ErrExist) {
		return refusal.New(refusal.Conflict, "keys.exists", "file", path)
	}
	return err
}

// keyError says what the trouble is with, unless it is a refusal.
func keyError(what string, err error) error {
	if _, refused := errors.AsType[*refusal.Error](err); refused {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Load reads a key file and refuses one that others can read.
func Load(path string) (*NodeKey, error) {
	b, err := readSecret(path)
	if err != nil {
		return nil, err
	}
	rest, ok := strings.CutPrefix(string(b), header)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if !ok || err != nil || len(raw) != 32 {
		return nil, refusal.New(refusal.Unverified, "keys.not_a_node_key", "file", path)
	}
	return &NodeKey{seed: [32]byte(raw)}, nil
}

// FromSeed is the node key with these 32 bytes, for simulators.
func FromSeed(seed [32]byte) *NodeKey { return &NodeKey{seed: seed} }

// readSecret reads a file that only its owner may read.
func readSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refusal.New(refusal.Missing, "keys.no_file", "file", path)
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, refusal.New(refusal.Denied, "keys.open_mode", "file", path)
	}
	return os.ReadFile(path)
}

// derive makes the 32 bytes for one purpose.
func (k *NodeKey) derive(label string) [32]byte {
	b, err := hkdf.Key(sha256.New, k.seed[:], nil, "entente v1 "+label, 32)
	if err != nil {
		panic("keys: HKDF with fixed lengths cannot fail: " + err.Error())
	}
	return [32]byte(b)
}

func (k *NodeKey) ed25519(label string) ed25519.PrivateKey {
	if key, ok := k.kept.Load(label); ok {
		return key.(ed25519.PrivateKey)
	}
	seed := k.derive(label)
	key := ed25519.NewKeyFromSeed(seed[:])
	k.kept.Store(label, key)
	return key
}

func (k *NodeKey) mldsa(label string) (ledger.MLDSAKey, error) {
	if key, ok := k.kept.Load(label); ok {
		return key.(ledger.MLDSAKey), nil
	}
	key, err := ledger.NewMLDSAKey(k.derive(label))
	if err == nil {
		k.kept.Store(label, key)
	}
	return key, err
}

// LogSigner signs the checkpoints of our log called origin.
func (k *NodeKey) LogSigner(origin string) (ledger.LogSigner, error) {
	ml, err := k.mldsa("log ml-dsa-44")
	if err != nil {
		return ledger.LogSigner{}, err
	}
	return ledger.NewLogSigner(origin, k.ed25519("log ed25519"), ml)
}

// WitnessSigner makes our receipts in a mechanism.
func (k *NodeKey) WitnessSigner(mech, party string) (ledger.WitnessSigner, error) {
	return k.Cosigner(entry.WitnessName(mech, party))
}

// Cosigner cosigns under a name: for a witness of others' logs, whose key is no node's.
func (k *NodeKey) Cosigner(name string) (ledger.WitnessSigner, error) {
	ml, err := k.mldsa("witness ml-dsa-44")
	if err != nil {
		return ledger.WitnessSigner{}, err
	}
	return ledger.NewWitnessSigner(name, k.ed25519("witness ed25519"), ml)
}

// Public derives the public halves.
func (k *NodeKey) Public() Public {
	const label = "public"
	if public, ok := k.kept.Load(label); ok {
		return public.(Public)
	}
	raw := func(label string) string {
		return base64.StdEncoding.EncodeToString(k.ed25519(label).Public().(ed25519.PublicKey))
	}
	ml := func(label string) string {
		key, err := k.mldsa(label)
		if err != nil {
			panic("keys: a 32-byte seed is always an ML-DSA key: " + err.Error())
		}
		return base64.StdEncoding.EncodeToString(key.Public())
	}
	public := Public{LogEd25519: raw("log ed25519"), LogMLDSA44: ml("log ml-dsa-44"), WitnessEd25519: raw("witness ed25519"), WitnessMLDSA44: ml("witness ml-dsa-44"), TLS: string(k.Pin()),
		Pouch: k.pouchPublic()}
	k.kept.Store(label, public)
	return public
}

// Certificate is the self-signed certificate of the line. Its dates say nothing: counterparts pin the key. A credential goes along for those who do not know the key yet: see
// pinned.Credential.
func (k *NodeKey) Certificate(credential []byte) (tls.Certificate, error) {
	return certificate(k.ed25519("line ed25519"), credential)
}

// Pin is how a counterpart on the line recognises this key.
func (k *NodeKey) Pin() pinned.Pin { return pinOf(k.ed25519("line ed25519")) }

// pinOf is how the owner of a key is recognised at the other end of a line.
func pinOf(key ed25519.PrivateKey) pinned.Pin {
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic("keys: an Ed25519 key always has a SubjectPublicKeyInfo: " + err.Error())
	}
	return pinned.Of(spki)
}

func certificate(key ed25519.PrivateKey, credential []byte) (tls.Certificate, error) {
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "entente"},
		NotBefore: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2199, 12, 31, 0, 0, 0, 0, time.UTC)}
	if len(credential) > 0 {
		t.ExtraExtensions = []pkix.Extension{{Id: pinned.CredentialOID, Value: credential}}
	}
	der, err := x509.CreateCertificate(nil, t, t, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate of the line: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// String and LogValue keep the seed out of everything printed.
func (*NodeKey) String() string { return "[node key]" }
