package demo

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/node"
)

// flood is a counterpart that sends frames without end, each of them well formed, as fast as they are taken.
type flood struct {
	pin     direct.Pin
	hello   []byte
	tag     direct.Tag
	queue   func() (waiting, room int, each map[string]int) // of the node that is flooded
	sent    atomic.Int64
	longest atomic.Int64
}

func (f *flood) Allowed(p direct.Pin) bool                    { return p == f.pin }
func (f *flood) Vouched(direct.Pin, []byte, direct.Pin) bool  { return false }
func (f *flood) Frame(*direct.Conn, byte, direct.Tag, []byte) {}
func (f *flood) Closed(*direct.Conn)                          {}
func (f *flood) Opened(c *direct.Conn) {
	go func() {
		c.Send(link.KindHello, f.tag, f.hello, nil)
		for c.SendBehind(link.KindHave, f.tag, []byte("[]")) {
			f.sent.Add(1)
			if n, _, _ := f.queue(); int64(n) > f.longest.Load() {
				f.longest.Store(int64(n))
			}
		}
	}()
}

// A counterpart that floods its line takes the time of that line. In a mechanism that it is not in, acts are written and arrive meanwhile; and of what it sends no more waits for the core than its share, so that
// nobody else stands behind it for longer than that takes.
func TestAFloodStaysOnItsLine(t *testing.T) {
	s := stage(t)
	ctx := t.Context()
	a, b, c := s.Actors[0], s.Actors[1], s.Actors[2]
	other := s.among(t, a, b)
	c.Cut(string(a.Party))
	key, err := keys.Load(filepath.Join(c.Dir, chancery.KeysDir, chancery.NodeKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := key.Certificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	f := &flood{hello: fmt.Appendf(nil, `{"heads":[],"mech":"%s","party":"%s","reply":true,"version":1}`, s.Mech, c.Party), queue: a.Node().Queue}
	raw, err := hex.DecodeString(s.Mech)
	if err != nil {
		t.Fatal(err)
	}
	copy(f.tag[:], raw)
	err = a.Node().Snapshot(ctx, s.Mech, func(sn *node.Snapshot) error {
		f.pin = direct.Pin(sn.Charter().Document().Parties[0].Keys.TLS)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	go direct.New(direct.Config{Certificate: cert, Pin: direct.Pin(key.Public().TLS), Handler: f, Retry: 20 * time.Millisecond}).Reach(ctx, f.pin, a.Config().Line.Addresses)
	for i := range 5 {
		before := f.sent.Load()
		s.eventually(t, func() bool { return f.sent.Load() > before+500 }) // it goes on
		if _, err := a.Act(ctx, other, string(a.Party)+"-draft", fmt.Sprintf("text/x%d", i), draft("x")); err != nil {
			t.Fatal(err)
		}
	}
	s.eventually(t, func() bool {
		_, err := b.Text(ctx, other, "x4")
		return err == nil
	})
	// What waits is the share of a connection, perhaps of one more that it has taken the place of, and what others bring. Without a share it would be all the room that a mechanism has.
	if _, room, _ := a.Node().Queue(); f.longest.Load() > int64(room)/2 {
		t.Errorf("%d events waited for the core, which has room for %d", f.longest.Load(), room)
	}
}

// among founds one more mechanism between two of the parties.
func (s *Stage) among(t *testing.T, a, b *Actor) (mech string) {
	t.Helper()
	ctx := t.Context()
	invitation, fingerprint := s.invited(t, a, b)
	for _, x := range []*Actor{a, b} {
		joined, err := x.Join(ctx, invitation, fingerprint)
		if err != nil {
			t.Fatal(err)
		}
		mech = joined.Mech
	}
	for _, x := range []*Actor{a, b} {
		if _, err := x.Seal(ctx, mech, custodian(x.Party), "charter", false, x.pass); err != nil {
			t.Fatal(err)
		}
	}
	s.eventually(t, func() bool {
		st, err := a.Status(ctx)
		return err == nil && slices.ContainsFunc(st.Mechanisms, func(m chancery.MechanismStatus) bool { return m.Mech == mech && m.State == "in force" })
	})
	return mech
}

// invited is the invitation to one more mechanism between two of the parties.
func (s *Stage) invited(t *testing.T, a, b *Actor) (invitation []byte, fingerprint string) {
	t.Helper()
	ctx, ex := t.Context(), s.Example
	var cards [][]byte
	for _, x := range []*Actor{a, b} {
		card, err := x.Card(ctx, ex.Mandates(x.Party), x.pass)
		if err != nil {
			t.Fatal(err)
		}
		cards = append(cards, card)
	}
	d := chancery.Description{ID: "apart", Illustration: true, Founded: "2019-05-01", Names: ex.Names(), Languages: ex.Mechanism.Languages, Drafting: ex.Mechanism.Drafting, Sides: ex.SideList(), Rules: ex.Rules()}
	for i := range d.Sides {
		d.Sides[i].Parties = slices.DeleteFunc(slices.Clone(d.Sides[i].Parties), func(p charter.PartyID) bool { return p != a.Party && p != b.Party })
	}
	invitation, fingerprint, err := a.Draft(ctx, d, cards, a.pass)
	if err != nil {
		t.Fatal(err)
	}
	return invitation, fingerprint
}
