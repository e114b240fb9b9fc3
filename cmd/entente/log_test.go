package main

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

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
