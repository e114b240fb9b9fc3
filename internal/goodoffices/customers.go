package goodoffices

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"entente.example/internal/carrier/pinned"
	"entente.example/refusal"
)

const customersHead = "# Keys that may use these good offices, one on a line. A change counts at once. Names are not needed here; leave them out.\n"

// maxCustomers bounds the list, and with it what is kept in memory for each customer.
const maxCustomers = 4096

// customers is the file of who may use the office. It is read again whenever it has changed.
type customers struct {
	path string

	mu   sync.Mutex
	seen time.Time
	size int64
	keys []pinned.Pin
	err  error
}

// list is the file as it stands. A line that is no key spoils the list: nobody is let in or kept out by a slip of the hand without the operator hearing of it.
func (c *customers) list() ([]pinned.Pin, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(c.path)
	if err != nil {
		return nil, refusal.New(refusal.Missing, "offices.no_customers", "file", c.path).Because(err)
	}
	if info.ModTime().Equal(c.seen) && info.Size() == c.size {
		return c.keys, c.err
	}
	b, err := os.ReadFile(c.path)
	if err != nil {
		return nil, refusal.New(refusal.Denied, "config.unreadable", "file", c.path).Because(err)
	}
	c.seen, c.size = info.ModTime(), info.Size()
	keys, err := parseCustomers(c.path, string(b))
	if err != nil {
		c.err = err // those who were let in before stay; nobody new comes in
		return c.keys, err
	}
	c.keys, c.err = keys, nil
	return c.keys, nil
}

func parseCustomers(name, text string) ([]pinned.Pin, error) {
	var keys []pinned.Pin
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		pin := pinned.Pin(strings.TrimSpace(line))
		if pin == "" {
			continue
		}
		if !pin.Valid() {
			return nil, refusal.New(refusal.Invalid, "offices.bad_customer", "file", name, "line", strconv.Itoa(i+1))
		}
		if !slices.Contains(keys, pin) {
			keys = append(keys, pin)
		}
	}
	if len(keys) > maxCustomers {
		return nil, refusal.New(refusal.Invalid, "offices.many_customers", "file", name, "limit", strconv.Itoa(maxCustomers))
	}
	return keys, nil
}

// has reports whether a key may use the office. If the file cannot be read any more, the last list that could counts.
func (c *customers) has(pin pinned.Pin) bool {
	keys, _ := c.list()
	return slices.Contains(keys, pin)
}

// Admit puts a customer's key on the list. It reports false if it was there already.
func Admit(dir, key string) (bool, error) {
	return change(dir, key, func(lines []string, at int) []string {
		if at >= 0 {
			return nil
		}
		return append(lines, key)
	})
}

// Dismiss takes a customer's key off the list. It reports false if it was not there. What lies in its mailboxes stays until it is collected or too old.
func Dismiss(dir, key string) (bool, error) {
	return change(dir, key, func(lines []string, at int) []string {
		if at < 0 {
			return nil
		}
		return slices.Delete(lines, at, at+1)
	})
}

func change(dir, key string, edit func(lines []string, at int) []string) (bool, error) {
	if !pinned.Pin(key).Valid() {
		return false, refusal.New(refusal.Invalid, "offices.no_key", "key", key)
	}
	path := filepath.Join(dir, CustomersFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return false, refusal.New(refusal.Missing, "offices.none", "dir", dir).Because(err)
	}
	if _, err := parseCustomers(path, string(b)); err != nil {
		return false, err
	}
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	at := slices.IndexFunc(lines, func(l string) bool {
		l, _, _ = strings.Cut(l, "#")
		return strings.TrimSpace(l) == key
	})
	if lines = edit(lines, at); lines == nil {
		return false, nil
	}
	f, err := os.CreateTemp(dir, CustomersFile+".new") // readable by its owner only
	if err != nil {
		return false, fmt.Errorf("customers: %w", err)
	}
	_, err = f.WriteString(strings.Join(lines, "\n") + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return false, errors.Join(fmt.Errorf("customers: %w", err), os.Remove(f.Name()))
	}
	return true, os.Rename(f.Name(), path)
}
