//go:build linux && amd64

package calls

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"entente.example/internal/durable"
)

var every = flag.Int("every", 1, "try each system call of a course, or only one of so many, in one way after another")
var program = flag.String("program", "", "the built program; if none is named, it is built")
var course = flag.String("course", "", "only this course")

// ground is a folder with two parties' nodes that never meet, and what they hand each other.
type ground struct{ dir, program, annex string }

func (g ground) at(path ...string) string { return filepath.Join(append([]string{g.dir}, path...)...) }

// words are a command line with the folder's path in the place of @.
func (g ground) words(line string) []string {
	words := strings.Split(line, " ")
	for i, w := range words {
		words[i] = strings.ReplaceAll(strings.ReplaceAll(w, "@ANNEX", g.annex), "@", g.dir+"/")
	}
	return words
}

func environment(g ground) []string {
	return append(os.Environ(), "HOME="+g.dir, "LANG=en", "ENTENTE_PASSPHRASE_FILE="+g.at("pass"), "GOGC=400")
}

// run runs a command without any trouble.
func (g ground) run(line string) (string, error) {
	c := exec.Command(g.program, g.words(line)...)
	c.Env = environment(g)
	var out, said strings.Builder
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		return out.String(), fmt.Errorf("%s: %w: %s", line, err, said.String())
	}
	return out.String(), nil
}

// all runs commands one after another.
func (g ground) all(lines ...string) error {
	for _, line := range lines {
		if _, err := g.run(line); err != nil {
			return err
		}
	}
	return nil
}

const (
	rules = `{"adoption": "all-parties", "host_rotation": "none", "first_host": "", "notice_days": 30, "silence": false, "silence_days": 0, "rectification": 15, "reply_days": 60,
 "concordance": "flags", "require_touch": false, "require_pin": false}`
	deed = `{"id": "grove", "names": [{"lang": "en", "used_by": "", "full": "Grove"}], "languages": ["en"], "drafting": "en",
 "sides": [{"id": "east", "label": {"en": "East"}, "parties": ["cedar"]}, {"id": "west", "label": {"en": "West"}, "parties": ["birch"]}], "rules": ` + rules + `}`
	mandates = `[{"member": "all", "roles": ["secretary", "drafter", "head", "translator", "legal", "custodian", "press"]}]`
	draft    = `{"title": {"en": "Joint statement"}, "languages": ["en"], "paragraphs": [{"id": "1", "kind": "operative", "text": {"en": "Decide to meet every year;"}}]}`
)

