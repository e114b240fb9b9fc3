package pressroom

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	unescape "html"
	"image/png"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"entente.example/entry"
	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/proof"
)

func digestOf(t testing.TB, v any) string {
	t.Helper()
	b, err := entry.Canonical(v)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// readouts puts a readout with three sentences beside the text, the second of which another party contests.
func (r *room) readouts() *press.Readout {
	type covered struct {
		ID   string    `json:"id"`
		Text lang.Text `json:"text"`
		To   string    `json:"to,omitempty"`
	}
	out := press.Readout{ID: "r-1", By: lang.Text{"en": "Cedar Party"}, Title: lang.Text{"en": "The ninth meeting"}, As: "unilateral", Act: "cedar/0/9", At: time.Unix(r.now.Load(), 0)}
	var rows [][]string
	for i, c := range []covered{{ID: "1", Text: lang.Text{"en": "The channel is kept open."}}, {ID: "2", Text: lang.Text{"en": "The western side shares this. " + hostile}, To: "west"}, {ID: "3", Text: lang.Text{"en": "Exchanges go on."}}} {
		s := press.Sentence{ID: c.ID, Position: i + 1, Text: c.Text, Side: c.To, Digest: digestOf(r.t, c)}
		rows = append(rows, []string{s.ID, s.Digest})
		out.Sentences = append(out.Sentences, s)
	}
	out.Sentences[1].To = lang.Text{"en": "Western side"}
	out.Sentences[1].Disputes = []press.Dispute{{By: lang.Text{"en": "Birch Party"}, Kind: "not_said", Text: lang.Text{"en": "The western side did not say this."}, At: out.At}}
	out.Digest = digestOf(r.t, rows)
	r.shelf.e.All[0].Readouts = []press.Readout{out}
	return &out
}

// Scenario a16: wherever the sentence is shown, the disagreement stands in the same place and in the same size; what shows neither says that it leaves it out. SPEC readout-dispute.
func TestA16ADisagreementStandsBesideItsSentence(t *testing.T) {
	r := newRoom(t)
	r.readouts()
	contested := regexp.MustCompile(`(?s)<li class="sentence"[^>]*value="2">.*?<p class="words"><span lang="en">The western side shares this\..*?<div class="against">.*?<b><span lang="en">Birch Party</span></b>.*?<p class="words"><span lang="en">The western side did not say this\.</span></p></div></li>`)
	const at = "/en/valley/js-9/"
	for _, path := range []string{at, at + "readouts/r-1/", at + "readouts/r-1/excerpt/?s=2", at + "readouts/r-1/excerpt/?s=1&s=2"} {
		page := r.get(path)
		if !contested.MatchString(page) || strings.Contains(page, "<script>alert") {
			t.Errorf("%s shows the sentence without what is said against it, in another size, or lets markup through", path)
		}
	}
	second := r.shelf.e.All[0].Readouts[0]
	second.ID = "r-2"
	r.shelf.e = &press.Edition{Names: r.shelf.e.Names, All: r.shelf.e.All}
	r.shelf.e.All[0].Readouts = append(r.shelf.e.All[0].Readouts, second)
	if page := r.get(at); strings.Count(page, `id="s-r-1-2"`) != 1 || strings.Count(page, `id="s-r-2-2"`) != 1 {
		t.Error("two readouts share the address of a sentence")
	}
	if page := r.get(at + "readouts/r-1/excerpt/?s=1&s=3"); strings.Contains(page, "shares this") || !strings.Contains(page, `Left out: <a href="/en/valley/js-9/readouts/r-1/#s-r-1-2">2</a>`) {
		t.Error("an excerpt does not say what it leaves out")
	}
	for _, path := range []string{at + "readouts/r-3/", at + "readouts/r-1/excerpt/", at + "readouts/r-1/excerpt/?s=9", at + "readouts/r-1/excerpt.json?s=1&s=9"} {
		if resp := r.do(http.MethodGet, path, nil); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}

// Whoever has the file of an excerpt computes the digest of the whole from what it shows and from the digests of what it leaves out. SPEC readout-excerpt.
func TestAnExcerptProvesWhatItLeavesOut(t *testing.T) {
	r := newRoom(t)
	whole := r.readouts()
	var got press.ReadoutProof
	if page := r.get("/en/valley/js-9/readouts/r-1/excerpt/?s=2"); !strings.Contains(page, `href="/en/valley/js-9/readouts/r-1/excerpt.json?s=2"`) {
		t.Error("the page of the excerpt leads to no file")
	}
	body := r.get("/en/valley/js-9/readouts/r-1/excerpt.json?s=2")
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	rows := make([][]string, got.Of)
	for i, s := range got.Shown {
		rows[got.Position[i]-1] = []string{s.ID, digestOf(t, struct {
			ID   string    `json:"id"`
			Text lang.Text `json:"text"`
			To   string    `json:"to,omitempty"`
		}{s.ID, s.Text, s.To})}
	}
	for _, s := range got.Left {
		rows[s.Position-1] = []string{s.ID, s.Digest}
	}
	if digestOf(t, rows) != whole.Digest || len(got.Left) != 2 || len(got.Shown) != 1 || len(got.Shown[0].Disputes) != 1 {
		t.Errorf("the excerpt proves nothing: %s", body)
	}
	if strings.Contains(body, "member") {
		t.Error("the excerpt names a person")
	}
}

// many is a text of four paragraphs.
func (r *room) many() {
	c := r.shelf.e.All[0]
	c.Content.Paragraphs = nil
	for _, id := range []string{"1", "2", "3", "4"} {
		c.Content.Paragraphs = append(c.Content.Paragraphs, proof.Paragraph{ID: "p" + id, Kind: "operative", Label: id, Text: lang.Text{"en": "Words of paragraph " + id + ". " + hostile, "ko": "말 " + id}})
	}
}

// An excerpt names what it leaves out where it stands, on its page and in what others put into theirs, and that is markup which loads and runs nothing.
func TestAnExcerptForOthersPages(t *testing.T) {
	r := newRoom(t)
	r.many()
	page := r.get("/en/valley/js-9/excerpt/?p=p1&p=p4")
	for _, want := range []string{`data-left="p2"`, `data-left="p3"`, "An excerpt of a text of 4 paragraphs", `id="p-p1"`, `id="p-p4"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the excerpt lacks %s", want)
		}
	}
	m := regexp.MustCompile(`(?s)<textarea id="html"[^>]*>(.*?)</textarea>`).FindStringSubmatch(page)
	if m == nil {
		t.Fatal("nothing to embed")
	}
	snippet := unescape.UnescapeString(m[1])
	for _, want := range []string{`<blockquote cite="https://press.example/en/valley/js-9/excerpt/?p=p1&amp;p=p4" lang="en">`, "Words of paragraph 1. &#34;&gt;&lt;script&gt;", "<p>[…]</p>\n<p>Words of paragraph 4", "Left out: 2, 3.", strings.Repeat("ab", 32), "Cedar Party"} {
		if !strings.Contains(snippet, want) {
			t.Errorf("the snippet lacks %s:\n%s", want, snippet)
		}
	}
	if strings.Contains(snippet, "paragraph 2") || regexp.MustCompile(`(?i)<(script|iframe|img|link|style|form)|\son\w+=`).MatchString(snippet) {
		t.Errorf("the snippet shows what is left out, or runs something:\n%s", snippet)
	}
	if page := r.get("/en/valley/js-9/excerpt/"); strings.Count(page, `type="checkbox"`) != 4 {
		t.Error("the form does not offer every paragraph")
	}
	if resp := r.do(http.MethodGet, "/en/valley/js-9/excerpt/?p=p1&p=p9", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an excerpt of what is not there: %d", resp.StatusCode)
	}
}

// The reader's check of an excerpt finds another word, another number, another order, and a paragraph that is neither shown nor named.
func TestTheCheckOfAnExcerpt(t *testing.T) {
	module, err := filepath.Abs("../../verifier/export.mjs")
	if err != nil {
		t.Fatal(err)
	}
	const script = `
import { Changed, verifyExcerpt } from "%s";
const content = { paragraphs: [1, 2, 3].map((n) => ({ id: "p" + n, label: "" + n, text: { en: "words " + n } })) };
const one = ["p1", "1", "words 1"], three = ["p3", "3", "words 3"];
for (const [name, shown, left] of [["right", [one, three], ["p2"]], ["whole", [one, ["p2", "2", "words 2"], three], []], ["word", [["p1", "1", "words"], three], ["p2"]], ["label", [["p1", "2", "words 1"], three], ["p2"]],
  ["order", [three, one], ["p2"]], ["silent", [one, three], []], ["invented", [one, three, ["p4", "4", "x"]], []], ["both", [one, three], ["p3"]], ["twice", [one, one], ["p2", "p3"]]]) {
  try { verifyExcerpt(content, "en", shown, left); console.log(name, "passes"); } catch (e) { console.log(name, e instanceof Changed ? "fails" : e.stack); }
}`
	out, err := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", strings.Replace(script, "%s", "file://"+module, 1)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if want := "right passes\nwhole passes\nword fails\nlabel fails\norder fails\nsilent fails\ninvented fails\nboth fails\ntwice fails\n"; string(out) != want {
		t.Errorf("the check says\n%s", out)
	}
}

// Whoever shows a link finds a picture of the right size, in each language, at the address that the page names.
func TestALinkHasAPicture(t *testing.T) {
	r := newRoom(t)
	page := r.get("/en/valley/js-9/")
	if !strings.Contains(page, `<meta property="og:image" content="https://press.example/en/valley/js-9/card.png">`) || !strings.Contains(page, `content="summary_large_image"`) {
		t.Error("the page names no picture")
	}
	for _, tag := range []string{"en", "ja", "ko"} {
		resp := r.do(http.MethodGet, "/"+tag+"/valley/js-9/card.png", nil)
		if img, err := png.DecodeConfig(resp.Body); err != nil || img.Width != 1200 || img.Height != 630 || resp.Header.Get("Content-Type") != "image/png" {
			t.Errorf("%s: %v %+v %v", tag, err, img, resp.Header)
		}
	}
	if resp := r.do(http.MethodGet, "/en/valley/js-10/card.png", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a picture of what is not public: %d", resp.StatusCode)
	}
}

// A readout of a meeting of which no text is public is found: in the list, in every feed, in the sitemap, among the files, with what is said against it. Once a text is public below which it stands, its address still answers.
func TestAReadoutIsPublicWithoutAText(t *testing.T) {
	r := newRoom(t)
	own := *r.readouts()
	own.ID, own.Of = "r-10", "meeting/main/10"
	other := own
	other.ID, other.By, other.At = "r-11", lang.Text{"en": "Birch Party"}, own.At.Add(time.Hour)
	of := func(x press.Readout) *press.Account {
		return &press.Account{Mechanism: "valley", Readout: x, Meeting: lang.Text{"en": "Tenth meeting", "ja": "第10回会合"}, Languages: []lang.Tag{"en", "ko"}}
	}
	r.shelf.e.All[0].Readouts, r.shelf.e.Accounts = nil, []*press.Account{of(own), of(other)}
	r.shelf.e.Sort()
	const at = "/readouts/valley~r-10/"
	list := r.get("/en/")
	if first, second := strings.Index(list, "/en/readouts/valley~r-11/"), strings.Index(list, "/en"+at); first < 0 || second < first || strings.Index(list, "/en/valley/js-9/") < second {
		t.Errorf("the list has them at %d and %d", first, second)
	}
	if strings.Contains(list, "shares this") || !strings.Contains(list, "Contested sentences: 1.") {
		t.Error("the list shows a sentence without what is said against it, or does not say that one is contested")
	}
	page := r.get("/ja" + at)
	for _, want := range []string{"第10回会合", `<div class="against">`, "The western side did not say this.", `href="/ja/readouts/valley~r-11/"`, `rel="canonical" href="https://press.example/ja` + at, `href="https://press.example/r/valley/r-10/"`} {
		if !strings.Contains(page, want) {
			t.Errorf("its page lacks %s", want)
		}
	}
	if left := r.get("/en" + at + "excerpt/?s=1"); strings.Contains(left, "shares this") || !strings.Contains(left, `href="/en`+at+`#s-r-10-2"`) || !strings.Contains(left, `href="/en`+at+`excerpt.json?s=1"`) {
		t.Errorf("an excerpt of it does not say what it leaves out: %s", left)
	}
	for _, path := range []string{"/ko" + at, "/en" + at + "excerpt.json?s=2"} {
		if resp := r.do(http.MethodGet, path, nil); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	for _, path := range []string{"/fr" + at, "/en/readouts/valley~r-12/", "/en/readouts/r-10/"} {
		if resp := r.do(http.MethodGet, path, nil); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	if resp := r.do(http.MethodGet, "/r/valley/r-10/", nil, "Accept-Language", "ja"); resp.Header.Get("Location") != "/ja"+at {
		t.Errorf("its address without a language leads to %s", resp.Header.Get("Location"))
	}
	for _, feed := range []string{"atom", "rss", "json"} {
		if got := r.get("/en/feed." + feed); !strings.Contains(got, "https://press.example/en"+at) || !strings.Contains(got, "Unilateral") || strings.Contains(got, "shares this") && !strings.Contains(got, "did not say this") {
			t.Errorf("the feed as %s: %s", feed, got)
		}
	}
	if !strings.Contains(r.get("/sitemap.xml"), "https://press.example/en"+at) {
		t.Error("the sitemap does not name it")
	}
	if found := r.get("/en/search/?q=shares+THIS"); !strings.Contains(found, `href="/en`+at+`#s-r-10-2"`) || !strings.Contains(found, "Readout of one party") || !strings.Contains(found, "<mark>shares</mark>") || strings.Count(found, "did not say this") < 1 || !strings.Contains(found, "reports words of") {
		t.Errorf("the search does not find it with what is said against it: %s", found)
	}
	given := *r.shelf.e
	back := own
	back.Retracted = &press.Retraction{At: own.At.Add(2 * time.Hour), Reason: lang.Text{"en": "We quoted from memory."}, Title: lang.Text{"en": "What we heard"}, Home: "/r/valley/r-11/"}
	before := r.shelf.e
	given.Accounts = []*press.Account{of(back), of(other)}
	r.shelf.e = &given
	for path, want := range map[string][]string{
		"/en" + at:                      {"Retracted on", "We quoted from memory.", `<a href="/r/valley/r-11/" rel="successor-version">`, "shares this", "did not say this", "Unilateral"},
		"/en" + at + "excerpt/?s=1":     {"Retracted on", "We quoted from memory."},
		"/en" + at + "excerpt.json?s=1": {`"retracted": {`, "We quoted from memory.", `"instead": {`, "What we heard", `"home": "/r/valley/r-11/"`},
		"/en/":                          {`<span class="chip">Retracted</span>`},
		"/en/search/?q=shares+this":     {"We quoted from memory."},
		"/en/feed.atom":                 {"Retracted on", "We quoted from memory. In its place: What we heard"},
		"/zh-Hans" + at:                 {"取而代之的是："},
		"/sitemap.xml":                  {"<lastmod>" + of(back).Modified().UTC().Format(time.RFC3339)},
	} {
		got := r.get(path)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s does not say of what was retracted %q", path, w)
			}
		}
	}
	r.shelf.e = before
	files, err := r.site.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"en" + at + "index.html", "ko" + at + "index.html", "r/valley/r-10/index.html"} {
		if files[name] == nil {
			t.Errorf("the copy as files lacks %s", name)
		}
	}

	e := *r.shelf.e
	c := *e.All[0]
	c.Readouts = []press.Readout{own}
	e.All = []*press.Communique{&c}
	r.shelf.e = &e
	if list := r.get("/en/"); strings.Contains(list, "/en"+at) || !strings.Contains(list, "/en/readouts/valley~r-11/") {
		t.Error("the list names a readout that stands below a text")
	}
	if feed := r.get("/en/feed.json"); !strings.Contains(feed, "https://press.example/en"+at) {
		t.Error("the feed does not tell of a readout that stands below a text")
	}
	if page := r.get("/en" + at); !strings.Contains(page, `rel="canonical" href="https://press.example/en/valley/js-9/readouts/r-10/"`) || !strings.Contains(page, `href="/en/valley/js-9/"`) {
		t.Error("its own address does not lead to the text")
	}
}
