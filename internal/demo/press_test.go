package demo

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"net"

	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/premises"
	"entente.example/internal/worked"
	"entente.example/lang"
	"entente.example/ledger"
	"entente.example/proof"
	"entente.example/refusal"
)

// reader is somebody outside, with a browser that keeps nothing.
type reader struct {
	t    *testing.T
	base string
}

func (r reader) do(method, path string, form url.Values) (int, string, http.Header) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if len(resp.Cookies()) > 0 {
		r.t.Errorf("%s sets a cookie", path)
	}
	return resp.StatusCode, string(b), resp.Header
}

func (r reader) get(path string) string {
	r.t.Helper()
	status, b, _ := r.do(http.MethodGet, path, nil)
	if status != http.StatusOK {
		r.t.Fatalf("%s%s: %d %.300s", r.base, path, status, b)
	}
	return b
}

// theatre is the whole play with its public sites.
type theatre struct {
	*Stage
	t   *testing.T
	log *bytes.Buffer
	mu  sync.Mutex
}

func (x *theatre) Write(b []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.log.Write(b)
}

func (x *theatre) reader(a *Actor) reader { return reader{x.t, a.PressURL()} }

// played opens three nodes with all their faces.
func played(t *testing.T) *theatre {
	t.Helper()
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	x := &theatre{t: t, log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(x, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if x.Stage, err = Set(t.Context(), t.TempDir(), ex, log, premises.Serve); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := x.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	return x
}

// act posts acts of a member.
func (x *theatre) act(a *Actor, function, matter string, bodies ...interface{ EntryType() string }) {
	x.t.Helper()
	for _, b := range bodies {
		if _, err := a.Act(x.t.Context(), x.Mech, string(a.Party)+"-"+function, matter, b); err != nil {
			x.t.Fatalf("%s: %v", matter, err)
		}
	}
}

const (
	home   = "/c/valley/js-9/files/"
	planet = "canary-"
)

// The press room over the whole play: scenarios a03, a22, a21 and a04, and attacks 31 to 37. SPEC release-latest.
func TestPressRoom(t *testing.T) {
	x := played(t)
	script, err := x.Example.Script()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range script {
		if step.Seq == 28 {
			break
		}
		if err := x.Do(t.Context(), step); err != nil {
			t.Fatalf("event %d: %v", step.Seq, err)
		}
		if err := x.Expect(t.Context(), step); err != nil {
			t.Fatal(err)
		}
		if step.Seq == 25 {
			t.Run("a03", x.twoOfThree)
		}
		if step.Seq == 10 {
			x.plant()
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(x.errors())
		}
	})
	t.Run("a22", x.embargo)
	t.Run("a04", x.changedByte)
	t.Run("same", x.same)
	t.Run("waits", x.waitsUnread)
	t.Run("a21", x.replies)
	t.Run("secrets", x.nothingPrivate)
	t.Run("languages", x.everyLanguage)
}

// Two of three seals are not an adoption: no press room has the text, in any language, by any of its addresses, and no page calls anything agreed.
func (x *theatre) twoOfThree(t *testing.T) {
	x.t = t
	for _, a := range x.Actors {
		r := x.reader(a)
		for _, path := range []string{"/en/valley/js-9/", "/ja/valley/js-9/beside/", "/zh-Hans/valley/js-9/ninjs.json", home + "content.json", "/c/valley/js-9.zip", "/c/valley/js-9.pdf", home + "SHA256SUMS"} {
			if status, b, _ := r.do(http.MethodGet, path, nil); status != http.StatusNotFound || strings.Contains(b, "channel") {
				t.Errorf("%s: %s: %d %.200s", a.Party, path, status, b)
			}
		}
		for _, path := range []string{"/en/", "/en/feed.atom", "/en/feed.json", "/sitemap.xml"} {
			if b := r.get(path); strings.Contains(b, "js-9") || strings.Contains(b, "Ninth Meeting") {
				t.Errorf("%s: %s names a text that is not adopted: %.400s", a.Party, path, b)
			}
		}
		if b := r.get("/en/"); strings.Contains(strings.ToLower(b), "agreed") {
			t.Errorf("%s calls something agreed", a.Party)
		}
	}
}

// What is kept in the directory until its instant is for nobody else on the machine to read, and the operator's examination finds nothing that others may.
func (x *theatre) waitsUnread(t *testing.T) {
	for _, a := range x.Actors {
		if st, err := os.Stat(filepath.Join(a.Dir, chancery.PressDir)); err != nil || st.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v %v", a.Party, st, err)
		}
		found, err := a.Examine(t.Context())
		if err != nil || slices.ContainsFunc(found, func(f chancery.Examined) bool { return f.Key == "doctor.open_to_others" }) {
			t.Errorf("%s: %v %v", a.Party, found, err)
		}
	}
}

