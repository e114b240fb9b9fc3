package demo

import (
	"testing"
	"time"

	"entente.example/entry"
	"entente.example/internal/press"
	"entente.example/internal/text"
)

// An adopted text whose place another has taken stays public with all its files, and says so on every node; which text that is, nobody outside learns before it is released. SPEC release-superseded.
func TestASupersededTextStaysPublic(t *testing.T) {
	s := stage(t)
	s.decide(t, "js-a")
	s.decide(t, "js-b")
	now := s.clock.Now().UTC().Format(time.RFC3339)
	all := func(id, role string, body entry.Body) {
		t.Helper()
		for _, a := range s.Actors {
			s.eventually(t, func() bool {
				_, err := a.Act(t.Context(), s.Mech, string(a.Party)+"-"+role, "text/"+id, body)
				return err == nil
			})
		}
	}
	public := func(a *Actor, holds func(*press.Communique) bool) {
		t.Helper()
		s.eventually(t, func() bool {
			p, err := a.Publications(t.Context())
			e := press.Edition{All: p.All}
			c, ok := e.Find(press.Key{Mechanism: "valley", Text: "js-a"})
			return err == nil && ok && len(c.Files["content.json"]) > 0 && holds(c)
		})
	}
	all("js-a", "press", text.Release{NotBefore: now})
	public(s.Actors[0], func(c *press.Communique) bool { return c.Superseded == nil })
	all("js-a", "hod", text.Supersede{By: "js-b"})
	for _, a := range s.Actors {
		public(a, func(c *press.Communique) bool {
			return c.Superseded != nil && !c.Superseded.At.IsZero() && !c.Superseded.Public() && c.Superseded.Title == nil
		})
	}
	all("js-b", "press", text.Release{NotBefore: now})
	for _, a := range s.Actors {
		public(a, func(c *press.Communique) bool {
			return c.Superseded != nil && c.Superseded.By.Text == "js-b" && c.Superseded.Title["en"] == "On leaving"
		})
	}
}
