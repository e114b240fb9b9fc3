package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every command that a person can see has a page that says what it is for; and shells complete what the command table has, in whatever shell.
func TestEveryCommandHasAPage(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "0")
	dir := t.TempDir()
	out := &bytes.Buffer{}
	if code := run(t.Context(), streams{strings.NewReader(""), out, out}, []string{"manual", dir}); code != 0 {
		t.Fatalf("%d: %s", code, out)
	}
	n := 0
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
		page, err := os.ReadFile(filepath.Join(dir, name))
		if short := strings.Fields(c.Short); err != nil || len(short) == 0 || !strings.Contains(string(page), short[0]) {
			t.Errorf("%s: no page, or one that does not say what it is for: %v", c.CommandPath(), err)
		}
		n++
		for _, s := range c.Commands() {
			if s.IsAvailableCommand() && !s.IsAdditionalHelpTopicCommand() {
				visit(s)
			}
		}
	}
	visit(command(&globals{}))
	if n < 100 {
		t.Errorf("only %d commands were seen", n)
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		out.Reset()
		if code := run(t.Context(), streams{strings.NewReader(""), out, out}, []string{"completion", shell}); code != 0 || !strings.Contains(out.String(), "__complete") {
			t.Errorf("%s: %d", shell, code)
		}
	}
	out.Reset()
	if code := run(t.Context(), streams{strings.NewReader(""), out, out}, []string{"__complete", "config", "s"}); code != 0 || !strings.HasPrefix(out.String(), "show\t") {
		t.Errorf("the shells are told %d %q", code, out)
	}
	for want, given := range map[string][]string{"zh\n": {"--lang", "z"}, "log.level=\n": {"--set", "log."}, ":0\n": {"backup", ""}, ":16\n": {"--dir", ""}, ":4\n": {"--dir", t.TempDir(), "--mechanism", ""}} {
		out.Reset()
		if code := run(t.Context(), streams{strings.NewReader(""), out, out}, append([]string{"__complete"}, given...)); code != 0 || !strings.Contains(out.String(), want) {
			t.Errorf("of %q the shells are told %d %q, without %q", given, code, out, want)
		}
	}
}
