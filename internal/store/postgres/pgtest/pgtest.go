// Package pgtest starts a PostgreSQL server of our own for tests, in a folder that is gone afterwards. Nothing is faked: the server waits for its disk as one in use does.
package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a server that runs.
type Server struct {
	bin, dir string
	as       *syscall.Credential
	cmd      *exec.Cmd
	log      bytes.Buffer
	made     atomic.Int64
}

// shared is the server of this test binary, started when it is first needed.
var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Main runs the tests and ends the server, if any of them needed one, for TestMain.
func Main(m *testing.M) int {
	code := m.Run()
	if shared.server == nil {
		return code
	}
	if err := shared.server.stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// Database makes an empty database and gives its address.
func Database(t testing.TB) string {
	t.Helper()
	url, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// New is Database for who has no test at hand. TestMain ends what it starts: see Main.
func New() (string, error) {
	shared.once.Do(func() { shared.server, shared.err = start() })
	if shared.err != nil {
		return "", shared.err
	}
	name := fmt.Sprintf("t%d", shared.server.made.Add(1))
	return shared.server.url(name), run(shared.server.url("postgres"), "CREATE DATABASE "+name)
}

// Exec runs one statement as the server's administrator.
func Exec(t testing.TB, database, sql string) {
	t.Helper()
	if err := run(database, sql); err != nil {
		t.Fatal(err)
	}
}

func run(database, sql string) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, database)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, sql)
	return errors.Join(err, c.Close(ctx))
}

// Restart ends the server at once, as a power cut would end its processes, and starts it again.
func Restart(t testing.TB) {
	t.Helper()
	Away(t, func() {})
}

// Away ends the server in the same way, and starts it again when f is done.
func Away(t testing.TB, f func()) {
	t.Helper()
	err := shared.server.kill()
	defer func() {
		if err := errors.Join(err, shared.server.begin()); err != nil {
			t.Fatal(err)
		}
	}()
	f()
}

func binaries() (string, error) {
	if postgres, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(postgres), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // Debian has several beside each other, outside the path
	if err != nil || len(found) == 0 {
		return "", errors.New("no PostgreSQL server is installed; please: apt-get install postgresql")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// unprivileged is whom the server runs as: it refuses to run as root.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres to run it as: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

func start() (s *Server, err error) {
	s = &Server{}
	if s.bin, err = binaries(); err != nil {
		return nil, err
	}
	if s.as, err = unprivileged(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("/tmp", "pg"); err != nil { // the path of a socket has to be short
		return nil, err
	}
	if s.as != nil {
		if err := os.Chown(s.dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
			return nil, err
		}
	}
	init := s.command("initdb", "-D", filepath.Join(s.dir, "data"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := init.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, out), os.RemoveAll(s.dir))
	}
	if err := s.begin(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, nil
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Pdeathsig: syscall.SIGQUIT} // it never outlives the tests
	return cmd
}

// begin starts the server and waits until it answers.
func (s *Server) begin() error {
	s.cmd = s.command("postgres", "-D", filepath.Join(s.dir, "data"), "-k", s.dir, "-c", "listen_addresses=", "-c", "max_connections=100", "-c", "shared_buffers=32MB")
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for end := time.Now().Add(5 * time.Minute); ; {
		c, err := pgx.Connect(context.Background(), s.url("postgres"))
		if err == nil {
			return c.Close(context.Background())
		}
		if time.Now().After(end) {
			return fmt.Errorf("PostgreSQL does not answer: %w: %s", errors.Join(err, s.kill()), s.log.Bytes())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *Server) url(database string) string {
	return "postgres://postgres@/" + database + "?host=" + url.QueryEscape(s.dir)
}

func (s *Server) kill() error {
	err := s.cmd.Process.Signal(syscall.SIGQUIT)
	_ = s.cmd.Wait() // it ends with a status of its own
	return err
}

func (s *Server) stop() error { return errors.Join(s.kill(), os.RemoveAll(s.dir)) }
