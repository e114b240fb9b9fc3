package gauges

import (
	"context"
	"log/slog"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// Tally is a log's handler that counts warnings and errors and hands everything on. What was said stays in the log.
type Tally struct {
	slog.Handler
	counts *counts
}

type counts struct{ warnings, errors atomic.Int64 }

// Counted counts what h is given, from now on; a handler that is counted already is given back.
func Counted(h slog.Handler) *Tally {
	if t, ok := h.(*Tally); ok {
		return t
	}
	return &Tally{h, new(counts)}
}

// Handle implements slog.Handler.
func (t *Tally) Handle(ctx context.Context, r slog.Record) error {
	switch {
	case r.Level >= slog.LevelError:
		t.counts.errors.Add(1)
	case r.Level >= slog.LevelWarn:
		t.counts.warnings.Add(1)
	}
	return t.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (t *Tally) WithAttrs(a []slog.Attr) slog.Handler {
	return &Tally{t.Handler.WithAttrs(a), t.counts}
}

// WithGroup implements slog.Handler.
func (t *Tally) WithGroup(name string) slog.Handler {
	return &Tally{t.Handler.WithGroup(name), t.counts}
}

var logged = described("log_messages_total", "Warnings and errors in the node's log.", "level")

// Describe implements prometheus.Collector.
func (*Tally) Describe(to chan<- *prometheus.Desc) { to <- logged }

// Collect implements prometheus.Collector.
func (t *Tally) Collect(to chan<- prometheus.Metric) {
	for level, n := range map[string]*atomic.Int64{"warn": &t.counts.warnings, "error": &t.counts.errors} {
		to <- prometheus.MustNewConstMetric(logged, prometheus.CounterValue, float64(n.Load()), level)
	}
}
