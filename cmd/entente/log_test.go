package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"entente.example/internal/config"
)

// Whoever reads the log as JSON objects finds nothing else between them, where the node says that it serves neither.
func TestWhereItServesIsALineOfTheLog(t *testing.T) {
	for _, asJSON := range []bool{true, false} {
		var b bytes.Buffer
		g := &globals{io: streams{err: &b}, lang: "en"}
		cfg := config.Default()
		cfg.Party, cfg.Log.JSON = "cedar", asJSON
		g.sayServing(logger(&b, cfg.Log), cfg, "http://127.0.0.1:8443")
		var object map[string]any
		if err := json.Unmarshal(b.Bytes(), &object); (err == nil) != asJSON {
			t.Errorf("JSON %v: %s", asJSON, b.String())
		}
		for _, want := range []string{"cedar", cfg.Line.Listen, "http://127.0.0.1:8443"} {
			if strings.Count(b.String(), "\n") != 1 || !strings.Contains(b.String(), want) {
				t.Errorf("JSON %v: no %s in %q", asJSON, want, b.String())
			}
		}
	}
}

// Attack 30: what others call themselves cannot write lines of its own into our log, nor colour a terminal, in any of its forms.
func TestAttack30Logs(t *testing.T) {
	const hostile = "cedar\r\ntime=2025-01-01T00:00:00Z level=INFO msg=forged\x1b[2J\x1b]0;title\x07\u202eright\x00"
	for name, form := range map[string][2]bool{"plain": {}, "JSON": {true, false}, "on a terminal": {false, true}} {
		var b bytes.Buffer
		log := slog.New(handler(&b, slog.LevelInfo, form[0], form[1]))
		log.Warn("a peer was refused", "name", hostile, "error", errors.New(hostile), hostile, "as a key", slog.Group("g", "within", hostile))
		out := b.String()
		if strings.Count(out, "\n") != 1 || strings.ContainsAny(out, "\r\x00\x07") || name != "JSON" && strings.Contains(out, "\u202e") || strings.Contains(out, "\x1b[2J") || strings.Contains(out, "\x1b]") {
			t.Errorf("%s: %q", name, out)
		}
		if !strings.Contains(out, "forged") {
			t.Errorf("%s: the name is not in the log: this test looks at nothing", name)
		}
	}
}
