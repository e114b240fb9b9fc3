package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"entente.example/internal/store"
)

// What may be wanting on the server before a record can lie there; see Wanting.
const (
	NoDatabase = "no database"         // there is none of that name
	NoEntry    = "no entry"            // the user is not let in
	Unverified = "certificate"         // the server's certificate, or its name
	NoRight    = "no right to make it" // the user may make no tables
)

// Wanting says what whoever looks after the server, or the way to it, has to do first.
type Wanting struct {
	What                 string // one of those above
	Host, User, Database string
	Reason               error
}

func (w *Wanting) Error() string { return fmt.Sprintf("%s: %v", w.What, w.Reason) }

func (w *Wanting) Unwrap() error { return w.Reason }

// wanting is err as a Wanting, if it is one.
func wanting(c *pgx.ConnConfig, err error) error {
	w := &Wanting{Host: c.Host, User: c.User, Database: c.Database, Reason: err}
	var certificate *tls.CertificateVerificationError
	switch code := code(err); {
	case code == "3D000":
		w.What = NoDatabase
	case len(code) == 5 && code[:2] == "28":
		w.What = NoEntry
	case code == "42501":
		w.What = NoRight
	case errors.As(err, &certificate):
		w.What = Unverified
	default:
		return err
	}
	return w
}

// Said is what the server said, or what is wrong with its certificate, without what the library puts around it.
func (w *Wanting) Said() string {
	var said *pgconn.PgError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(w.Reason, &said):
		return said.Message
	case errors.As(w.Reason, &certificate):
		return certificate.Err.Error()
	}
	return w.Reason.Error()
}

// Look says whether a new record could lie in a database: it is there, lets us in, keeps our promises, lets us make tables, and holds no record. Nothing is changed and no pen is taken up. Errors are Open's, and store.ErrTaken.
func Look(ctx context.Context, o Options) error {
	config, err := configure(o)
	if err != nil {
		return err
	}
	c, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return wanting(config.ConnConfig, classify(err))
	}
	err = checkServer(ctx, c)
	if err == nil {
		err = (&pen{conn: c}).belongs(ctx, o.Owner)
	}
	if err == nil {
		err = empty(ctx, c)
	}
	return errors.Join(wanting(config.ConnConfig, classify(broken(c, err))), c.Close(context.WithoutCancel(ctx)))
}

// empty is nil of a database in which our tables can be made, or were made and hold nothing yet.
func empty(ctx context.Context, c *pgx.Conn) error {
	var may, tables, record bool
	err := c.QueryRow(ctx, `SELECT CASE WHEN to_regnamespace('entente') IS NULL THEN has_database_privilege(current_database(), 'CREATE') ELSE has_schema_privilege('entente', 'CREATE') END, to_regclass('entente.mechanism') IS NOT NULL`).Scan(&may, &tables)
	if err == nil && tables {
		err = c.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM mechanism)").Scan(&record)
	}
	switch {
	case err != nil:
		return err
	case record:
		return store.ErrTaken
	case !may:
		return &pgconn.PgError{Code: "42501", Message: "permission denied"}
	}
	return nil
}
