package chancery

import (
	"net/url"
	"runtime/debug"
	"strings"

	"entente.example/internal/config"
	"entente.example/internal/reminder"
	"entente.example/internal/spans"
	"entente.example/internal/tracing"
	"entente.example/refusal"
)

// openTracing prepares traces for the collector that the operator named, nil if none is. A command that works alone has none.
func (c *Chancery) openTracing(o Options) (*tracing.Tracing, error) {
	t := o.Config.Traces
	if t.Endpoint == "" || o.Alone {
		return nil, nil
	}
	to := tracing.Options{Endpoint: t.Endpoint, OneIn: t.OneIn, Log: c.log}
	if info, ok := debug.ReadBuildInfo(); ok {
		to.Program = info.Main.Version
	}
	if t.HeaderFile != "" {
		var err error
		if to.Header, err = reminder.Secret(t.HeaderFile); err != nil {
			return nil, err
		}
		if name, value, ok := strings.Cut(to.Header, ":"); !ok || strings.TrimSpace(name) == "" || strings.ContainsAny(name+value, "\r\n") {
			return nil, refusal.New(refusal.Invalid, "config.bad_header", "file", t.HeaderFile)
		}
	}
	return tracing.New(to), nil
}

// Spans is where faces begin the traces of requests; nil: nothing is measured.
func (c *Chancery) Spans() *spans.Source { return c.tracing.Source() }

// MeasuredSpans is what became of spans.
type MeasuredSpans struct{ Sent, Dropped, Lost int64 }

// measureSpans counts them; nil if there are none to count.
func (c *Chancery) measureSpans() *MeasuredSpans {
	if c.tracing == nil {
		return nil
	}
	var m MeasuredSpans
	m.Sent, m.Dropped, m.Lost = c.tracing.Counts()
	return &m
}

// examineTraces says where traces go, and finds a way on which others can read them.
func (c *Chancery) examineTraces() (f Examined, ok bool) {
	u, err := url.Parse(c.cfg.Traces.Endpoint)
	if err != nil || c.cfg.Traces.Endpoint == "" {
		return f, false
	}
	f = Examined{Grade: Well, Key: "doctor.traces", Params: refusal.Params{"address": c.cfg.Traces.Endpoint}}
	if !config.Sheltered(u) {
		f.Grade, f.Key = Notice, "doctor.traces_clear"
	}
	return f, true
}