// public reports whether a press room serves the statement.
func (x *theatre) public(a *Actor) bool {
	status, _, _ := x.reader(a).do(http.MethodGet, "/en/valley/js-9/", nil)
	return status == http.StatusOK
}

// Not a second before the instant that all agreed on, and from it on at once: also on nodes that cannot reach each other.
func (x *theatre) embargo(t *testing.T) {
	x.t = t
	due := time.Date(2025, 1, 14, 8, 0, 0, 0, time.UTC) // 16:00+08:00
	err := x.await(t.Context(), "the release has come and its proof is kept", func(a *Actor) (bool, string, error) {
		p, err := a.Publications(t.Context())
		kept, missing := filepath.Glob(filepath.Join(a.Dir, "press", x.Mech[:16], "js-9-*", "SHA256SUMS"))
		return len(kept) == 1 && p.Next.Equal(due) && len(p.All) == 0, fmt.Sprint(p.Next, len(p.All), missing), err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range x.Actors {
		for _, b := range x.Actors[i+1:] {
			a.Cut(string(b.Party))
			b.Cut(string(a.Party))
		}
	}
	x.clock.set(due.Add(-time.Second))
	for _, a := range x.Actors {
		if x.public(a) {
			t.Errorf("%s publishes a second early", a.Party)
		}
	}
	preview := x.preview(t, x.Actors[1], due)
	x.clock.set(due)
	// A node may know of the release for less than the fifth of a second after which it reads the record again; the clock of the play stands meanwhile.
	if err := x.await(t.Context(), "the text is public at the instant", func(a *Actor) (bool, string, error) { return x.public(a), "", nil }); err != nil {
		t.Error(err)
	}
	if got := Article.FindString(x.reader(x.Actors[1]).get("/en/valley/js-9/")); got != preview || got == "" {
		t.Error("the public sees another article than the preview")
	}
	for i, a := range x.Actors {
		for _, b := range x.Actors[i+1:] {
			a.Mend(string(b.Party))
			b.Mend(string(a.Party))
		}
	}
}

// preview is the article as a press officer sees it before its instant; nobody else gets it, neither from the node nor from outside.
func (x *theatre) preview(t *testing.T, a *Actor, due time.Time) string {
	files := map[string][]byte{}
	if err := x.Stage.officer(t.Context(), a, http.MethodGet, "/texts/js-9/preview", nil, &files); err != nil {
		t.Fatal(err)
	}
	page := string(files["en/valley/js-9/index.html"])
	if !strings.Contains(page, `data-until="`+due.Format(time.RFC3339)) || !strings.Contains(page, `class="preview"`) {
		t.Errorf("the preview does not say until when it is one: %.2000s", page)
	}
	for name, err := range map[string]error{"drafter": a.refusedPreview(t.Context(), x.Mech, string(a.Party)+"-draft"), "invented": a.refusedPreview(t.Context(), x.Mech, "nobody")} {
		if err == nil {
			t.Errorf("%s may see a text before the public does", name)
		}
	}
	for _, path := range []string{"/m/valley/press/js-9/preview/en/valley/js-9/", "/api/v1/mechanisms/valley/texts/js-9/preview", "/preview/en/valley/js-9/"} {
		if status, b, _ := x.reader(a).do(http.MethodGet, path, nil); status != http.StatusNotFound || strings.Contains(b, "channel") {
			t.Errorf("the public gets %s: %d", path, status)
		}
	}
	return Article.FindString(page)
}

func (a *Actor) refusedPreview(ctx context.Context, mech, member string) error {
	_, err := a.Preview(ctx, mech, member, "js-9", nil, time.Time{})
	return err
}

// Every node serves the same article and the same sealed bytes.
func (x *theatre) same(t *testing.T) {
	x.t = t
	for _, tag := range []string{"en", "zh-Hans", "ja"} {
		first := ""
		for _, a := range x.Actors {
			got := Article.FindString(x.reader(a).get("/" + tag + "/valley/js-9/"))
			if got == "" {
				t.Fatal("no article on the page")
			}
			content, err := proof.ParseContent([]byte(x.reader(a).get(home + "content.json")))
			if err != nil {
				t.Fatal(err)
			}
			own := content.Parties[slices.IndexFunc(content.Parties, func(p proof.Party) bool { return p.ID == string(a.Party) })].Names[lang.Tag(tag)]
			_, byline, _ := strings.Cut(got, `<p class="byline">`)
			if line, _, _ := strings.Cut(byline, "</p>"); !strings.Contains(strings.Split(line, " · ")[0], ">"+own+"<") {
				t.Errorf("%s does not name itself first: %s", a.Party, line)
			}
			got = Alike(got)
			if first == "" {
				first = got
			}
			if got != first {
				t.Errorf("%s shows another article in %s", a.Party, tag)
			}
		}
		for _, want := range []string{x.Example.Press.Article.Headline[lang.Tag(tag)], x.Example.Press.Article.Category[lang.Tag(tag)], x.Example.Press.Article.Lead[lang.Tag(tag)]} {
			if !strings.Contains(first, want) {
				t.Errorf("%s: %q is missing", tag, want)
			}
		}
	}
	for _, name := range []string{"content.json", "seal-statement.txt", "manifest.txt", "text/en.txt", "text/ja.txt", "rendering/zh-Hans/side-east.txt", "charter.json"} {
		want := x.reader(x.Actors[0]).get(home + name)
		for _, a := range x.Actors[1:] {
			if got := x.reader(a).get(home + name); got != want {
				t.Errorf("%s serves another %s", a.Party, name)
			}
		}
	}
}

// exported fetches the export as a stranger does: what SHA256SUMS lists.
func (x *theatre) exported(a *Actor) map[string][]byte {
	r := x.reader(a)
	sums := r.get(home + "SHA256SUMS")
	files := map[string][]byte{"SHA256SUMS": []byte(sums)}
	for line := range strings.Lines(sums) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		files[name] = []byte(r.get(home + name))
	}
	return files
}

// sighted checks that an outside witness's lines on the checkpoints of an export are passed over, by both verifiers, and that more lines of a party are not. SPEC export-outsiders.
func sighted(t *testing.T, module string, files map[string][]byte) {
	t.Helper()
	for name, want := range map[string]bool{"witness.example/w1": true, "entente/somebody": false} {
		ml, err := ledger.NewMLDSAKey([32]byte{7})
		if err != nil {
			t.Fatal(err)
		}
		by, err := ledger.NewWitnessSigner(name, ed25519.NewKeyFromSeed(make([]byte, 32)), ml)
		if err != nil {
			t.Fatal(err)
		}
		with, sums := maps.Clone(files), ""
		for _, file := range slices.Sorted(maps.Keys(with)) {
			if strings.HasSuffix(file, ".tlog-proof") {
				index, proof, note, err := ledger.ParseProof(with[file])
				if err == nil {
					note, err = ledger.Cosign(note, by, 1_790_000_000)
				}
				if err != nil {
					t.Fatal(err)
				}
				with[file] = ledger.FormatProof(index, proof, note)
			}
			if file != "SHA256SUMS" {
				sums += fmt.Sprintf("%x  %s\n", sha256.Sum256(with[file]), file)
			}
		}
		with["SHA256SUMS"] = []byte(sums)
		report, err := proof.Verify(memory(with))
		if (err == nil) != want || want && !slices.Equal(report.Outsiders, []string{name}) {
			t.Errorf("an export with lines of %s: %+v, %v", name, report, err)
		}
		in, err := json.Marshal(with)
		if err != nil {
			t.Fatal(err)
		}
		script := fmt.Sprintf(`import { verifyExport } from %q; import { readFileSync } from "node:fs"; await verifyExport(new Map(Object.entries(JSON.parse(readFileSync(0, "utf8"))).map(([n, b]) => [n, new Uint8Array(Buffer.from(b, "base64"))])));`, "file://"+module)
		cmd := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", script)
		cmd.Stdin = bytes.NewReader(in)
		if b, err := cmd.CombinedOutput(); (err == nil) != want {
			t.Errorf("an export with lines of %s, by the reader's check: %v %.500s", name, err, b)
		}
	}
}

// readersCheck runs the module that browsers run on many copies of an export, each with one byte changed, and says which file it named.
const readersCheck = `
import { Changed, verifyExport } from %q;
import { readFileSync } from "node:fs";
const all = JSON.parse(readFileSync(0, "utf8"));
const of = (s) => new Uint8Array(Buffer.from(s, "base64"));
const good = new Map(Object.entries(all.files).map(([n, b]) => [n, of(b)]));
const found = await verifyExport(good);
const out = { found: found.map((f) => f.key), receipts: found.filter((f) => f.key === "log").map((f) => f.params.at ?? ""), named: {}, cleaned: {} };
for (const name of good.keys()) {
  for (const [where, sums] of [["named", false], ["cleaned", true]]) {
    const files = new Map(good), b = good.get(name).slice();
    b[name === "SHA256SUMS" ? 10 : Math.floor(b.length / 2)] ^= 1;
    files.set(name, b);
    if (sums && name !== "SHA256SUMS") {
      const hex = Buffer.from(await crypto.subtle.digest("SHA-256", b)).toString("hex");
      files.set("SHA256SUMS", new TextEncoder().encode(new TextDecoder().decode(files.get("SHA256SUMS")).split("\n").map((l) => l.slice(66) === name ? hex + "  " + name : l).join("\n")));
    }
    try { await verifyExport(files); out[where][name] = ""; } catch (e) { out[where][name] = e instanceof Changed ? e.file : String(e.stack); }
  }
}
process.stdout.write(JSON.stringify(out));
`

// One changed byte in any file fails in the reader's check and is named; our own verifier names the same file. Where the sums were changed along with the file, what nobody but the seals
// protects is still found.
func (x *theatre) changedByte(t *testing.T) {
	x.t = t
	changedByte(t, x.exported(x.Actors[1]), 6)
}

func changedByte(t *testing.T, files map[string][]byte, sheets int) {
	t.Helper()
	report, err := proof.Verify(memory(files))
	if err != nil {
		t.Fatal(err)
	}
	module, err := filepath.Abs("../../verifier/export.mjs")
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(map[string]any{"files": files})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", fmt.Sprintf(readersCheck, "file://"+module))
	var errs bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &errs
	b, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %.2000s", err, errs.String())
	}
	var out struct {
		Found    []string
		Receipts []string // when the last was given on each log
		Named    map[string]string
		Cleaned  map[string]string
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	sighted(t, module, files)
	if len(out.Found) != len(report.Checks) {
		t.Errorf("the reader's check finds %v, ours %d things", out.Found, len(report.Checks))
	}
	if got := slices.Compact(slices.Clone(out.Receipts)); len(out.Receipts) != len(report.Parties) || (len(report.Parties) == 1) != slices.Equal(got, []string{""}) || slices.ContainsFunc(got, func(at string) bool { return strings.HasPrefix(at, "1970") }) {
		t.Errorf("the last receipts of %v are of %q", report.Parties, out.Receipts)
	}
	renderings := 0
	for name := range files {
		if strings.HasPrefix(name, "rendering/") {
			renderings++
		}
		if out.Named[name] != name {
			t.Errorf("%s changed: the reader's check names %q", name, out.Named[name])
		}
		altered := maps.Clone(files)
		altered[name] = bytes.Clone(files[name])
		altered[name][len(altered[name])/2] ^= 1
		if _, err := proof.Verify(memory(altered)); refusal.As(err).Params["file"] != name {
			t.Errorf("%s changed: ours says %v", name, err)
		}
		switch got := out.Cleaned[name]; {
		case name == "seal-statement.txt" || name == "charter.json" || name == "content.json" || name == "SHA256SUMS": // another file contradicts it, and either may be named
			if got == "" {
				t.Errorf("%s changed, sums too: nothing is noticed", name)
			}
		case strings.HasSuffix(name, ".sig") || strings.HasSuffix(name, ".tlog-proof") || strings.HasPrefix(name, "proof/"):
			if got == "" && !strings.HasSuffix(name, ".tlog-proof") { // half of a proof is ML-DSA-44, which browsers do not check, and say so
				t.Errorf("%s changed, sums too: nothing is noticed", name)
			}
		case got != name:
			t.Errorf("%s changed, sums too: the reader's check names %q", name, got)
		}
	}
	if renderings != sheets {
		t.Errorf("%d renderings", renderings)
	}
}

func memory(files map[string][]byte) fs.FS {
	out := fstest.MapFS{}
	for name, b := range files {
		out[name] = &fstest.MapFile{Data: b}
	}
	return out
}

var secretOf = regexp.MustCompile(`^/en/my-reply/([^/]+)/$`)

// write sends a reply as a person does, and gives its secret.
func (x *theatre) write(r reader, to string, form url.Values) (secret string, status int, page string) {
	r.t.Helper()
	path := "/en/valley/js-9/reply/"
	got := FormToken.FindStringSubmatch(r.get(path))
	form.Set("form", got[1])
	form.Set("to", to)
	x.clock.set(x.clock.Now().Add(10 * time.Minute))
	status, page, head := r.do(http.MethodPost, path, form)
	if m := secretOf.FindStringSubmatch(head.Get("Location")); m != nil {
		secret = m[1]
	}
	return secret, status, page
}

// officer asks the API of a node as its press officer.
func (x *theatre) officer(a *Actor, method, path string, body any) string {
	x.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		x.t.Fatal(err)
	}
	status, out := socket(x.t, a, string(a.Party)+"-press", method, "/mechanisms/valley"+path, b)
	if status != http.StatusOK {
		x.t.Fatalf("%s: %d %s", path, status, out)
	}
	return out
}

