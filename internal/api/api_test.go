package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"entente.example/internal/api"
	"entente.example/internal/chancery"
	"entente.example/internal/demo"
	"entente.example/internal/worked"
)

// house is a founded mechanism of the invented profile, seen through the API of one party's node.
type house struct {
	t       *testing.T
	stage   *demo.Stage
	ex      *worked.Example
	actor   *demo.Actor
	still   atomic.Bool
	socket  *httptest.Server
	members *httptest.Server
}

func open(t *testing.T) *house {
	t.Helper()
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	stage, err := demo.Set(t.Context(), t.TempDir(), ex, slog.New(slog.DiscardHandler), demo.Quietly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := stage.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, stage: stage, ex: ex, actor: stage.Actors[0]}
	h.still.Store(true)
	// Who acts stands in the same header here; on the members' address it comes from the session.
	member := func(r *http.Request) (string, bool) {
		return r.Header.Get("Entente-Member"), r.Header.Get("Entente-Member") != ""
	}
	operator := api.Serving(api.Options{Chancery: h.actor.Chancery, Operator: true, Member: func(r *http.Request) (string, bool) { return r.Header.Get("Entente-Member"), true }})
	site := api.Serving(api.Options{Chancery: h.actor.Chancery, Member: member, Still: func(*http.Request) bool { return h.still.Load() }, Heartbeat: 20 * time.Millisecond})
	h.socket, h.members = httptest.NewServer(operator), httptest.NewServer(site)
	t.Cleanup(h.socket.Close)
	t.Cleanup(h.members.Close)
	return h
}

// ask sends a request and reads the whole answer.
func (h *house) ask(s *httptest.Server, method, path, member string, body any, header ...string) (*http.Response, []byte) {
	h.t.Helper()
	r := h.request(s, method, path, member, body)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := s.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp, b
}

func (h *house) request(s *httptest.Server, method, path, member string, body any) *http.Request {
	h.t.Helper()
	var in io.Reader
	if raw, ok := body.([]byte); ok {
		in = bytes.NewReader(raw)
	} else if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			h.t.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, s.URL+api.Base+path, in)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Entente-Member", member)
	return r
}

func (h *house) member(role string) string { return string(h.actor.Party) + "-" + role }

var small = map[string]any{"title": map[string]string{"en": "A small text"}, "languages": []string{"en"},
	"paragraphs": []any{map[string]any{"id": "1", "kind": "operative", "text": map[string]string{"en": "Decide to meet;"}}}}

// One founded mechanism serves every question here: founding costs more than asking.
func TestAPI(t *testing.T) {
	h := open(t)
	t.Run("the served description is the one that is checked in", h.description)
	t.Run("who sees which mechanism", h.admission)
	t.Run("acts and their repetition", h.acts)
	t.Run("refusals", h.refusals)
	t.Run("Attack 21: bytes that pass for JSON elsewhere", h.hostileJSON)
	t.Run("Attack 22: secrets in addresses", h.secretsInAddresses)
	t.Run("where a matter stands", h.standing)
	t.Run("events", h.events)
	t.Run("the session ends", h.sessionEnds)
	t.Run("verification", h.verification)
}

func (h *house) description(t *testing.T) {
	kept, err := os.ReadFile("../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if r, b := h.ask(h.socket, "GET", "/openapi.yaml", "", nil); r.StatusCode != http.StatusOK || !bytes.Equal(b, kept) {
		t.Errorf("%d, %d bytes", r.StatusCode, len(b))
	}
}

func (h *house) admission(t *testing.T) {
	in := "/mechanisms/" + h.ex.Mechanism.ID
	for _, tc := range []struct {
		server     *httptest.Server
		member     string
		mechanisms int
		status     int
	}{
		{h.socket, "", 1, http.StatusOK},
		{h.members, h.member("hod"), 1, http.StatusOK},
		{h.members, "nobody-here", 0, http.StatusNotFound},
	} {
		var list []chancery.MechanismStatus
		r, b := h.ask(tc.server, "GET", "/mechanisms", tc.member, nil)
		if err := json.Unmarshal(b, &list); err != nil || r.StatusCode != http.StatusOK || len(list) != tc.mechanisms {
			t.Errorf("%q: %d mechanisms, %d, %v", tc.member, len(list), r.StatusCode, err)
		}
		for _, path := range []string{"/charter", "/texts", "/log", "/digest", "/meetings", "/documents", "/statement?matter=charter"} {
			if r, b := h.ask(tc.server, "GET", in+path, tc.member, nil); r.StatusCode != tc.status {
				t.Errorf("%q reads %s: %d %s", tc.member, path, r.StatusCode, b)
			}
		}
	}
	// A mechanism that one may not know of and one that is not there are refused in the same words.
	_, there := h.ask(h.members, "GET", in+"/texts", "nobody-here", nil)
	_, nowhere := h.ask(h.members, "GET", "/mechanisms/elsewhere/texts", "nobody-here", nil)
	if string(there) != strings.ReplaceAll(string(nowhere), "elsewhere", h.ex.Mechanism.ID) {
		t.Errorf("a stranger can tell:\n%s%s", there, nowhere)
	}
	for _, path := range []string{"/status", "/verify", "/nonsense"} {
		if r, b := h.ask(h.members, "GET", path, h.member("hod"), nil); r.StatusCode != http.StatusNotFound || !strings.Contains(string(b), "api.no_operation") {
			t.Errorf("a member asks for the operator's %s: %d %s", path, r.StatusCode, b)
		}
	}
}

