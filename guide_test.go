package entente

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/charter"
)

// The guide is one in three languages: each has the others' sections, points, rows, commands and pictures, in the same order.
func TestTheGuideSaysTheSameInEachLanguage(t *testing.T) {
	english := shape(t, "docs/guide.md")
	if len(english) < 50 {
		t.Fatalf("only %d parts: the guide was not read", len(english))
	}
	for _, name := range []string{"docs/guide.zh.md", "docs/guide.ja.md"} {
		other := shape(t, name)
		for i := range max(len(english), len(other)) {
			if i >= len(english) || i >= len(other) || english[i] != other[i] {
				t.Errorf("%s parts from docs/guide.md at part %d: %q against %q", name, i, at(other, i), at(english, i))
				break
			}
		}
	}
}

// Whoever has a role finds in each guide which part is theirs, and that part says what their day is like. Those without one do, too.
func TestTheGuideHasAPartForEveryRole(t *testing.T) {
	for name, day := range map[string]string{"docs/guide.md": "**Your day.**", "docs/guide.zh.md": "**您的一天。**", "docs/guide.ja.md": "**あなたの一日。**"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		parts := map[string]string{} // what stands below a heading, by its name
		for _, part := range strings.Split("\n"+string(data), "\n## ")[1:] {
			title, words, _ := strings.Cut(part, "\n")
			parts[headings("## " + title + "\n")[0]] = words
		}
		var named []string
		rows := 0
		for _, row := range regexp.MustCompile(`(?m)^\|[^|]+\|([^|]+)\| \[[^\]]+\]\(#([^)]+)\) \|$`).FindAllStringSubmatch(string(data), -1) {
			rows++
			for _, role := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(row[1], -1) {
				named = append(named, role[1])
			}
			if !strings.Contains(parts[row[2]], day) {
				t.Errorf("%s: the part %q does not say what the day is like", name, row[2])
			}
		}
		for _, role := range charter.Roles() {
			if !slices.Contains(named, string(role)) {
				t.Errorf("%s has no part for %s", name, role)
			}
		}
		if rows < 12 {
			t.Errorf("%s tells %d people which part is theirs", name, rows)
		}
	}
}

func at(parts []string, i int) string {
	if i < len(parts) {
		return parts[i]
	}
	return "its end"
}

var (
	mark    = regexp.MustCompile(`^(#+ |- |\d+\. |\|)`)
	command = regexp.MustCompile("`(entente [^`]+|ssh-keygen[^`]*)`")
	shown   = regexp.MustCompile(`!\[[^\]]+\]\(pictures/([a-z]+)-(en|zh|ja)\.png\)`)
)

// shape is what a guide consists of when its words are left out.
func shape(t *testing.T, name string) (parts []string) {
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if m := mark.FindString(line); m != "" {
			parts = append(parts, m)
		}
		var said []string
		for _, m := range command.FindAllStringSubmatch(line, -1) {
			said = append(said, m[1])
		}
		slices.Sort(said) // languages put them in their own order in a sentence
		parts = append(parts, said...)
		for _, m := range shown.FindAllStringSubmatch(line, -1) {
			parts = append(parts, "picture "+m[1])
			if _, tag, ok := strings.Cut(strings.TrimSuffix(name, ".md"), "guide."); ok && m[2] != tag || !ok && m[2] != "en" {
				t.Errorf("%s shows a picture in %s", name, m[2])
			}
		}
	}
	return parts
}

var link = regexp.MustCompile(`\]\(([^)#\s]*)(#[^)]*)?\)`)

// A link in a document leads to a file that is there, and to a heading of it.
func TestDocumentsLinkToWhatIsThere(t *testing.T) {
	names, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	names = append(names, "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
	seen := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(data), -1) {
			if strings.Contains(m[1], ":") {
				continue
			}
			seen++
			target := name
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(name), m[1])
			}
			there, err := os.ReadFile(target)
			if err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
				continue
			}
			if m[2] != "" && !slices.Contains(headings(string(there)), m[2][1:]) {
				t.Errorf("%s links to %s%s, and there is no such heading", name, m[1], m[2])
			}
		}
	}
	if seen < 20 {
		t.Fatalf("only %d links: the documents were not read", seen)
	}
}

var unspoken = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// headings are the names by which a page of Markdown can be entered.
func headings(page string) (ids []string) {
	for line := range strings.Lines(page) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			ids = append(ids, strings.ReplaceAll(unspoken.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), ""), " ", "-"))
		}
	}
	return ids
}

var (
	namedTest      = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`)
	namedAttack    = regexp.MustCompile(`[Aa]ttacks? (\d+)(?: to (\d+))?`)
	namedAnchor    = regexp.MustCompile(`\[([a-z]+(?:-[a-z]+)+)\](?:[^(]|$)`)
	namedInvariant = regexp.MustCompile(`\b[LWACXEO]\d\b`)
)

// Whoever decides by docs/security.md finds each test, attack, invariant and rule that it rests on.
func TestSecurityRestsOnWhatIsThere(t *testing.T) {
	read := func(name string) string {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	page, rules, invariants := read("docs/security.md"), read("docs/protocol.md"), read("docs/assurance.md")
	tests := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, name := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)`).FindAllStringSubmatch(read(path), -1) {
			tests[name[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	named := namedTest.FindAllString(page, -1)
	for _, name := range named {
		if !tests[name] {
			t.Errorf("docs/security.md rests on %s, which is not there", name)
		}
	}
	attacks := attackRow.FindAllStringSubmatch(read("docs/attacks.md"), -1)
	tried := namedAttack.FindAllStringSubmatch(page, -1)
	for _, m := range tried {
		for _, number := range m[1:] {
			if number != "" && !slices.ContainsFunc(attacks, func(row []string) bool { return row[1] == number }) {
				t.Errorf("docs/security.md names attack %s, which docs/attacks.md does not have", number)
			}
		}
	}
	anchors := namedAnchor.FindAllStringSubmatch(page, -1)
	for _, m := range anchors {
		if !strings.Contains(rules, "["+m[1]+"]") {
			t.Errorf("docs/security.md rests on [%s], which docs/protocol.md does not have", m[1])
		}
	}
	looked := namedInvariant.FindAllString(page, -1)
	for _, id := range looked {
		if !regexp.MustCompile(`(?m)^\|[^|]*\b` + id + `\b[^|]*\|`).MatchString(invariants) {
			t.Errorf("docs/security.md names %s, which docs/assurance.md has no row for", id)
		}
	}
	if len(named) < 30 || len(tried) < 10 || len(anchors) < 8 || len(looked) < 15 {
		t.Fatalf("%d tests, %d attacks, %d rules, %d invariants: the page was not read", len(named), len(tried), len(anchors), len(looked))
	}
}
