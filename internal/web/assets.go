package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"mime"
	"net/http"
	"path"
	"strings"

	"entente.example/internal/web/static"
)

// assets are the files a page refers to. Their address holds a digest of all of them, so a browser may keep them for ever.
type assets struct {
	hash   string
	files  map[string][]byte
	packed map[string][]byte // the same, compressed once
}

func loadAssets() *assets {
	a := &assets{files: map[string][]byte{}, packed: map[string][]byte{}}
	entries, err := static.Files.ReadDir(".")
	if err != nil {
		panic("web: " + err.Error()) // embedded
	}
	h := sha256.New()
	for _, e := range entries { // in the order of names
		b, err := static.Files.ReadFile(e.Name())
		if err != nil {
			panic("web: " + err.Error())
		}
		a.files[e.Name()], a.packed[e.Name()] = b, pack(b)
		h.Write(b)
	}
	a.hash = hex.EncodeToString(h.Sum(nil))[:12]
	return a
}

// pack compresses a file as small as it gets.
func pack(b []byte) []byte {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic("web: " + err.Error()) // the level is known
	}
	_, err = z.Write(b)
	if err = errors.Join(err, z.Close()); err != nil {
		panic("web: " + err.Error()) // nothing is written but memory
	}
	return out.Bytes()
}

func (a *assets) url(file string) string { return "/static/" + a.hash + "/" + file }

func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	b, ok := a.files[r.PathValue("file")]
	if !ok || r.PathValue("hash") != a.hash {
		http.NotFound(w, r)
		return
	}
	kind := mime.TypeByExtension(path.Ext(r.PathValue("file")))
	if path.Ext(r.PathValue("file")) == ".webmanifest" {
		kind = "application/manifest+json" // which the system's tables do not always know
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		b = a.packed[r.PathValue("file")]
	}
	_, _ = w.Write(b)
}
