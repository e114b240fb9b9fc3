package web

import (
	"net/http"
	"strings"

	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// calendar sends the mechanism's calendar.
func (s *Site) calendar(v *visit) (page, error) {
	ref := v.r.PathValue("mech")
	b, err := s.o.Source.Calendar(v.r.Context(), v.session.Member, ref, v.lang)
	if err != nil {
		return nil, err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+ref+`.ics"`)
	sendCalendar(v, b)
	return nil, nil
}

// invitation sends a message for calendar programs. The addresses come by a form that leaves no trace of them in an address, and are kept on our own side only if the form asks for it.
func (s *Site) invitation(v *visit) (page, error) {
	if err := v.r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Invalid, "web.bad_form").Because(err)
	}
	k, _ := dialogue.Find("meeting")
	in := Invite{Organizer: v.r.PostForm.Get("organizer"), Attendees: strings.FieldsFunc(v.r.PostForm.Get("attendees"), func(r rune) bool { return r == '\n' || r == '\r' }), Offer: v.r.PostForm.Get("offer"), Keep: v.r.PostForm.Get("keep") != ""}
	b, err := s.o.Source.Invitation(v.r.Context(), v.session.Member, v.r.PathValue("mech"), v.r.PathValue("id"), v.lang, in)
	switch {
	case err != nil && refusal.As(err).Kind == refusal.Internal:
		return nil, err
	case err != nil:
		return s.matterWith(v, k, "", nil, err)
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="meeting.ics"`)
	sendCalendar(v, b)
	return nil, nil
}

// Invite is whom a message for calendar programs goes to, and what it proposes instead.
type Invite struct {
	Organizer string
	Attendees []string
	Offer     string
	Keep      bool // who is asked, on our own side
}

// maxReplies bounds the mails that are brought in together.
const maxReplies = 8 << 20

// replies takes in what calendar programs answered, and shows what became of it.
func (s *Site) replies(v *visit) (page, error) {
	up, err := readUpload(v)
	var came []view.OurGuest
	if err == nil {
		came, err = s.o.Source.Replies(v.r.Context(), v.session.Member, v.r.PathValue("mech"), up.Files...)
	}
	if err != nil && refusal.As(err).Kind == refusal.Internal {
		return nil, err
	}
	k, _ := dialogue.Find("meeting")
	p, failed := s.matterWith(v, k, "", nil, err)
	if m, ok := p.(*matterPage); ok {
		m.M.Ours.Came = came
	}
	return p, failed
}

func sendCalendar(v *visit, b []byte) {
	v.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	v.w.Header().Set("Cache-Control", "private, no-store")
	_, _ = v.w.Write(b)
}

// subscribe makes the secret address of the reader's calendar and shows it once, or ends it.
func (s *Site) subscribe(v *visit) (page, error) {
	ref := v.r.PathValue("mech")
	m, err := s.o.Source.Mechanism(v.r.Context(), v.session.Member, ref, view.At{})
	if err != nil {
		return nil, err
	}
	if v.r.PostFormValue("do") == "end" {
		if err := s.o.Staff.Unsubscribe(v.r.Context(), v.session.Member, m.Mech); err != nil {
			return nil, err
		}
		v.back("/m/"+ref+"/meetings", "calendar_end", "")
		return nil, nil
	}
	secret, err := s.o.Staff.Subscribe(v.r.Context(), v.session.Member, m.Mech)
	if err != nil {
		return nil, err
	}
	k, _ := dialogue.Find("meeting")
	p, err := s.mattersWith(v, k, nil, nil)
	if list, ok := p.(*mattersPage); ok {
		list.Feed = s.address(v.r) + "/calendar/" + secret + "/" + m.Ref + ".ics"
	}
	return p, err
}

// address is the site's own, as the reader's browser has it.
func (s *Site) address(r *http.Request) string {
	if s.o.Origin != "" {
		return strings.TrimSuffix(s.o.Origin, "/")
	}
	scheme := "http://"
	if r.TLS != nil || s.o.Secure {
		scheme = "https://"
	}
	return scheme + r.Host
}

// feed sends a calendar to whoever has its address, as long as the member whose it is has a mandate.
func (s *Site) feed(v *visit) (page, error) {
	member, mech, language, err := s.o.Staff.Feed(v.r.Context(), v.r.PathValue("secret"))
	if err != nil {
		return nil, err
	}
	tag := v.lang
	if language != "" {
		tag = locale.Match(language)
	}
	b, err := s.o.Source.Calendar(v.r.Context(), member, mech, lang.Tag(tag))
	if err != nil {
		return nil, err
	}
	sendCalendar(v, b)
	return nil, nil
}
