package entente

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	attackRow  = regexp.MustCompile("(?m)^\\| (\\d+) \\|.*\\| ((?:`[^`]+` ?)+)\\|$")
	attackName = regexp.MustCompile(`(?i)attacks? ?((?:\d+(?:, | and | to )?)+)`)
	attackPart = regexp.MustCompile(`\d+|to`)
)

// Every attack of docs/attacks.md is tried by the tests that its row names, with the words "Attack N".
func TestAttacksAreTried(t *testing.T) {
	page, err := os.ReadFile("docs/attacks.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := attackRow.FindAllStringSubmatch(string(page), -1)
	for i, row := range rows {
		if row[1] != strconv.Itoa(i+1) {
			t.Fatalf("row %d is number %s", i+1, row[1])
		}
		for _, file := range strings.Fields(row[2]) {
			b, err := os.ReadFile(strings.Trim(file, "`"))
			if err != nil {
				t.Errorf("attack %d: %v", i+1, err)
			} else if !tries(string(b), i+1) {
				t.Errorf("attack %d: %s says nothing of it", i+1, file)
			}
		}
	}
	if len(rows) != 44 {
		t.Errorf("%d attacks are listed, want 44", len(rows))
	}
}

// tries reports whether a test says that it tries an attack, as in "Attack 3", "attacks 2, 6 and 8" or "attacks 31 to 37".
func tries(source string, number int) bool {
	for _, m := range attackName.FindAllStringSubmatch(source, -1) {
		from, ranged := 0, false
		for _, word := range attackPart.FindAllString(m[1], -1) {
			n, err := strconv.Atoi(word)
			if err != nil {
				ranged = true
				continue
			}
			if n == number || ranged && from < number && number < n {
				return true
			}
			from, ranged = n, false
		}
	}
	return false
}
