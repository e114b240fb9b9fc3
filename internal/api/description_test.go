package api

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"entente.example/internal/locale"
	"entente.example/refusal"
)

// The description that is checked in is the one that the node serves, and it is a valid OpenAPI document.
func TestDescription(t *testing.T) {
	_, description := New(Options{Operator: true})
	made, err := description.OpenAPI().YAML()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, kept) {
		t.Error("api/openapi.yaml is out of date; write it anew with: go run ./cmd/entente openapi > api/openapi.yaml")
	}
	doc, err := libopenapi.NewDocument(kept)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, problems := v.ValidateDocument(); !ok {
		for _, p := range problems {
			t.Error(p.Message, p.Reason, p.SchemaValidationErrors)
		}
	}
	for path, item := range description.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op != nil && op.RequestBody != nil && op.RequestBody.Content["application/json"] != nil && op.RequestBody.Content["application/json"].Schema.Format == "binary" {
				t.Errorf("%s: its body is not described", path)
			}
			if op != nil && strings.Count(path, "{") > len(op.Parameters) {
				t.Errorf("%s: the names in the path are not described", path)
			}
		}
	}
	if len(description.OpenAPI().Paths) < 35 {
		t.Errorf("only %d paths", len(description.OpenAPI().Paths))
	}
}

// A bad request is refused without repeating what was sent, and nobody is asked who is not signed in.
func TestRefusals(t *testing.T) {
	h, _ := New(Options{Member: func(r *http.Request) (string, bool) { return "", r.Header.Get("In") != "" }})
	ask := func(in, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", Base+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if in != "" {
			r.Header.Set("In", in)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := ask("", "/mechanisms/-/seal", "{}"); w.Code != http.StatusUnauthorized {
		t.Errorf("nobody signed in: %d", w.Code)
	}
	w := ask("x", "/mechanisms/-/seal", `{"matter":"charter","passphrases":{"seal1":"secret words"},"unknown":"secret words"}`)
	if w.Code != http.StatusBadRequest || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Header().Get("Content-Type"), "problem+json") {
		t.Errorf("%d %s %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if w := ask("x", "/card", "{}"); w.Code != http.StatusNotFound {
		t.Errorf("an operator's operation on the members' address: %d", w.Code)
	}
	if w := ask("x", "/mechanisms/-/seal", `{"matter":"charter"}`); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "api.no_member") {
		t.Errorf("no member named: %d %s", w.Code, w.Body)
	}
}

// Wherever our keys are opened, or what they signed is brought, somebody who must be recognised anew is refused before anything is read.
func TestOurKeysSignForThoseWhoWereRecognised(t *testing.T) {
	h, description := New(Options{Member: func(*http.Request) (string, bool) { return "cedar-seal1", true }, Fresh: func(*http.Request) error { return refusal.New(refusal.Denied, "staff.sign_on_stale") }})
	signing := 0
	for path, at := range description.OpenAPI().Paths {
		if at.Post == nil || at.Post.RequestBody == nil || at.Post.RequestBody.Content["application/json"] == nil {
			continue
		}
		body := at.Post.RequestBody.Content["application/json"].Schema
		if body.Ref != "" {
			body = description.OpenAPI().Components.Schemas.SchemaFromRef(body.Ref)
		}
		if body.Properties["passphrases"] == nil && body.Properties["signatures"] == nil {
			continue
		}
		signing++
		r := httptest.NewRequest("POST", Base+strings.NewReplacer("{mechanism}", "-").Replace(path), strings.NewReader("no JSON"))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "staff.sign_on_stale") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if signing < 6 {
		t.Errorf("only %d operations use our keys: the test looks at the wrong thing", signing)
	}
}

// Every kind of refusal has its status, and every status its kind of refusal.
func TestEveryKindHasAStatus(t *testing.T) {
	for _, k := range []refusal.Kind{refusal.Invalid, refusal.Denied, refusal.Missing, refusal.Conflict, refusal.Stale, refusal.Unverified, refusal.Unavailable, refusal.Internal} {
		if statuses[k] < 400 {
			t.Errorf("%s has no status", k)
		}
	}
	if !locale.Has("internal.error") {
		t.Error("our own faults have no sentence")
	}
}
