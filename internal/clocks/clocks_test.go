package clocks

import (
	"testing"
	"time"
)

func TestZones(t *testing.T) {
	noon := time.Date(2025, 1, 14, 12, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{"Asia/Tokyo": "2025-01-14 21:00", "+09:00": "2025-01-14 21:00", "-03:30": "2025-01-14 08:30", "Z": "2025-01-14 12:00", "UTC": "2025-01-14 12:00"} {
		where, ok := Of(name)
		if !ok {
			t.Errorf("%s is no zone", name)
		} else if got := noon.In(where).Format(Wall); got != want {
			t.Errorf("at %s the clocks show %s, not %s", name, got, want)
		}
	}
	for _, name := range []string{"", "Local", "Middle/Nowhere", "+9", "../etc/passwd"} {
		if _, ok := Of(name); ok {
			t.Errorf("%q is a zone", name)
		}
	}
}
