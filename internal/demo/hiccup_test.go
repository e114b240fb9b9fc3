package demo

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/dialogue"
	"entente.example/internal/margin"
	"entente.example/internal/node"
	"entente.example/internal/store/storetest"
	"entente.example/internal/view"
)

// leaves are what is made of the record alone: pages and tables, by name.
func leaves(s *node.Snapshot, f view.From, member string) (map[string]func() (any, error), error) {
	out := map[string]func() (any, error){
		"mechanism":  func() (any, error) { return f.Mechanism(member, view.At{}) },
		"card":       func() (any, error) { return f.Card(3) },
		"texts":      func() (any, error) { return f.Texts() },
		"foundation": func() (any, error) { return f.Foundation() },
		"record":     func() (any, error) { return f.Record(0) },
		"older":      func() (any, error) { return f.Record(9) },
		"board":      func() (any, error) { return f.Board(member) },
		"line":       func() (any, error) { return f.HotLine("main", member) },
		"press":      func() (any, error) { return f.Press(member, view.At{}) },
		"awaits":     func() (any, error) { return f.Awaits(member) },
		"citable":    func() (any, error) { return f.Citable("") },
		"changes":    func() (any, error) { return f.Changes(member, "", 40) },
		"steady":     func() (any, error) { return f.Steady() },
		"ours":       func() (any, error) { return f.ChromeOurs() },
		"aside":      func() (any, error) { return f.ChromeAside() },
	}
	for _, name := range view.ListNames() {
		switch name {
		case view.ListAttachments, view.ListDelegations, view.ListNotes, view.ListTasks, view.ListClearances, view.ListAsked:
			continue // of more than the record
		}
		out["list of "+name] = func() (any, error) { return f.Table(name, member) }
	}
	for _, p := range s.Charter().Document().Parties {
		id := charter.ActID(p.ID, 1, 2)
		out["entry "+id] = func() (any, error) { return f.Entry(id) }
	}
	texts, err := s.Texts()
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		out["text "+t.ID] = func() (any, error) { return f.Text(t.ID, member, f.Now) }
		if t.Frozen(s.Charter()) != nil {
			out["sealing of "+t.ID] = func() (any, error) { return f.Sealing(t.ID, member, f.Now) }
		}
	}
	for _, k := range dialogue.Kinds {
		out["all of "+k.ID] = func() (any, error) { return f.Matters(k.ID, member, view.At{}) }
		all, err := f.Matters(k.ID, member, view.At{})
		if err != nil {
			return nil, err
		}
		for _, group := range all.Groups {
			for _, r := range group.Rows[:min(len(group.Rows), 2)] {
				out[k.ID+" "+r.ID] = func() (any, error) { return f.Matter(k.ID, r.ID, member, view.At{}) }
			}
		}
	}
	return out, nil
}

// stumbles has the disk fail at each read of each page, one at a time. The page is refused, or it is as it always is: none is shown with something missing as if that were all.
func stumbles(t *testing.T, s *Stage, a *Actor) {
	t.Helper()
	disk := storetest.NewHiccup(t.Context())
	err := a.Node().Snapshot(disk, s.Mech, func(sn *node.Snapshot) error {
		f := view.From{Snapshot: sn, Now: time.Date(2025, 12, 2, 9, 0, 0, 0, time.UTC), Margins: &margin.Memory{}}
		all, err := leaves(sn, f, string(a.Party)+"-hod")
		if err != nil {
			return err
		}
		failures := 0
		for _, name := range slices.Sorted(maps.Keys(all)) {
			make := all[name]
			whole, err := make()
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			failures += disk.Everywhere(func() {
				if got, err := make(); err == nil && !reflect.DeepEqual(got, whole) {
					t.Errorf("%s lacks something and does not say so:\n%.4000s\n%.4000s", name, fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", whole))
				}
			})
		}
		if failures < len(all) {
			t.Errorf("of %d pages, %d reads failed", len(all), failures)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
