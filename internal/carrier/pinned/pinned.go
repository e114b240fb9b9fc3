// Package pinned makes TLS between two ends that know each other by key and by nothing else.
//
// It promises TLS 1.3 with a post-quantum hybrid key exchange or nothing, that no name, date or authority counts, and that nothing of the application is read before the other end has
// shown a key that is allowed. The direct line and the road to good offices stand on it. docs/protocol.md 5 and 9.
package pinned

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"regexp"
)

// Pin is the SHA-256 of a key's SubjectPublicKeyInfo, hex.
type Pin string

var form = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Valid reports whether a pin is spelled as one.
func (p Pin) Valid() bool { return form.MatchString(string(p)) }

// Of is the pin of a certificate.
func Of(spki []byte) Pin {
	sum := sha256.Sum256(spki)
	return Pin(hex.EncodeToString(sum[:]))
}

// ErrStranger is what the handshake ends with when the other end's key is not allowed.
var ErrStranger = errors.New("the other end has another key than those that are allowed")

// CredentialOID marks the extension of a certificate in which a new key shows by what right it speaks: an OID under 2.25, which need no registration; small enough for every parser.
var CredentialOID = asn1.ObjectIdentifier{2, 25, 1701737573}

// Credential is what a certificate carries for those who do not know its key; nil if nothing. It is not verified here, and TLS does not vouch for it.
func Credential(c *x509.Certificate) []byte {
	for _, e := range c.Extensions {
		if e.Id.Equal(CredentialOID) {
			return e.Value
		}
	}
	return nil
}

// TLS is the configuration of either end. The application protocol must be agreed; allowed judges the other end's key, and its credential if it shows one.
func TLS(own tls.Certificate, protocol string, allowed func(Pin, []byte) bool) *tls.Config {
	return &tls.Config{
		Certificates:           []tls.Certificate{own},
		MinVersion:             tls.VersionTLS13,
		CurvePreferences:       []tls.CurveID{tls.X25519MLKEM768},
		NextProtos:             []string{protocol},
		ClientAuth:             tls.RequireAnyClientCert,
		SessionTicketsDisabled: true,
		InsecureSkipVerify:     true, // there is no authority; VerifyConnection compares the key itself
		VerifyConnection: func(s tls.ConnectionState) error {
			pin, err := Peer(s, protocol)
			if err != nil {
				return err
			}
			if !allowed(pin, Credential(s.PeerCertificates[0])) {
				return ErrStranger
			}
			return nil
		},
	}
}

// Peer is the pin that the other end of a connection has shown.
func Peer(s tls.ConnectionState, protocol string) (Pin, error) {
	if len(s.PeerCertificates) != 1 || s.NegotiatedProtocol != protocol {
		return "", errors.New("one certificate and the protocol " + protocol + " are expected")
	}
	return Of(s.PeerCertificates[0].RawSubjectPublicKeyInfo), nil
}
