package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
)

// What was mapped of the program's file is given back, code and data, even if all of it was touched; what is needed again comes back by itself, as this test's own code does.
func TestSettleGivesTheProgramsPagesBack(t *testing.T) {
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	for at := range mapped(t) {
		var from, to int64
		if _, err := fmt.Sscanf(at, "%x-%x", &from, &to); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, io.NewSectionReader(mem, from, to-from)); err != nil {
			t.Fatal(err)
		}
	}
	before := mapped(t)
	settle()
	after := mapped(t)
	if len(before) < 2 {
		t.Fatalf("code and data are mapped apart: %v", before)
	}
	for at, kb := range before {
		if after[at] >= kb {
			t.Errorf("%s: %d KB, %d KB after", at, kb, after[at])
		}
	}
}

// mapped is how many KB are in memory of each part of the program's file that is only read.
func mapped(t *testing.T) map[string]int {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out, at := map[string]int{}, ""
	for s := bufio.NewScanner(f); s.Scan(); {
		line := strings.Fields(s.Text())
		switch {
		case strings.Contains(line[0], "-"):
			if at = line[0]; line[len(line)-1] != self || !strings.HasPrefix(line[1], "r-") {
				at = ""
			}
		case line[0] == "Rss:" && at != "":
			if out[at], err = strconv.Atoi(line[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}