func (h *house) size(t *testing.T) int64 {
	t.Helper()
	st, err := h.actor.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return st.Mechanisms[0].Logs[0].Size
}

func (h *house) acts(t *testing.T) {
	path := "/mechanisms/-/texts/small/table"
	before := h.size(t)
	r, first := h.ask(h.members, "POST", path, h.member("sec"), small, "Idempotency-Key", "tabling-1")
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", r.StatusCode, first)
	}
	after := h.size(t)
	r, again := h.ask(h.members, "POST", path, h.member("sec"), small, "Idempotency-Key", "tabling-1")
	if r.StatusCode != http.StatusOK || !bytes.Equal(first, again) || h.size(t) != after || after <= before {
		t.Errorf("repeated: %d %s, log %d, %d, %d", r.StatusCode, again, before, after, h.size(t))
	}
	if r, b := h.ask(h.members, "POST", path, h.member("sec"), small); r.StatusCode != http.StatusConflict {
		t.Errorf("without its key it is another act: %d %s", r.StatusCode, b)
	}
	var posted struct {
		Posted []struct {
			ID string `json:"id"`
		} `json:"posted"`
	}
	if err := json.Unmarshal(first, &posted); err != nil || len(posted.Posted) != 1 {
		t.Fatalf("%s %v", first, err)
	}
	if r, b := h.ask(h.members, "GET", "/mechanisms/-/log/"+posted.Posted[0].ID, h.member("hod"), nil); r.StatusCode != http.StatusOK || !strings.Contains(string(b), "text.table") {
		t.Errorf("its entry: %d %s", r.StatusCode, b)
	}
}

// standing reads a matter with what was said and with where it stands, which no single act says.
func (h *house) standing(t *testing.T) {
	if r, b := h.ask(h.members, "POST", "/mechanisms/-/topics/water/raise", h.member("sec"), []byte(`{"title":{"en":"Water"}}`)); r.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", r.StatusCode, b)
	}
	type topic struct {
		ID     string `json:"id"`
		Raised []any  `json:"raised"`
		Now    struct {
			Status string   `json:"status"`
			Sides  []string `json:"sides"`
			Offers []string `json:"offers"`
		} `json:"now"`
	}
	var one topic
	r, b := h.ask(h.members, "GET", "/mechanisms/-/topics/water", h.member("hod"), nil)
	if err := json.Unmarshal(b, &one); err != nil || one.ID != "water" || len(one.Raised) != 1 || one.Now.Status != "one_sided" || len(one.Now.Sides) != 1 || len(one.Now.Offers) == 0 {
		t.Errorf("%d %s %v", r.StatusCode, b, err)
	}
	var all []topic
	r, b = h.ask(h.members, "GET", "/mechanisms/-/topics", h.member("hod"), nil)
	if err := json.Unmarshal(b, &all); err != nil || len(all) != 1 || all[0].Now.Status != "one_sided" {
		t.Errorf("%d %s %v", r.StatusCode, b, err)
	}
}

