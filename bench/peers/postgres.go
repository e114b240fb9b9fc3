package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"entente.example/bench/floor"
)

// postgresPrograms is the folder of PostgreSQL's programs: Debian has several beside each other, outside the path.
func postgresPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.Join(exec.ErrNotFound, err)
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// cluster is a PostgreSQL server of our own, with its defaults but for what logical replication asks.
type cluster struct {
	bin, dir string
	as       *syscall.Credential // it does not run as root
	*exec.Cmd
}

func startCluster(ctx context.Context) (*cluster, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return nil, err
	}
	s := &cluster{bin: bin}
	if s.dir, err = os.MkdirTemp("/tmp", "pg"); err != nil { // the path of a socket has to be short
		return nil, err
	}
	if os.Geteuid() == 0 {
		if s.as, err = credential("postgres"); err != nil {
			return nil, errors.Join(err, os.RemoveAll(s.dir))
		}
		if err := os.Chown(s.dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
			return nil, errors.Join(err, os.RemoveAll(s.dir))
		}
	}
	data := filepath.Join(s.dir, "data")
	if out, err := s.command(ctx, "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, out), os.RemoveAll(s.dir))
	}
	s.Cmd = s.command(ctx, "postgres", "-D", data, "-k", s.dir, "-c", "listen_addresses=", "-c", "wal_level=logical")
	if err := s.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	for range 1500 {
		if _, err = s.query(ctx, "SELECT 1"); err == nil {
			return s, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("PostgreSQL does not answer: %w", err), s.end())
}

func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

func (s *cluster) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// query has psql run a script, each statement by itself, and returns what it prints.
func (s *cluster) query(ctx context.Context, script string) (string, error) {
	cmd := exec.CommandContext(ctx, "psql", "-h", s.dir, "-U", "postgres", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-")
	cmd.Stdin = strings.NewReader(script)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("psql: %w: %s", err, said.Bytes())
	}
	return strings.TrimSpace(string(out)), err
}

// end stops the server as a shutdown of the machine would, so that its processor time and that of all its processes is known.
func (s *cluster) end() error {
	if s.Process == nil {
		return nil
	}
	err := s.Process.Signal(syscall.SIGINT)
	return errors.Join(err, s.Wait(), os.RemoveAll(s.dir))
}

const entriesTable = "CREATE TABLE entries (seq bigint PRIMARY KEY, leaf bytea NOT NULL)"

// filling writes all entries, in transactions of as many as the floor's.
func filling(leaves [][]byte) string {
	var b strings.Builder
	for i, leaf := range leaves {
		if i%floor.PerTransaction == 0 {
			b.WriteString("COPY entries FROM stdin;\n")
		}
		fmt.Fprintf(&b, "%d\t\\\\x%s\n", i, hex.EncodeToString(leaf))
		if i%floor.PerTransaction == floor.PerTransaction-1 || i == len(leaves)-1 {
			b.WriteString("\\.\n")
		}
	}
	return b.String()
}

// subscribe has a second server take over a published table, and counts the processor time of both servers with all their processes. If the subscriber was away, it reads what was written since
// out of the first one's log; otherwise it copies the table that is there.
func subscribe(away bool) func(context.Context, string, [][]byte) (floor.Cost, error) {
	return func(ctx context.Context, _ string, leaves [][]byte) (cost floor.Cost, err error) {
		from, err := startCluster(ctx)
		if err != nil {
			return cost, err
		}
		defer func() { err = errors.Join(err, from.end()) }()
		to, err := startCluster(ctx)
		if err != nil {
			return cost, err
		}
		defer func() { err = errors.Join(err, to.end()) }()
		if _, err := from.query(ctx, entriesTable+"; CREATE PUBLICATION entries FOR TABLE entries"); err != nil {
			return cost, err
		}
		subscription := fmt.Sprintf("CREATE SUBSCRIPTION entries CONNECTION 'host=%s user=postgres dbname=postgres' PUBLICATION entries", from.dir)
		begin := subscription
		if _, err := to.query(ctx, entriesTable); err != nil {
			return cost, err
		}
		if away {
			if _, err := to.query(ctx, subscription); err != nil {
				return cost, err
			}
			if err := to.until(ctx, copied); err != nil {
				return cost, err
			}
			if _, err := to.query(ctx, "ALTER SUBSCRIPTION entries DISABLE"); err != nil {
				return cost, err
			}
			begin = "ALTER SUBSCRIPTION entries ENABLE"
		}
		if _, err := from.query(ctx, filling(leaves)+"CHECKPOINT;"); err != nil {
			return cost, err
		}
		end, err := from.query(ctx, "SELECT pg_current_wal_lsn()")
		if err != nil {
			return cost, err
		}
		cost, err = measureRunning([]int{from.Process.Pid, to.Process.Pid}, func() error {
			if _, err := to.query(ctx, begin); err != nil {
				return err
			}
			return errors.Join(to.until(ctx, copied), from.until(ctx, "SELECT confirmed_flush_lsn >= '"+end+"' FROM pg_replication_slots WHERE slot_name = 'entries'"))
		})
		if err != nil {
			return cost, err
		}
		n, err := to.query(ctx, "SELECT count(*) FROM entries")
		if err == nil && n != strconv.Itoa(len(leaves)) {
			err = fmt.Errorf("%s of %d rows arrived", n, len(leaves))
		}
		return cost, err
	}
}

// copied says whether a subscription has what was there when it began.
const copied = "SELECT bool_and(srsubstate = 'r') FROM pg_subscription_rel"

// until asks until the answer is yes.
func (s *cluster) until(ctx context.Context, question string) error {
	for began := time.Now(); time.Since(began) < 10*time.Minute; time.Sleep(50 * time.Millisecond) {
		answer, err := s.query(ctx, question)
		if err != nil || answer == "t" {
			return err
		}
	}
	return errors.New("nothing moves any more")
}
