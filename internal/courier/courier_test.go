package courier

import (
	"testing"
	"time"

	"entente.example/internal/node"
	"entente.example/internal/parcel"
)

const second = time.Second

// sent lets an errand send what is due, if anything is.
func sent(t *testing.T, e *Errand, now time.Time, news string, p Parcel) (Choice, bool) {
	t.Helper()
	c, due := e.Due(now, news, "")
	if due {
		e.Sent(now, c, p)
	}
	return c, due
}

// What was sent and is not answered goes again as a whole, later each time; what is answered does not; and news goes at once, without what is on its way.
func TestWhatIsLostGoesAgain(t *testing.T) {
	e, now := NewErrand(second), time.Unix(1e9, 0)
	to := func(n int64) Parcel { return Parcel{Logs: []Run{{Origin: "log", To: n}}} }
	if c, due := sent(t, e, now, "5", to(5)); !due || !c.Whole || len(c.Carried) != 0 {
		t.Fatalf("a node that has just started sends nothing, or not everything: %+v", c)
	}
	if _, due := sent(t, e, now.Add(time.Minute), "5", to(5)); due {
		t.Error("what is on its way goes again at once")
	}
	if c, due := sent(t, e, now.Add(2*time.Minute), "7", to(7)); !due || c.Whole || c.Carried["log"] != 5 {
		t.Errorf("news waits, or takes along what is on its way: %+v", c)
	}
	last, gap := now.Add(2*time.Minute), firstly*2*second
	for range 8 {
		if _, due := sent(t, e, last.Add(gap-second), "7", to(7)); due {
			t.Fatalf("impatient after %v", gap)
		}
		if c, due := sent(t, e, last.Add(gap+second), "7", to(7)); !due || !c.Whole {
			t.Fatalf("what is lost stays lost after %v", gap)
		}
		last, gap = last.Add(gap+second), min(2*gap, lastly*second)
	}
	e.Answered(last, map[string]int64{"log": 6}, false)
	if _, due := sent(t, e, last.Add((Quickly+1)*second), "7", to(7)); !due {
		t.Error("who says that something is missing does not get it soon")
	}
	e.Answered(last, map[string]int64{"log": 7}, false)
	if _, due := e.Due(last.Add(1000*time.Hour), "7", ""); due {
		t.Error("what was acknowledged goes again")
	}
	e.Answered(last, map[string]int64{"log": 3}, false)
	if c, due := sent(t, e, last.Add((Quickly+1)*second), "7", to(7)); !due || !c.Whole {
		t.Error("who comes back with less than it held does not get all that it lacks")
	}
	e.Answered(last, map[string]int64{"log": 7}, false)
	if _, due := e.Due(last.Add(1000*time.Hour), "7", ""); due {
		t.Error("what was given back goes again")
	}
	e.Answered(last, map[string]int64{"log": 7}, true)
	if _, due := e.Due(last, "7", ""); !due {
		t.Error("who sends us what we cannot take yet is not told how far we are")
	}
}

// Bodies go once for each word of the other side, again when that is not heard for long, and as soon as entries leave room for them.
func TestBodiesGoOnceForEachWish(t *testing.T) {
	e, now := NewErrand(second), time.Unix(1e9, 0)
	c, _ := e.Due(now, "1", "x")
	if c.WithoutBodies {
		t.Fatal("the first parcel has none")
	}
	if !e.Sent(now, c, Parcel{Later: true}) {
		t.Error("bodies that had no room do not go at once")
	}
	c, due := e.Due(now, "1", "x")
	e.Sent(now, c, Parcel{Bodies: []parcel.BodyRun{{Body: "b", To: 1}}})
	if !due || c.WithoutBodies {
		t.Error("bodies that had no room do not go")
	}
	if c, _ := e.Due(now, "2", "x"); !c.WithoutBodies {
		t.Error("the same go with every parcel")
	}
	if c, _ := e.Due(now, "2", "y"); c.WithoutBodies {
		t.Error("another wish is not heard")
	}
	if c, due := e.Due(now.Add(firstly*second+second), "1", "x"); !due || c.WithoutBodies {
		t.Error("bodies that nobody answers stay lost")
	}
}

// Entries and receipts that have no room in the first parcel are more to come, and bodies are for later. Receipts alone that have none are not: the same would go again without end.
func TestFirstSaysWhatIsLeft(t *testing.T) {
	entries := Piece{Member: parcel.NewMember("log/a/1/0-1", make([]byte, 9000)), entries: new(node.Stretch)}
	receipt := Piece{Member: parcel.NewMember("receipt/a/1/b", make([]byte, 9000)), Content: make([]byte, 9000)}
	body := Piece{Member: parcel.NewMember("body/x/0-1", make([]byte, 9000)), Body: &Body{}}
	for _, c := range []struct {
		pieces      []Piece
		more, later bool
	}{
		{[]Piece{entries}, false, false},
		{[]Piece{entries, entries}, true, false},
		{[]Piece{entries, receipt}, true, false},
		{[]Piece{receipt, receipt}, false, false},
		{[]Piece{receipt, body}, false, true},
		{[]Piece{entries, receipt, body}, true, true},
	} {
		l := &Load{pieces: c.pieces}
		l.Divide(20_000)
		if len(l.Parts) != len(c.pieces) {
			t.Fatalf("%d pieces in %d parts", len(c.pieces), len(l.Parts))
		}
		if more, later := l.First(); more != c.more || later != c.later || len(l.Parts) != 1 {
			t.Errorf("%d pieces: more %v, later %v", len(c.pieces), more, later)
		}
	}
}

// A sequence never goes back, whatever the clock does; and what came late is known to be old.
func TestSequences(t *testing.T) {
	rows := []Parcel{{Party: "b", Out: true, Sequence: 900}, {Party: "c", Out: true, Sequence: 5000}, {Party: "b", Sequence: 7000, Whole: true}}
	if n := Next(rows, "b", time.Unix(10, 0)); n != 901 {
		t.Errorf("after 900 comes %d", n)
	}
	if n := Next(nil, "b", time.Unix(-10, 0)); n != 1 {
		t.Errorf("the first is %d", n)
	}
	if _, known, newer := Before(rows, "b", 6999); known || !newer {
		t.Error("what came late is not known to be old")
	}
	if same, known, newer := Before(rows, "b", 7000); !known || newer || !same.Whole {
		t.Error("what came again is not known")
	}
	var p Posted
	p.Keep(Parcel{Mech: "m", Party: "b", Sequence: 2})
	p.Keep(Parcel{Mech: "m", Party: "b", Sequence: 1})
	if of := p.Of("m", "b"); len(of) != 1 || of[0].Sequence != 2 {
		t.Errorf("what is remembered is not the newest: %v", of)
	}
}
