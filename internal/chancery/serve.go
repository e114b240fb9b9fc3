package chancery

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/node"
)

// Run works until ctx ends: the node, its line, and housekeeping. Faces are served by whoever assembled them.
func (c *Chancery) Run(ctx context.Context) error {
	cert, err := c.certificate(ctx)
	if err != nil {
		return err
	}
	carrier := direct.New(direct.Config{Certificate: cert, Pin: direct.Pin(c.nodeKey().Public().TLS), Handler: c.lines, Retry: time.Duration(c.cfg.Line.Retry), Now: c.now})
	c.lines.begin(carrier)
	ctx, end := context.WithCancel(ctx)
	defer end()
	g, ctx := errgroup.WithContext(ctx)
	c.ctx = ctx
	mechs, err := c.node.Mechanisms(ctx)
	if err != nil {
		return err
	}
	if c.cfg.Line.Listen != "" {
		l, err := direct.Listen(ctx, c.cfg.Line.Listen)
		if err != nil {
			return err
		}
		g.Go(func() error { return carrier.Serve(ctx, l) })
	}
	if c.tracing != nil {
		g.Go(func() error {
			c.tracing.Run(ctx)
			return nil
		})
	}
	g.Go(func() error { return c.node.Run(ctx) })
	g.Go(func() error {
		c.offices.watch(ctx)
		return nil
	})
	g.Go(func() error { return c.lines.followKeys(ctx) })
	if err := c.lines.reachAll(ctx, mechs); err != nil {
		end()
		return errors.Join(err, g.Wait())
	}
	g.Go(func() error { return c.foldAnewIfNeeded(ctx) })
	close(c.running)
	for _, looks := range []func(context.Context) error{c.keepHouse, c.keeper.run, c.keepTime, c.witnessing.run, c.library.run} { // at all mechanisms, to begin with: members need not wait for that
		g.Go(func() error { return looks(ctx) })
	}
	return g.Wait()
}

// Running is closed once the node runs.
func (c *Chancery) Running() <-chan struct{} { return c.running }

// keepHouse moves the write-ahead log into the database out of the way of commits, and sweeps what has expired.
func (c *Chancery) keepHouse(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		if err := c.record.Checkpoint(); err != nil {
			c.log.Warn("the write-ahead log could not be moved into the database", "error", err)
		}
		if err := c.bodies.Checkpoint(); err != nil {
			c.log.Warn("the write-ahead log of attachments could not be moved into their database", "error", err)
		}
		if err := c.staff.Sweep(ctx); err != nil && ctx.Err() == nil {
			c.log.Warn("expired sessions could not be swept", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// RunOffline runs only the node, without any line, for a command on a node that is not serving.
func (c *Chancery) RunOffline(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var g errgroup.Group
	g.Go(func() error { return c.node.Run(ctx) })
	err := f(ctx)
	cancel()
	return errors.Join(err, g.Wait())
}

var _ node.Changed // what Watch yields
