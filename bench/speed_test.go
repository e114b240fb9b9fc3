package main

import (
	"regexp"
	"strconv"
	"testing"
)

// What a run says of its machine is one line with two figures, neither of them nothing.
func TestSpeedIsOneLine(t *testing.T) {
	line := speed()
	m := regexp.MustCompile(`^this machine today: SHA-256 of blocks of 1 MiB ([0-9]+) MB/s; one Ed25519 verification ([0-9]+\.[0-9]) µs \(medians\)$`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("%q", line)
	}
	for _, figure := range m[1:] {
		if n, err := strconv.ParseFloat(figure, 64); err != nil || n <= 0 {
			t.Errorf("%q: %s, %v", line, figure, err)
		}
	}
}
