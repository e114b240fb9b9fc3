// Package gauges shows a node in numbers to the programs that watch it: whether it lives, whether it is ready, and how much of what (Prometheus).
//
// It promises that no number is named after anything that somebody said: its labels are mechanisms by the beginning of their id, parties, routes of the program, and outcomes. Names and
// units stand in docs/operators.md, which a test holds against what is served.
package gauges

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"entente.example/internal/chancery"
)

// Node is what is measured.
type Node interface {
	Measure(ctx context.Context) (chancery.Measured, error)
	Alive(ctx context.Context) error
}

// Gauges are a node's measuring instruments.
type Gauges struct {
	node     Node
	registry *prometheus.Registry
	leaving  atomic.Bool

	commits  *prometheus.HistogramVec
	requests *prometheus.CounterVec
	answers  *prometheus.HistogramVec
	open     *prometheus.GaugeVec
	press    *prometheus.CounterVec
}

// patience is how long a node may take to answer a probe.
const patience = 5 * time.Second

// New makes the instruments. tally counts what was logged.
func New(n Node, tally *Tally) *Gauges {
	g := &Gauges{node: n, registry: prometheus.NewRegistry(),
		commits: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "entente_commit_duration_seconds", Help: "How long transactions of the record took, to the disk.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"outcome"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "entente_http_requests_total", Help: "Requests answered, by site and kind of address."}, []string{"site", "route", "method", "code"}),
		answers: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "entente_http_request_duration_seconds", Help: "How long answers took; streams of events are not among them.",
			Buckets: []float64{.001, .005, .025, .1, .25, 1, 5}}, []string{"site", "route"}),
		open:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "entente_http_requests_open", Help: "Requests that are being answered now, streams of events among them."}, []string{"site", "route"}),
		press: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "entente_press_pages_total", Help: "Pages of the press room, by whether they were made for a reader or kept from an earlier one."}, []string{"from"}),
	}
	for _, outcome := range []string{"kept", "failed"} {
		g.commits.WithLabelValues(outcome)
	}
	for _, from := range []string{"kept", "made"} {
		g.press.WithLabelValues(from)
	}
	g.registry.MustRegister(g.commits, g.requests, g.answers, g.open, g.press, &reading{node: n}, tally,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return g
}

// Leave says that this process is about to end: from now on it is ready for nobody, while it answers whoever it was answering.
func (g *Gauges) Leave() { g.leaving.Store(true) }

// Commit notes a transaction of the record.
func (g *Gauges) Commit(took time.Duration, err error) {
	outcome := "kept"
	if err != nil {
		outcome = "failed"
	}
	g.commits.WithLabelValues(outcome).Observe(took.Seconds())
}

// Page notes a page of the press room.
func (g *Gauges) Page(kept bool) {
	from := "made"
	if kept {
		from = "kept"
	}
	g.press.WithLabelValues(from).Inc()
}

// Handler answers probes and serves the numbers; everything else is otherwise's.
func (g *Gauges) Handler(otherwise http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", g.health)
	mux.HandleFunc("GET /readyz", g.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(g.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 2 * patience}))
	if otherwise != nil {
		mux.Handle("/", otherwise)
	}
	return mux
}

// health answers whether the node's core still works through what it is given: if not, start the node anew.
func (g *Gauges) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	if err := g.node.Alive(ctx); err != nil {
		say(w, http.StatusServiceUnavailable, "the core does not answer")
		return
	}
	say(w, http.StatusOK, "ok")
}

// ready answers whether the node can serve its members: its store can be read, what is ours is folded, our logs are open to writing, and it has not been asked to end.
func (g *Gauges) ready(w http.ResponseWriter, r *http.Request) {
	if g.leaving.Load() {
		say(w, http.StatusServiceUnavailable, "this process is being stopped")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	m, err := g.node.Measure(ctx)
	if err != nil {
		say(w, http.StatusServiceUnavailable, "the record cannot be read")
		return
	}
	var why []string
	if n := m.Unfolded(); n > 0 {
		why = append(why, fmt.Sprintf("entries of ours that wait to be folded: %d", n))
	}
	if n := m.Resting(); n > 0 {
		why = append(why, fmt.Sprintf("mechanisms in which this node does not write: %d", n))
	}
	if len(why) > 0 {
		say(w, http.StatusServiceUnavailable, why...)
		return
	}
	say(w, http.StatusOK, "ok")
}

func say(w http.ResponseWriter, code int, lines ...string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(strings.Join(lines, "\n") + "\n")) // who has gone hears nothing
}
