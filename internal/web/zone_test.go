package web

import (
	"html"
	"strings"
	"testing"
	"time"

	"entente.example/internal/view"
	"entente.example/lang"
)

// Scenario a07 on the page: the end stands there in UTC and in the reader's zone, and without a zone in UTC alone.
func TestA07TheEndInTheReadersZoneAndInUTC(t *testing.T) {
	end := time.Date(2025, 5, 22, 2, 0, 0, 0, time.UTC)
	for zone, want := range map[string]string{"+09:00": "22 May 2025 11:00 UTC+09:00", "-08:00": "21 May 2025 18:00 UTC-08:00", "": ""} {
		var b strings.Builder
		p := printer{lang.English, ""}
		set := newTemplates(loadAssets()).set(p)
		if err := set.ExecuteTemplate(&b, "facts", map[string]any{"Facts": []view.Fact{{Key: "web.silence_ends", At: end}}, "Ref": "m", "Zone": zone}); err != nil {
			t.Fatal(err)
		}
		said := html.UnescapeString(b.String())
		if !strings.Contains(said, "22 May 2025 02:00 UTC<") || want != "" && !strings.Contains(said, want) || want == "" && strings.Contains(said, "UTC+") {
			t.Errorf("in zone %q: %s", zone, said)
		}
	}
	if _, ok := offset("Asia/Nowhere"); ok {
		t.Error("a zone that nobody knows is taken")
	}
}
