package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"entente.example/internal/store"
)

// schema holds the steps from an empty database to today's tables, forward only. A released step is never changed. Everything lies in a schema of its own. Keys are compared byte by byte
// (COLLATE "C"), as they are on every other ground; leaves are not compressed, which costs more than it saves.
var schema = []string{`
CREATE TABLE mechanism (id text COLLATE "C" PRIMARY KEY, charter bytea NOT NULL, self text NOT NULL, joined bigint NOT NULL);
CREATE TABLE log (id bigint PRIMARY KEY, mech text COLLATE "C" NOT NULL REFERENCES mechanism(id), origin text COLLATE "C" NOT NULL UNIQUE, party text NOT NULL, gen bigint NOT NULL,
	own boolean NOT NULL, size bigint NOT NULL, root bytea NOT NULL, applied bigint NOT NULL, checkpoint bytea NOT NULL, tail bytea NOT NULL);
CREATE TABLE matter (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mech text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, state bytea NOT NULL, past bytea NOT NULL,
	lam bigint NOT NULL, last text NOT NULL, acts bigint NOT NULL, owes boolean NOT NULL, UNIQUE (mech, key));
CREATE INDEX matter_owing ON matter (mech, key) WHERE owes;
-- id is log << 40 | index: appending is appending to one B-tree. matter 0 and lam 0 mean that the entry waits for its past.
CREATE TABLE entry (id bigint PRIMARY KEY, matter bigint NOT NULL, lam bigint NOT NULL, past bytea NOT NULL, void bytea, leaf bytea NOT NULL);
ALTER TABLE entry ALTER leaf SET STORAGE EXTERNAL;
CREATE INDEX entry_matter ON entry (matter, id) WHERE lam > 0;
CREATE TABLE tile (log bigint NOT NULL, level bigint NOT NULL, n bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (log, level, n));
ALTER TABLE tile ALTER data SET STORAGE EXTERNAL;
CREATE TABLE receipt (log bigint NOT NULL, party text COLLATE "C" NOT NULL, size bigint NOT NULL, time bigint NOT NULL, note bytea NOT NULL, PRIMARY KEY (log, party));
CREATE TABLE witnessed (log bigint NOT NULL, witness text COLLATE "C" NOT NULL, size bigint NOT NULL, time bigint NOT NULL, note bytea NOT NULL, PRIMARY KEY (log, witness));
CREATE TABLE evidence (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mech text COLLATE "C" NOT NULL, data bytea NOT NULL);
CREATE UNIQUE INDEX evidence_once ON evidence (sha256(data)); -- evidence itself may be longer than what can be indexed
CREATE TABLE parcel (mech text COLLATE "C" NOT NULL, party text COLLATE "C" NOT NULL, out boolean NOT NULL, sequence bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (mech, party, out, sequence));
CREATE TABLE contact (mech text COLLATE "C" NOT NULL, party text COLLATE "C" NOT NULL, data bytea NOT NULL, PRIMARY KEY (mech, party));
CREATE TABLE word (mech text COLLATE "C" NOT NULL, party text COLLATE "C" NOT NULL, data bytea NOT NULL, PRIMARY KEY (mech, party));
`, bodySchema, partSchema, headSchema, hashSchema, apartSchema}

// penTable is what is known before any step: which steps were taken, whose database this is, how often its pen was taken up, and whether a record is being moved in (filling) or was
// moved out (moved).
const penTable = `CREATE TABLE IF NOT EXISTS pen (one boolean PRIMARY KEY DEFAULT true CHECK (one), epoch bigint NOT NULL, steps bigint NOT NULL, owner text NOT NULL, state text NOT NULL);
INSERT INTO pen (epoch, steps, owner, state) VALUES (0, 0, '', '') ON CONFLICT DO NOTHING`

// stepPatience is how long a step waits for whoever reads or looks after a table that it changes: longer than the server takes to send its own housekeeping away, and not as long as a dump may take, behind which all who
// come later would wait, too.
var stepPatience = 5 * time.Second

// HeldUp says who uses tables that have to be changed: the change was given up, and nothing of it is there.
type HeldUp struct{ By string }

func (h *HeldUp) Error() string { return "tables that have to be changed are in use by " + h.By }

// heldUp asks the server who uses our tables.
func heldUp(ctx context.Context, c *pgx.Conn) error {
	h := &HeldUp{}
	err := c.QueryRow(ctx, `SELECT coalesce(string_agg(DISTINCT format('%s (pid %s)', coalesce(nullif(a.application_name, ''), a.backend_type, '?'), a.pid), ', '), '?')
		FROM pg_locks l JOIN pg_class r ON r.oid = l.relation JOIN pg_stat_activity a USING (pid) WHERE l.granted AND a.pid <> pg_backend_pid()
		AND r.relnamespace = 'entente'::regnamespace AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`).Scan(&h.By)
	return errors.Join(h, err)
}

