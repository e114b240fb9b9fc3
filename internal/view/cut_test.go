package view

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Somebody who turns the pages of a long list sees everything once; a part that is not there is the beginning.
func TestParts(t *testing.T) {
	for _, n := range []int{0, 1, 12, 13, 24, 100} {
		all, seen := make([]int, n), []int{}
		for i := range all {
			all[i] = i
		}
		for from := 0; ; {
			shown, c := PartFrom(all, from, 12)
			seen = append(seen, shown...)
			if len(shown) > 12 || c.All != n || len(shown) > 0 && c.First() != shown[0]+1 || c.Whole() != (n <= 12) {
				t.Fatalf("of %d from %d: %v, %+v", n, from, shown, c)
			}
			if _, back := PartFrom(all, c.Before(), 12); from > 0 && back.To != c.From {
				t.Errorf("of %d, before %d comes %+v", n, from, back)
			}
			if !c.More() {
				break
			}
			from = c.To
		}
		if fmt.Sprint(seen) != fmt.Sprint(all) {
			t.Errorf("of %d were seen %v", n, seen)
		}
	}
	for _, from := range []int{-1, 100, 1 << 40} {
		if shown, c := PartFrom([]string{"a", "b"}, from, 1); shown[0] != "a" || c.From != 0 {
			t.Errorf("from %d: %v", from, shown)
		}
	}
}

// Somebody who reads a long history from its end sees everything once, too.
func TestPartsFromTheEnd(t *testing.T) {
	for _, n := range []int{0, 1, 12, 13, 100} {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		var seen []int
		for before := 0; ; {
			shown, c := PartBefore(all, before, 12)
			seen = append(slices.Clone(shown), seen...)
			if len(shown) > 12 || c.All != n || len(shown) > 0 && (c.First() != shown[0]+1 || c.To != shown[len(shown)-1]+1) {
				t.Fatalf("of %d before %d: %v, %+v", n, before, shown, c)
			}
			if before > 0 {
				if next, _ := PartBefore(all, c.Later(), 12); next[len(next)-1] != min(c.To+12, n)-1 {
					t.Errorf("of %d, after %d comes %v", n, before, next)
				}
			}
			if before = c.From; before == 0 {
				break
			}
		}
		if fmt.Sprint(seen) != fmt.Sprint(all) {
			t.Errorf("of %d were seen %v", n, seen)
		}
	}
}

// However few of a long list are put into their order, they are those that sorting all of it puts first, and none is lost.
func TestNewest(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		all := rnd.Perm(1 + rnd.IntN(600))
		n := rnd.IntN(len(all) + 1)
		was := slices.Clone(all)
		got := newest(all, n, func(a, b int) int { return a - b })
		for i := range n {
			if got[i] != i {
				t.Fatalf("%d of %d: place %d has %d", n, len(all), i, got[i])
			}
		}
		if slices.Sort(got); got[len(got)-1] != len(all)-1 || len(slices.Compact(got)) != len(all) {
			t.Fatalf("%d of %d: some are lost", n, len(all))
		}
		if !slices.Equal(all, was) {
			t.Fatal("the caller's list was put in another order")
		}
	}
}

// A reader with little to do among much that others of ours do sees their own first, and a list that fits keeps its order.
func TestOwnComesFirstInALongList(t *testing.T) {
	all := make([]Await, awaitsShown)
	all[awaitsShown-1].Yours = true
	if shown, _ := CutAwaits(all, 0); shown[0].Yours || !shown[awaitsShown-1].Yours {
		t.Error("a list that fits was put in another order")
	}
	all = append(all, Await{Yours: true, Due: "2025-01-01"})
	shown, c := CutAwaits(all, 0)
	if !shown[0].Yours || shown[0].Due != "" || !shown[1].Yours || shown[2].Yours || !c.More() {
		t.Errorf("%+v of %+v", shown[:3], c)
	}
	if all[0].Yours {
		t.Error("the caller's list was put in another order")
	}
}

// What was refused or withdrawn does not stand before what people work on, or what was adopted; else the order stays.
func TestTextsThatEndedStandBehind(t *testing.T) {
	cards := []TextCard{{ID: "a", Stage: "withdrawn"}, {ID: "b", Stage: "refused"}, {ID: "c", Stage: "public"}, {ID: "d", Stage: "lapsed"}, {ID: "e", Stage: "negotiation"}, {ID: "f", Stage: "failed"}}
	setAside(cards)
	got := ""
	for _, c := range cards {
		got += c.ID
	}
	if got != "cefabd" {
		t.Errorf("the order is %s", got)
	}
}

// The part that is to hold something holds it, from whichever end the list is read, and nothing in particular leaves the place as it is.
func TestWithin(t *testing.T) {
	for _, n := range []int{1, 19, 20, 21, 57} {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		for i := range all {
			if part, c := PartFrom(all, Within(i, 3, 20), 20); !slices.Contains(part, i) || c.From%20 != 0 {
				t.Errorf("%d of %d is not in %v", i, n, c)
			}
			if part, c := PartBefore(all, WithinBefore(i, 3, 20, n), 20); !slices.Contains(part, i) || (n-c.To)%20 != 0 {
				t.Errorf("%d of %d, read from the end, is not in %v", i, n, c)
			}
		}
	}
	if Within(-1, 40, 20) != 40 || WithinBefore(-1, 40, 20, 57) != 40 {
		t.Error("nothing in particular moves the place")
	}
}
