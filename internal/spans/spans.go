// Package spans owns what a trace may say of this node: which work is told apart, and in which numbers.
//
// It promises that no word from outside gets into a trace. What a span is of, and what stands beside it, are lists of this package, routes as the program has them, numbers, and kinds of refusals; there is
// no function that takes a text. A span is begun only below another one or by a Source, so that without a Source nothing is measured. No context of a trace is read from a request or a
// conversation, and none is written into one.
package spans

import (
	"context"
	"errors"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"entente.example/refusal"
)

// Name is what a span is of.
type Name string

// What is told apart, beside requests.
const (
	Act         Name = "act"                // somebody's act, from when it is given to the core until it is signed for
	Step        Name = "core.step"          // the core takes events, one after the other, and carries them out together
	Transaction Name = "record.transaction" // to the disk
	Write       Name = "record.write"       // our own entries are judged and folded
	Take        Name = "record.take"        // entries of others are verified and folded
	Anew        Name = "record.fold_anew"   // all of a mechanism is folded again
	Sign        Name = "record.sign"        // what was stored is read back, marked and signed for
	Receipts    Name = "record.receipts"    // what others wrote is marked and confirmed
	Seal        Name = "seal"               // seal keys sign
	LineSend    Name = "line.send"          // entries wait for a connection and are written to it
	LineTake    Name = "line.take"          // entries came over a connection, until the core has come to them
	PouchPack   Name = "pouch.pack"
	PouchOpen   Name = "pouch.open"
	Deposit     Name = "offices.deposit" // a message is left at good offices
	Arrive      Name = "offices.arrive"  // a message that was collected there is taken in
)

// Names are all of them.
var Names = []Name{Act, Step, Transaction, Write, Take, Anew, Sign, Receipts, Seal, LineSend, LineTake, PouchPack, PouchOpen, Deposit, Arrive}

// Measure is what a number beside a span counts.
type Measure string

// What is counted.
const (
	Entries Measure = "entente.entries"
	Bytes   Measure = "entente.bytes"
	Events  Measure = "entente.events"
	Logs    Measure = "entente.logs"
)

// Attributes are the names of all that stands beside a span.
var Attributes = []string{string(Entries), string(Bytes), string(Events), string(Logs), method, route, status, size, site, failed, why}

const (
	method = "http.request.method"
	route  = "http.route"
	status = "http.response.status_code"
	size   = "http.response.body.size"
	site   = "entente.site"
	failed = "error.type"
	why    = "entente.refusal"
)

// Source begins traces. nil begins none.
type Source struct{ tracer trace.Tracer }

// NewSource makes a source of traces that p keeps.
func NewSource(p trace.TracerProvider) *Source { return &Source{p.Tracer("entente")} }

// Span is work that is being measured. The zero Span measures nothing.
type Span struct{ s trace.Span }

// Begin begins a span, below that of ctx if there is one.
func (s *Source) Begin(ctx context.Context, n Name) (context.Context, Span) {
	if s == nil {
		return Start(ctx, n)
	}
	ctx, span := s.tracer.Start(ctx, string(n))
	return ctx, Span{span}
}

// Start begins a span below that of ctx; without one it begins none.
func Start(ctx context.Context, n Name) (context.Context, Span) {
	above := trace.SpanFromContext(ctx)
	if !above.IsRecording() {
		return ctx, Span{}
	}
	ctx, span := above.TracerProvider().Tracer("entente").Start(ctx, string(n))
	return ctx, Span{span}
}

// Gather begins a span of work that is done for several at once: below the first of them, and linked to the others. The context that it returns is nobody's: it cannot be called off.
func Gather(n Name, of ...Span) (context.Context, Span) {
	ctx := context.Background()
	of = slices.DeleteFunc(slices.Clone(of), func(s Span) bool { return s.s == nil })
	if len(of) == 0 {
		return ctx, Span{}
	}
	first := of[0].s
	var links []trace.Link
	for _, s := range of[1:min(len(of), mostLinks)] {
		links = append(links, trace.Link{SpanContext: s.s.SpanContext()})
	}
	ctx, span := first.TracerProvider().Tracer("entente").Start(trace.ContextWithSpan(ctx, first), string(n), trace.WithLinks(links...))
	return ctx, Span{span}
}

// mostLinks is how many of those for whom a step works stand beside its span.
const mostLinks = 32

// Count puts a number beside a span.
func (s Span) Count(m Measure, n int64) {
	if s.s != nil {
		s.s.SetAttributes(attribute.Int64(string(m), n))
	}
}

// End ends a span, and says whether the work failed: by the kind of its refusal and the name of its sentence, and never by the sentence.
func (s Span) End(err error) {
	if s.s == nil {
		return
	}
	s.fails(err)
	s.s.End()
}

func (s Span) fails(err error) {
	switch {
	case err == nil:
	case errors.Is(err, context.Canceled):
		s.s.SetAttributes(attribute.String(failed, "canceled"))
	default:
		r := refusal.As(err)
		s.s.SetStatus(codes.Error, "")
		s.s.SetAttributes(attribute.String(failed, kind(r.Kind)), attribute.String(why, key(r.Key)))
	}
}

func kind(k refusal.Kind) string {
	for _, known := range []refusal.Kind{refusal.Invalid, refusal.Denied, refusal.Missing, refusal.Conflict, refusal.Stale, refusal.Unverified, refusal.Unavailable, refusal.Internal} {
		if k == known {
			return string(k)
		}
	}
	return "_OTHER"
}

// key is the name of a sentence of ours, as in "text.unknown_paragraph", or what stands for something else.
func key(s string) string {
	letters := func(r rune) bool { return r >= 'a' && r <= 'z' || r == '_' || r == '.' || r >= '0' && r <= '9' }
	if len(s) > 64 || strings.ContainsFunc(s, func(r rune) bool { return !letters(r) }) {
		return "_OTHER"
	}
	return s
}

// Of is the span of a context; the zero Span if it has none.
func Of(ctx context.Context) Span {
	if s := trace.SpanFromContext(ctx); s.IsRecording() {
		return Span{s}
	}
	return Span{}
}
