package web

import (
	"net/http"
	"time"
)

const zoneCookie = "zone"

// zone is the offset in which the reader wants to see instants beside UTC: as just asked for, or as before; "" for none. The same page needs no script for it, and no list of zones that laws change.
func (s *Site) zone(v *visit) string {
	if asked := v.r.URL.Query().Get("zone"); asked != "" {
		if _, ok := offset(asked); ok {
			http.SetCookie(v.w, &http.Cookie{Name: zoneCookie, Value: asked, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: s.tls(v.r), SameSite: http.SameSiteLaxMode})
			return asked
		}
	}
	if c, err := v.r.Cookie(zoneCookie); err == nil {
		if _, ok := offset(c.Value); ok {
			return c.Value
		}
	}
	return ""
}

// offset reads "+09:00"; "Z" is UTC.
func offset(s string) (*time.Location, bool) {
	t, err := time.Parse("Z07:00", s)
	if err != nil {
		return nil, false
	}
	_, seconds := t.Zone()
	return time.FixedZone("", seconds), true
}
