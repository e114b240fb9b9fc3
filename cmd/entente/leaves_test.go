package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// told are the command lines of a story, or of the blocks of commands in a guide: what stands behind each "entente". refused are those that a story says fail.
func told(story string) (done, refused [][]string) {
	var within func(words []string, fails bool)
	within = func(words []string, fails bool) {
		for i, w := range words {
			switch {
			case w == "entente" && fails:
				refused = append(refused, words[i+1:])
			case w == "entente":
				done = append(done, words[i+1:])
			case strings.Contains(w, "entente "): // a line for a shell
				within(strings.FieldsFunc(w, func(r rune) bool { return strings.ContainsRune(" \t\n\"$()", r) }), fails)
			}
		}
	}
	for line := range strings.Lines(story) {
		if !strings.HasPrefix(line, "#") {
			within(cut(line), strings.HasPrefix(line, "!"))
		}
	}
	return done, refused
}

// cut cuts a line as stories are cut: at white space, but not within single quotes.
func cut(line string) (words []string) {
	for i, s := range strings.Split(line, "'") {
		if i%2 == 0 {
			words = append(words, strings.Fields(s)...)
		} else {
			words = append(words, s)
		}
	}
	return words
}

// elsewhere are the commands that no story gives, and the tests of this package that do.
var elsewhere = map[string]string{
	"entente completion bash":       "TestEveryCommandHasAPage",
	"entente completion fish":       "TestEveryCommandHasAPage",
	"entente completion zsh":        "TestEveryCommandHasAPage",
	"entente completion powershell": "TestEveryCommandHasAPage",
	"entente manual":                "TestEveryCommandHasAPage",
	"entente help":                  "TestMistakesInACommandLine",
}

// never are the commands that nobody here can give with success, and why.
var never = map[string]string{
	"entente silence announce": "what it announces is decided once the charter's days are over; that it is refused before, a story shows",
	"entente key begin-anew":   "it is for a node of which nobody else has the newest entries; that it is refused where somebody may, a story shows, and internal/sim what it comes to",
	"entente demo":             "the demo is played by ./test, and in internal/demo",
}

// Whatever somebody can command is commanded by a story, in the operator's guide or by a test: who adds a command without one is told here.
func TestEveryCommandIsGiven(t *testing.T) {
	root, given, failed := command(&globals{}), map[string]bool{}, map[string]bool{}
	note := func(to map[string]bool, lines [][]string) {
		for _, line := range lines {
			if c, _, err := root.Find(line); err == nil {
				to[c.CommandPath()] = true
			}
		}
	}
	stories, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(stories) < 30 {
		t.Fatalf("%d stories, %v", len(stories), err)
	}
	for _, name := range stories {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		story, _, _ := strings.Cut(string(b), "\n-- ")
		done, refused := told(story)
		note(given, done)
		note(failed, refused)
	}
	guide, err := os.ReadFile("../../docs/operators.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range drillBlock.FindAllStringSubmatch(string(guide), -1) {
		done, _ := told(block[2])
		note(given, done)
	}
	leaves := 0
	each(root, func(c *cobra.Command) {
		path := c.CommandPath()
		if c.HasSubCommands() {
			return
		}
		leaves++
		switch {
		case given[path] && (never[path] != "" || elsewhere[path] != ""):
			t.Errorf("%s is given by a story: take it off the list", path)
		case !given[path] && never[path] != "" && !failed[path]:
			t.Errorf("%s is not even refused by a story", path)
		case !given[path] && never[path] == "" && elsewhere[path] == "":
			t.Errorf("%s: no story gives it. Tell one in testdata/script, with what is refused as well", path)
		}
	})
	if leaves < 200 {
		t.Errorf("only %d commands were looked at", leaves)
	}
	for path, name := range elsewhere {
		if c, _, err := root.Find(strings.Fields(path)[1:]); err != nil || c.CommandPath() != path || !given[path] && !declared(t, name) {
			t.Errorf("%s: %s does not give it, or there is no such command", path, name)
		}
	}
}

// declared reports whether this package has a test of a name.
func declared(t *testing.T, name string) bool {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "func "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}

// Whoever is refused is told what to command instead; that command is there.
func TestMessagesNameCommandsThatThereAre(t *testing.T) {
	root, named := command(&globals{}), regexp.MustCompile(`(?:^|[^/a-z.-])entente((?: [a-z][a-z-]*)+)`)
	files, err := filepath.Glob("../../internal/locale/catalogue/*/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			for _, m := range named.FindAllStringSubmatch(line, -1) {
				if strings.HasPrefix(m[1], " as ") {
					continue // the program itself, run as somebody
				}
				found++
				c, rest, err := root.Find(strings.Fields(m[1]))
				if err != nil || c == root || c.HasSubCommands() && len(rest) > 0 {
					t.Errorf("%s: there is no “entente%s”: %s", filepath.Base(file), m[1], line)
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d commands were found in messages", found)
	}
}
