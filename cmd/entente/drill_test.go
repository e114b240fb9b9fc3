package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"entente.example/internal/demo"
)

// drillBlock is a block of commands in the operator's guide, and on whose machine they are given.
var drillBlock = regexp.MustCompile("(?ms)^```sh ([a-z-]+)\n(.*?)^```$")

// statements cuts a block into what a shell takes at a time: a line, or lines up to the END of a document within it.
func statements(block string) (out []string) {
	var open strings.Builder
	for line := range strings.Lines(block) {
		open.WriteString(line)
		if s := open.String(); !strings.Contains(s, "<<'END'") || line == "END\n" {
			out, open = append(out, s), strings.Builder{}
		}
	}
	return out
}

// machine is what a party has: a place for its files, and addresses that nobody else has.
type machine struct{ root, line, web string }

// programs stand in for what belongs to the system: a service that is started and stopped, another user, a copy to another machine, and people who type passphrases.
var programs = map[string]string{
	"runuser": `shift 3; exec "$@"`,
	"install": `for last; do :; done; exec mkdir -p -m 700 "$last"`,
	"rsync":   `mkdir -p "${NEW%/*}"; exec cp -a "${3%/}" "$NEW"`,
	"ssh-keygen": `case "$1" in -t) mkdir -p "${6%/*}"; exec "$SSH_KEYGEN" -q "$@" -N "$(cat "$ENTENTE_PASSPHRASE_FILE")" ;; esac
exec "$SSH_KEYGEN" "$@"`,
	"systemctl": `stop() { kill -INT "$(cat "$ROOT/pid")"; for i in $(seq 600); do kill -0 "$(cat "$ROOT/pid")" 2>/dev/null || return 0; sleep 0.1; done; return 1; }
start() { entente serve >"$ROOT/log" 2>&1 & echo $! >"$ROOT/pid"; for i in $(seq 600); do [ -S "$ENTENTE_DIR/api.sock" ] && entente status >/dev/null 2>&1 && return 0; sleep 0.1; done; return 1; }
case "$1" in enable) start ;; disable) stop ;; restart) stop && start ;; *) exit 1 ;; esac`,
}

// Whoever follows the operator's guide gets through: its commands are given as they stand there, each on the machine that it names, from the installation to the new house.
func TestTheOperatorsGuideWorksAsWritten(t *testing.T) {
	guide, err := os.ReadFile("../../docs/operators.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := drillBlock.FindAllStringSubmatch(string(guide), -1)
	work := t.TempDir()
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(work, "bin")
	for _, dir := range []string{bin, filepath.Join(work, "mnt", "kept"), filepath.Join(work, "media", "courier"), filepath.Join(work, "media", "answer"), filepath.Join(work, "here")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range programs {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	pass := filepath.Join(work, "pass")
	if err := os.WriteFile(pass, []byte("long enough words\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	machines := map[string]*machine{}
	for _, name := range []string{"cedar", "birch"} {
		m := &machine{root: filepath.Join(work, name)}
		for _, address := range []*string{&m.line, &m.web} {
			if *address, err = demo.FreePort(); err != nil {
				t.Fatal(err)
			}
		}
		machines[name] = m
	}
	machines["cedar-new"] = &machine{filepath.Join(work, "cedar-new"), machines["cedar"].line, machines["cedar"].web}
	t.Cleanup(func() {
		for _, m := range machines {
			if pid, err := os.ReadFile(filepath.Join(m.root, "pid")); err == nil {
				_ = exec.Command("kill", "-KILL", strings.TrimSpace(string(pid))).Run() // it may have ended
			}
		}
	})
	given := 0
	for _, block := range blocks {
		m := machines[block[1]]
		if m == nil {
			t.Fatalf("whose machine is %q?", block[1])
		}
		dir := filepath.Join(m.root, "var", "lib", "entente")
		if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
			t.Fatal(err)
		}
		places := strings.NewReplacer("/var/lib/entente", dir, "/mnt/", filepath.Join(work, "mnt")+"/", "/media/", filepath.Join(work, "media")+"/", "cd / ", "cd "+filepath.Join(work, "here")+" ",
			"0.0.0.0:7443", m.line, block[1]+".example:7443", m.line)
		for _, s := range statements(block[2]) {
			given++
			var said []byte
			for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) { // what another party has just done may not be here yet
				c := exec.Command("bash", "-euo", "pipefail", "-c", places.Replace(s))
				c.Dir = filepath.Join(work, "here")
				c.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "ENTENTE_DIR="+dir, "ENTENTE_WEB_LISTEN="+m.web, "ENTENTE_PASSPHRASE_FILE="+pass, "LANG=en",
					"ROOT="+m.root, "NEW="+filepath.Join(machines["cedar-new"].root, "var", "lib", "entente"), "SSH_KEYGEN="+keygen, "HOME="+work)
				if said, err = c.CombinedOutput(); err == nil {
					break
				}
				if time.Now().After(deadline) {
					log, _ := os.ReadFile(filepath.Join(m.root, "log")) // it says why, if anything does
					t.Fatalf("at %s: %s\n%v: %s\n%s", block[1], s, err, said, log)
				}
			}
			if err := settled(s, string(said), dir); err != nil {
				t.Fatalf("at %s: %s\n%v\n%s", block[1], s, err, said)
			}
		}
	}
	if given < 40 {
		t.Fatalf("only %d commands: the guide was not read", given)
	}
}

// settled does what the guide says in words beside a command, and looks at what it promises of it.
func settled(statement, said, dir string) error {
	switch {
	case strings.Contains(statement, " key succeed "):
		file := filepath.Join(dir, "entente.toml")
		settings, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		keys := filepath.Join(filepath.Dir(dir), "../../../media/keys")
		named := strings.Replace(string(settings), "seal = ['seal1']", fmt.Sprintf("seal = ['%s', '%s']", filepath.Join(keys, "seal-a"), filepath.Join(keys, "seal-b")), 1)
		if named == string(settings) {
			return fmt.Errorf("the keys are not where they are to be named")
		}
		return os.WriteFile(file, []byte(named), 0o600)
	case strings.HasPrefix(statement, "entente pouch list"):
		if !strings.Contains(said, "acknowledged") {
			return fmt.Errorf("the pouch is not acknowledged")
		}
	case strings.HasPrefix(statement, "entente status"):
		if !strings.Contains(said, "grove") {
			return fmt.Errorf("the mechanism is not there")
		}
	case strings.HasPrefix(statement, "entente key history"):
		if !strings.Contains(said, "seal keys") {
			return fmt.Errorf("the seal keys are not there")
		}
	}
	return nil
}
