// Package witness is what passes between logs and outside witnesses, from both sides: asking a witness that others run for its cosignature, and being one. C2SP tlog-witness.
//
// It promises that a witness is shown a log's name, its size, its root hash and the log's own signatures, and nothing else; that no answer of a witness is believed which its keys have not
// signed; and that a witness never cosigns two histories, whatever comes at once and whenever the power goes.
package witness

import (
	"net/url"
	"slices"
	"strings"

	"entente.example/ledger"
	"entente.example/refusal"
)

// Peer is a witness that somebody else runs.
type Peer struct {
	URL  string // its submission prefix
	Keys []ledger.NoteKey
}

// Limits of a list.
const (
	MaxPeers = 8
	maxKeys  = 4
	maxList  = 64 << 10
)

// Name is the name that it cosigns under.
func (p Peer) Name() string { return p.Keys[0].Name() }

// NewPeer checks what somebody says of a witness.
func NewPeer(prefix string, vkeys []string) (Peer, error) {
	p := Peer{URL: strings.TrimSuffix(prefix, "/")}
	u, err := url.Parse(p.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || strings.ContainsAny(prefix, " \t\n") {
		return p, refusal.New(refusal.Invalid, "witness.bad_url", "url", prefix)
	}
	for _, v := range vkeys {
		k, err := ledger.ParseNoteKey(v)
		if err != nil {
			return p, err
		}
		if !k.Witnesses() || len(p.Keys) > 0 && k.Name() != p.Name() {
			return p, refusal.New(refusal.Invalid, "witness.bad_key", "key", v)
		}
		p.Keys = append(p.Keys, k)
	}
	if len(p.Keys) == 0 || len(p.Keys) > maxKeys {
		return p, refusal.New(refusal.Invalid, "witness.no_key")
	}
	return p, nil
}

// ParseList reads a list of witnesses: one a line, its URL and its keys divided by spaces. Lines that begin with # are for people.
func ParseList(b []byte) (out []Peer, err error) {
	if len(b) > maxList {
		return nil, refusal.New(refusal.Invalid, "witness.too_many")
	}
	for line := range strings.Lines(string(b)) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		p, err := NewPeer(words[0], words[1:])
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(o Peer) bool { return o.Name() == p.Name() }) {
			return nil, refusal.New(refusal.Conflict, "witness.there", "name", p.Name())
		}
		if len(out) == MaxPeers {
			return nil, refusal.New(refusal.Invalid, "witness.too_many")
		}
		out = append(out, p)
	}
	return out, nil
}

const listHead = `# Outside witnesses of our log, one a line: URL and verifier keys. They are shown the log's name, its size and its root hash, and nothing else. entente witness add, entente witness remove
`

// FormatList writes what ParseList reads.
func FormatList(peers []Peer) []byte {
	b := []byte(listHead)
	for _, p := range peers {
		b = append(b, p.URL...)
		for _, k := range p.Keys {
			b = append(append(b, ' '), k.String()...)
		}
		b = append(b, '\n')
	}
	return b
}
