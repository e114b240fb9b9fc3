package web

import (
	"net/http"
	"strings"

	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/lang"
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

func sendCalendar(v *visit, b []byte) {
	v.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	v.w.Header().Set("Cache-Control", "private, no-store")
	_, _ = v.w.Write(b)
}

// subscribe makes the secret address of the reader's calendar and shows it once, or ends it.
func (s *Site) subscribe(v *visit) (page, error) {
	ref := v.r.PathValue("mech")
	m, err := s.o.Source.Mechanism(v.r.Context(), v.session.Member, ref)
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
