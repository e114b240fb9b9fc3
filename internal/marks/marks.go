// Package marks owns what this node has signed: the one file that must never go back in time.
//
// It lies outside every backup. A database restored from an old backup is recognised because the marks are ahead of it; without marks a restored node could sign a second
// history. Marks only move forward: a size that goes back, or the same size with another root, is refused, and so is a second choice on one round. docs/protocol.md 3.
// It never decides what may be signed, and never signs.
package marks

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"entente.example/refusal"
)

// Mark is a head that was signed or cosigned.
type Mark struct {
	Origin string
	Size   int64
	Root   [32]byte
}

// Choice is our party's first choice on a round: the digest it sealed, or "declined".
type Choice struct {
	Mech   string
	Matter string
	Round  int
	Chosen string
}

// Batch is what one Commit makes durable together.
type Batch struct {
	Own      []Mark // heads of our own logs
	Cosigned []Mark // heads of others' logs
	Choices  []Choice
}

// round names what a choice is about.
type round struct {
	mech, matter string
	n            int
}

// content is the newest of everything.
type content struct {
	own, cosigned map[string]Mark
	choices       map[round]string
}

func empty() content {
	return content{own: map[string]Mark{}, cosigned: map[string]Mark{}, choices: map[round]string{}}
}

// Store is an open marks file. One goroutine uses it.
type Store struct {
	content
	file
	lock io.Closer // nil on a ground that needs none
}

// Close ends the use of the file. Everything committed is on the disk already.
func (s *Store) Close() error {
	err := s.file.Close()
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

// Own is the newest head of our log that we signed.
func (s *Store) Own(origin string) (Mark, bool) { m, ok := s.own[origin]; return m, ok }

// Cosigned is the newest head of another's log that we cosigned.
func (s *Store) Cosigned(origin string) (Mark, bool) { m, ok := s.cosigned[origin]; return m, ok }

// Chosen is our first choice on a round.
func (s *Store) Chosen(mech, matter string, n int) (string, bool) {
	c, ok := s.choices[round{mech, matter, n}]
	return c, ok
}

// Commit makes a batch durable with one fsync, all of it or nothing. It refuses all of it with marks.conflict or marks.chosen if any mark would go back, also against
// another one in the batch. After any other error nothing of the batch may be signed; Commit may be called again.
func (s *Store) Commit(b Batch) error {
	next := s.touched(b)
	var news []string
	add := func(changed bool, record string) {
		if changed {
			news = append(news, record)
		}
	}
	for _, m := range b.Own {
		changed, err := next.mark(kindOwn, m)
		if err != nil {
			return err
		}
		add(changed, m.record(kindOwn))
	}
	for _, m := range b.Cosigned {
		changed, err := next.mark(kindCosigned, m)
		if err != nil {
			return err
		}
		add(changed, m.record(kindCosigned))
	}
	for _, c := range b.Choices {
		changed, err := next.choose(c)
		if err != nil {
			return err
		}
		add(changed, c.record())
	}
	if len(news) == 0 {
		return nil
	}
	if err := s.write(s.content, frame(strings.Join(news, ";"))); err != nil {
		return fmt.Errorf("marks: %w", err)
	}
	maps.Copy(s.own, next.own)
	maps.Copy(s.cosigned, next.cosigned)
	maps.Copy(s.choices, next.choices)
	s.compactIfLong(s.content)
	return nil
}

// touched copies what a batch is about to change.
func (c content) touched(b Batch) content {
	out := empty()
	for _, m := range b.Own {
		copyKey(out.own, c.own, m.Origin)
	}
	for _, m := range b.Cosigned {
		copyKey(out.cosigned, c.cosigned, m.Origin)
	}
	for _, x := range b.Choices {
		copyKey(out.choices, c.choices, round{x.Mech, x.Matter, x.Round})
	}
	return out
}

func copyKey[K comparable, V any](to, from map[K]V, k K) {
	if v, ok := from[k]; ok {
		to[k] = v
	}
}

// mark moves one mark forward. It reports whether anything changed.
func (c content) mark(kind string, m Mark) (bool, error) {
	if err := checkFields(m.Origin); err != nil || m.Size < 0 {
		return false, errors.Join(errors.New("not a mark"), err)
	}
	have := c.own
	if kind == kindCosigned {
		have = c.cosigned
	}
	old, ok := have[m.Origin]
	if ok && (m.Size < old.Size || m.Size == old.Size && m.Root != old.Root) {
		return false, refusal.New(refusal.Conflict, "marks.conflict", "log", m.Origin)
	}
	have[m.Origin] = m
	return m != old, nil
}

// choose registers a first choice. It reports whether anything changed.
func (c content) choose(x Choice) (bool, error) {
	if err := checkFields(x.Mech, x.Matter, x.Chosen); err != nil || x.Round < 0 {
		return false, errors.Join(errors.New("not a choice"), err)
	}
	at := round{x.Mech, x.Matter, x.Round}
	old, ok := c.choices[at]
	if ok && old != x.Chosen {
		return false, refusal.New(refusal.Conflict, "marks.chosen", "matter", x.Matter)
	}
	c.choices[at] = x.Chosen
	return !ok, nil
}

// checkFields keeps what separates records in the file out of names.
func checkFields(fields ...string) error {
	for _, f := range fields {
		if f == "" || strings.ContainsFunc(f, func(r rune) bool { return r <= ' ' || r == ';' || r == 0x7f }) {
			return fmt.Errorf("%q cannot stand in the marks file", f)
		}
	}
	return nil
}
