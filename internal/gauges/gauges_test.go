package gauges

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/chancery"
)

type fake struct {
	chancery.Measured
	err error
}

func (f *fake) Measure(context.Context) (chancery.Measured, error) { return f.Measured, f.err }
func (f *fake) Alive(context.Context) error                        { return f.err }

const mech = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func standing() *fake {
	return &fake{Measured: chancery.Measured{Queue: 3, QueueRoom: 1024, Spans: &chancery.MeasuredSpans{Sent: 7, Dropped: 2}, Rebuilding: chancery.Rebuilding{Done: 1, All: 2, Folded: 30, Indexed: 5, Entries: 50}, Mechanisms: []chancery.MeasuredMechanism{{Mech: mech, Queue: 2, Writes: true,
		Logs:  []chancery.MeasuredLog{{Party: "cedar", Own: true, Newest: true, Entries: 41, Applied: 41}, {Party: "birch", Generation: 1, Newest: true, Entries: 9, Applied: 7}},
		Lines: []chancery.MeasuredLine{{Party: "birch", Connected: true, Heard: time.Unix(1_700_000_000, 0), Confirmed: 40}, {Party: "maple", Over: true, Room: new(int64(5))}}}}}}
}

func ask(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestWhatIsServed(t *testing.T) {
	n := standing()
	tally := Counted(slog.NewTextHandler(io.Discard, nil))
	g := New(n, tally)
	log := slog.New(Counted(slog.New(tally).Handler()))
	log.Warn("this must not be seen in any number")
	log.With("a", 1).WithGroup("b").Error("nor this")
	g.Commit(3*time.Millisecond, nil)
	g.Commit(time.Millisecond, errors.New("no"))
	g.Page(true)
	h := g.Handler(nil)
	g.Count(Members, http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/m/grove/texts/a-secret-text", nil))
	_, body := ask(t, h, "/metrics")
	for _, want := range []string{
		`entente_up 1`, `entente_queue_events 3`, `entente_queue_room_events 1024`, `entente_mechanism_queue_events{mechanism="0123456789abcdef"} 2`, `entente_pen_writes{mechanism="0123456789abcdef"} 1`,
		`entente_entries{generation="0",mechanism="0123456789abcdef",party="cedar"} 41`, `entente_entries_folded{generation="1",mechanism="0123456789abcdef",party="birch"} 7`,
		`entente_counterpart_connected{mechanism="0123456789abcdef",party="maple"} 0`, `entente_counterpart_over_quota{mechanism="0123456789abcdef",party="maple"} 1`, `entente_counterpart_room_entries{mechanism="0123456789abcdef",party="maple"} 5`, `entente_counterpart_takes_no_more{mechanism="0123456789abcdef",party="maple"} 0`, `entente_counterpart_confirmed_entries{mechanism="0123456789abcdef",party="birch"} 40`,
		`entente_counterpart_last_contact_timestamp_seconds{mechanism="0123456789abcdef",party="birch"} 1.7e+09`,
		`entente_commit_duration_seconds_count{outcome="kept"} 1`, `entente_commit_duration_seconds_count{outcome="failed"} 1`,
		`entente_rebuild_done{of="mechanisms"} 1`, `entente_rebuild_all{of="mechanisms"} 2`, `entente_rebuild_done{of="entries"} 30`, `entente_rebuild_done{of="search"} 5`, `entente_rebuild_all{of="search"} 50`,
		`entente_trace_spans_total{outcome="sent"} 7`, `entente_trace_spans_total{outcome="dropped"} 2`, `entente_trace_spans_total{outcome="lost"} 0`,
		`entente_press_pages_total{from="kept"} 1`, `entente_log_messages_total{level="warn"} 1`, `entente_log_messages_total{level="error"} 1`,
		`entente_http_requests_total{code="404",method="get",route="page",site="members"} 1`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("not served: %s\n%s", want, body)
		}
	}
	for _, never := range []string{"secret", "grove", "must not be seen", mech, `last_contact_timestamp_seconds{mechanism="0123456789abcdef",party="maple"}`} {
		if strings.Contains(body, never) {
			t.Errorf("the numbers tell %q", never)
		}
	}
	n.err = errors.New("the disk is gone")
	if _, body := ask(t, h, "/metrics"); !strings.Contains(body, "entente_up 0\n") || strings.Contains(body, "entente_entries{") {
		t.Errorf("a record that cannot be read:\n%s", body)
	}
}

func TestReadyAndHealthy(t *testing.T) {
	for name, c := range map[string]struct {
		change         func(*fake)
		ready, healthy int
		says           string
	}{
		"as it should be": {func(*fake) {}, 200, 200, "ok"},
		"nothing founded": {func(f *fake) { f.Mechanisms = nil }, 200, 200, "ok"},
		"another's entries wait for what has not come": {func(f *fake) { f.Mechanisms[0].Logs[1].Applied = 0 }, 200, 200, "ok"},
		"ours are not folded":                          {func(f *fake) { f.Mechanisms[0].Logs[0].Applied = 1 }, 503, 200, "wait to be folded: 40"},
		"the pen rests":                                {func(f *fake) { f.Mechanisms[0].Writes = false }, 503, 200, "does not write: 1"},
		"no store":                                     {func(f *fake) { f.err = errors.New("/var/lib/entente is gone") }, 503, 503, "cannot be read"},
	} {
		n := standing()
		c.change(n)
		h := New(n, Counted(slog.DiscardHandler)).Handler(nil)
		if code, body := ask(t, h, "/readyz"); code != c.ready || !strings.Contains(body, c.says) || strings.Contains(body, "/var") {
			t.Errorf("%s: ready %d %q", name, code, body)
		}
		if code, _ := ask(t, h, "/healthz"); code != c.healthy {
			t.Errorf("%s: healthy %d", name, code)
		}
	}
	g := New(standing(), Counted(slog.DiscardHandler))
	g.Leave()
	if code, body := ask(t, g.Handler(nil), "/readyz"); code != 503 || !strings.Contains(body, "being stopped") {
		t.Errorf("being stopped: ready %d %q", code, body)
	}
	if code, _ := ask(t, g.Handler(nil), "/healthz"); code != 200 {
		t.Errorf("being stopped: healthy %d", code)
	}
	other := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the API") })
	if _, body := ask(t, New(standing(), Counted(slog.DiscardHandler)).Handler(other), "/api/v1/status"); body != "the API" {
		t.Errorf("what is no probe goes on: %q", body)
	}
}

// A stream must not stand among the answers, and an address that anybody can invent must not make a number of its own.
func TestRoutesAreFew(t *testing.T) {
	for path, want := range map[string]string{"/m/a/events": "events", "/m/a/texts/b": "page", "/static/x/y.css": "static", "/api/v1/status": "api", "/guest/x": "guest", "*": "page", "": "page"} {
		if got := routeOf(Members, path); got != want {
			t.Errorf("%s is %s, not %s", path, got, want)
		}
	}
	if got := routeOf(Press, "/en/events"); got != "page" {
		t.Errorf("the press room has no streams: %s", got)
	}
}

// The operator's guide names every number, and no other.
func TestNumbersStandInTheGuide(t *testing.T) {
	g := New(standing(), Counted(slog.DiscardHandler))
	g.Count(Press, http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	_, body := ask(t, g.Handler(nil), "/metrics")
	var served []string
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (entente_\S+) `).FindAllStringSubmatch(body, -1) {
		served = append(served, m[1])
	}
	guide, err := os.ReadFile("../../docs/operators.md")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(entente_[a-z_]+)").FindAllStringSubmatch(string(guide), -1) {
		named = append(named, m[1])
	}
	slices.Sort(named)
	slices.Sort(served)
	if !slices.Equal(served, named) {
		t.Errorf("served: %v\nin docs/operators.md: %v", served, named)
	}
}
