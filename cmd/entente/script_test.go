package main

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/rogpeppe/go-internal/testscript"

	"entente.example/internal/api"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/config"
	"entente.example/internal/demo"
	"entente.example/internal/durable/durabletest"
	"entente.example/internal/keys"
	"entente.example/internal/keys/keystest"
	"entente.example/internal/node"
	"entente.example/internal/premises"
	"entente.example/internal/press"
	"entente.example/internal/replies"
	"entente.example/internal/staff"
	"entente.example/internal/store/postgres"
	"entente.example/internal/store/postgres/pgtest"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/text"
	"entente.example/lang"
)

func TestMain(m *testing.M) {
	testscript.Main(served{m}, map[string]func(){"entente": func() {
		sqlite.Readers, postgres.Readers = 1, 1 // a command or page that asks for a second connection while it holds one never ends
		keys.Encrypt = keystest.Cheaply
		main()
	}})
}

// served ends the database server that a story may have started.
type served struct{ m *testing.M }

func (s served) Run() int { return pgtest.Main(s.m) }

// databases NAME… makes empty databases and sets variables to their addresses.
func databases(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		address, err := pgtest.New()
		ts.Check(err)
		ts.Setenv(name, address)
	}
}

// buckets NAME… makes empty buckets on a server that understands S3, and sets variables to their addresses.
func buckets(ts *testscript.TestScript, _ bool, args []string) {
	back := s3mem.New()
	server := httptest.NewServer(gofakes3.New(back).Server())
	ts.Defer(server.Close)
	ts.Setenv("AWS_ACCESS_KEY_ID", "us")
	ts.Setenv("AWS_SECRET_ACCESS_KEY", "a long secret")
	for _, name := range args {
		ts.Check(back.CreateBucket(strings.ToLower(name)))
		ts.Setenv(strings.ToUpper(name), strings.Replace(server.URL, "http://", "s3+http://", 1)+"/"+strings.ToLower(name)+"/papers?region=us-east-1")
	}
}

// The stories in testdata/script are told with the real program. ports gives a script free ports; until waits for a command to succeed, listens for a listener. annex.txtar:
// SPEC ack-bodies. offices.txtar: SPEC mail-renewed. That a verifier says whose a text is that one side issued alone, parallel.txtar shows: SPEC parallel-verified.
func TestScripts(t *testing.T) {
	if stories, err := filepath.Glob("testdata/script/*.txtar"); err != nil || len(stories) < 3 {
		t.Fatalf("%d stories, %v", len(stories), err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("LANG", "en")
			verifier, err := filepath.Abs("../../contrib/verify.py")
			e.Setenv("VERIFIER", verifier)
			if err != nil {
				return err
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"ports": ports, "until": until, "feed": feed, "mode": mode, "tamper": tamper, "at": at,
			"until-says": untilSays, "note": note, "fill": fill, "nowhere": nowhere, "replace": replace, "databases": databases, "buckets": buckets, "listens": listens, "frozen-before": frozenBefore, "letter": letter, "bound": bound, "answers": answers,
		},
	})
}

// at NAME FILE sets a variable to what stands in a file, or in stdout.
func at(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile(args[1])))
}

// ports NAME… sets variables to free addresses on loopback.
func ports(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		address, err := demo.FreePort()
		ts.Check(err)
		ts.Setenv(name, address)
	}
}

// listens ADDRESS… waits until somebody listens there: whoever asks before may ask again only after half a minute.
func listens(ts *testscript.TestScript, _ bool, args []string) {
	for _, address := range args {
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			if c, err := net.Dial("tcp", address); err == nil {
				ts.Check(c.Close())
				break
			}
			if time.Now().After(deadline) {
				ts.Fatalf("nobody listens at %s", address)
			}
		}
	}
}

// trials are the times at which something is tried that comes about by itself, for at most a minute: the machine may have much else to do. Each trial is a process, which takes from what is waited for: the pauses
// grow with the time that has passed.
func trials(yield func() bool) {
	pause := 20 * time.Millisecond
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline) && yield(); time.Sleep(pause) {
		pause = min(pause*3/2, 250*time.Millisecond)
	}
}

// until COMMAND… runs a command until it succeeds.
func until(ts *testscript.TestScript, _ bool, args []string) {
	var err error
	for range trials {
		if err = ts.Exec(args[0], args[1:]...); err == nil {
			return
		}
	}
	ts.Fatalf("%v: %v", args, err)
}

// tamper DIR changes one byte in each file of an export in turn: each time verification must fail and name that file.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	dir, files := ts.MkAbs(args[0]), 0
	ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		good, err := os.ReadFile(path)
		ts.Check(err)
		bad := bytes.Clone(good)
		bad[len(bad)/2] ^= 1
		ts.Check(os.WriteFile(path, bad, 0o600))
		name, err := filepath.Rel(dir, path)
		ts.Check(err)
		if ts.Exec("entente", "verify", dir) == nil {
			ts.Fatalf("a changed byte in %s is not noticed", name)
		}
		if said := ts.ReadFile("stderr"); !strings.Contains(said, filepath.ToSlash(name)) {
			ts.Fatalf("a changed byte in %s is not named: %s", name, said)
		}
		return os.WriteFile(path, good, 0o600)
	}))
	if files < 20 {
		ts.Fatalf("only %d files in %s", files, dir)
	}
}

