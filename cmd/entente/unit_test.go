package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/demo"
)

// settings are the values of a name in the unit file, in their order.
func settings(unit, name string) (values []string) {
	for _, m := range regexp.MustCompile(`(?m)^`+name+`=(.*)$`).FindAllStringSubmatch(unit, -1) {
		values = append(values, m[1])
	}
	return values
}

// calls are the system calls that a filter names, its groups as systemd knows them.
func calls(t *testing.T, filter string) (names []string) {
	for _, word := range strings.Fields(filter) {
		if !strings.HasPrefix(word, "@") {
			names = append(names, word)
			continue
		}
		listed, err := exec.Command("systemd-analyze", "--no-pager", "syscall-filter", word).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(listed), "\n")[1:] {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				names = append(names, calls(t, line)...)
			}
		}
	}
	return names
}

// The unit file lets a node ask the system for whatever it does ask for: to be made, to serve, to write its files, and to end.
func TestTheUnitLetsANodeWork(t *testing.T) {
	b, err := os.ReadFile("../../contrib/entente.service")
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{}
	for _, filter := range settings(string(b), "SystemCallFilter") {
		denied, isDenied := strings.CutPrefix(filter, "~")
		for _, call := range calls(t, denied) {
			allowed[call] = !isDenied
		}
	}
	if len(allowed) < 200 || allowed["reboot"] || !allowed["openat"] {
		t.Fatalf("%d system calls: the unit was not read", len(allowed))
	}
	work := t.TempDir()
	pass, dir, trace := filepath.Join(work, "pass"), filepath.Join(work, "node"), filepath.Join(work, "trace")
	if err := os.WriteFile(pass, []byte("long enough words\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	line, err := demo.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	site, err := demo.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(work, "entente")
	if err := os.Symlink(program, bin); err != nil {
		t.Fatal(err)
	}
	give := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(name, args...)
		c.Env = append(os.Environ(), "ENTENTE_DIR="+dir, "ENTENTE_PASSPHRASE_FILE="+pass)
		return c
	}
	if said, err := give(bin, "init", "--party", "cedar", "--name", "en=Cedar Party", "--listen", line, "--web", site).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	serve := give("strace", "-f", "-qq", "-o", trace, "sh", "-c", `echo $$ >"$0"; exec "$1" serve`, filepath.Join(work, "pid"), bin)
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(dir, "api.sock")); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the node does not serve")
		}
	}
	for _, args := range [][]string{{"backup", filepath.Join(work, "kept")}, {"doctor"}} {
		if said, err := give(bin, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", args, err, said)
		}
	}
	pid, err := os.ReadFile(filepath.Join(work, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command("kill", "-INT", strings.TrimSpace(string(pid))).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if err := serve.Wait(); err != nil {
		t.Fatal(err)
	}
	traced, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	var refused []string
	asked := regexp.MustCompile(`(?m)^\d+ +([a-z0-9_]+)\(`).FindAllStringSubmatch(string(traced), -1)
	for _, m := range asked {
		if !allowed[m[1]] && !slices.Contains(refused, m[1]) {
			refused = append(refused, m[1])
		}
	}
	if len(asked) < 500 || len(refused) > 0 {
		t.Errorf("of %d system calls, the unit refuses %v", len(asked), refused)
	}
}
