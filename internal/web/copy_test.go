package web

import (
	"net/http"
	"strings"
	"testing"
)

// A list leaves as a table that a spreadsheet program takes for text alone; the page of a mechanism and those of its matters lead to theirs.
func TestListsAsTables(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for page, list := range map[string]string{"/m/valley": "texts", "/m/valley/concerns": "concerns", "/m/valley/glossary": "glossary", "/m/valley/meetings": "delegations"} {
		if got := b.get(page); !strings.Contains(got.body, `href="/m/valley/lists/`+list+`.csv"`) {
			t.Errorf("%s leads to no table of %s", page, list)
		}
	}
	got := b.get("/m/valley/lists/texts.csv")
	if got.Header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" || !strings.Contains(got.Header.Get("Content-Disposition"), "texts.csv") || got.body != "\ufeffId\r\n'=js-9\r\n" {
		t.Errorf("%v %q", got.Header, got.body)
	}
	for _, path := range []string{"/m/valley/lists/texts", "/m/valley/lists/nothing.csv", "/m/elsewhere/lists/texts.csv"} {
		if got := b.get(path); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}

// What is sealed is laid before a reader in their own language first.
func TestSealingBeginsWithTheReadersLanguage(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for _, l := range []struct{ tag, first, second string }{{"en", "text/en.txt", "rendering/ja/east.txt"}, {"ja", "rendering/ja/east.txt", "text/en.txt"}} {
		b.lang = l.tag
		room := b.get("/m/valley/texts/js-9/sealing").body
		if one, two := strings.Index(room, "<code>"+l.first), strings.Index(room, "<code>"+l.second); one < 0 || one > two {
			t.Errorf("in %s, %s stands at %d and %s at %d", l.tag, l.first, one, l.second, two)
		}
	}
}

// The copy for the ceremony is the sealed words of one copy with the digest that every seal is under, and names first whose copy it is.
func TestSigningCopy(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	room := b.get("/m/valley/texts/js-9/sealing")
	if !strings.Contains(room.body, `/signing-copy?paper=rendering%2fja%2feast.txt"`) {
		t.Error("the sealing table leads to no copy")
	}
	if first := src.g.sides()[0].ID; !strings.Contains(room.body, `/m/valley/texts/js-9/pdf?side=`+first) {
		t.Error("the sealing table leads to no copy as a file")
	}
	if f := b.get("/m/valley/texts/js-9/pdf?side=east"); f.Header.Get("Content-Type") != "application/pdf" || !strings.Contains(f.Header.Get("Content-Disposition"), "js-9.east.pdf") || f.body != "%PDF-" {
		t.Errorf("the copy as a file: %d %v", f.StatusCode, f.Header)
	}
	got := b.get("/m/valley/texts/js-9/signing-copy?paper=rendering/ja/east.txt")
	for _, want := range []string{`<pre lang="ja" tabindex="0">共同声明`, `class="qr"`, "<path d=\"M", strings.Repeat("0a", 2)} {
		if !strings.Contains(got.body, want) {
			t.Errorf("%d: without %s", got.StatusCode, want)
		}
	}
	signers := strings.SplitN(got.body, `class="signers"`, 2)[1]
	first := src.g.sides()[0].ID
	east, west := -1, -1
	for _, s := range src.g.sealing().Round.Seals {
		for _, n := range s.Party.Names {
			at := strings.Index(signers, n.Full)
			switch {
			case at < 0:
			case s.Party.Side == first:
				east = max(east, at)
			case west < 0 || at < west:
				west = at
			}
		}
	}
	if east < 0 || west < 0 || east > west {
		t.Errorf("the copy of the eastern side names the eastern side at %d, the western at %d", east, west)
	}
	if got := b.get("/m/valley/texts/js-9/signing-copy?paper=../manifest"); got.StatusCode != http.StatusNotFound {
		t.Errorf("%d", got.StatusCode)
	}
	if got := b.get("/m/valley/texts/js-1/signing-copy?paper=text/en.txt"); got.StatusCode != http.StatusConflict {
		t.Errorf("%d", got.StatusCode)
	}
}
