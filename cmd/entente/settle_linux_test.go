package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
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

// What was written into a part of the program's file before it became read-only is nowhere but in memory, and stays.
func TestSettleKeepsWhatTheFileHasNot(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	part, err := syscall.Mmap(int(f.Fd()), 0, os.Getpagesize(), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Munmap(part) }()
	const ours = "not in the file"
	copy(part, ours)
	if err := syscall.Mprotect(part, syscall.PROT_READ); err != nil {
		t.Fatal(err)
	}
	settle()
	if got := string(part[:len(ours)]); got != ours {
		t.Errorf("%q is %q", ours, got)
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
