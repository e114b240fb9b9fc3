package demo

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/meeting"
	"entente.example/refusal"
)

// alone cuts every line of an actor, once every receipt has come round.
func alone(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	err := s.await(t.Context(), "every receipt has come round", func(a *Actor) (bool, string, error) {
		st, err := a.Status(t.Context())
		if err != nil {
			return false, "", err
		}
		for _, l := range st.Mechanisms[0].Logs {
			for _, n := range l.Confirmed {
				if n < l.Size {
					return false, fmt.Sprint(l), nil
				}
			}
		}
		return true, "", nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range s.Actors {
		if o != a {
			a.Cut(string(o.Party))
			o.Cut(string(a.Party))
		}
	}
}

func pack(t *testing.T, s *Stage, from, to *Actor, o chancery.PackOptions) ([]byte, chancery.Parcel) {
	t.Helper()
	var b bytes.Buffer
	p, err := from.PackParcel(t.Context(), s.Mech, string(to.Party), &b, o)
	if err != nil {
		t.Fatal(err)
	}
	if p.Bytes != int64(b.Len()) || !p.Whole {
		t.Errorf("%d bytes written, %+v", b.Len(), p)
	}
	return b.Bytes(), p
}

func unpack(t *testing.T, at *Actor, b []byte) chancery.Parcel {
	t.Helper()
	p, err := at.OpenParcel(t.Context(), bytes.NewReader(b), chancery.OpenOptions{Via: chancery.ByPouch})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The record goes by pouch where no line reaches: what comes is taken in once, what is acknowledged does not go again, and what was lost goes again. SPEC parcel-signed.
func TestTheRecordGoesByPouch(t *testing.T) {
	s := stage(t)
	a, b := s.Actors[0], s.Actors[1]
	alone(t, s, a)
	for _, id := range []string{"text/one", "text/two"} {
		if _, err := b.Act(t.Context(), s.Mech, string(b.Party)+"-draft", id, draft(id)); err != nil {
			t.Fatal(err)
		}
	}
	lost, first := pack(t, s, b, a, chancery.PackOptions{})
	if _, err := b.Act(t.Context(), s.Mech, string(b.Party)+"-draft", "text/three", draft("three")); err != nil {
		t.Fatal(err)
	}
	whole, second := pack(t, s, b, a, chancery.PackOptions{})
	late, third := pack(t, s, b, a, chancery.PackOptions{SinceLast: true})
	if first.Entries != 2 || second.Entries != 3 || third.Entries != 0 || second.Sequence <= first.Sequence {
		t.Errorf("packed %d, %d, %d entries", first.Entries, second.Entries, third.Entries)
	}
	if third.Sequence <= second.Sequence {
		t.Errorf("sequences %d and %d in one second", second.Sequence, third.Sequence)
	}
	before := stored(t, a, s.Mech)
	for i, want := range []int64{3, 0, 0, 0} {
		if got := unpack(t, a, [][]byte{whole, whole, lost, late}[i]); got.New != want || !got.Whole || len(got.Gaps) > 0 {
			t.Errorf("opening %d: %+v", i, got)
		}
	}
	if after := stored(t, a, s.Mech); after[string(b.Party)] != before[string(b.Party)]+3 {
		t.Errorf("%v after %v", after, before)
	}
	// Our answer acknowledges, so that nothing goes twice; and it brings the receipts.
	answer, _ := pack(t, s, a, b, chancery.PackOptions{})
	unpack(t, b, answer)
	if _, again := pack(t, s, b, a, chancery.PackOptions{}); again.Entries != 0 {
		t.Errorf("what was acknowledged goes again: %+v", again)
	}
	st, err := b.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if own := st.Mechanisms[0].Logs[1]; own.Confirmed[string(a.Party)] != own.Size {
		t.Errorf("%d of %d entries confirmed", own.Confirmed[string(a.Party)], own.Size)
	}
}

// A pouch for somebody else, from a stranger, or for a later place than we are at, takes nothing in and says why. SPEC parcel-gap.
func TestAPouchThatDoesNotFit(t *testing.T) {
	s := stage(t)
	a, b, c := s.Actors[0], s.Actors[1], s.Actors[2]
	alone(t, s, a)
	act := func(id string) {
		t.Helper()
		if _, err := b.Act(t.Context(), s.Mech, string(b.Party)+"-draft", id, draft(id)); err != nil {
			t.Fatal(err)
		}
	}
	act("text/one")
	early, _ := pack(t, s, b, a, chancery.PackOptions{})
	act("text/two")
	late, _ := pack(t, s, b, a, chancery.PackOptions{SinceLast: true})
	at := stored(t, a, s.Mech)[string(b.Party)]

	if _, err := c.OpenParcel(t.Context(), bytes.NewReader(late), chancery.OpenOptions{}); refusal.As(err).Key != "pouch.not_for_us" {
		t.Errorf("opened by another: %v", err)
	}
	got := unpack(t, a, late)
	want := chancery.Run{Party: string(b.Party), Origin: got.Gaps[0].Origin, From: at, To: at + 1}
	if got.Whole || got.New != 0 || len(got.Gaps) != 1 || got.Gaps[0] != want {
		t.Errorf("the later one first: %+v, want the gap %+v", got, want)
	}
	unpack(t, a, early)
	if got := unpack(t, a, late); !got.Whole || got.New != 1 {
		t.Errorf("the later one again: %+v", got)
	}
	if _, err := b.PackParcel(t.Context(), s.Mech, "nobody", new(bytes.Buffer), chancery.PackOptions{}); refusal.As(err).Key != "pouch.no_party" {
		t.Errorf("to nobody: %v", err)
	}
}

// Scenario a09 by pouch: the nodes have not met for six years and ten months, no line reaches, and meetings are numbered on from where they stopped. Each side's record goes to the other in
// a courier's hand, is verified from its bytes, and is the same on both. A numbering that began anew, or a break that nobody shows, fails here.
func TestA09ReturnByPouch(t *testing.T) {
	s := stage(t)
	a, b := s.Actors[0], s.Actors[1]
	meets := func(at *Actor, number int, start string) {
		t.Helper()
		m := meeting.Enter{Series: "main", Number: number, Start: start, Status: "held"}
		if _, err := at.Act(t.Context(), s.Mech, string(at.Party)+"-sec", meeting.Matter("main", number), m); err != nil {
			t.Fatal(err)
		}
	}
	s.clock.set(time.Date(2025, 2, 3, 9, 0, 0, 0, time.UTC))
	meets(b, 4, "2025-02")
	if _, err := s.Digests(t.Context()); err != nil {
		t.Fatal(err)
	}
	alone(t, s, a)
	s.clock.set(time.Date(2031, 12, 4, 9, 0, 0, 0, time.UTC))
	meets(b, 5, "2031-12-03")
	out, made := pack(t, s, b, a, chancery.PackOptions{})
	if made.Entries != 1 {
		t.Errorf("%d entries for one: what was acknowledged before the break goes again", made.Entries)
	}
	if p := unpack(t, a, out); p.New != 1 {
		t.Errorf("%+v", p)
	}
	meets(a, 6, "2032-01")
	answer, _ := pack(t, s, a, b, chancery.PackOptions{})
	if p := unpack(t, b, answer); p.New != 1 {
		t.Errorf("%+v", p)
	}
	var digests []string
	for _, at := range []*Actor{a, b} {
		all, err := at.Meetings(t.Context(), s.Mech)
		if err != nil || len(all) != 3 {
			t.Fatalf("%s: %d meetings, %v", at.Party, len(all), err)
		}
		for i, m := range all {
			if m.Meeting.Number != 4+i {
				t.Errorf("%s: meeting %d stands where %d should", at.Party, m.Meeting.Number, 4+i)
			}
		}
		if _, err := at.Verify(t.Context(), nil); err != nil {
			t.Errorf("%s: %v", at.Party, err)
		}
		d, err := at.Digest(t.Context(), s.Mech)
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, d)
	}
	if digests[0] != digests[1] {
		t.Errorf("record digests %q", digests)
	}
}
