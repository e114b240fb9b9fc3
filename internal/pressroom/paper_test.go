package pressroom

import (
	"crypto/rand"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"entente.example/internal/pdf"
	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/proof"
)

// A text that can be set is there on paper, linked, the same bytes each time and in the copy as files, with its proof inside; one for whose letters there is no font is not offered.
func TestTextsOnPaper(t *testing.T) {
	r := newRoom(t)
	file, err := os.ReadFile("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
	if err != nil {
		t.Fatal(err)
	}
	r.site.o.Paper = func() (pdf.Fonts, error) {
		face, err := pdf.ReadFace("DejaVuSans.ttf", file)
		return pdf.Fonts{pdf.Other: {face}}, err
	}
	const at = "/c/valley/js-9.pdf"
	publish := func(statement string, languages ...proof.Language) {
		e := *r.shelf.e
		c := *e.All[0]
		c.Seals = []press.Seal{{Party: "cedar", Names: c.Seals[0].Names, At: c.Public.Add(-time.Hour), Keys: []string{"SHA256:x"}}}
		c.Statement, c.Round, c.Content = statement, 1, &proof.Content{Kind: "statement", Mechanism: "m", Instrument: "text/js-9", Title: lang.Text{"en": "Joint Statement", "ko": "공동 성명"}, Languages: languages, Paragraphs: c.Content.Paragraphs,
			Sides: []proof.Side{{ID: "cedar", Label: lang.Text{"en": "Cedar Party", "ko": "삼나무당"}, Parties: []string{"cedar"}}}}
		e.All = []*press.Communique{&c}
		r.shelf.e = &e
	}
	publish(strings.Repeat("ab", 32), proof.Language{Tag: "en", Status: "authentic"}, proof.Language{Tag: "ko", Status: "authentic"})
	if resp := r.do(http.MethodGet, at, nil); resp.StatusCode != http.StatusNotFound || strings.Contains(r.get("/en/valley/js-9/"), at) {
		t.Errorf("without letters for Korean: %d", resp.StatusCode)
	}
	publish(strings.Repeat("cd", 32), proof.Language{Tag: "en", Status: "authentic"})
	resp := r.do(http.MethodGet, at, nil)
	paper := r.read(resp)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(paper, "%PDF-") || !strings.Contains(paper, "/EmbeddedFile") {
		t.Fatalf("%d %v %.100q", resp.StatusCode, resp.Header, paper)
	}
	if !strings.Contains(r.get("/en/valley/js-9/"), `href="`+at+`"`) {
		t.Error("no page leads to it")
	}
	still, err := New(Options{Source: r.shelf, Now: time.Now, Rand: rand.Reader, URL: "https://static.example", Still: true, Paper: r.site.o.Paper})
	if err != nil {
		t.Fatal(err)
	}
	files, err := still.Files(t.Context())
	if err != nil || string(files["c/valley/js-9.pdf"]) != paper {
		t.Errorf("%v: the copy as files has another paper, of %d bytes", err, len(files["c/valley/js-9.pdf"]))
	}
	if resp := r.do(http.MethodGet, "/c/valley/js-9.exe", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("%d", resp.StatusCode)
	}
}
