package tracing

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	collector "go.opentelemetry.io/proto/slim/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	origin "go.opentelemetry.io/proto/slim/otlp/resource/v1"
	otlp "go.opentelemetry.io/proto/slim/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"entente.example/internal/spans"
)

// message is an ExportTraceServiceRequest. What spans does not know is left out, whoever may have put it there.
func message(of *resource.Resource, batch []sdk.ReadOnlySpan) ([]byte, error) {
	scope := &otlp.ScopeSpans{Scope: &common.InstrumentationScope{Name: "entente"}}
	for _, s := range batch {
		scope.Spans = append(scope.Spans, written(s))
	}
	return proto.Marshal(&collector.ExportTraceServiceRequest{ResourceSpans: []*otlp.ResourceSpans{{Resource: &origin.Resource{Attributes: values(of.Attributes())}, ScopeSpans: []*otlp.ScopeSpans{scope}}}})
}

// sampled is the flag of W3C Trace Context for a span that is kept, as OTLP has it.
const sampled = 1

func written(s sdk.ReadOnlySpan) *otlp.Span {
	trace, id := s.SpanContext().TraceID(), s.SpanContext().SpanID()
	out := &otlp.Span{TraceId: trace[:], SpanId: id[:], Name: s.Name(), Kind: otlp.Span_SpanKind(s.SpanKind()), Flags: sampled, StartTimeUnixNano: uint64(s.StartTime().UnixNano()), EndTimeUnixNano: uint64(s.EndTime().UnixNano()),
		Attributes: values(slices.DeleteFunc(slices.Clone(s.Attributes()), func(a attribute.KeyValue) bool { return !slices.Contains(spans.Attributes, string(a.Key)) })), Status: &otlp.Status{}}
	if above := s.Parent(); above.SpanID().IsValid() {
		id := above.SpanID()
		out.ParentSpanId = id[:]
	}
	for _, l := range s.Links() {
		trace, id := l.SpanContext.TraceID(), l.SpanContext.SpanID()
		out.Links = append(out.Links, &otlp.Span_Link{TraceId: trace[:], SpanId: id[:], Flags: sampled})
	}
	if s.Status().Code == codes.Error {
		out.Status.Code = otlp.Status_STATUS_CODE_ERROR
	}
	return out
}

func values(of []attribute.KeyValue) (out []*common.KeyValue) {
	for _, a := range of {
		v := &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: a.Value.AsString()}}
		if a.Value.Type() == attribute.INT64 {
			v.Value = &common.AnyValue_IntValue{IntValue: a.Value.AsInt64()}
		}
		out = append(out, &common.KeyValue{Key: string(a.Key), Value: v})
	}
	return out
}

// failure is why a message was not taken; passing if it may be taken later.
type failure struct {
	what    string
	passing bool
}

func (f *failure) Error() string { return f.what }

// mostAnswer bounds what is read of a collector's answer.
const mostAnswer = 64 << 10

// post sends a message. refused is how many of its spans the collector did not want.
func (t *Tracing) post(ctx context.Context, message []byte) (refused int64, failed *failure) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.address, bytes.NewReader(message))
	if err != nil {
		return 0, &failure{err.Error(), false}
	}
	r.Header.Set("Content-Type", "application/x-protobuf")
	r.Header.Set("User-Agent", "entente")
	if name, value, ok := strings.Cut(t.o.Header, ":"); ok {
		r.Header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	answer, err := t.client.Do(r)
	if err != nil {
		return 0, &failure{err.Error(), true}
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	switch code := answer.StatusCode; {
	case code == http.StatusTooManyRequests, code == http.StatusBadGateway, code == http.StatusServiceUnavailable, code == http.StatusGatewayTimeout:
		return 0, &failure{fmt.Sprintf("the collector answers %d", code), true}
	case code/100 != 2:
		return 0, &failure{fmt.Sprintf("the collector answers %d", code), false}
	}
	var said collector.ExportTraceServiceResponse
	if err == nil && proto.Unmarshal(b, &said) == nil {
		refused = max(0, said.GetPartialSuccess().GetRejectedSpans())
	}
	return refused, nil
}
