package premises

import (
	"fmt"
	"testing"

	"entente.example/internal/aside"
	"entente.example/internal/view"
)

// Of more papers off the record than a page holds, those that ask for our reaction come first; whoever leafs through sees each once, and the one to be shown is on the page that is shown.
func TestPapersThatAskComeFirst(t *testing.T) {
	var all []aside.Paper
	for i := range 45 {
		all = append(all, aside.Paper{ID: fmt.Sprint(i)})
	}
	all[44].Sounding = &aside.Sounding{State: "awaited"}
	all[43].Sounding = &aside.Sounding{State: "awaited", Reaction: "welcome"}
	seen := map[string]int{}
	for at := (view.At{}); ; {
		part, cut := asidesPart(append([]aside.Paper{}, all...), at)
		if at.List == 0 && part[0].ID != "44" {
			t.Errorf("the first is %s", part[0].ID)
		}
		for _, p := range part {
			seen[p.ID]++
		}
		if !cut.More() {
			break
		}
		at.List = cut.To
	}
	for _, p := range all {
		if seen[p.ID] != 1 {
			t.Errorf("%s is there %d times", p.ID, seen[p.ID])
		}
		part, _ := asidesPart(append([]aside.Paper{}, all...), view.At{Show: p.ID})
		found := false
		for _, q := range part {
			found = found || q.ID == p.ID
		}
		if !found {
			t.Errorf("%s is not where it is to be shown", p.ID)
		}
	}
	if part, cut := asidesPart(all[:3], view.At{}); len(part) != 3 || !cut.Whole() {
		t.Errorf("a few are not whole: %v", cut)
	}
}
