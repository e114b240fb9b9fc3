package spans

import (
	"net/http"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Site is one of a node's faces.
type Site string

// Requests has what next answers measured, as requests of a site. Each is the beginning of a trace of its own, whatever its headers say. Streams of events are not measured: they last as long
// as somebody listens.
func (s *Source) Requests(of Site, next http.Handler) http.Handler {
	if s == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/events") {
			next.ServeHTTP(w, r)
			return
		}
		verb := methodOf(r.Method)
		ctx, span := s.tracer.Start(r.Context(), verb, trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attribute.String(method, verb), attribute.String(site, string(of))))
		a := &answer{ResponseWriter: w}
		defer func() {
			if a.code == 0 {
				a.code = http.StatusOK
			}
			span.SetAttributes(attribute.Int(status, a.code), attribute.Int64(size, a.bytes))
			if a.code >= http.StatusInternalServerError {
				span.SetStatus(codes.Error, "")
			}
			span.End()
		}()
		next.ServeHTTP(a, r.WithContext(ctx))
	})
}

// Routed serves a multiplexer that lies under an address, and names the span of a request by its route as it was registered. Of several within each other the innermost says it.
func Routed(under string, mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if span := trace.SpanFromContext(r.Context()); span.IsRecording() {
			_, pattern := mux.Handler(r)
			if _, path, ok := strings.Cut(pattern, " "); ok {
				pattern = path
			}
			pattern = under + pattern
			span.SetName(methodOf(r.Method) + " " + pattern)
			span.SetAttributes(attribute.String(route, pattern))
		}
		mux.ServeHTTP(w, r)
	})
}

// methodOf is a method that there is; anybody can invent others.
func methodOf(m string) string {
	if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}, m) {
		return m
	}
	return "_OTHER"
}

// answer counts what is answered.
type answer struct {
	http.ResponseWriter
	code  int
	bytes int64
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(code int) {
	if a.code == 0 && code >= http.StatusOK {
		a.code = code
	}
	a.ResponseWriter.WriteHeader(code)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	if a.code == 0 {
		a.code = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController through.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