// A reply waits for a press officer; a hundred addresses of readers are nowhere afterwards: not on a page, in a feed, an answer, an export, a log line, a file of any node.
func (x *theatre) replies(t *testing.T) {
	x.t = t
	a := x.Actors[0]
	r := x.reader(a)
	x.clock.set(time.Date(2025, 1, 15, 9, 0, 0, 0, time.UTC))
	var secrets []string
	for i := range 100 {
		secret, status, page := x.write(r, "", url.Values{"name": {fmt.Sprintf("Reader %d", i)}, "email": {fmt.Sprintf("%sreader%d@example.org", planet, i)}, "words": {fmt.Sprintf("Will there be a tenth meeting? (%d)", i)}})
		if status != http.StatusSeeOther || secret == "" {
			t.Fatalf("reply %d: %d %.900s", i, status, page)
		}
		secrets = append(secrets, secret)
	}
	if page := r.get("/en/valley/js-9/"); strings.Contains(page, "tenth meeting") {
		t.Error("a reply is shown before anybody looked at it")
	}
	if page := r.get("/en/my-reply/" + secrets[0] + "/"); !strings.Contains(page, "waits") {
		t.Errorf("its writer does not find it: %.900s", page)
	}
	var items []struct{ ID, Words, State string }
	if err := json.Unmarshal([]byte(x.officer(a, "GET", "/press/replies?state=held", nil)), &items); err != nil || len(items) != 100 {
		t.Fatalf("%d replies wait: %v", len(items), err)
	}
	for function, want := range map[string]string{"press": "100", "draft": ""} {
		awaited, err := a.Awaited(t.Context(), string(a.Party)+"-"+function)
		got := ""
		for _, m := range awaited {
			for _, i := range m.Items {
				if i.What == "press.awaits_replies" {
					got = i.Params["n"]
				}
			}
		}
		if err != nil || got != want {
			t.Errorf("%q replies await %s, want %q: %v", got, function, want, err)
		}
	}
	x.officer(a, "POST", "/press/replies/"+items[0].ID+"/approve", nil)
	x.officer(a, "POST", "/press/replies/"+items[1].ID+"/decline", map[string]string{"reason": "advertising"})
	page := r.get("/en/valley/js-9/")
	if !strings.Contains(page, items[0].Words) || strings.Contains(page, items[1].Words) || strings.Contains(page, items[2].Words) {
		t.Error("what is shown is not what was let through")
	}
	if page := r.get("/en/my-reply/" + secrets[1] + "/"); !strings.Contains(page, "advertising") {
		t.Errorf("its writer is not told why: %.900s", page)
	}
	if status, _, _ := r.do(http.MethodPost, "/en/my-reply/"+secrets[1]+"/", url.Values{"do": {"appeal"}, "words": {"It is a question."}}); status != http.StatusSeeOther {
		t.Errorf("an appeal: %d", status)
	}
	answer, status, _ := x.write(r, items[0].ID, url.Values{"name": {"Reader B"}, "email": {planet + "b@example.org"}, "words": {"It is planned for next year."}})
	if status != http.StatusSeeOther || answer == "" {
		t.Fatalf("an answer: %d", status)
	}
	var held []struct{ ID, To, Appeal string }
	if err := json.Unmarshal([]byte(x.officer(a, "GET", "/press/replies", nil)), &held); err != nil || held[0].Appeal == "" {
		t.Errorf("appeals do not come first: %+v %v", held[0], err)
	}
	i := slices.IndexFunc(held, func(h struct{ ID, To, Appeal string }) bool { return h.To == items[0].ID })
	if i < 0 {
		t.Fatal("the answer does not know what it answers")
	}
	x.officer(a, "POST", "/press/replies/"+held[i].ID+"/approve", nil)
	if page := r.get("/en/valley/js-9/"); strings.Index(page, `id="r-`+held[i].ID) < strings.Index(page, `id="r-`+items[0].ID) {
		t.Error("the answer does not stand under what it answers")
	}
	if status, _, _ := r.do(http.MethodPost, "/en/my-reply/"+answer+"/", url.Values{"do": {"erase"}}); status != http.StatusOK || strings.Contains(r.get("/en/valley/js-9/"), "planned for next year") {
		t.Errorf("an erased reply stays: %d", status)
	}
	x.officer(a, "POST", "/texts/js-9/coverage", map[string]string{"outlet": "Valley News", "day": "2025-01-15", "link": "https://news.example/9", "headline": "They met"})
	if page := r.get("/en/valley/js-9/"); !strings.Contains(page, "According to Valley News, 15 January 2025") {
		t.Error("press coverage is not shown")
	}
	if out := x.officer(a, "POST", "/press/forget", map[string]string{"email": planet + "reader0@example.org"}); !strings.Contains(out, "1") {
		t.Errorf("nothing is found by an address: %s", out)
	}
}

