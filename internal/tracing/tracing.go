// Package tracing keeps the spans of this node until they are with the collector that the operator named (OTLP over HTTP, protobuf).
//
// It promises that nobody who is measured waits for it: what does not fit into a bounded queue is dropped, and counted; that nothing is sent anywhere but to that one address; and that nothing beside
// what package spans knows is sent. The messages are those of the OpenTelemetry protocol; its own exporter is not used because it brings all of gRPC into the program.
package tracing

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"entente.example/internal/spans"
)

// Options say where spans go.
type Options struct {
	Endpoint string // of the collector, without the path of traces
	Header   string // "NAME: VALUE", which goes with every message; "" none
	OneIn    int    // one of how many traces is kept; 0 and 1: each
	Program  string // the version of this program
	Log      *slog.Logger
}

const (
	room     = 4096 // spans that wait
	most     = 512  // spans of one message
	tries    = 3
	patience = 10 * time.Second
)

// Tracing is a node's way to its collector.
type Tracing struct {
	o        Options
	address  string
	client   *http.Client
	resource *resource.Resource
	source   *spans.Source
	queue    chan sdk.ReadOnlySpan
	gather   time.Duration // how long a message waits for more
	again    time.Duration // between two tries
	farewell time.Duration // for what is left when the node ends

	sent, dropped, lost atomic.Int64
	silent              bool // the collector did not take the last message
}

// New prepares it. Nothing is sent before Run.
func New(o Options) *Tracing {
	way := http.DefaultTransport.(*http.Transport).Clone()
	way.Proxy = nil // what the environment names for other programs is not the address that the operator named
	t := &Tracing{o: o, address: strings.TrimSuffix(o.Endpoint, "/") + "/v1/traces", queue: make(chan sdk.ReadOnlySpan, room), gather: 2 * time.Second, again: 5 * time.Second, farewell: 3 * time.Second,
		client:   &http.Client{Transport: way, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		resource: resource.NewSchemaless(attribute.String("service.name", "entente"), attribute.String("service.version", o.Program), attribute.String("service.instance.id", rand.Text()))}
	sampler := sdk.AlwaysSample()
	if o.OneIn > 1 {
		sampler = sdk.TraceIDRatioBased(1 / float64(o.OneIn))
	}
	t.source = spans.NewSource(sdk.NewTracerProvider(sdk.WithSpanProcessor(t), sdk.WithSampler(sdk.ParentBased(sampler)), sdk.WithResource(t.resource),
		sdk.WithRawSpanLimits(sdk.SpanLimits{AttributeValueLengthLimit: 256, AttributeCountLimit: 16, LinkCountLimit: 64, EventCountLimit: 0, AttributePerLinkCountLimit: 0, AttributePerEventCountLimit: 0})))
	return t
}

// Source is where spans come from; nil of a nil Tracing.
func (t *Tracing) Source() *spans.Source {
	if t == nil {
		return nil
	}
	return t.source
}

// Counts is how many spans the collector took, how many found no room in the queue, and how many it did not take.
func (t *Tracing) Counts() (sent, dropped, lost int64) {
	return t.sent.Load(), t.dropped.Load(), t.lost.Load()
}

// OnStart implements the SDK's SpanProcessor.
func (t *Tracing) OnStart(context.Context, sdk.ReadWriteSpan) {}

// OnEnd takes a span that has ended, if there is room.
func (t *Tracing) OnEnd(s sdk.ReadOnlySpan) {
	if !s.SpanContext().IsSampled() {
		return
	}
	select {
	case t.queue <- s:
	default:
		t.dropped.Add(1)
	}
}

// Shutdown implements the SDK's SpanProcessor; Run sends what is left.
func (t *Tracing) Shutdown(context.Context) error { return nil }

// ForceFlush implements the SDK's SpanProcessor.
func (t *Tracing) ForceFlush(context.Context) error { return nil }

// Run sends spans until ctx ends, and then for a moment what is left.
func (t *Tracing) Run(ctx context.Context) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(t.farewell, cancel) })()
	for ctx.Err() == nil || late.Err() == nil && len(t.queue) > 0 {
		if batch := t.take(ctx); len(batch) > 0 {
			t.deliver(ctx, late, batch)
		}
	}
	t.client.CloseIdleConnections()
}

// take takes what has come, and a little of what comes after it. When ctx ends it takes what is there.
func (t *Tracing) take(ctx context.Context) (batch []sdk.ReadOnlySpan) {
	select {
	case s := <-t.queue:
		batch = append(batch, s)
	case <-ctx.Done():
	}
	enough := time.NewTimer(t.gather)
	defer enough.Stop()
	for len(batch) < most {
		select {
		case s := <-t.queue:
			batch = append(batch, s)
			continue
		default:
		}
		select {
		case s := <-t.queue:
			batch = append(batch, s)
		case <-enough.C:
			return batch
		case <-ctx.Done():
			return batch
		}
	}
	return batch
}

// deliver sends a batch, and tries a few times more if the collector is away, unless ctx has ended. It says so once, and once when it is back. What is being sent is sent until late ends.
func (t *Tracing) deliver(ctx, late context.Context, batch []sdk.ReadOnlySpan) {
	b, err := message(t.resource, batch)
	for n := 1; err == nil; n++ {
		refused, failed := t.post(late, b)
		if failed == nil {
			refused = min(refused, int64(len(batch)))
			t.sent.Add(int64(len(batch)) - refused)
			t.lost.Add(refused)
			if t.silent {
				t.o.Log.Info("traces are sent again")
			}
			t.silent = false
			return
		}
		if !t.silent && late.Err() == nil {
			t.o.Log.Warn("traces cannot be sent; what does not fit into the queue meanwhile is dropped", "reason", failed)
		}
		t.silent = true
		if n == tries || !failed.passing || !pause(ctx, t.again) {
			break
		}
	}
	if err != nil {
		t.o.Log.Error("spans could not be written down", "error", err)
	}
	t.lost.Add(int64(len(batch)))
}

// pause waits, and reports whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
