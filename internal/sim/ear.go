package sim

import (
	"context"
	"log/slog"
	"strings"
)

// ear listens to what a node logs. A node that asks its marks to go back was about to speak for less than it once spoke for: the marks keep it from that, and it may not even try. L3.
type ear struct {
	slog.Handler
	heard *string
}

func (e ear) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelError || e.Handler.Enabled(ctx, l)
}

func (e ear) Handle(ctx context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if s := a.Value.String(); strings.Contains(s, "marks.conflict") {
			*e.heard = r.Message + ": " + s
		}
		return true
	})
	if e.Handler.Enabled(ctx, r.Level) {
		return e.Handler.Handle(ctx, r)
	}
	return nil
}

func (e ear) WithAttrs(as []slog.Attr) slog.Handler { return ear{e.Handler.WithAttrs(as), e.heard} }
func (e ear) WithGroup(name string) slog.Handler    { return ear{e.Handler.WithGroup(name), e.heard} }
