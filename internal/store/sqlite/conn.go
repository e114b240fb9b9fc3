package sqlite

import (
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/store"
)

// conn is one connection with its prepared statements. One goroutine uses it at a time.
type conn struct {
	db       *sqlite3.Conn
	prepared map[string]*sqlite3.Stmt
	width    int64               // entries in a bundle
	matters  map[matterKey]int64 // numbers of matter keys, forgotten when a transaction fails
	mechs    mechs
	// outcomes and leaves are where the next bundle is put together.
	outcomes, leaves []byte
	// packed is where the next state is packed.
	packed []byte
}

func (c *conn) close() error {
	for _, s := range c.prepared {
		_ = s.Close()
	}
	return c.db.Close()
}

// prepare returns the statement for sql, prepared once.
func (c *conn) prepare(sql string) (*sqlite3.Stmt, error) {
	if s := c.prepared[sql]; s != nil {
		return s, nil
	}
	s, _, err := c.db.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sql, err)
	}
	c.prepared[sql] = s
	return s, nil
}

// query prepares and binds a statement. Arguments are int64, string, bool or []byte, of which a nil one is NULL.
func (c *conn) query(sql string, args ...any) (*sqlite3.Stmt, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return nil, err
	}
	for i, a := range args {
		var err error
		switch a := a.(type) {
		case int64:
			err = s.BindInt64(i+1, a)
		case string:
			err = s.BindText(i+1, a)
		case []byte:
			if a == nil {
				err = s.BindNull(i + 1)
			} else {
				err = s.BindBlob(i+1, a)
			}
		case bool:
			err = s.BindBool(i+1, a)
		default:
			err = fmt.Errorf("argument %T", a)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// exec runs a statement that returns nothing.
func (c *conn) exec(sql string, args ...any) error {
	s, err := c.query(sql, args...)
	if err != nil {
		return err
	}
	return s.Exec()
}

// one runs a statement for its first row. store.ErrMissing if there is none.
func (c *conn) one(scan func(*sqlite3.Stmt), sql string, args ...any) error {
	s, err := c.query(sql, args...)
	if err != nil {
		return err
	}
	found := s.Step()
	if found {
		scan(s)
	}
	if err := finish(s); err != nil {
		return err
	}
	if !found {
		return store.ErrMissing
	}
	return nil
}

// finish makes a statement ready for its next use. Reset repeats the error of the last step.
func finish(s *sqlite3.Stmt) error {
	err := s.Err()
	if e := s.Reset(); err == nil {
		err = e
	}
	return err
}

// each runs a statement and hands every row to scan until it returns false. scan may ask further ones, of the same text too: while a statement is running, another takes
// its place.
func (c *conn) each(scan func(*sqlite3.Stmt) bool, sql string, args ...any) (err error) {
	outer := c.prepared[sql]
	if outer != nil && outer.Busy() {
		delete(c.prepared, sql)
		defer func() {
			err = errors.Join(err, c.prepared[sql].Close())
			c.prepared[sql] = outer
		}()
	}
	s, err := c.query(sql, args...)
	if err != nil {
		return err
	}
	defer func() { // also when scan panics
		if e := finish(s); err == nil {
			err = e
		}
	}()
	for s.Step() && scan(s) {
	}
	return nil
}

func (c *conn) text(sql string, args ...any) (t string, err error) {
	err = c.one(func(s *sqlite3.Stmt) { t = s.ColumnText(0) }, sql, args...)
	return t, err
}

func (c *conn) int(sql string, args ...any) (n int64, err error) {
	err = c.one(func(s *sqlite3.Stmt) { n = s.ColumnInt64(0) }, sql, args...)
	return n, err
}

// blob copies a column.
func blob(s *sqlite3.Stmt, col int) []byte {
	raw := s.ColumnRawBlob(col)
	if raw == nil {
		return nil
	}
	return append(make([]byte, 0, len(raw)), raw...)
}