// socket asks a node's own API.
func socket(t *testing.T, a *Actor, member, method, path string, body []byte) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://node/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(premises.MemberHeader, member)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: dialUnix(a.Socket())}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// Every page says what language it is in, names its counterparts and closes what it opens; feeds can be read.
func (x *theatre) everyLanguage(t *testing.T) {
	x.t = t
	r := x.reader(x.Actors[2])
	for _, tag := range []string{"en", "zh-Hans", "ja"} {
		page := r.get("/" + tag + "/valley/js-9/")
		for _, want := range []string{`<html lang="` + tag + `">`, `hreflang="ja"`, `hreflang="x-default"`, `rel="canonical"`, `"@type":"NewsArticle"`, `property="og:title"`, `id="p-PP1"`, `href="#top"`, `class="notice-illustration"`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: %s is missing", tag, want)
			}
		}
		if strings.Contains(page, "⟨") || strings.Contains(page, "ZgotmplZ") {
			t.Errorf("%s: a message is missing", tag)
		}
	}
	if paper := r.get("/c/valley/js-9.pdf"); !strings.HasPrefix(paper, "%PDF-") || !strings.Contains(r.get("/en/valley/js-9/"), `href="/c/valley/js-9.pdf"`) {
		t.Errorf("the text is not there on paper: %.60q", paper)
	}
	if status, _, _ := r.do(http.MethodGet, "/fr/valley/js-9/", nil); status != http.StatusNotFound {
		t.Errorf("a language that nobody speaks: %d", status)
	}
	ask := func(quote string) string {
		_, b, _ := r.do(http.MethodPost, "/en/on-record/", url.Values{"quote": {quote}})
		return regexp.MustCompile(`verdict-(\w+)`).FindString(b)
	}
	whole := string(r.get(home + "text/en.txt"))
	paragraph := x.Example.Statement.Paragraphs[5].Text[lang.English]
	for quote, want := range map[string]string{whole: "verdict-complete", paragraph: "verdict-complete", paragraph + " The parties will build a bridge to the moon.": "verdict-partly",
		"The parties will build a bridge to the moon.": "verdict-not", "the": "verdict-short"} {
		if got := ask(quote); got != want {
			t.Errorf("%.60q: %s, want %s", quote, got, want)
		}
	}
}

// dialUnix dials a socket whatever address is asked for.
func dialUnix(path string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
}

// errors are the lines of the nodes' logs that say that something went wrong.
func (x *theatre) errors() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var out strings.Builder
	for line := range strings.Lines(x.log.String()) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "level=WARN") {
			out.WriteString(line)
		}
	}
	return out.String()
}
