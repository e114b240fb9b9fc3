package api

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// A node that serves still gives the whole description, to whoever is known, as often as they ask.
func TestServingDescribesItself(t *testing.T) {
	h := Serving(Options{Operator: true, Member: func(r *http.Request) (string, bool) { return "", r.Header.Get("In") != "" }})
	kept, err := os.ReadFile("../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, Base+"/openapi-9.yaml", http.NoBody)
	r.Header.Set("In", "yes")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusNotFound {
		t.Errorf("a spelling that there is not: %d", w.Code)
	}
	for _, in := range []string{"", "yes", "yes"} {
		r := httptest.NewRequest(http.MethodGet, Base+"/openapi.yaml", http.NoBody)
		r.Header.Set("In", in)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if known := in != ""; known != bytes.Equal(w.Body.Bytes(), kept) || !known && w.Code != http.StatusUnauthorized {
			t.Errorf("known: %v, and the answer is %d, with %d bytes", known, w.Code, w.Body.Len())
		}
	}
}

// What is said of the API is made once for each spelling, however many ask at once, and is in each what the whole API says of itself; little is kept of it.
func TestTheDescriptionIsMadeOnce(t *testing.T) {
	h, whole := New(Options{Member: func(*http.Request) (string, bool) { return "", true }})
	var made atomic.Int64
	d := &descriptions{packed: map[string][]byte{}, make: func() *huma.OpenAPI {
		made.Add(1)
		return whole.OpenAPI()
	}}
	kept := 0
	for ending := range spellings {
		r := httptest.NewRequest(http.MethodGet, Base+describedAt+ending, http.NoBody)
		want := httptest.NewRecorder()
		h.ServeHTTP(want, r)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				got := httptest.NewRecorder()
				d.say(got, r, ending)
				if got.Code != want.Code || got.Header().Get("Content-Type") != want.Header().Get("Content-Type") || !bytes.Equal(got.Body.Bytes(), want.Body.Bytes()) {
					t.Errorf("%s: %d %v, %d bytes, want %d bytes", ending, got.Code, got.Header(), got.Body.Len(), want.Body.Len())
				}
			})
		}
		all.Wait()
		kept += len(d.packed[ending])
	}
	if n := made.Load(); n != int64(len(spellings)) || kept > 1<<20 {
		t.Errorf("it was made %d times, and %d bytes are kept", n, kept)
	}
}

// What stays is what requests are held against, and nothing that it refers to is missing.
func TestUndescribed(t *testing.T) {
	_, described := New(Options{Operator: true})
	d := described.OpenAPI()
	schemas := d.Components.Schemas
	before, paths := len(schemas.Map()), d.Paths
	undescribed(d)
	if after := len(schemas.Map()); after == 0 || after > before/2 {
		t.Errorf("of %d schemas %d are kept", before, after)
	}
	for path, item := range paths {
		op := item.Post
		if op == nil || op.RequestBody == nil || op.SkipValidateBody {
			continue
		}
		for _, m := range op.RequestBody.Content {
			whole(t, path, schemas, m.Schema, map[string]bool{})
		}
	}
}

func whole(t *testing.T, path string, all huma.Registry, s *huma.Schema, seen map[string]bool) {
	t.Helper()
	switch {
	case s == nil || seen[s.Ref] && s.Ref != "":
		return
	case s.Ref != "":
		seen[s.Ref] = true
		if s = all.SchemaFromRef(s.Ref); s == nil {
			t.Errorf("%s: a schema is gone", path)
			return
		}
	}
	whole(t, path, all, s.Items, seen)
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		whole(t, path, all, more, seen)
	}
	for _, p := range s.Properties {
		whole(t, path, all, p, seen)
	}
}
