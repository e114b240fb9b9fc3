package spans

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"entente.example/refusal"
)

func recorded() (*Source, *tracetest.SpanRecorder) {
	kept := tracetest.NewSpanRecorder()
	return NewSource(sdk.NewTracerProvider(sdk.WithSpanProcessor(kept))), kept
}

func said(s sdk.ReadOnlySpan, key string) string {
	for _, a := range s.Attributes() {
		if string(a.Key) == key {
			return a.Value.String()
		}
	}
	return ""
}

// A stranger who names a trace, in any of the ways in use, must neither be put into it nor find the node's own trace in an answer.
func TestNobodyElsesTraceIsGoneOn(t *testing.T) {
	source, kept := recorded()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /c/{mech}/{text}/", func(w http.ResponseWriter, r *http.Request) {
		_, span := Start(r.Context(), Write)
		span.End(nil)
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("tea"))
	})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/c/planted/planted/?q=planted", nil)
	foreign := "0af7651916cd43dd8448eb211c80319c"
	r.Header.Set("Traceparent", "00-"+foreign+"-b7ad6b7169203331-01")
	r.Header.Set("Tracestate", "planted=1")
	r.Header.Set("Baggage", "planted=1")
	r.Header.Set("B3", foreign+"-b7ad6b7169203331-1")
	w := httptest.NewRecorder()
	source.Requests("press", Routed("", mux)).ServeHTTP(w, r)
	all := kept.Ended()
	if len(all) != 2 {
		t.Fatalf("%d spans", len(all))
	}
	below, request := all[0], all[1]
	if request.Parent().IsValid() || request.SpanContext().TraceID().String() == foreign || request.SpanContext().TraceState().String() != "" {
		t.Errorf("the request is in a trace of somebody else: %v", request.SpanContext())
	}
	if below.Parent().SpanID() != request.SpanContext().SpanID() || below.SpanContext().TraceID() != request.SpanContext().TraceID() {
		t.Error("what was done for the request does not stand below it")
	}
	if got := request.Name(); got != "GET /c/{mech}/{text}/" {
		t.Errorf("named %q", got)
	}
	for key, want := range map[string]string{route: "/c/{mech}/{text}/", method: "GET", status: "418", size: "3", site: "press"} {
		if got := said(request, key); got != want {
			t.Errorf("%s is %q, not %q", key, got, want)
		}
	}
	for key, values := range w.Header() {
		if strings.Contains(strings.Join(values, ""), request.SpanContext().TraceID().String()) {
			t.Errorf("the answer tells the trace in %s", key)
		}
	}
}

// Whatever is refused, only its kind and the name of its sentence are said; of what is no refusal, nothing of its words.
func TestFailuresAreMarkedWithoutWords(t *testing.T) {
	for name, c := range map[string]struct {
		err            error
		marked         bool
		kind, sentence string
	}{
		"nothing":           {nil, false, "", ""},
		"a refusal":         {refusal.New(refusal.Denied, "text.not_yours", "member", "planted"), true, "denied", "text.not_yours"},
		"any error":         {errors.New("planted"), true, "internal", "internal"},
		"called off":        {context.Canceled, false, "canceled", ""},
		"a kind from afar":  {&refusal.Error{Kind: "planted", Key: "node.x"}, true, "_OTHER", "node.x"},
		"a key from afar":   {&refusal.Error{Kind: refusal.Invalid, Key: "Planted words"}, true, "invalid", "_OTHER"},
		"a key without end": {&refusal.Error{Kind: refusal.Invalid, Key: strings.Repeat("planted", 40)}, true, "invalid", "_OTHER"},
	} {
		source, kept := recorded()
		_, span := source.Begin(t.Context(), Act)
		span.End(c.err)
		s := kept.Ended()[0]
		if (s.Status().Code == codes.Error) != c.marked || s.Status().Description != "" || said(s, failed) != c.kind || said(s, why) != c.sentence || len(s.Events()) > 0 {
			t.Errorf("%s: %v %v", name, s.Status(), s.Attributes())
		}
	}
}

// What is done for several stands below one of them and is linked to the others; nobody can call it off, and it may be done for nobody.
func TestWorkForSeveral(t *testing.T) {
	source, kept := recorded()
	ctx, cancel := context.WithCancel(t.Context())
	_, one := source.Begin(ctx, Act)
	_, two := source.Begin(ctx, Act)
	joint, step := Gather(Step, Span{}, one, Span{}, two)
	cancel()
	if joint.Err() != nil {
		t.Error("work for all was called off by one")
	}
	step.Count(Events, 3)
	step.End(nil)
	s := kept.Ended()[0]
	if s.Parent().SpanID() != one.s.SpanContext().SpanID() || len(s.Links()) != 1 || s.Links()[0].SpanContext.SpanID() != two.s.SpanContext().SpanID() || said(s, string(Events)) != "3" {
		t.Errorf("%v, links %v, %v", s.Parent(), s.Links(), s.Attributes())
	}
	if _, none := Gather(Step, Span{}); none.s != nil {
		t.Error("work for nobody has a span")
	}
}

// Without a source nothing is measured, and nothing breaks.
func TestWithoutASource(t *testing.T) {
	var none *Source
	ctx, span := none.Begin(t.Context(), Act)
	span.Count(Bytes, 1)
	span.End(errors.New("x"))
	if Of(ctx).s != nil || span.s != nil {
		t.Error("a span of nobody")
	}
	inner := http.NotFoundHandler()
	w := httptest.NewRecorder()
	none.Requests("members", inner).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil))
	if w.Code != http.StatusNotFound {
		t.Error(w.Code)
	}
}

func TestRequestsThatHaveNoName(t *testing.T) {
	source, kept := recorded()
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "planted", http.StatusInternalServerError) })
	h := source.Requests("members", Routed("/under", mux))
	for _, r := range []*http.Request{httptest.NewRequestWithContext(t.Context(), "PLANTED", "/planted", nil), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/m/planted/events", nil)} {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	all := kept.Ended()
	if len(all) != 1 {
		t.Fatalf("%d spans: a stream has one, or a request none", len(all))
	}
	if s := all[0]; s.Name() != "_OTHER /under/" || said(s, route) != "/under/" || s.Status().Code != codes.Error {
		t.Errorf("%q %v %v", s.Name(), s.Attributes(), s.Status())
	}
	if i := slices.IndexFunc(all[0].Attributes(), func(a attribute.KeyValue) bool { return strings.Contains(strings.ToLower(a.Value.String()), "planted") }); i >= 0 {
		t.Errorf("told: %v", all[0].Attributes()[i])
	}
}
