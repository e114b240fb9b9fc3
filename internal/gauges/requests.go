package gauges

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Site is one of a node's faces, as the numbers name it.
type Site string

// The faces that are counted.
const (
	Members Site = "members"
	Press   Site = "press"
	Socket  Site = "socket"
)

// routes are the kinds of addresses that are told apart on each site: by how they begin, and never by what comes after, which may name a matter.
var routes = map[Site][]struct{ begins, route string }{
	Members: {{"/static/", "static"}, {"/api/", "api"}, {"/calendar/", "calendar"}, {"/guest", "guest"}, {"/sign-in", "sign-in"}, {"/", "page"}},
	Press:   {{"/static/", "static"}, {"/", "page"}},
	Socket:  {{"/", "api"}},
}

// events is the route of streams, which last as long as somebody listens.
const events = "events"

func routeOf(s Site, path string) string {
	if strings.HasSuffix(path, "/events") && s != Press {
		return events
	}
	for _, r := range routes[s] {
		if strings.HasPrefix(path, r.begins) {
			return r.route
		}
	}
	return "page"
}

// Handed counts an answer of the press room that lay ready. How long it took is not noted: it passed nothing that takes time.
func (g *Gauges) Handed(method, address string, status int) {
	g.requests.WithLabelValues(string(Press), routeOf(Press, address), strings.ToLower(method), strconv.Itoa(status)).Inc()
}

// Count counts what next answers.
func (g *Gauges) Count(s Site, next http.Handler) http.Handler {
	counted := map[string]http.Handler{}
	add := func(route string) {
		labels := prometheus.Labels{"site": string(s), "route": route}
		h := promhttp.InstrumentHandlerCounter(g.requests.MustCurryWith(labels), next)
		if route != events {
			h = promhttp.InstrumentHandlerDuration(g.answers.MustCurryWith(labels), h)
		}
		counted[route] = promhttp.InstrumentHandlerInFlight(g.open.With(labels), h)
	}
	for _, r := range routes[s] {
		add(r.route)
	}
	if s != Press {
		add(events)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted[routeOf(s, r.URL.Path)].ServeHTTP(w, r)
	})
}
