package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// Scenario a07 by command: an instant stands there as the record has it, in UTC, and in the reader's zone.
func TestA07InstantsInTheReadersZone(t *testing.T) {
	var b bytes.Buffer
	outlineOf(&b, "", inZone(map[string]any{"ends": "2025-05-22T02:00:00Z", "days": []any{"2025-05-22"}}, time.FixedZone("", 9*3600)))
	if got := b.String(); !strings.Contains(got, "ends: 2025-05-22T02:00:00Z (2025-05-22 11:00:00 +09:00)\n") || strings.Contains(got, "2025-05-22 (") {
		t.Error(got)
	}
	if got := inZone("2025-05-22T02:00:00Z", time.UTC); got != "2025-05-22T02:00:00Z" {
		t.Errorf("UTC is said twice: %v", got)
	}
}
