package zipped

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"testing"

	"entente.example/refusal"
)

func pack(t testing.TB, files map[string]int64) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for name, size := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(w, zeroes{}, size); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type zeroes struct{}

func (zeroes) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// Files that unpack to more than the bound are refused, one large or several together; what is not read costs nothing.
func TestBounds(t *testing.T) {
	for name, files := range map[string]map[string]int64{"one": {"a": MaxUnpacked + 1}, "together": {"a": MaxUnpacked / 2, "b": MaxUnpacked/2 + 1}} {
		a, err := Open(pack(t, files))
		if err != nil {
			t.Fatal(err)
		}
		for n := range files {
			_, err = a.Read(n)
			if err != nil {
				break
			}
		}
		if refusal.As(err) == nil || refusal.As(err).Key != "file.bomb" {
			t.Errorf("%s: %v", name, err)
		}
	}
	many := map[string]int64{}
	for i := range maxEntries + 1 {
		many[fmt.Sprint(i)] = 0
	}
	if _, err := Open(pack(t, many)); refusal.As(err) == nil || refusal.As(err).Key != "file.bad_archive" {
		t.Errorf("%v", err)
	}
	a, err := Open(pack(t, map[string]int64{"a": 5, "b": MaxUnpacked + 1}))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := a.Read("a"); err != nil || len(b) != 5 {
		t.Errorf("%d %v", len(b), err)
	}
	if b, err := a.Read("none"); b != nil || err != nil {
		t.Errorf("%v %v", b, err)
	}
	if _, err := Open([]byte("PK\x03\x04 and no more")); refusal.As(err) == nil || refusal.As(err).Key != "file.bad_archive" {
		t.Errorf("%v", err)
	}
}
