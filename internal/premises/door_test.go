package premises

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"entente.example/internal/api"
	"entente.example/internal/web"
	"entente.example/refusal"
)

// Whoever comes to a door behind which nobody works is told why in their language: programs as the API tells them, people on a page.
func TestWhoIsRefusedAtTheDoor(t *testing.T) {
	turnedAway, why := refuse(web.NewClosed()), refusal.New(refusal.Unavailable, "node.no_answer")
	ask := func(path string) *http.Response {
		t.Helper()
		r, w := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
		r.Header.Set("Accept-Language", "ja")
		r.Header.Set("Accept", "text/html, application/json")
		turnedAway(w, r, why)
		return w.Result()
	}
	program := ask(api.Base + "/status")
	var p api.Problem
	if err := json.NewDecoder(program.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	if program.StatusCode != http.StatusServiceUnavailable || program.Header.Get("Content-Type") != "application/problem+json" || program.Header.Get("Cache-Control") != "no-store" || p.Status != program.StatusCode || p.Kind != refusal.Unavailable || p.Key != "node.no_answer" || !strings.Contains(p.Detail, "ノード") {
		t.Errorf("%s %v %+v", program.Status, program.Header, p)
	}
	if page := ask("/m/grove"); page.StatusCode != http.StatusServiceUnavailable || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%s %v", page.Status, page.Header)
	}
}