// lay founds a mechanism by courier.
func lay(dir, program string) (ground, error) {
	g := ground{dir: dir, program: program}
	for name, s := range map[string]string{"pass": "long enough words\n", "mandates": mandates, "deed": deed, "draft": draft, "brief.txt": "What we know.\n"} {
		if err := os.WriteFile(g.at(name), []byte(s), 0o600); err != nil {
			return g, err
		}
	}
	chance := make([]byte, 150_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(chance)
	err := errors.Join(os.WriteFile(g.at("annex.bin"), chance, 0o600), os.Mkdir(g.at("courier"), 0o700), os.Mkdir(g.at("out"), 0o700), os.Mkdir(g.at("shelf"), 0o700))
	if err != nil {
		return g, err
	}
	keep := func(name, line string) {
		if err == nil {
			var out string
			if out, err = g.run(line); err == nil {
				err = os.WriteFile(g.at(name), []byte(out), 0o600)
			}
		}
	}
	for _, p := range []string{"cedar", "birch"} {
		if err := g.all("--dir @" + p + " init --party " + p + " --name en=" + p + " --listen 127.0.0.1:1 --web 127.0.0.1:2 --address 127.0.0.1:1 --seal-keys 1"); err != nil {
			return g, err
		}
		keep(p+".card", "--dir @"+p+" card --mandates @mandates")
	}
	keep("invitation", "--dir @cedar charter draft @deed --card @cedar.card --card @birch.card")
	if err != nil {
		return g, err
	}
	err = g.all(
		"--dir @cedar join @invitation", "--dir @birch join @invitation", "--dir @cedar --as all seal charter", "--dir @birch --as all seal charter",
		"--dir @cedar pouch pack --to birch --out @courier/1.age", "--dir @birch pouch open @courier/1.age",
		"--dir @birch pouch pack --to cedar --out @courier/2.age", "--dir @cedar pouch open @courier/2.age",
		"--dir @cedar pouch pack --to birch --out @courier/3.age", "--dir @birch pouch open @courier/3.age",
		"--dir @birch pouch pack --to cedar --out @courier/4.age", "--dir @cedar pouch open @courier/4.age",
		"--dir @cedar --as all text table @draft --id js-1", "--dir @cedar --as all attach @annex.bin --matter text/js-1 --title en=Tables",
		"--dir @cedar pouch pack --to birch --out @courier/5.age", "--dir @cedar backup @before",
		"--dir @cedar --as all text table @draft --id js-2",
	)
	if err == nil {
		g.annex, err = g.run("--dir @cedar attachment list")
		g.annex, _, _ = strings.Cut(g.annex, "\t")
	}
	return g, err
}

// copied is a fresh copy of a ground, with the modes of its files.
func (g ground) copied(to string) (ground, error) {
	out, err := exec.Command("cp", "-a", g.dir, to).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return ground{to, g.program, g.annex}, err
}

// act is what a member or an operator does, and how one sees that it is done.
type act struct {
	name string
	line string
	done func(g ground) error // by an untroubled look
	// again is what is done after it failed, where it is not the same; sayings are what it may say instead, where it is done already.
	again   string
	already string
	half    func(g ground) error // what must hold before it is done again
}

func shows(line, want string) func(ground) error {
	return func(g ground) error {
		out, err := g.run(line)
		if err == nil && !strings.Contains(out, want) {
			err = fmt.Errorf("%s does not say %q, but %s", line, want, out)
		}
		return err
	}
}

// same demands that two files are alike; wholeOrAbsent, that the second one is not there otherwise.
func same(one, other string) func(ground) error {
	return func(g ground) error {
		a, err := os.ReadFile(g.at(one))
		if err != nil {
			return err
		}
		b, err := os.ReadFile(g.at(other))
		if err == nil && !bytes.Equal(a, b) {
			err = fmt.Errorf("%s is not %s: %d bytes of %d", other, one, len(b), len(a))
		}
		return err
	}
}

func wholeOrAbsent(one, other string) func(ground) error {
	return func(g ground) error {
		if err := same(one, other)(g); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
}

var acts = []act{
	{name: "append", line: "--dir @cedar --as all text table @draft --id js-9", done: shows("--dir @cedar text show js-9", "every year"), already: "js-9"},
	{name: "import and cosign", line: "--dir @birch pouch open @courier/5.age", done: shows("--dir @birch text show js-1", "every year")},
	{name: "pack", line: "--dir @cedar pouch pack --to birch --out @out/p.age", done: func(g ground) error {
		return g.all("--dir @birch pouch open @out/p.age", "--dir @birch text show js-2")
	}, already: "Nothing is overwritten"},
	{name: "attach", line: "--dir @cedar --as all attach @brief.txt --matter text/js-1 --title en=Brief", done: shows("--dir @cedar attachment list", "Brief")},
	{name: "backup", line: "--dir @cedar backup @kept", again: "--dir @cedar backup @again", done: func(g ground) error {
		_, err := g.run("--dir @new restore @kept")
		if err != nil { // an interrupted one is none
			err = g.all("--dir @new restore @again")
		}
		return errors.Join(err, g.all("--dir @new verify"))
	}},
	{name: "restore", line: "--dir @new restore @before", done: shows("--dir @new text show js-1", "every year"), again: "--dir @new restore @before --replace"},
	{name: "restore over a record", line: "--dir @cedar restore @before --replace", done: shows("--dir @cedar text show js-1", "every year")},
	{name: "move attachments", line: "--dir @cedar migrate-attachments @shelf", done: shows("--dir @cedar attachment list", "Tables"), already: "already; nothing was moved"},
	{name: "init", line: "--dir @oak init --party oak --name en=oak --listen 127.0.0.1:1 --web 127.0.0.1:2 --address 127.0.0.1:1 --seal-keys 1", done: shows("--dir @oak card --mandates @mandates", "ENTENTE CALLING CARD"), already: "There is a node in"},
	{name: "rebuild", line: "--dir @cedar rebuild", done: shows("--dir @cedar text show js-2", "every year")},
	{name: "rotate", line: "--dir @cedar --as all key rotate", done: shows("--dir @cedar key history", "2")},
	{name: "off the record", line: "--dir @cedar --as all non-paper send --to birch --hours 5 @brief.txt", done: shows("--dir @cedar --as all non-paper list", "birch")},
	{name: "get", line: "--dir @cedar attachment get @ANNEX @out/annex.bin", done: same("annex.bin", "out/annex.bin"), half: wholeOrAbsent("annex.bin", "out/annex.bin"), already: "exists already"},
}

// What bites: programs that write a file in the place of ours. One of them heeds every error and gives the file its name last; the others forget one of these.
var writers = map[string]func(path string, b []byte) error{
	"careful": func(path string, b []byte) error {
		f, err := os.Create(path + ".new")
		if err == nil {
			_, err = f.Write(b)
			err = errors.Join(err, f.Sync(), f.Close())
		}
		if err == nil {
			err = durable.Rename(path+".new", path)
		}
		return err
	},
	"heeds no error of write": func(path string, b []byte) error {
		f, err := os.Create(path + ".new")
		if err == nil {
			_, _ = f.Write(b)
			err = errors.Join(f.Sync(), f.Close(), durable.Rename(path+".new", path))
		}
		return err
	},
	"heeds no error of rename": func(path string, b []byte) error {
		f, err := os.Create(path + ".new")
		if err == nil {
			_, err = f.Write(b)
			err = errors.Join(err, f.Sync(), f.Close())
			_ = os.Rename(path+".new", path)
		}
		return err
	},
	"names it first": func(path string, b []byte) error {
		f, err := os.Create(path)
		if err == nil {
			_, err = f.Write(b)
			err = errors.Join(err, f.Sync(), f.Close())
		}
		return err
	},
	"verify": func(string, []byte) error { return nil },
}

const asWriter = "ENTENTE_CALLS_WRITER"

func TestMain(m *testing.M) {
	if how := os.Getenv(asWriter); how != "" {
		if os.Args[len(os.Args)-1] == "verify" {
			how = "verify"
		}
		if err := writers[how](os.Args[2], []byte("all of it\n")); err != nil {
			fmt.Fprintln(os.Stderr, "entente: it failed:", err)
			os.Exit(8)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestWhatAWriterForgetsIsNoticed(t *testing.T) {
	itself, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "whole"), []byte("all of it\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := act{line: "--dir @file", done: same("whole", "file"), half: wholeOrAbsent("whole", "file")}
	for how := range writers {
		if how == "verify" {
			continue
		}
		t.Setenv(asWriter, how)
		wrong := a.each(t, ground{dir: dir, program: itself}, 1)
		if (len(wrong) > 0) != (how != "careful") {
			t.Errorf("a writer that is called %q: %v", how, wrong)
		}
	}
}

func build(t *testing.T) string {
	t.Helper()
	if *program != "" {
		return *program
	}
	program := filepath.Join(t.TempDir(), "entente")
	if out, err := exec.Command("go", "build", "-o", program, "../../../cmd/entente").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// TestEachCall lets each system call go wrong.
func TestEachCall(t *testing.T) {
	base, err := lay(t.TempDir(), build(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range acts {
		if *course != "" && *course != a.name {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			for _, err := range a.each(t, base, *every) {
				t.Error(err)
			}
		})
	}
}

// seldom is how much more seldom calls of databases are tried than those of other files, where more than one is tried: internal/sim and internal/store/sqlite sweep those.
const seldom = 10

// each lets every so-manyth call go wrong, in one way after another, and says what was wrong then.
func (a act) each(t *testing.T, base ground, every int) (wrong []error) {
	count, err := a.trial(t.TempDir(), base, Plan{})
	if err != nil {
		t.Fatal(err)
	}
	struck, missed, beside, within := 0, 0, 0, 0
	for i, c := range count.Calls {
		for _, way := range Ways {
			if way == Lie && strings.HasSuffix(c.Name, "openat") {
				continue // no system opens a file and calls it failed
			}
			if c.database() {
				if within++; within%(every*seldom) != 0 {
					continue
				}
			} else if beside++; beside%every != 0 {
				continue
			}
			dir := t.TempDir()
			ran, err := a.trial(dir, base, Plan{At: i + 1, Way: way})
			if ran.Struck {
				struck++
				c = ran.Calls[i] // goroutines may come in another order than before
			} else {
				missed++
			}
			if err != nil {
				wrong = append(wrong, fmt.Errorf("call %d, %v, %v: %d %s\n\t%w", i+1, c, way, ran.Code, strings.TrimSpace(ran.Said), err))
			}
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d calls; %d went wrong, %d did not come again", len(count.Calls), struck, missed)
	if struck == 0 {
		wrong = append(wrong, errors.New("no call went wrong: this proves nothing"))
	}
	return wrong
}

// trial does an act while one of its calls goes wrong, and says what is wrong then.
func (a act) trial(dir string, base ground, plan Plan) (ran Ran, err error) {
	g, err := base.copied(filepath.Join(dir, "g"))
	if err != nil {
		return ran, err
	}
	plan.Under = g.dir
	if ran, err = Run(plan, g.program, environment(g), g.words(a.line)...); err != nil {
		return ran, err
	}
	if err := inWords(ran, plan.Way); err != nil {
		return ran, err
	}
	if ran.Code != 0 {
		if a.half != nil {
			if err := a.half(g); err != nil {
				return ran, err
			}
		}
		if _, err := g.run(cmp.Or(a.again, a.line)); err != nil && (a.already == "" || !strings.Contains(err.Error(), a.already)) {
			return ran, fmt.Errorf("again: %w", err)
		}
	}
	if err := a.done(g); err != nil {
		return ran, fmt.Errorf("it is not done: %w", err)
	}
	if plan.Way == Never {
		return ran, nil
	}
	_, err = g.run(strings.Join(strings.Split(a.line, " ")[:2], " ") + " verify")
	return ran, err
}

// inWords says whether a program that came to nothing said why to people.
func inWords(ran Ran, way Way) error {
	switch {
	case ran.Code == -1 && way != Kill:
		return errors.New("it was killed")
	case strings.Contains(ran.Said, "goroutine ") || strings.Contains(ran.Said, "panic:"):
		return errors.New("it broke")
	case ran.Code == 1, ran.Code == 9:
		return errors.New("it does not say in words what failed")
	case ran.Code > 0 && !strings.Contains(ran.Said, "entente: "):
		return errors.New("it says nothing")
	}
	return nil
}
