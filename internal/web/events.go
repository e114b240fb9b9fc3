package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"entente.example/refusal"
)

// heartbeat keeps proxies from closing a quiet stream.
const heartbeat = 15 * time.Second

// anything stands for every name: something has happened since the page was made, before its stream was open.
const anything = "*"

// events tells a page which matters changed. It sends names only; the page asks again for what its reader may see.
func (s *Site) events(v *visit) (page, error) {
	changes, err := s.o.Source.Subscribe(v.r.Context(), v.session.Member, v.r.PathValue("mech"))
	if err != nil {
		return nil, err
	}
	out := http.NewResponseController(v.w)
	v.w.Header().Set("Content-Type", "text/event-stream")
	v.w.Header().Set("X-Accel-Buffering", "no")
	_ = out.SetWriteDeadline(time.Time{}) // the server's limit is for pages
	fmt.Fprint(v.w, "retry: 3000\n\n")
	if v.r.URL.Query().Get("since") != strconv.FormatInt(s.o.Source.Told(), 10) {
		fmt.Fprintf(v.w, "data: %s\n\n", anything)
	}
	if err := out.Flush(); err != nil {
		return nil, refusal.New(refusal.Unavailable, "web.no_stream").Because(err)
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-v.r.Context().Done():
			return nil, nil
		case matters, open := <-changes:
			if !open {
				return nil, nil
			}
			fmt.Fprintf(v.w, "data: %s\n\n", strings.Join(matters, " "))
		case <-tick.C:
			fmt.Fprint(v.w, ":\n\n")
			if _, err := s.o.Staff.Peek(v.r.Context(), v.cookie()); err != nil {
				return nil, nil // the session was ended elsewhere
			}
		}
		if out.Flush() != nil {
			return nil, nil
		}
	}
}

func (v *visit) cookie() string {
	if c, err := v.r.Cookie(v.site.cookieName(v.r)); err == nil {
		return c.Value
	}
	return ""
}
