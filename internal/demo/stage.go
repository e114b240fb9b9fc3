// Package demo plays the worked example on real nodes: three parties, three directories, TLS between them on loopback.
//
// It promises that what it shows is what the program does: the nodes are the same as `entente serve` runs, and after every step the state on every node is compared with what the
// example expects. Only the clock is played.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/config"
	"entente.example/internal/keys"
	"entente.example/internal/worked"
)

// clock is the nodes' clock: the time of the play, then real time.
type clock struct {
	mu     sync.Mutex
	played time.Time // zero: real
}

// Now is the time of the play, or the real time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.played.IsZero() {
		return time.Now()
	}
	return c.played
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.played = t
}

// Actor is one party's node on the stage.
type Actor struct {
	Party charter.PartyID
	Dir   string
	*chancery.Chancery
	pass  chancery.Passphrases
	ahead atomic.Int64 // its machine's clock is so many nanoseconds ahead of the play's
}

// Stage is the three nodes.
type Stage struct {
	Example *worked.Example
	Actors  []*Actor
	Mech    string
	clock   *clock
	reached map[charter.PartyID]int64 // what the last actor's node had folded when it had acted: the next one acts in that knowledge
	relays  []string
	group   *errgroup.Group
	stop    context.CancelFunc
}

// sealKeys is how many custodians each party of the example has; all of them seal.
const sealKeys = 2

// passphrase of the demo's seal keys. They guard nothing but the demo.
const passphrase = "entente demo"

// Serve runs a chancery until its context ends.
type Serve func(ctx context.Context, c *chancery.Chancery, now func() time.Time, log *slog.Logger) error

// Quietly runs a chancery without faces.
func Quietly(ctx context.Context, c *chancery.Chancery, _ func() time.Time, _ *slog.Logger) error {
	return c.Run(ctx)
}

// Set makes or opens the parties' directories under dir and starts their nodes, which know the good offices at relays.
func Set(ctx context.Context, dir string, ex *worked.Example, log *slog.Logger, serve Serve, relays ...string) (*Stage, error) {
	s := &Stage{Example: ex, clock: &clock{}, relays: relays}
	ctx, s.stop = context.WithCancel(ctx)
	s.group, ctx = errgroup.WithContext(ctx)
	s.clock.set(time.Date(2024, 12, 1, 9, 0, 0, 0, time.UTC))
	for _, p := range ex.Parties {
		a := &Actor{Party: p.ID, Dir: filepath.Join(dir, string(p.ID)), pass: chancery.Passphrases{}}
		cfg, err := s.furnish(a)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		now := func() time.Time { return s.clock.Now().Add(time.Duration(a.ahead.Load())) }
		if a.Chancery, err = chancery.Open(ctx, chancery.Options{Dir: a.Dir, Config: cfg, Now: now, Log: log.With("party", string(p.ID))}); err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.Actors = append(s.Actors, a)
		s.group.Go(func() error { return serve(ctx, a.Chancery, now, log) })
	}
	for _, a := range s.Actors {
		select {
		case <-a.Running():
		case <-ctx.Done():
			return nil, s.Close()
		}
	}
	return s, nil
}

// Passphrases are those of the party's seal keys, which the demo invents.
func (a *Actor) Passphrases() chancery.Passphrases { return a.pass }

// Close stops the nodes.
func (s *Stage) Close() error {
	s.stop()
	err := s.group.Wait()
	for _, a := range s.Actors {
		err = errors.Join(err, a.Chancery.Close())
	}
	return err
}

// furnish makes a party's directory as `entente init` does, or reads it if it is there.
func (s *Stage) furnish(a *Actor) (config.Config, error) {
	path := filepath.Join(a.Dir, chancery.ConfigFile)
	names := []string{}
	for i := range sealKeys {
		name := fmt.Sprintf("seal%d", i+1)
		names = append(names, name)
		a.pass[name] = []byte(passphrase)
	}
	if _, err := os.Stat(path); err == nil {
		return config.Load(path, nil)
	}
	cfg := config.Default()
	cfg.Party = string(a.Party)
	cfg.Names = s.Example.PartyNames(a.Party)
	for _, p := range s.Example.Parties {
		if p.ID == a.Party {
			cfg.Language = string(p.Language)
		}
	}
	cfg.Keys = config.Keys{Seal: names, Threshold: sealKeys}
	cfg.Line.Retry = config.Duration(50 * time.Millisecond)
	var err error
	if cfg.Line.Listen, err = FreePort(); err != nil {
		return cfg, err
	}
	cfg.Line.Addresses = []string{cfg.Line.Listen}
	if len(s.relays) > 0 {
		cfg.Line.Relays = s.relays
	}
	if cfg.Web.Listen, err = FreePort(); err != nil {
		return cfg, err
	}
	if cfg.Press.Listen, err = FreePort(); err != nil {
		return cfg, err
	}
	cfg.Press.ReplyDays = 3650 // the play is set in the past; whoever tries the demo may reply
	keyDir := filepath.Join(a.Dir, chancery.KeysDir)
	if err := os.MkdirAll(keyDir, 0o700); err != nil {
		return cfg, err
	}
	if _, err := keys.Create(filepath.Join(keyDir, chancery.NodeKeyFile), rand.Reader); err != nil {
		return cfg, err
	}
	for _, name := range names {
		if _, err := keys.CreateSeal(filepath.Join(keyDir, name), string(a.Party)+" "+name, []byte(passphrase), rand.Reader); err != nil {
			return cfg, err
		}
	}
	b, err := cfg.Format()
	if err != nil {
		return cfg, err
	}
	return cfg, os.WriteFile(path, b, 0o600)
}
