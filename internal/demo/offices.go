package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/carrier/pinned"
	"entente.example/internal/chancery"
	"entente.example/internal/goodoffices"
	"entente.example/internal/keys"
	"entente.example/internal/mailbox"
)

// Offices are good offices of somebody who is no party, on loopback.
type Offices struct {
	Dir     string
	Address mailbox.Address
	stop    func() error
}

// NewOffices makes the directory, or reads it if it is there. Nobody serves yet, and nobody is a customer.
func NewOffices(dir string) (*Offices, error) {
	if _, err := os.Stat(filepath.Join(dir, goodoffices.SettingsFile)); errors.Is(err, os.ErrNotExist) {
		s := goodoffices.Standard()
		if s.Listen, err = FreePort(); err != nil {
			return nil, err
		}
		if err := goodoffices.Create(dir, s, rand.Reader); err != nil {
			return nil, err
		}
	}
	f, err := goodoffices.Open(context.Background(), goodoffices.Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	return &Offices{Dir: dir, Address: mailbox.Address{Host: f.Settings().Listen, Pin: f.Pin()}}, f.Close()
}

// Admit lets the stage's nodes in, each by the key that it has for these offices.
func (o *Offices) Admit(s *Stage) error {
	for _, a := range s.Actors {
		key, err := keys.Load(filepath.Join(a.Dir, chancery.KeysDir, chancery.NodeKeyFile))
		if err != nil {
			return err
		}
		_, pin, err := key.CustomerCertificate(pinned.Pin(o.Address.Pin))
		if err != nil {
			return err
		}
		if _, err := goodoffices.Admit(o.Dir, string(pin)); err != nil {
			return err
		}
	}
	return nil
}

// Open serves until Close.
func (o *Offices) Open(ctx context.Context, log *slog.Logger) error {
	f, err := goodoffices.Open(ctx, goodoffices.Options{Dir: o.Dir, Log: log})
	if err != nil {
		return err
	}
	l, err := direct.Listen(ctx, o.Address.Host)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- f.Serve(ctx, l) }()
	o.stop = func() error {
		cancel()
		return errors.Join(<-done, f.Close())
	}
	return nil
}

// Close ends Open. It may be called when nobody serves.
func (o *Offices) Close() error {
	if o == nil || o.stop == nil {
		return nil
	}
	if err := o.stop(); err != nil {
		return fmt.Errorf("good offices: %w", err)
	}
	o.stop = nil
	return nil
}
