// Package goodoffices owns the server that keeps mail for parties whose nodes cannot reach each other.
//
// It promises to learn no more than it must: its customers are keys without names, a mailbox is a key too, and a message is bytes of a few sizes. It knows no mechanism, no party and no
// record, and no code of this package can reach one that does, which a test of the import graph keeps. What it has acknowledged is durable; what was deleted is overwritten. Everything
// that a customer can ask for has a bound, and no customer and no mailbox can use up another's. docs/protocol.md 9.
package goodoffices

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"entente.example/internal/keys"
	"entente.example/refusal"
)

// Files of a directory of good offices.
const (
	SettingsFile  = "offices.toml"
	CustomersFile = "customers"
	KeyFile       = "offices.key"
	MailFile      = "mail.db"
)

// Options are what an office is opened with. Dir is required.
type Options struct {
	Dir string
	Now func() time.Time // time.Now
	Log *slog.Logger
}

// Office is an opened directory.
type Office struct {
	settings  Settings
	key       *keys.NodeKey
	customers *customers
	mail      *Mail
	limits    *limits
	waiting   *waiting
	now       func() time.Time
	log       *slog.Logger
}

// Create makes the directory of new good offices: key, settings, no customer.
func Create(dir string, s Settings, chance io.Reader) error {
	if err := s.Check(); err != nil {
		return err
	}
	if files, err := os.ReadDir(dir); err == nil && len(files) > 0 {
		return refusal.New(refusal.Conflict, "node.directory_not_empty", "dir", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return refusal.New(refusal.Unavailable, "offices.no_directory", "dir", dir).Because(err)
	}
	if chance == nil {
		chance = rand.Reader
	}
	if _, err := keys.Create(filepath.Join(dir, KeyFile), chance); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, CustomersFile), []byte(customersHead), 0o600); err != nil {
		return err
	}
	b, err := s.Format()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, SettingsFile), b, 0o600)
}

// Open opens a directory that Create made, and its mail.
func Open(ctx context.Context, o Options) (*Office, error) {
	raw, err := os.ReadFile(filepath.Join(o.Dir, SettingsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refusal.New(refusal.Missing, "offices.none", "dir", o.Dir)
	}
	if err != nil {
		return nil, refusal.New(refusal.Denied, "config.unreadable", "file", SettingsFile).Because(err)
	}
	f := &Office{now: o.Now, log: o.Log, waiting: newWaiting(), customers: &customers{path: filepath.Join(o.Dir, CustomersFile)}}
	if f.now == nil {
		f.now = time.Now
	}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	if f.settings, err = ParseSettings(filepath.Join(o.Dir, SettingsFile), raw); err != nil {
		return nil, err
	}
	if err := f.settings.Check(); err != nil {
		return nil, err
	}
	f.limits = newLimits(f.settings)
	if f.key, err = keys.Load(filepath.Join(o.Dir, KeyFile)); err != nil {
		return nil, err
	}
	if _, err := f.customers.list(); err != nil {
		return nil, err
	}
	if f.mail, err = OpenMail(ctx, filepath.Join(o.Dir, MailFile), "", f.settings); err != nil {
		return nil, err
	}
	return f, nil
}

// Close closes the mail.
func (f *Office) Close() error { return f.mail.Close() }

// Pin is the key by which customers know this office.
func (f *Office) Pin() string { return f.key.Public().TLS }

// Settings are what the operator chose.
func (f *Office) Settings() Settings { return f.settings }

// Usage says what lies here.
func (f *Office) Usage(ctx context.Context) (Usage, error) {
	u, err := f.mail.Usage(ctx)
	if err != nil {
		return u, err
	}
	keys, err := f.customers.list()
	u.Customers = len(keys)
	return u, err
}