// migrate brings the database to today's schema, each step in its own transaction, and refuses a newer one, and an older one unless upgrade. Whoever calls it has the lock.
func migrate(ctx context.Context, c *pgx.Conn, upgrade bool) error {
	var there bool
	if err := c.QueryRow(ctx, "SELECT to_regnamespace('entente') IS NOT NULL").Scan(&there); err != nil {
		return err
	}
	if !there {
		if _, err := c.Exec(ctx, "CREATE SCHEMA entente"); err != nil {
			return err
		}
	}
	if _, err := c.Exec(ctx, penTable); err != nil {
		return err
	}
	var steps int
	var used bool // a database that nobody has held yet has nothing that could be lost: making its tables was broken off
	if err := c.QueryRow(ctx, "SELECT steps, epoch > 0 FROM pen").Scan(&steps, &used); err != nil {
		return err
	}
	if err := known(steps); err != nil {
		return err
	}
	if used && steps < len(schema) && !upgrade {
		return fmt.Errorf("%w: its schema is %d, this program's is %d", store.ErrOlder, steps, len(schema))
	}
	for i := steps; i < len(schema); i++ {
		// Statements that come in one message are one transaction.
		_, err := c.Exec(ctx, fmt.Sprintf("SET LOCAL lock_timeout=%d; %s; UPDATE pen SET steps=%d", stepPatience.Milliseconds(), schema[i], i+1), pgx.QueryExecModeSimpleProtocol)
		if code(err) == lockTimeout {
			return heldUp(ctx, c)
		}
		if err != nil {
			return fmt.Errorf("schema step %d: %w", i+1, err)
		}
	}
	return nil
}

// known is store.ErrNewer of a database of which more steps were taken than we know.
func known(steps int) error {
	if steps > len(schema) {
		return fmt.Errorf("%w: its schema is %d, this program knows %d", store.ErrNewer, steps, len(schema))
	}
	return nil
}

// overtaken says of a question that the server does not understand that a newer program has changed the tables meanwhile, if one has.
func overtaken(ctx context.Context, c *pgx.Conn, err error) error {
	if !strings.HasPrefix(code(err), "42") && code(err) != resultChanged {
		return err
	}
	var steps int
	_, _ = c.Exec(ctx, "ROLLBACK")
	if c.QueryRow(ctx, "SELECT steps FROM pen").Scan(&steps) == nil && known(steps) != nil {
		return fmt.Errorf("%w: %w", known(steps), err)
	}
	return err
}

// resultChanged is the condition of a question that was asked before and would be answered in another form now.
const resultChanged = "0A000"

// partSchema lays tiles in parts, see tx.tiles, and leaves room on the pages of what is written again and again, so that it is written where it was.
const partSchema = `
ALTER TABLE tile RENAME TO tile_whole;
CREATE TABLE tile (log bigint NOT NULL, level bigint NOT NULL, n bigint NOT NULL, part bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (log, level, n, part));
INSERT INTO tile SELECT log, level, n, part, substring(data FROM (part*1024+1)::int FOR 1024) FROM tile_whole, generate_series(0, (length(data)-1)/1024) part;
DROP TABLE tile_whole;
ALTER TABLE log SET (fillfactor=40);
ALTER TABLE matter SET (fillfactor=80);
ALTER TABLE receipt SET (fillfactor=80);
`

// headSchema keeps a log's head in its row, checkpoint and all (3.5 KB): apart from it, each act would write it in two pieces with an index entry each, and take two out. Two such rows share a page, so that it is written
// where it was. A mechanism's logs are found by an index, for rows of that size are too many pages to look through.
const headSchema = `
ALTER TABLE log ALTER checkpoint SET STORAGE EXTERNAL;
ALTER TABLE log ALTER tail SET STORAGE EXTERNAL;
ALTER TABLE log SET (toast_tuple_target=8160);
CREATE INDEX log_mech ON log (mech, id);
`

// hashSchema has the last hashes of a tree lie beside their entries, see tx.tiles. Those that are in a part of a tile stay there.
const hashSchema = "ALTER TABLE entry ADD hash bytea"

// apartSchema keeps what each act writes of a log apart from what never changes of it: with every row that it writes the server opens all indexes of the table and goes into its references, and a head has neither but its
// number. What remains is written together anew, so that it lies on few pages.
const apartSchema = `
CREATE TABLE head (log bigint PRIMARY KEY, size bigint NOT NULL, root bytea NOT NULL, applied bigint NOT NULL, checkpoint bytea NOT NULL, tail bytea NOT NULL) WITH (fillfactor=40, toast_tuple_target=8160);
ALTER TABLE head ALTER checkpoint SET STORAGE EXTERNAL;
ALTER TABLE head ALTER tail SET STORAGE EXTERNAL;
INSERT INTO head SELECT id, size, root, applied, checkpoint, tail FROM log;
ALTER TABLE log DROP COLUMN size, DROP COLUMN root, DROP COLUMN applied, DROP COLUMN checkpoint, DROP COLUMN tail;
ALTER TABLE log RESET (fillfactor, toast_tuple_target);
CLUSTER log USING log_pkey;
ALTER TABLE log SET WITHOUT CLUSTER;
`
