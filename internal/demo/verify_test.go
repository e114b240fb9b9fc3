package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/node"
	"entente.example/refusal"
)

// stored is how many entries of each log a node holds.
func stored(t *testing.T, a *Actor, mech string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	err := a.Node().Snapshot(t.Context(), mech, func(s *node.Snapshot) error {
		for _, l := range s.Logs {
			out[l.Party] = l.Size
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What does not verify under its signed checkpoint is not stored, and costs only the conversation. SPEC entries-verified.
func TestNothingUnverifiedIsStored(t *testing.T) {
	s := stage(t)
	a, b := s.Actors[0], s.Actors[1]
	if _, err := s.Digests(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, x := range s.Actors[1:] {
		a.Cut(string(x.Party)) // nobody but us talks to a
	}
	if _, err := b.Act(t.Context(), s.Mech, string(b.Party)+"-draft", "text/x", draft("x")); err != nil {
		t.Fatal(err)
	}
	var origin string
	var note []byte
	var leaf []byte
	signed := func(*Actor) (bool, string, error) { // a checkpoint is stored with the next transaction, a second later at most
		ok := false
		err := b.Node().Snapshot(t.Context(), s.Mech, func(sn *node.Snapshot) error {
			l := sn.Logs[1]
			origin, note = l.Origin, l.Checkpoint
			ok = strings.HasPrefix(string(note), fmt.Sprintf("%s\n%d\n", origin, l.Size))
			e, err := sn.Reader().Entry(l.ID, l.Size-1)
			leaf = e.Leaf
			return err
		})
		return ok, string(note), err
	}
	if err := s.await(t.Context(), "the newest checkpoint is stored", signed); err != nil {
		t.Fatal(err)
	}
	before := stored(t, a, s.Mech)
	from := before[string(b.Party)]
	give := func(c link.Chunk) map[string]int64 {
		t.Helper()
		if _, err := a.Node().Offer(t.Context(), s.Mech, c, link.Direct); err != nil && refusal.As(err).Kind != refusal.Unverified {
			t.Fatal(err)
		}
		return stored(t, a, s.Mech)
	}
	altered := append([]byte{}, leaf...)
	altered[len(altered)/2] ^= 1
	for name, c := range map[string]link.Chunk{
		"an altered entry":     {Origin: origin, From: from, Entries: [][]byte{altered}, Note: note},
		"no signature":         {Origin: origin, From: from, Entries: [][]byte{leaf}, Note: note[:len(note)/3]},
		"a gap":                {Origin: origin, From: from + 1, Entries: [][]byte{leaf}, Note: note},
		"more than was signed": {Origin: origin, From: from, Entries: [][]byte{leaf, leaf}, Note: note},
		"another log":          {Origin: "entente/0/x/1", From: from, Entries: [][]byte{leaf}, Note: note},
	} {
		if got := give(c); got[string(b.Party)] != from {
			t.Errorf("%s: %v after %v", name, got, before)
		}
	}
	if got := give(link.Chunk{Origin: origin, From: from, Entries: [][]byte{leaf}, Note: note}); got[string(b.Party)] != from+1 {
		t.Errorf("the true entry is refused: %v after %d", got, from)
	}
}

// A stranger's key gets no connection, and a counterpart's key no answer about a mechanism that it does not share. SPEC line-stranger.
func TestAStrangerLearnsNothing(t *testing.T) {
	s := stage(t)
	a := s.Actors[0]
	h := &listener{heard: make(chan byte, 16), opened: make(chan *direct.Conn, 1)}
	stranger := newCarrier(t, s, h)
	ctx, stop := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer stop()
	pin := direct.Pin("")
	err := a.Node().Snapshot(ctx, s.Mech, func(sn *node.Snapshot) error {
		pin = direct.Pin(sn.Charter().Document().Parties[0].Keys.TLS)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.allow = pin
	stranger.Reach(ctx, pin, a.Config().Line.Addresses)
	select {
	case k := <-h.heard:
		t.Errorf("a stranger hears a frame of kind %d", k)
	default:
	}
	if len(h.opened) == 0 {
		return // not even a connection: the handshake ended it
	}
	var tag direct.Tag
	raw, err := hex.DecodeString(s.Mech)
	if err != nil {
		t.Fatal(err)
	}
	copy(tag[:], raw)
	(<-h.opened).Send(link.KindHello, tag, []byte(`{}`), nil)
	time.Sleep(200 * time.Millisecond)
	select {
	case k := <-h.heard:
		t.Errorf("a stranger is answered with a frame of kind %d", k)
	default:
	}
}

// listener is a stranger's ear.
type listener struct {
	allow  direct.Pin
	heard  chan byte
	opened chan *direct.Conn
}

func (l *listener) Vouched(direct.Pin, []byte, direct.Pin) bool { return false }
func (l *listener) Allowed(p direct.Pin) bool                   { return p == l.allow }
func (l *listener) Opened(c *direct.Conn) {
	select {
	case l.opened <- c:
	default:
	}
}
func (l *listener) Frame(_ *direct.Conn, kind byte, _ direct.Tag, _ []byte) {
	select {
	case l.heard <- kind:
	default:
	}
}
func (l *listener) Closed(*direct.Conn) {}

// newCarrier makes a carrier with a key that no charter lists.
func newCarrier(t *testing.T, _ *Stage, h direct.Handler) *direct.Carrier {
	t.Helper()
	k, err := keys.Create(t.TempDir()+"/key", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := k.Certificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return direct.New(direct.Config{Certificate: cert, Pin: direct.Pin(k.Public().TLS), Handler: h, Retry: 50 * time.Millisecond})
}
