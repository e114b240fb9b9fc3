package record

import (
	"fmt"
	"testing"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/party"
)

// A party attests of its own earlier generation what it has seen of it, however late that came to light: where others make a cut it makes none. SPEC generation-vouched.
func TestAPartyAttestsOfItsOwnGenerationsWhatItHasSeen(t *testing.T) {
	x := newLines(t)
	x.tables(1, "b-all", "lost")
	lost := x.whole(1)
	x.renews(x.base[1], x.head(0, x.base[0]))
	x.tables(4, "b-all", "unknowing")
	x.tables(4, "b-all", "knowing", lost)
	x.tables(2, "c-all", "vouches", lost)
	x.tables(2, "c-all", "knows", x.whole(4))
	r := x.reader(0, map[int]int64{1: lost.Size, 2: int64(len(x.logs[2])), 4: 3})
	if n := r.fold.Applied().At(4); n != 3 {
		t.Fatalf("%d entries of the new generation are folded", n)
	}
	for index, want := range []int64{x.base[1], x.base[1], lost.Size} {
		past := r.rows[4][index].Position.Past
		if held, err := r.fold.held(r, 4, int64(index), past); err != nil || held.At(1) != want || fmt.Sprint(held) != fmt.Sprint(past) {
			t.Errorf("entry %d attests %v, not its past %v with %d of the old generation: %v", index, held, past, want, err)
		}
	}
}

// What a party lost counts by others' word and not by its own, be it the first that its new log says. SPEC generation-vouched.
func TestAPartyDoesNotVouchForWhatItLost(t *testing.T) {
	x := newLines(t)
	x.tables(1, "b-all", "lost")
	lost := x.whole(1)
	x.renews(x.base[1], x.head(0, x.base[0]))
	x.tables(4, "b-all", "knowing", lost)
	r := x.reader(0, map[int]int64{4: 2})
	r.receive(1, 1)
	if got := r.fold.Applied(); got.At(1) != x.base[1] || got.At(4) != 1 {
		t.Errorf("before anybody else vouches for it, %v are folded", got)
	}
	x.tables(2, "c-all", "vouches", lost)
	r.receive(2, 1)
	if got := r.fold.Applied(); got.At(1) != lost.Size || got.At(4) != 2 {
		t.Errorf("once another does, %v are folded", got)
	}
}

// A log that begins after its party's cut in another's generation keeps that cut, whatever more it has seen by then; one that had lost it, or had made none, makes its own where it first sees the next generation. SPEC generation-vouched.
func TestANewLogKeepsTheCutOfTheOneBefore(t *testing.T) {
	for _, c := range []string{"kept", "lost", "none"} {
		x := newLines(t)
		x.tables(1, "b-all", "lost")
		lost := x.whole(1)
		x.tables(2, "c-all", "vouches", lost)
		x.renews(x.base[1], x.head(0, x.base[0]))
		if c == "none" {
			x.tables(2, "c-all", "cut", x.whole(4))
		} else {
			x.tables(0, "a-all", "cut", x.head(1, x.base[1]), x.whole(4))
			x.tables(2, "c-all", "cut-too", x.whole(0), x.whole(4))
		}
		ends, want := x.base[0], lost.Size
		late := []entry.Seen{x.whole(0), lost, x.whole(2), x.whole(4)}
		var seen []entry.Seen
		switch c {
		case "kept":
			ends, want = x.whole(0).Size, x.base[1]
			seen, late = late[1:], nil
		case "none":
			ends = x.whole(0).Size
			seen, late = late[1:], nil
		}
		x.append(3, x.opening(3, party.Loss, ends, map[charter.PartyID]ssh.Signer{"a": x.keys[0]}, seen...))
		x.tables(3, "a-all", "first", late...)
		x.tables(3, "a-all", "second")
		r := x.reader(2, map[int]int64{0: int64(len(x.logs[0])), 1: lost.Size, 2: int64(len(x.logs[2])), 3: 3, 4: 1})
		if n := r.fold.Applied().At(3); n != 3 || len(r.voids) > 0 {
			t.Fatalf("%s: %d entries of the new log are folded, and void is %v", c, n, r.voids)
		}
		past := r.rows[3][2].Position.Past
		if held, err := r.fold.held(r, 3, 2, past); err != nil || past.At(1) != lost.Size || held.At(1) != want {
			t.Errorf("%s: it has seen %d of b's old generation and attests %d, not %d: %v", c, past.At(1), held.At(1), want, err)
		}
	}
}
