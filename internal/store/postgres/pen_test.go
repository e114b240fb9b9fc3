package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"entente.example/internal/store"
	"entente.example/internal/store/postgres/pgtest"
)

const mech = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// founded opens a record with one log.
func founded(t testing.TB, url string) *DB {
	t.Helper()
	db := open(t, url)
	err := db.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.PutMechanism(store.Mechanism{ID: mech, Charter: []byte("c"), Self: "a"}); err != nil {
			return err
		}
		_, err := tx.AddLog(store.Log{Mech: mech, Origin: "a", Party: "a", Own: true})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// older makes a database as a program made it that knew so many steps, with one mechanism and one log of so many entries, of which none is folded.
func older(t *testing.T, url string, steps int, held int64) {
	t.Helper()
	config, err := configure(Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	p := &pen{config: config.ConnConfig}
	if err := p.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	today := schema
	schema = today[:steps]
	err = migrate(t.Context(), p.conn, false)
	schema = today
	if err == nil {
		_, err = p.conn.Exec(t.Context(), fmt.Sprintf(`UPDATE pen SET epoch=1, owner='a'; INSERT INTO mechanism VALUES ('%[1]s', 'c', 'a', 0);
			INSERT INTO log VALUES (1, '%[1]s', 'a', 'a', 0, true, %[2]d, decode(repeat('07', 32), 'hex'), 0, 'note', 'tail');
			INSERT INTO entry (id, matter, lam, past, leaf) SELECT (1::bigint<<40)+i, 0, 0, '', '' FROM generate_series(0, %[2]d-1) i`, mech, held), pgx.QueryExecModeSimpleProtocol)
	}
	if err := errors.Join(err, p.conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// Whose turn it is is asked while nobody else can take the pen up, and whoever is told that it is not theirs has changed nothing: the one before can go on.
func TestATurnIsAskedFor(t *testing.T) {
	url := pgtest.Database(t)
	founded(t, url).Close()
	refused, last := errors.New("an older copy"), int64(0)
	if _, err := Open(t.Context(), Options{URL: url, Owner: "a", Turn: func(l int64) (int64, error) { last = l; return 0, refused }}); !errors.Is(err, refused) || last != 1 {
		t.Errorf("%v after turn %d", err, last)
	}
	for _, want := range []int64{7, 8} { // a directory may know of later turns than a database that was put back
		db, err := Open(t.Context(), Options{URL: url, Owner: "a", Turn: func(l int64) (int64, error) { return max(l, 6) + 1, nil }})
		if err != nil {
			t.Fatal(err)
		}
		if db.Epoch() != want {
			t.Errorf("turn %d, not %d", db.Epoch(), want)
		}
		db.Close()
	}
}

func size(r store.Reader) (int64, error) {
	logs, err := r.Logs(mech)
	if err != nil {
		return 0, err
	}
	return logs[0].Size, nil
}

// put appends one entry that says who wrote it, and says how long the log is then.
func put(ctx context.Context, db *DB, who string, during func()) (n int64, err error) {
	err = db.Update(ctx, func(tx store.Tx) error {
		n, err = size(tx)
		if err != nil {
			return err
		}
		if during != nil {
			during()
		}
		return tx.Append(1, n, []store.Entry{{Leaf: fmt.Appendf(nil, "%s %d", who, n), Matter: "text/x", Lam: n + 1}}, store.Hash{}, nil)
	})
	return n + 1, err
}

func leaves(t *testing.T, db *DB) (all []string) {
	t.Helper()
	err := db.View(t.Context(), func(r store.Reader) error {
		n, err := size(r)
		if err != nil {
			return err
		}
		for leaf, err := range r.Leaves(1, 0, n) {
			if err != nil {
				return err
			}
			all = append(all, string(leaf))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// endSession is what docs/operators.md tells an operator to do whose old machine hangs.
func endSession(t *testing.T, url string) {
	t.Helper()
	guide, err := os.ReadFile("../../../docs/operators.md")
	if err != nil {
		t.Fatal(err)
	}
	_, statement, there := strings.Cut(string(guide), "\nSELECT pg_terminate_backend(pid)")
	statement, _, ends := strings.Cut(statement, ";\n")
	if !there || !ends {
		t.Fatal("docs/operators.md does not say how to end a session")
	}
	pgtest.Exec(t, url, "SELECT pg_terminate_backend(pid, 10000)"+statement)
}

func TestOneProcessAtATime(t *testing.T) {
	url := pgtest.Database(t)
	db := founded(t, url)
	_, err := Open(t.Context(), Options{URL: url, Owner: "a"})
	if held, ok := errors.AsType[*Held](err); !errors.Is(err, store.ErrLocked) || !ok || !strings.HasPrefix(held.By, process()) {
		t.Errorf("a second open: %v, want ErrLocked by %s", err, process())
	}
	if _, err := put(t.Context(), db, "first", nil); err != nil {
		t.Errorf("the second one hindered the first: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, url)
}

// A writer that falls asleep in the middle of a transaction, whose session is ended meanwhile, must find that another one writes.
func TestAWriterThatSleptIsRefused(t *testing.T) {
	url := pgtest.Database(t)
	first := founded(t, url)
	if _, err := put(t.Context(), first, "first", nil); err != nil {
		t.Fatal(err)
	}
	var second *DB
	_, err := put(t.Context(), first, "asleep", func() {
		endSession(t, url)
		second = open(t, url)
		if _, err := put(t.Context(), second, "second", nil); err != nil {
			t.Error(err)
		}
	})
	if !errors.Is(err, store.ErrAway) {
		t.Errorf("the transaction that slept: %v, want ErrAway", err)
	}
	for range 2 {
		ran := false
		if err := first.Update(t.Context(), func(store.Tx) error { ran = true; return nil }); !errors.Is(err, store.ErrFenced) || ran {
			t.Errorf("the one that slept: %v, want ErrFenced; ran: %v", err, ran)
		}
	}
	if got := leaves(t, first); len(got) != 2 {
		t.Errorf("the one that slept cannot read any more: %q", got)
	}
	if _, err := put(t.Context(), second, "second", nil); err != nil {
		t.Error(err)
	}
	if got := strings.Join(leaves(t, second), ", "); got != "first 0, second 1, second 2" {
		t.Errorf("the log is %s", got)
	}
}

// The lock is not the only guard: a pooler between may give the session away and the lock with it.
func TestTheEpochGuardsWithoutTheLock(t *testing.T) {
	url := pgtest.Database(t)
	first := founded(t, url)
	p := <-first.write
	_, err := p.conn.Exec(t.Context(), "SELECT pg_advisory_unlock_all()")
	first.write <- p
	if err != nil {
		t.Fatal(err)
	}
	second := open(t, url)
	if _, err := put(t.Context(), first, "first", nil); !errors.Is(err, store.ErrFenced) {
		t.Errorf("a writer without the lock: %v, want ErrFenced", err)
	}
	if _, err := put(t.Context(), second, "second", nil); err != nil {
		t.Error(err)
	}
	if got := strings.Join(leaves(t, second), ", "); got != "second 0" {
		t.Errorf("the log is %s", got)
	}
}

// Who lost the lock writes nothing as soon as somebody else has it, also before that one has raised the number.
func TestTheLockGuardsWithoutTheEpoch(t *testing.T) {
	url := pgtest.Database(t)
	first := founded(t, url)
	if err := first.Update(t.Context(), blind(0, 1, "text/x")); err != nil {
		t.Fatal(err)
	}
	p := <-first.write
	_, err := p.conn.Exec(t.Context(), "SELECT pg_advisory_unlock_all()")
	first.write <- p
	if err != nil {
		t.Fatal(err)
	}
	if _, err := connected(t, url).Exec(t.Context(), "SELECT pg_advisory_lock($1)", int64(lockKey)); err != nil {
		t.Fatal(err)
	}
	if err := first.Update(t.Context(), blind(1, 1, "text/x")); !errors.Is(err, store.ErrFenced) {
		t.Errorf("while another one has the lock: %v, want ErrFenced", err)
	}
	written(t, first, 1)
}

const writerURL = "ENTENTE_TEST_WRITER"

// writer is another process: it appends until it may not, and tells of each entry that it was promised.
func writer(url string) int {
	db, err := Open(context.Background(), Options{URL: url, Owner: "a"})
	for err == nil {
		var n int64
		if n, err = put(context.Background(), db, "process", nil); err == nil {
			fmt.Println(n)
		}
	}
	for errors.Is(err, store.ErrAway) { // its session was ended; it asks again, as a node does
		_, err = put(context.Background(), db, "process", nil)
	}
	fmt.Println(err)
	return 0
}

// A process that is stopped by the system, replaced, and goes on: what it was promised is there, and it changes nothing any more.
func TestAPausedProcessLosesNothingAndWritesNothing(t *testing.T) {
	url := pgtest.Database(t)
	if err := founded(t, url).Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerURL+"="+url)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewScanner(pipe)
	for range 20 {
		if !out.Scan() {
			t.Fatal("the process ended")
		}
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	endSession(t, url)
	db := open(t, url)
	before := len(leaves(t, db))
	if _, err := put(t.Context(), db, "heir", nil); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	promised, last := 0, ""
	for out.Scan() {
		if _, err := fmt.Sscan(out.Text(), &promised); err != nil {
			last = out.Text()
		}
	}
	if err := errors.Join(out.Err(), cmd.Wait()); err != nil {
		t.Error(err)
	}
	if promised > before {
		t.Errorf("%d entries were promised, %d are there", promised, before)
	}
	if last != store.ErrFenced.Error() {
		t.Errorf("the process ended with %q", last)
	}
	if all := leaves(t, db); len(all) != before+1 || !strings.HasPrefix(all[before], "heir") {
		t.Errorf("%d entries, want %d; the last is %s", len(all), before+1, all[len(all)-1])
	}
}

// The server is killed again and again while a writer writes: each entry that was promised is there, once, and the writer goes on by itself.
func TestAServerThatStartsAgain(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	promised, written := map[int64]bool{}, make(chan struct{})
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			n, err := put(context.Background(), db, "w", nil)
			if err == nil {
				promised[n-1] = true
				select {
				case written <- struct{}{}: // somebody waits for it
				default:
				}
			} else if !errors.Is(err, store.ErrAway) {
				done <- err
				return
			}
		}
	}()
	for range 3 {
		select {
		case <-written: // since the server started
		case err := <-done:
			t.Fatal(err)
		}
		pgtest.Restart(t)
		leaves(t, db) // readers go on, too
	}
	close(stop)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, err := put(t.Context(), db, "w", nil); err != nil {
		t.Error(err)
	}
	all := leaves(t, db)
	for n := range promised {
		if n >= int64(len(all)) || all[n] != fmt.Sprintf("w %d", n) {
			t.Errorf("entry %d was promised and is not there", n)
		}
	}
	if len(promised) == 0 {
		t.Error("nothing was written")
	}
}

// brief is a connection that ends at its nth write: the first one begins a session.
type brief struct {
	net.Conn
	left int
}

func (b *brief) Write(p []byte) (int, error) {
	if b.left--; b.left > 0 {
		return b.Conn.Write(p)
	}
	return 0, errors.Join(syscall.ECONNRESET, b.Conn.Close())
}

// A server that starts again may let a session begin and end it before its first question, or between two: whoever takes the pen up again then waits as for a server that lets none begin.
func TestASessionThatEndsAtOnce(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	p := <-db.write
	dial, ends := p.config.DialFunc, []int{2, 3, 4, 5}
	p.config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil || len(ends) == 0 {
			return c, err
		}
		c, ends = &brief{c, ends[0]}, ends[1:]
		return c, nil
	}
	if err := p.conn.Close(t.Context()); err != nil {
		t.Error(err)
	}
	db.write <- p
	if _, err := put(t.Context(), db, "w", nil); err != nil || len(ends) > 0 {
		t.Errorf("%v, and %d sessions have not begun", err, len(ends))
	}
	p = <-db.write
	defer func() { db.write <- p }()
	p.config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return &brief{c, 2}, err
	}
	if err := p.take(t.Context()); !errors.Is(classify(err), store.ErrAway) {
		t.Errorf("a session that ended at once: %v", err)
	}
}

func TestAServerThatOnlyReadsIsTold(t *testing.T) {
	for code, reads := range map[string]bool{"25006": true, "53100": false} {
		if got := classify(&pgconn.PgError{Code: code}); !errors.Is(got, store.ErrFull) || errors.Is(got, store.ErrReadsOnly) != reads {
			t.Errorf("%s is %v", code, got)
		}
	}
}

func TestAQueryThatNobodyWaitsForIsCalledOff(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	for range 2 * Readers {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.View(ctx, func(r store.Reader) error {
			time.AfterFunc(time.Millisecond, cancel)
			_, err := r.(*reader).conn.Exec(ctx, "SELECT pg_sleep(600)")
			return err
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("%v, want context.Canceled", err)
		}
	}
	leaves(t, db)
}

// Sessions that are ended while nothing is written cost nobody anything: the next transaction is written, not refused.
func TestASessionThatWasEndedIsBegunAnew(t *testing.T) {
	url := pgtest.Database(t)
	db := founded(t, url)
	for n := range 3 {
		pgtest.Exec(t, url, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		if err := db.Update(t.Context(), func(tx store.Tx) error { return tx.PutContact(mech, "birch", []byte{byte(n)}) }); err != nil {
			t.Fatal(err)
		}
	}
}
