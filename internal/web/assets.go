package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"html/template"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"entente.example/internal/web/static"
)

// assets are the files a page refers to. Their address holds a digest of all of them, so a browser may keep them for ever.
type assets struct {
	hash   string
	files  map[string][]byte
	packed map[string][]byte // the same, compressed once
	inline template.HTML     // the style sheet, for a page that brings it along
	policy string            // what lets that piece of a page count as style, and no other
	styles [2]template.HTML  // see look: of a browser that has the sheet, and of any other
}

// sheet is the style sheet of every page.
const sheet = "site.css"

// lookCookie tells that the browser has the style sheet, and which: it holds the digest that stands in its address, the same for everybody. It comes with the sheet, so whoever shows it was given the sheet.
const lookCookie = "look"

// loadAssets reads and packs what every page needs, once for all faces of a process: the members' site, and the page of those whom nobody answers.
var loadAssets = sync.OnceValue(func() *assets {
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
	a.inline = template.HTML("<style>" + string(a.files[sheet]) + "</style>")
	sum := sha256.Sum256(a.files[sheet])
	a.policy = "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	a.styles = [2]template.HTML{a.style(true), a.style(false)}
	return a
})

// look is the style of a page. A browser that has the sheet is told where it lies, and takes it from there. To any other the page brings it along, so that nothing has to be asked for before the page can be drawn; and it is told of the
// sheet as one for paper, which it fetches when it has nothing more urgent to do, and does not wait for.
func (a *assets) look(known bool) template.HTML {
	if known {
		return a.styles[0]
	}
	return a.styles[1]
}

func (a *assets) style(known bool) template.HTML {
	var f fragment
	if !known {
		f.add(string(a.inline))
	}
	f.add(`<link rel="stylesheet"`)
	f.attr("href", a.url(sheet))
	if !known {
		f.add(` media="print"`)
	}
	f.add(">")
	return f.html()
}

// known reports whether a reader's browser has the style sheet, as far as it says.
func (a *assets) known(r *http.Request) bool {
	c, err := r.Cookie(lookCookie)
	return err == nil && c.Value == a.hash
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

// static serves a file of the look.
func (s *Site) static(w http.ResponseWriter, r *http.Request) {
	a, file := s.assets, r.PathValue("file")
	b, ok := a.files[file]
	if !ok || r.PathValue("hash") != a.hash {
		http.NotFound(w, r)
		return
	}
	keeper := "public"
	if file == sheet {
		keeper = "private" // no cache between us and the browser keeps what comes with a cookie
		http.SetCookie(w, &http.Cookie{Name: lookCookie, Value: a.hash, Path: "/", MaxAge: yearOfCookie, HttpOnly: true, Secure: s.tls(r), SameSite: http.SameSiteLaxMode})
	}
	kind := mime.TypeByExtension(path.Ext(file))
	if path.Ext(file) == ".webmanifest" {
		kind = "application/manifest+json" // which the system's tables do not always know
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", keeper+", max-age=31536000, immutable")
	w.Header().Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		b = a.packed[file]
	}
	_, _ = w.Write(b)
}
