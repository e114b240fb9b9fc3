package tracing

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	collector "go.opentelemetry.io/proto/slim/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/slim/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"entente.example/internal/spans"
)

// desk is a collector that answers as it is told, then as one that has everything.
type desk struct {
	*httptest.Server
	mu    sync.Mutex
	first []http.HandlerFunc
	asked []*http.Request
	got   []*otlp.Span
	from  []string
	all   chan struct{} // after each message
}

func newDesk(t *testing.T, first ...http.HandlerFunc) *desk {
	d := &desk{first: first, all: make(chan struct{}, 100)}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		d.mu.Lock()
		defer d.mu.Unlock()
		defer func() { d.all <- struct{}{} }()
		d.asked = append(d.asked, r)
		if len(d.first) > 0 {
			answer := d.first[0]
			d.first = d.first[1:]
			answer(w, r)
			return
		}
		var m collector.ExportTraceServiceRequest
		if err = errors.Join(err, proto.Unmarshal(b, &m)); err != nil {
			t.Errorf("what came is no message: %v", err)
		}
		for _, of := range m.ResourceSpans {
			for _, a := range of.Resource.Attributes {
				d.from = append(d.from, a.Key)
			}
			for _, scope := range of.ScopeSpans {
				d.got = append(d.got, scope.Spans...)
			}
		}
	}))
	t.Cleanup(d.Close)
	return d
}

// to is a way to a collector that does not wait for more.
func to(d *desk, log *slog.Logger) *Tracing {
	t := New(Options{Endpoint: d.URL + "/", Header: "Authorization: Bearer planted", Program: "v1", Log: log})
	t.gather, t.again, t.farewell = time.Millisecond, time.Millisecond, time.Minute
	return t
}

// run sends until the collector was asked n times.
func run(t *testing.T, x *Tracing, d *desk, n int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		x.Run(ctx)
	}()
	for range n {
		select {
		case <-d.all:
		case <-time.After(time.Minute):
			t.Fatal("the collector hears nothing")
		}
	}
	cancel()
	<-done
}

func counts(t *testing.T, name string, x *Tracing, sent, dropped, lost int64) {
	t.Helper()
	if s, d, l := x.Counts(); s != sent || d != dropped || l != lost {
		t.Errorf("%s: sent %d, dropped %d, lost %d; not %d, %d, %d", name, s, d, l, sent, dropped, lost)
	}
}

func TestACollectorIsTold(t *testing.T) {
	d := newDesk(t)
	x := to(d, slog.New(slog.DiscardHandler))
	ctx, above := x.Source().Begin(t.Context(), spans.Act)
	_, below := spans.Start(ctx, spans.Write)
	below.Count(spans.Entries, 7)
	below.End(errors.New("planted"))
	above.End(nil)
	run(t, x, d, 1)
	r := d.asked[0]
	if r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" || r.Header.Get("Authorization") != "Bearer planted" {
		t.Errorf("asked for %s with %v", r.URL, r.Header)
	}
	if len(d.got) != 2 || !slices.Equal(d.from, []string{"service.instance.id", "service.name", "service.version"}) {
		t.Fatalf("from %v came %v", d.from, d.got)
	}
	got := map[string]*otlp.Span{d.got[0].Name: d.got[0], d.got[1].Name: d.got[1]}
	w, a := got[string(spans.Write)], got[string(spans.Act)]
	if string(w.ParentSpanId) != string(a.SpanId) || string(w.TraceId) != string(a.TraceId) || len(a.ParentSpanId) != 0 {
		t.Errorf("what is below what: %v %v", w, a)
	}
	if w.Status.Code != otlp.Status_STATUS_CODE_ERROR || w.Status.Message != "" || a.Status.Code == otlp.Status_STATUS_CODE_ERROR {
		t.Errorf("what failed: %v %v", w.Status, a.Status)
	}
	if w.EndTimeUnixNano < w.StartTimeUnixNano || w.StartTimeUnixNano < a.StartTimeUnixNano || w.Attributes[0].Key != "entente.entries" || w.Attributes[0].Value.GetIntValue() != 7 {
		t.Errorf("what was measured: %v", w)
	}
	counts(t, "told", x, 2, 0, 0)
}

