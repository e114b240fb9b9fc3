package web

import (
	"net/http"
	"net/url"

	"entente.example/internal/locale"
	"entente.example/internal/staff"
)

// A member may keep copies of single pages in a browser, to read them where the node cannot be reached. Nothing is kept unless they ask; a copy lies there as it is, so what is only ours is not in it, and it
// ends with the session, which this browser's next visit here, its worker and signing out each see to.

// keepable offers to keep a page, and reports whether it was asked for as a copy: without forms, news, or anything that is only ours.
func (v *visit) keepable(f *frame) (copied bool) {
	if !v.site.o.Copies {
		return false
	}
	f.Keep, f.Copy = true, v.r.URL.Query().Get("copy") != ""
	if f.Copy {
		f.Live = ""
	}
	return f.Copy
}

// label tells the browser how long a copy may be shown, and what to call it in its list.
func (v *visit) label(f *frame) {
	f.Until = v.session.Created.Add(staff.Absolute)
	v.w.Header().Set("Kept-Until", f.Until.UTC().Format(http.TimeFormat))
	v.w.Header().Set("Kept-Title", url.PathEscape(f.Title))
}

type keptPage struct{ Frame frame }

func (p *keptPage) template() string { return "kept" }
func (p *keptPage) frame() *frame    { return &p.Frame }

// kept is the list of the copies in this browser, which only the browser knows. It is what is shown in the place of a page that is not among them.
func (s *Site) kept(v *visit) (page, error) {
	f := frame{Title: locale.Message(v.lang, "web.copies", nil), Scripted: s.o.Copies}
	f.Copy = s.o.Copies && v.r.URL.Query().Get("copy") != ""
	return &keptPage{Frame: f}, nil
}

// worker is what shows copies. Where they may not be kept, browsers that have it get one that clears up after it.
func (s *Site) worker(w http.ResponseWriter, _ *http.Request) {
	file := "worker.js"
	if !s.o.Copies {
		file = "no-worker.js"
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write(s.assets.files[file])
}

// forget makes the browser drop whatever pages of ours have left in it.
func (v *visit) forget() { v.w.Header().Set("Clear-Site-Data", `"storage"`) }