func (h *house) refusals(t *testing.T) {
	text := "/mechanisms/-/texts/small"
	for _, tc := range []struct {
		name, method, path, member string
		body                       any
		status                     int
		key                        string
	}{
		{"a body that is no JSON", "POST", text + "/accept", "hod", []byte(`{"items":`), 400, "api.bad_request"},
		{"a field of the wrong kind", "POST", text + "/accept", "hod", map[string]any{"items": 7}, 400, "api.bad_request"},
		{"a field that is not there", "POST", text + "/accept", "hod", map[string]any{"items": []any{}, "secret": "words"}, 400, "api.bad_request"},
		{"a body without end", "POST", text + "/accept", "hod", bytes.Repeat([]byte(" "), 5<<20), 413, "api.too_large"},
		{"a paragraph that is not there", "POST", text + "/reopen", "hod", map[string]any{"paragraph": "99", "reason": "late"}, 404, "text.unknown_paragraph"},
		{"no mandate for it", "POST", text + "/freeze", "press", struct{}{}, 403, ""},
		{"nobody of ours", "POST", text + "/reopen", "nobody", map[string]any{"paragraph": "1", "reason": "late"}, 404, "node.unknown_mechanism"},
		{"not ready", "POST", text + "/freeze", "sec", struct{}{}, 409, ""},
		{"a text that is not there", "GET", "/mechanisms/-/texts/none", "hod", nil, 404, ""},
		{"an export of what is not adopted", "GET", text + "/export", "hod", nil, 409, "text.not_adopted"},
		{"an entry that is not there", "GET", "/mechanisms/-/log/none-7", "hod", nil, 404, ""},
		{"an entry without a number", "GET", "/mechanisms/-/log/none", "hod", nil, 404, "entry.unknown"},
		{"an act that is no JSON", "POST", "/mechanisms/-/concerns/c-1/raise", "hod", []byte(`{"text":{"en":"When?"},`), 400, "api.bad_body"},
		{"an act in another encoding", "POST", "/mechanisms/-/concerns/c-1/raise", "hod", []byte("{\"text\":{\"ja\":\"\x93\xfa\"}}"), 400, "api.bad_body"},
		{"an act with a member that it does not have", "POST", "/mechanisms/-/concerns/c-1/raise", "hod", []byte(`{"txt":{"en":"When?"}}`), 400, "api.bad_body"},
		{"an act in decomposed form", "POST", "/mechanisms/-/concerns/c-1/raise", "hod", []byte("{\"text\":{\"fr\":\"e\u0301te\u0301\"},\"to\":[\"west\"]}"), 400, "lang.not_nfc"},
		{"a page before the beginning", "GET", "/mechanisms/-/log?before=-1", "hod", nil, 400, "api.bad_request"},
		{"too few digits of an id", "GET", "/mechanisms/abc/texts", "hod", nil, 404, "node.unknown_mechanism"},
		{"reading by writing", "DELETE", text, "hod", nil, 404, "api.no_operation"},
	} {
		before := h.size(t)
		r, b := h.ask(h.members, tc.method, tc.path, h.member(tc.member), tc.body, "Accept-Language", "ja")
		var p api.Problem
		if err := json.Unmarshal(b, &p); err != nil || r.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s %s %v", tc.name, r.Header.Get("Content-Type"), b, err)
			continue
		}
		if r.StatusCode != tc.status || p.Status != tc.status || tc.key != "" && p.Key != tc.key || p.Kind == "" || p.Key == "" {
			t.Errorf("%s: %d %s", tc.name, r.StatusCode, b)
		}
		if !strings.ContainsAny(p.Detail, "のはがを") || strings.ContainsAny(p.Detail, "⟨{") {
			t.Errorf("%s: the sentence is not Japanese: %s", tc.name, p.Detail)
		}
		if strings.Contains(string(b), "words") {
			t.Errorf("%s: what was sent is repeated: %s", tc.name, b)
		}
		if h.size(t) != before {
			t.Errorf("%s: something is on the record", tc.name)
		}
	}
}

// stream opens the events of a member and gives their data lines; the channel is closed when the stream ends.
func (h *house) stream(t *testing.T, s *httptest.Server, member string) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	resp, err := s.Client().Do(h.request(s, "GET", "/events", member, nil).WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		defer resp.Body.Close()
		for in := bufio.NewScanner(resp.Body); in.Scan(); {
			if data, ok := strings.CutPrefix(in.Text(), "data: "); ok {
				lines <- data
			}
		}
	}()
	return lines
}

// Whoever may know hears of an act on another party's node; a stranger hears nothing.
func (h *house) events(t *testing.T) {
	operator, member, stranger := h.stream(t, h.socket, ""), h.stream(t, h.members, h.member("hod")), h.stream(t, h.members, "nobody-here")
	other := h.stage.Actors[1]
	file, err := json.Marshal(small)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.TableFiles(t.Context(), h.stage.Mech, string(other.Party)+"-sec", "theirs", false, file); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(time.Minute)
	for _, lines := range []<-chan string{operator, member} {
		for heard := false; !heard; {
			select {
			case line := <-lines:
				heard = strings.Contains(line, h.stage.Mech) && strings.Contains(line, `"text/theirs"`)
			case <-deadline:
				t.Fatal("the act is not heard of")
			}
		}
	}
	select {
	case line := <-stranger:
		t.Errorf("a stranger hears %s", line)
	default:
	}
}

func (h *house) sessionEnds(t *testing.T) {
	lines := h.stream(t, h.members, h.member("hod"))
	h.still.Store(false)
	for deadline := time.After(time.Minute); ; {
		select {
		case _, open := <-lines:
			if open {
				continue
			}
		case <-deadline:
			t.Fatal("the stream goes on without a session")
		}
		break
	}
	r := httptest.NewRequest("GET", api.Base+"/events", nil)
	site := api.Serving(api.Options{Chancery: h.actor.Chancery, Member: func(*http.Request) (string, bool) { return "", false }})
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "api.sign_in") || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("nobody signed in: %d %s", w.Code, w.Body)
	}
}

func (h *house) verification(t *testing.T) {
	var out []struct{ Mech, Digest string }
	r, b := h.ask(h.socket, "POST", "/verify", "", nil)
	if err := json.Unmarshal(b, &out); err != nil || r.StatusCode != http.StatusOK || len(out) != 1 || len(out[0].Digest) != 64 {
		t.Errorf("%d %s", r.StatusCode, b)
	}
	if r, b := h.ask(h.socket, "GET", "/verify", "", nil); r.StatusCode != http.StatusOK || !strings.Contains(string(b), `"running":false`) {
		t.Errorf("%d %s", r.StatusCode, b)
	}
}
