package main

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"entente.example/internal/dialogue"
	"entente.example/internal/minutes"
	"entente.example/lang"
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

// Rows are given in one language, and what they say in others beside it, in any order of the flags.
func TestRowsInSeveralLanguagesByCommand(t *testing.T) {
	k, _ := dialogue.Find("minutes")
	title, rows := &[]string{"en=Ninth meeting"}, &[]string{"en=1 | Opened = begun.", "ja=開会した。", "en=2 | Closed.", "ja=-"}
	var none []string
	flags := map[string]*[]string{"title": title, "of": &none, "paragraphs": rows}
	body, err := new(globals).actBody(k.Opening(), flags, "")
	want := []minutes.Paragraph{{ID: "1", Text: lang.Text{"en": "Opened = begun.", "ja": "開会した。"}}, {ID: "2", Text: lang.Text{"en": "Closed."}}}
	if err != nil || !reflect.DeepEqual(body.(*minutes.Circulate).Paragraphs, want) {
		t.Errorf("%+v, %v", body, err)
	}
}
