package floor

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Pair is the least that two programs must do for one entry to be durable at both: commit at its author's, sign, one request over TLS, verify, commit at its reader's.
type Pair struct {
	author, reader *Keep
	key            ed25519.PrivateKey
	server         *http.Server
	client         *http.Client
	url            string
	visible        chan time.Time
}

// NewPair begins two empty databases in dir, and a line between them. With room, their commits wait for the disk once.
func NewPair(dir string, room bool) (*Pair, error) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	p := &Pair{key: key, visible: make(chan time.Time, 1)}
	for _, k := range []struct {
		name string
		at   **Keep
	}{{"author", &p.author}, {"reader", &p.reader}} {
		sub := filepath.Join(dir, k.name)
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return nil, err
		}
		if *k.at, err = NewKeep(sub); err != nil {
			return nil, err
		}
		if room {
			if err := makeRoom(sub); err != nil {
				return nil, err
			}
		}
	}
	return p, p.connect(public)
}

func (p *Pair) connect(public ed25519.PublicKey) error {
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, t, t, public, p.key)
	if err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err == nil {
			err = p.take(public, b)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		p.visible <- time.Now()
	}), TLSConfig: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: p.key}}, MinVersion: tls.VersionTLS13}}
	go func() { _ = p.server.ServeTLS(l, "", "") }() // ends with Close
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	p.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}}}
	p.url = "https://" + l.Addr().String()
	return nil
}

// take is the reader: verify, store, wait for the disk.
func (p *Pair) take(public ed25519.PublicKey, b []byte) error {
	if len(b) < ed25519.SignatureSize {
		return errors.New("too short")
	}
	sig, bundle := b[:ed25519.SignatureSize], b[ed25519.SignatureSize:]
	root, err := p.reader.Take(bundle)
	if err != nil {
		return err
	}
	if !ed25519.Verify(public, root[:], sig) {
		return errors.New("not signed by its author")
	}
	return nil
}

// One takes a bundle of one entry through, and says how long it was until it was durable at its author's, and until at its reader's.
func (p *Pair) One(bundle []byte) (author, reader time.Duration, err error) {
	began := time.Now()
	root, err := p.author.Take(bundle)
	if err != nil {
		return 0, 0, err
	}
	author = time.Since(began)
	res, err := p.client.Post(p.url, "application/octet-stream", bytes.NewReader(append(ed25519.Sign(p.key, root[:]), bundle...)))
	if err != nil {
		return 0, 0, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return 0, 0, err
	}
	if res.StatusCode != http.StatusOK {
		return 0, 0, fmt.Errorf("the reader says %s", res.Status)
	}
	return author, (<-p.visible).Sub(began), nil
}

// Close ends both.
func (p *Pair) Close() error {
	return errors.Join(p.server.Close(), p.author.Close(), p.reader.Close())
}
