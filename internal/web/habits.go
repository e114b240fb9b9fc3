package web

import (
	"net/http"

	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/refusal"
)

// A person's habits are kept in their browser: whether single keys do anything there, and whether they still want to be shown the first steps.
const (
	shortcutsCookie = "shortcuts"   // "off"
	stepsCookie     = "first-steps" // the member who wants them no more
)

// shortcut is one of keys.js; a test holds the two together.
type shortcut struct {
	Keys []string // pressed one after the other
	What string   // message key
}

// shortcuts are what single keys do, on every page and about the paragraph of a text that the reader has come to.
var shortcuts = struct{ Everywhere, AtTheTable []shortcut }{
	[]shortcut{
		{[]string{"?"}, "help.key_help"},
		{[]string{"g", "h"}, "help.key_home"},
		{[]string{"g", "m"}, "help.key_mechanism"},
		{[]string{"/"}, "help.key_search"},
		{[]string{"Escape"}, "help.key_close"},
	},
	[]shortcut{
		{[]string{"j"}, "help.key_next"},
		{[]string{"k"}, "help.key_previous"},
		{[]string{"a"}, "help.key_accept"},
		{[]string{"p"}, "help.key_propose"},
		{[]string{"r"}, "help.key_reserve"},
		{[]string{"o"}, "help.key_reopen"},
		{[]string{"s"}, "help.key_concord"},
		{[]string{"l"}, "help.key_link"},
		{[]string{"t"}, "help.key_comment"},
		{[]string{"c"}, "help.key_ours"},
	},
}

// shortcutsOn reports whether the reader's browser is given keys.js.
func (v *visit) shortcutsOn() bool {
	c, err := v.r.Cookie(shortcutsCookie)
	return v.session.Member != "" && (err != nil || c.Value != "off")
}

type helpPage struct{ Frame frame }

func (p *helpPage) template() string { return "help" }
func (p *helpPage) frame() *frame    { return &p.Frame }

// Everywhere are the shortcuts of every page.
func (p *helpPage) Everywhere() []shortcut { return shortcuts.Everywhere }

// AtTheTable are those about a paragraph.
func (p *helpPage) AtTheTable() []shortcut { return shortcuts.AtTheTable }

func (s *Site) help(v *visit) (page, error) {
	return &helpPage{Frame: frame{Title: locale.Message(v.lang, "help.title", nil)}}, nil
}

// habit keeps one of the reader's habits.
func (s *Site) habit(v *visit) (page, error) {
	keep := func(name, value string, age int) {
		http.SetCookie(v.w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: s.tls(v.r), SameSite: http.SameSiteLaxMode})
	}
	switch v.r.PostFormValue("do") {
	case "shortcuts_off":
		keep(shortcutsCookie, "off", yearOfCookie)
		v.back("/help", "shortcuts_off", "keys")
	case "shortcuts_on":
		keep(shortcutsCookie, "", -1)
		v.back("/help", "shortcuts_on", "keys")
	case "steps_done":
		keep(stepsCookie, v.session.Member, yearOfCookie)
		v.offerUndo("steps_done", undo{To: "/habits"})
		v.back("/", "steps_done", "")
	case "steps_again":
		keep(stepsCookie, "", -1)
		v.undoCookie("", -1)
		v.back("/", "", "first-steps")
	default:
		return nil, refusal.New(refusal.Invalid, "web.bad_form")
	}
	return nil, nil
}

// firstStep is something for a member to begin with.
type firstStep struct {
	What string // message key
	To   string
	Done bool
}

// firstSteps are what a member is shown who has not settled in: a way in of their own, until there is one; and on their first visit, what awaits them and what to look at. A step goes by being taken, and all of
// them when the member says so. What anybody reads is not noted down for it.
func (s *Site) firstSteps(v *visit, h view.Home) ([]firstStep, error) {
	if c, err := v.r.Cookie(stepsCookie); err == nil && c.Value == v.session.Member {
		return nil, nil
	}
	own, err := s.ownWayIn(v)
	begins := h.Since.IsZero() && len(h.Mechanisms) > 0
	if err != nil || own && !begins {
		return nil, err
	}
	enter := firstStep{"help.step_enter", "/sessions#passkeys", own}
	if s.o.SignOnOnly {
		enter.To = "/sessions#sign-on"
	}
	steps := []firstStep{enter}
	if !begins {
		return steps, nil
	}
	steps = append(steps, firstStep{"help.step_awaits", "#awaits", len(h.Awaits) == 0})
	for _, m := range h.Mechanisms {
		if len(m.Texts) > 0 {
			return append(steps, firstStep{"help.step_text", "/m/" + m.Ref + "/texts/" + m.Texts[0].ID, false}), nil
		}
	}
	return append(steps, firstStep{"help.step_record", "/m/" + h.Mechanisms[0].Ref + "/record", false}), nil
}

// ownWayIn reports whether the reader can come back without a link.
func (s *Site) ownWayIn(v *visit) (bool, error) {
	bound, err := s.o.Staff.SignOn(v.r.Context(), v.session.Member)
	if err != nil || !bound.Created.IsZero() || s.o.SignOnOnly {
		return !bound.Created.IsZero(), err
	}
	keys, err := s.o.Staff.Passkeys(v.r.Context(), v.session.Member)
	if err != nil || len(keys) > 0 {
		return len(keys) > 0, err
	}
	since, err := s.o.Staff.Password(v.r.Context(), v.session.Member)
	return !since.IsZero(), err
}
