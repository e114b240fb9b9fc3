package node

import (
	"context"

	"entente.example/internal/spans"
	"entente.example/internal/store"
)

// traced are the spans below which events were brought.
func traced(events []Event) (out []spans.Span) {
	for _, e := range events {
		switch e := e.(type) {
		case Do:
			out = append(out, e.span)
		case Begin:
			out = append(out, e.span)
		case Line:
			out = append(out, e.span)
		case Refold:
			out = append(out, e.span)
		case offer:
			out = append(out, e.span)
		}
	}
	return out
}

// taken is receive, measured.
func (c *Core) taken(ctx context.Context, tx store.Tx, ch chunk) error {
	_, span := spans.Start(ctx, spans.Take)
	span.Count(spans.Entries, int64(len(ch.Chunk.Entries)))
	err := c.receive(tx, ch)
	span.End(err)
	return err
}

// written is write, measured.
func (c *Core) written(ctx context.Context, tx store.Tx, d Do) ([]Posted, error) {
	_, span := spans.Start(ctx, spans.Write)
	posted, err := c.write(tx, d)
	span.Count(spans.Entries, int64(len(posted)))
	span.End(err)
	return posted, err
}

// foldedAnew is foldAnew, measured.
func (c *Core) foldedAnew(ctx context.Context, tx store.Tx, f Refold) (Reply, error) {
	_, span := spans.Start(ctx, spans.Anew)
	reply, err := c.foldAnew(tx, f)
	span.End(err)
	return reply, err
}
