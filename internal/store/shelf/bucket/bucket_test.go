package bucket_test

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"entente.example/internal/store"
	"entente.example/internal/store/shelf"
	"entente.example/internal/store/shelf/bucket"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/store/storetest"
)

// server is a server that understands S3, with one bucket.
type server struct {
	*s3mem.Backend
	host string
}

func newServer(t *testing.T, versions bool) server {
	t.Helper()
	back := s3mem.New()
	if err := back.CreateBucket("papers"); err != nil {
		t.Fatal(err)
	}
	if versions {
		if err := back.SetVersioningConfiguration("papers", gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled}); err != nil {
			t.Fatal(err)
		}
	}
	fake := gofakes3.New(back).Server()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=us/") { // the fake itself lets everybody in
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return server{back, strings.TrimPrefix(s.URL, "http://")}
}

func (s server) shelf(t *testing.T, prefix string) *bucket.Bucket {
	t.Helper()
	b, err := bucket.New(bucket.Options{Host: s.host, Bucket: "papers", Prefix: prefix, Region: "us-east-1", Clear: true, Key: "us", Secret: "a long secret"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// objects are all that the server has, former versions too.
func (s server) objects(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"nothing": nil}
	all, err := s.ListBucketVersions("papers", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all.Versions {
		x, ok := v.(*gofakes3.Version)
		if !ok {
			out[string(v.GetVersionID())] = nil // a marker that something was removed
			continue
		}
		o, err := s.GetObjectVersion("papers", x.Key, x.VersionID, nil)
		if err != nil {
			t.Fatal(err)
		}
		if out[x.Key+" "+string(x.VersionID)], err = io.ReadAll(o.Contents); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestBucketContract(t *testing.T) {
	for _, versions := range []bool{false, true} {
		servers := map[string]server{} // by folder
		storetest.RunBodies(t, func(t *testing.T, dir string) store.Bodies {
			if servers[dir].Backend == nil {
				servers[dir] = newServer(t, versions)
			}
			index, err := sqlite.OpenBodies(t.Context(), sqlite.Options{Path: filepath.Join(dir, "index.db")})
			if err != nil {
				t.Fatal(err)
			}
			return shelf.New(index, servers[dir].shelf(t, "a/b"), rand.Reader)
		}, func(t *testing.T, dir string) map[string][]byte {
			out := storetest.InFolder(t, dir)
			for name, b := range servers[dir].objects(t) {
				out[name] = b
			}
			return out
		})
	}
}

// Nodes may share a bucket: what is removed under one's prefix is its own, and a number that begins like another one is another one.
func TestNothingOfOthersIsRemoved(t *testing.T) {
	s := newServer(t, false)
	a, b := s.shelf(t, "a"), s.shelf(t, "aa")
	for name, at := range map[string]*bucket.Bucket{"5/x": a, "55/x": a, "5/y": b} {
		if err := at.Put(t.Context(), name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Remove(t.Context(), "5"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Get(t.Context(), "5/x", 0, 1); !errors.Is(err, store.ErrMissing) {
		t.Errorf("what was removed: %v", err)
	}
	if got, err := a.Get(t.Context(), "55/x", 1, 2); err != nil || string(got) != "5/" {
		t.Errorf("%q, %v", got, err)
	}
	if left, err := a.Shelved(t.Context()); err != nil || len(left) != 1 || left[0] != "55" {
		t.Errorf("%v, %v", left, err)
	}
	if err := a.Remove(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Get(t.Context(), "5/y", 0, 3); err != nil || string(got) != "5/y" {
		t.Errorf("%q, %v", got, err)
	}
	if err := shelf.Try(t.Context(), b, rand.Reader); err != nil {
		t.Error(err)
	}
}

// A server that is away, that does not know us, or has no such bucket is away; it is never taken for one that has lost what it was given.
func TestAServerThatDoesNotServe(t *testing.T) {
	s := newServer(t, false)
	for what, o := range map[string]bucket.Options{
		"nobody there":   {Host: "127.0.0.1:1", Bucket: "papers", Key: "us", Secret: "x"},
		"another key":    {Host: s.host, Bucket: "papers", Key: "them", Secret: "x"},
		"another bucket": {Host: s.host, Bucket: "other", Key: "us", Secret: "x"},
	} {
		o.Clear, o.Region = true, "us-east-1"
		b, err := bucket.New(o)
		if err != nil {
			t.Fatal(err)
		}
		_, read := b.Get(t.Context(), "1/a", 0, 1)
		_, listed := b.Shelved(t.Context())
		for call, err := range map[string]error{"get": read, "put": b.Put(t.Context(), "1/a", []byte("x")), "remove": b.Remove(t.Context(), "1"), "list": listed} {
			if !errors.Is(err, store.ErrAway) {
				t.Errorf("%s: %s ends with %v", what, call, err)
			} else if said := err.Error(); strings.HasSuffix(said, ".") || strings.Contains(said, "database") {
				t.Errorf("%s: %s says %q, which is to stand within a sentence about a bucket", what, call, said)
			}
		}
	}
}
