package main

import (
	"strconv"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/refusal"
)

// lineSentences say how far a counterpart holds our record and as of when, since when it has not been heard from, and what the end of a long silence came to.
func (g *globals) lineSentences(l chancery.LineStatus) []string {
	say := func(key string, p refusal.Params) string {
		p["party"] = l.Party
		return locale.Message(g.language(), key, p)
	}
	out := []string{say("line.confirmed_none", refusal.Params{})}
	if l.Confirmed > 0 {
		out[0] = say("line.confirmed", refusal.Params{"entry": l.ConfirmedTo, "at": g.instant(l.ConfirmedAt)})
	}
	if l.Silent != nil {
		out = append(out, say("line.silent", refusal.Params{"at": g.instant(l.Heard), "length": g.elapsed(*l.Silent)}))
	}
	switch {
	case l.OverAll:
		out = append(out, say("line.over_all", refusal.Params{}))
	case l.Over != "":
		out = append(out, say("line.over", refusal.Params{"at": g.instant(l.Over)}))
	}
	switch {
	case l.FullAll:
		out = append(out, say("line.full_all", refusal.Params{}))
	case l.Full != "":
		out = append(out, say("line.full", refusal.Params{"at": g.instant(l.Full)}))
	}
	if l.Newer {
		out = append(out, say("line.newer_program", refusal.Params{}))
	}
	if l.Older {
		out = append(out, say("line.older_program", refusal.Params{}))
	}
	for _, w := range l.Ways {
		if w.Ahead != 0 {
			key, apart := locale.Ahead(w.Ahead)
			out = append(out, say(key, refusal.Params{"length": locale.Apart(g.language(), apart)}))
		}
	}
	if r := l.Resumed; r != nil {
		out = append(out, say("line.resumed", refusal.Params{"at": g.instant(r.Until), "length": g.elapsed(r.Length), "route": locale.Message(g.language(), "line.route_"+r.Route, nil),
			"in": strconv.FormatInt(r.CameIn, 10), "out": strconv.FormatInt(r.WentOut, 10), "awaits": strconv.Itoa(r.Awaits)}))
	}
	return out
}

// instant writes an instant of the API for a person; what is none is written as it is.
func (g *globals) instant(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return locale.Instant(g.language(), t.UTC())
}

func (g *globals) elapsed(l chancery.Length) string {
	return locale.Elapsed(g.language(), l.Years, l.Months, l.Days)
}
