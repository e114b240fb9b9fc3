package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/refusal"
)

// statuses is the one table of this face: kind of refusal to HTTP status.
var statuses = map[refusal.Kind]int{refusal.Invalid: 400, refusal.Denied: 403, refusal.Missing: 404, refusal.Conflict: 409, refusal.Stale: 409,
	refusal.Unverified: 422, refusal.Unavailable: 503, refusal.Internal: 500}

// Problem is an error as RFC 9457 has it, with the refusal's key and parameters so that a client can say it in its own words.
type Problem struct {
	Status int               `json:"status"`
	Title  string            `json:"title"`
	Detail string            `json:"detail" doc:"What is wrong and what to do, in the language of Accept-Language"`
	Kind   refusal.Kind      `json:"kind" doc:"invalid, denied, missing, conflict, stale, unverified, unavailable or internal"`
	Key    string            `json:"key"`
	Params map[string]string `json:"params,omitempty"`
	Fields []string          `json:"fields,omitempty" doc:"Places in the request that cannot be right"`
}

func (p *Problem) Error() string  { return p.Detail }
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma's choice of media type.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

type languageKey struct{}

// language keeps the caller's language for errors.
func language(ctx huma.Context, next func(huma.Context)) {
	next(huma.WithValue(ctx, languageKey{}, locale.Match(ctx.Header("Accept-Language"))))
}

func languageOf(ctx context.Context) lang.Tag {
	tag, ok := ctx.Value(languageKey{}).(lang.Tag)
	if !ok {
		return lang.English
	}
	return tag
}

// explained makes the problem of a refusal.
func explained(tag lang.Tag, status int, r *refusal.Error) *Problem {
	return &Problem{Status: status, Title: http.StatusText(status), Detail: locale.Explain(tag, r), Kind: r.Kind, Key: r.Key, Params: r.Params}
}

// problem turns an error into what the caller sees. What is nobody's business stays in the log.
func (s *server) problem(ctx context.Context, err error) error {
	r := chancery.Told(err)
	switch {
	case r.Kind == refusal.Internal:
		r = refusal.New(refusal.Internal, "internal.error", "id", s.errorID())
		if !errors.Is(err, context.Canceled) { // the caller has gone; there is nobody to tell and nothing to mend
			s.log.ErrorContext(ctx, "a request could not be answered", "id", r.Params["id"], "error", err)
		}
	case r.Kind == refusal.Unavailable:
		s.log.WarnContext(ctx, "a request could not be answered", "error", err)
	}
	return explained(languageOf(ctx), statuses[r.Kind], r)
}

// requestRefusal is why a request was refused before an operation saw it.
func requestRefusal(status int) *refusal.Error {
	switch {
	case status == http.StatusRequestEntityTooLarge:
		return refusal.New(refusal.Invalid, "api.too_large")
	case status == http.StatusUnsupportedMediaType, status == http.StatusNotAcceptable:
		return refusal.New(refusal.Invalid, "api.media_type")
	case status == http.StatusRequestTimeout:
		return refusal.New(refusal.Unavailable, "api.too_slow")
	case status >= http.StatusInternalServerError:
		return refusal.New(refusal.Internal, "internal")
	}
	return refusal.New(refusal.Invalid, "api.bad_request")
}

// requestProblem replaces huma's own errors: they would echo the offending value, and know one language.
func requestProblem(tag lang.Tag, status int, errs []error) huma.StatusError {
	if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest // 422 is for bytes that fail a check
	}
	p := explained(tag, status, requestRefusal(status))
	for _, e := range errs {
		if d, ok := e.(huma.ErrorDetailer); ok {
			p.Fields = append(p.Fields, field(d.ErrorDetail()))
		}
	}
	return p
}

// field says which place cannot be right and what is expected there. The library's other messages are a decoder's, which may repeat what was sent.
func field(d *huma.ErrorDetail) string {
	message, _, _ := strings.Cut(d.Message, ": ")
	if !strings.HasPrefix(message, "expected ") && !strings.HasPrefix(message, "unexpected ") && !strings.HasPrefix(message, "required ") {
		message = "cannot be read"
	}
	if d.Location == "" {
		return message
	}
	return d.Location + ": " + message
}

// ownErrors puts our problems in the place of the library's. Its hooks are process-wide; one program has one API.
var ownErrors = sync.OnceFunc(func() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return requestProblem(lang.English, status, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return requestProblem(locale.Match(ctx.Header("Accept-Language")), status, errs)
	}
})

// refuse answers a request that no operation sees.
func refuse(w http.ResponseWriter, r *http.Request, status int, why *refusal.Error) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(explained(locale.Match(r.Header.Get("Accept-Language")), status, why)) // the client has gone if this fails
}
