package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"entente.example/internal/chancery"
	"entente.example/internal/store/postgres/pgtest"
	"entente.example/refusal"
)

// try runs a command that is refused, and gives what it says and its exit code.
func (h *house) try(args ...string) (out, said string, code int) {
	h.t.Helper()
	cmd := exec.Command("entente", append([]string{"--dir", h.dir}, args...)...)
	b, err := cmd.Output()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		h.t.Fatalf("entente %v is not refused: %v\n%s", args, err, b)
	}
	return string(b), string(exit.Stderr), exit.ExitCode()
}

// The database stays away for longer than a node waits for it, and something was to be written meanwhile. Nobody is told that something went wrong nobody knows where; who looks after the node is told what is
// away; and when it is back the same process takes the node up again by itself: what was acknowledged is there, and what comes is written.
func TestADatabaseThatStaysAway(t *testing.T) {
	h, web := foundedHouse(t)
	site := "http://" + web[0]
	p := h.serve(nil, "serve")
	h.heldBy(p, 0)
	m := h.signIn(site)
	if _, err := m.begin(site); err != nil {
		t.Fatal(err)
	}
	pgtest.Away(t, func() {
		var found []chancery.Examined
		out, _, _ := h.try("--json", "doctor")
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		away := false
		for _, f := range found {
			away = away || f.Key == "node.store_away" && f.Grade == chancery.Wrong
		}
		if !away || len(found) < 4 {
			t.Errorf("doctor says %v", found)
		}
		if code, page := m.get(site + "/m/grove"); code != http.StatusServiceUnavailable || !strings.Contains(page, "database does not answer") {
			t.Errorf("a page: %d", code)
		}
		if _, said, code := h.try("--as", "cedar-all", "thread", "open", "away", "--title", "en=Away"); code != exitCodes[refusal.Unavailable] {
			t.Errorf("an act: %d %s", code, said)
		}
		waitFor(t, func() bool { return strings.Contains(p.said.String(), "node.store_lost") })
	})
	h.heldBy(p, 0)
	m.all(site)
	h.run("--as", "cedar-all", "thread", "open", "back", "--title", "en=Back")
	h.run("verify")
	p.end(t)
}