// A queue that is full takes nothing more, at once: whoever is measured must not wait for a collector that is not there.
func TestWhatFindsNoRoomIsDroppedAndCounted(t *testing.T) {
	d := newDesk(t)
	x := to(d, slog.New(slog.DiscardHandler))
	for range room + 5 {
		_, s := x.Source().Begin(t.Context(), spans.Act)
		s.End(nil)
	}
	counts(t, "full", x, 0, 5, 0)
	run(t, x, d, room/most)
	counts(t, "emptied", x, room, 5, 0)
	if len(d.got) != room {
		t.Errorf("%d came", len(d.got))
	}
}

func answers(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// What a collector does not take now is offered again a few times, and then given up; what it refuses is not offered again. One sentence in the log says that it is away, and one that it is back.
func TestACollectorThatDoesNotTakeIt(t *testing.T) {
	elsewhere := newDesk(t)
	partly, err := proto.Marshal(&collector.ExportTraceServiceResponse{PartialSuccess: &collector.ExportTracePartialSuccess{RejectedSpans: 1, ErrorMessage: "planted"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		first       []http.HandlerFunc
		sent, lost  int64
		asked, said int
	}{
		"busy once":        {[]http.HandlerFunc{answers(503)}, 2, 0, 2, 2},
		"busy for long":    {[]http.HandlerFunc{answers(503), answers(429), answers(502)}, 0, 2, 3, 1},
		"refused":          {[]http.HandlerFunc{answers(400)}, 0, 2, 1, 1},
		"one was unwanted": {[]http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(partly) }}, 1, 1, 1, 0},
		"sent elsewhere": {[]http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}}, 0, 2, 1, 1},
		"hung up on": {[]http.HandlerFunc{func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}, 2, 0, 2, 2},
	} {
		var log strings.Builder
		d := newDesk(t, c.first...)
		x := to(d, slog.New(slog.NewTextHandler(&log, nil)))
		for range 2 {
			_, s := x.Source().Begin(t.Context(), spans.Act)
			s.End(nil)
		}
		run(t, x, d, c.asked)
		counts(t, name, x, c.sent, 0, c.lost)
		if said := strings.Count(log.String(), "\n"); said != c.said || strings.Contains(log.String(), "planted") {
			t.Errorf("%s: the log says\n%s", name, log.String())
		}
	}
	if len(elsewhere.asked) > 0 {
		t.Error("spans went where nobody named")
	}
}

// Whatever somebody may put into a span by the SDK itself: only what package spans knows goes out.
func TestWhatSpansDoesNotKnowStaysHere(t *testing.T) {
	stub := tracetest.SpanStub{Name: "act", Attributes: []attribute.KeyValue{attribute.String("planted", "planted"), attribute.Int("entente.entries", 1)}}
	b, err := message(New(Options{}).resource, tracetest.SpanStubs{stub}.Snapshots())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "planted") || !strings.Contains(string(b), "entente.entries") {
		t.Errorf("%q", b)
	}
}

func TestOneOfHowMany(t *testing.T) {
	x := New(Options{OneIn: 4})
	for range 400 {
		ctx, above := x.Source().Begin(t.Context(), spans.Act)
		_, below := spans.Start(ctx, spans.Write)
		below.End(nil)
		above.End(nil)
	}
	if n := len(x.queue); n == 0 || n%2 != 0 || n > 600 {
		t.Errorf("%d of 800 spans are kept; a trace is kept whole or not at all", n)
	}
	var none *Tracing
	if none.Source() != nil {
		t.Error("a source of nothing")
	}
}

// Spans go to the address that the operator named, and not to a proxy that the environment names for other programs.
func TestNoProxyHearsOfSpans(t *testing.T) {
	x := New(Options{Endpoint: "http://collector.house.example:4318"})
	if way, ok := x.client.Transport.(*http.Transport); !ok || way.Proxy != nil {
		t.Errorf("the way to the collector is %T, and asks for a proxy", x.client.Transport)
	}
}