// mode FILE OCTAL sets a file's mode.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	var m os.FileMode
	_, err := fmt.Sscanf(args[1], "%o", &m)
	ts.Check(err)
	ts.Check(os.Chmod(ts.MkAbs(args[0]), m))
}

// until-says REGEXP COMMAND… runs a command until its output matches, for as long.
func untilSays(ts *testscript.TestScript, _ bool, args []string) {
	says := regexp.MustCompile(args[0])
	for range trials {
		if ts.Exec(args[1], args[2:]...) == nil && says.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("%v never says %s, but %s", args[1:], args[0], ts.ReadFile("stdout"))
}

// note NAME REGEXP keeps what the group matches in the last output.
func note(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if m == nil {
		ts.Fatalf("the output has no %s", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// fill FILE BYTES makes a file that no compressor shortens.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	b := make([]byte, n)
	_, err = rand.NewChaCha8([32]byte{1}).Read(b)
	ts.Check(errors.Join(err, os.WriteFile(ts.MkAbs(args[0]), b, 0o600)))
}

// nowhere DIR TEXT demands that no file under a directory holds a text.
func nowhere(ts *testscript.TestScript, _ bool, args []string) {
	found, _, err := durabletest.Holding(ts.MkAbs(args[0]), []byte(args[1]))
	ts.Check(err)
	if len(found) > 0 {
		ts.Fatalf("%s holds %q", found[0], args[1])
	}
}

// replace FILE WITH INTO writes a file anew with another attachment in it.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	s := strings.ReplaceAll(ts.ReadFile(args[0]), "ATTACHMENT", args[1])
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(s), 0o600))
}

// frozenBefore DIR MEMBER TEXT freezes a text of a node that does not serve as programs did before an agreement was of the versions that were read: whatever became of the wording since, it was agreed.
func frozenBefore(ts *testscript.TestScript, _ bool, args []string) {
	dir, ctx := ts.MkAbs(args[0]), context.Background()
	cfg, err := config.Load(filepath.Join(dir, chancery.ConfigFile), nil)
	ts.Check(err)
	c, err := chancery.Open(ctx, chancery.Options{Dir: dir, Config: cfg, Alone: true, Log: slog.New(slog.DiscardHandler)})
	ts.Check(err)
	ts.Check(errors.Join(c.RunOffline(ctx, func(ctx context.Context) error {
		mech, err := c.Mechanism(ctx, "")
		if err != nil {
			return err
		}
		var digest string
		err = c.Node().Snapshot(ctx, mech, func(s *node.Snapshot) error {
			t, err := s.Text(args[2])
			if err != nil {
				return err
			}
			all := charter.Past{math.MaxInt64, math.MaxInt64} // of two parties
			m, err := t.ContentOf(s.Charter(), &text.Frozen{Past: all}).Manifest()
			digest = m.Digest()
			return err
		})
		if err == nil {
			_, err = c.Act(ctx, mech, args[1], "text/"+args[2], text.Freeze{Round: 1, Manifest: digest})
		}
		return err
	}), c.Close()))
}

// answers SOCKET MEMBER PATH BODY STATUS WORDS sends a request to a node's API, as any program may, and demands an answer.
func answers(ts *testscript.TestScript, _ bool, args []string) {
	door := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", ts.MkAbs(args[0]))
	}}
	r, err := http.NewRequest(http.MethodPost, "http://node"+api.Base+args[2], strings.NewReader(args[3]))
	ts.Check(err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(premises.MemberHeader, args[1])
	resp, err := (&http.Client{Transport: door}).Do(r)
	ts.Check(err)
	b, err := io.ReadAll(resp.Body)
	ts.Check(errors.Join(err, resp.Body.Close()))
	if fmt.Sprint(resp.StatusCode) != args[4] || !strings.Contains(string(b), args[5]) {
		ts.Fatalf("%s: %d %s", args[2], resp.StatusCode, b)
	}
}

// letter DIR EMAIL NAME WORDS is what a reader writes under the text js-1 of grove. The form in the press room wants a few seconds for that, which no story has.
func letter(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	store, err := replies.Open(ctx, replies.Options{Path: filepath.Join(ts.MkAbs(args[0]), premises.RepliesFile), Now: time.Now, Rand: crand.Reader})
	ts.Check(err)
	_, err = store.Submit(ctx, press.Letter{Key: press.Key{Mechanism: "grove", Text: "js-1"}, Email: args[1], Name: args[2], Words: args[3], Lang: lang.English})
	ts.Check(errors.Join(err, store.Close()))
}

// bound DIR MEMBER binds the account of a member to a person of a directory, as whoever signs on through one does.
func bound(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	store, err := staff.Open(ctx, staff.Options{Path: filepath.Join(ts.MkAbs(args[0]), chancery.PrivateFile), Now: time.Now, Rand: crand.Reader})
	ts.Check(err)
	ts.Check(errors.Join(store.BindSignOn(ctx, args[1], "https://directory.example", "42"), store.Close()))
}
