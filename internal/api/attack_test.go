package api_test

import (
	"net/http"
	"strings"
	"testing"

	"entente.example/internal/api"
)

// Attack 21: what other readers of JSON take in two ways, or not at all, is refused on both kinds of operation, and nothing is stored.
func (h *house) hostileJSON(t *testing.T) {
	good := `{"paragraph":"1","reason":"late"}`
	deep := strings.Repeat(`{"a":`, 10_001) + "1" + strings.Repeat("}", 10_001)
	before := h.size(t)
	for name, body := range map[string]string{
		"a name twice":          `{"paragraph":"1","paragraph":"2","reason":"late"}`,
		"a name in capitals":    `{"Paragraph":"1","reason":"late"}`,
		"NaN":                   `{"paragraph":NaN,"reason":"late"}`,
		"a number without end":  `{"paragraph":"1","reason":1e400}`,
		"deep":                  deep,
		"deep in a field":       `{"paragraph":` + deep + `,"reason":"late"}`,
		"half a character":      `{"paragraph":"1","reason":"\ud800"}`,
		"broken UTF-8":          "{\"paragraph\":\"1\",\"reason\":\"\xff\"}",
		"a byte order mark":     "\ufeff" + good,
		"more behind it":        good + good,
		"a comment":             good + "// ok",
		"a comma too many":      `{"paragraph":"1","reason":"late",}`,
		"nothing":               "",
		"null":                  "null",
		"a list":                `[` + good + `]`,
		"a zero byte":           `{"paragraph":"1","reason":"a` + "\x00" + `"}`,
		"one hundred megabytes": `{"paragraph":"1","reason":"` + strings.Repeat("a", 100<<20) + `"}`,
	} {
		for _, path := range []string{"/mechanisms/-/texts/small/reopen", "/mechanisms/-/concerns/hostile/raise"} {
			if strings.HasSuffix(path, "raise") {
				body = strings.ReplaceAll(strings.ReplaceAll(body, `"paragraph"`, `"due"`), `"reason"`, `"topic"`)
			}
			r, b := h.ask(h.members, http.MethodPost, path, h.member("sec"), []byte(body))
			if r.StatusCode != http.StatusBadRequest && r.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%s to %s: %d %.300s", name, path, r.StatusCode, b)
			}
		}
	}
	if h.size(t) != before {
		t.Error("something is on the record")
	}
}

// Attack 22: who acts comes from the session alone; what an address says of it is neither believed nor written down.
func (h *house) secretsInAddresses(t *testing.T) {
	for _, q := range []string{"member=", "Entente-Member=", "token=", "access_token=", "session=", "entente="} {
		path := "/mechanisms?" + q + h.member("sec")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.members.URL+api.Base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := h.members.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d %v", q, resp.StatusCode, err)
		}
	}
}
