package main

import (
	"slices"
	"strings"
	"testing"

	"entente.example/internal/chancery"
)

// What is to be said of a counterpart is said in a sentence each, and nothing that is not so.
func TestWhatIsSaidOfALine(t *testing.T) {
	const at = "2025-01-14T08:00:00Z"
	g := &globals{lang: "en"}
	base := chancery.LineStatus{Party: "birch", Confirmed: 41, ConfirmedTo: "cedar-40", ConfirmedAt: at}
	if got := g.lineSentences(chancery.LineStatus{Party: "birch"}); !slices.Equal(got, []string{"birch has confirmed nothing of ours yet."}) {
		t.Errorf("%q", got)
	}
	if got := g.lineSentences(base); !slices.Equal(got, []string{"birch holds our record up to entry cedar-40, as of 14 January 2025 08:00 UTC."}) {
		t.Errorf("%q", got)
	}
	for want, change := range map[string]func(*chancery.LineStatus){
		"Not heard from birch since 14 January 2025 08:00 UTC":                         func(l *chancery.LineStatus) { l.Heard, l.Silent = at, &chancery.Length{Months: 2} },
		"birch has written more than this node takes of a counterpart in a day":        func(l *chancery.LineStatus) { l.Over = at },
		"birch has written as many entries as this node takes of a counterpart in all": func(l *chancery.LineStatus) { l.Over, l.OverAll = at, true },
		"We have written more than birch's node takes of a counterpart in a day":       func(l *chancery.LineStatus) { l.Full = at },
		"We have written as many entries as birch's node takes":                        func(l *chancery.LineStatus) { l.Full, l.FullAll = at, true },
		"The program of birch's node is newer than ours":                               func(l *chancery.LineStatus) { l.Newer = true },
		"The program of birch's node is older than ours":                               func(l *chancery.LineStatus) { l.Older = true },
		"The line to birch resumed at 14 January 2025 08:00 UTC by good offices, after": func(l *chancery.LineStatus) {
			l.Resumed = &chancery.Resumed{Until: at, Route: "relay", Length: chancery.Length{Years: 1}, CameIn: 3, WentOut: 4, Awaits: 5}
		},
	} {
		l := base
		change(&l)
		if got := g.lineSentences(l); len(got) != 2 || !strings.HasPrefix(got[1], want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := g.instant("soon"); got != "soon" {
		t.Errorf("what is no instant is written as it is: %q", got)
	}
}
