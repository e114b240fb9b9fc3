package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

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

// problem turns an error into what the caller sees. What is nobody's business stays in the log.
func (s *server) problem(ctx context.Context, err error) error {
	r := refusal.As(err)
	if r.Kind == refusal.Internal || r.Kind == refusal.Unavailable {
		s.log.ErrorContext(ctx, "a request could not be answered", "error", err)
	}
	if r.Kind == refusal.Internal {
		r = refusal.New(refusal.Internal, "internal.error", "id", s.errorID())
	}
	status := statuses[r.Kind]
	return &Problem{Status: status, Title: http.StatusText(status), Detail: locale.Explain(languageOf(ctx), r), Kind: r.Kind, Key: r.Key, Params: r.Params}
}

// requestProblem replaces huma's own errors: they would echo the offending value.
func requestProblem(status int, _ string, errs ...error) huma.StatusError {
	p := &Problem{Status: status, Title: http.StatusText(status), Kind: refusal.Invalid, Key: "api.bad_request"}
	if status == http.StatusUnprocessableEntity {
		p.Status, p.Title = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
	}
	for _, e := range errs {
		if d, ok := e.(huma.ErrorDetailer); ok {
			p.Fields = append(p.Fields, d.ErrorDetail().Location+": "+d.ErrorDetail().Message)
		}
	}
	p.Detail = locale.Explain(lang.English, refusal.New(refusal.Invalid, p.Key))
	return p
}
