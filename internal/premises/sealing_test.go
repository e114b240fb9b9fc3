package premises_test

import (
	"crypto/sha256"
	"encoding/hex"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"entente.example/internal/demo"
)

var digestField = regexp.MustCompile(`name="digest" value="([0-9a-f]{64})"`)

// From the last confirmation on, everything is done on the pages: the freeze, the initials, and three seals by three heads of delegation, each with the keys of two custodians. Attack 10: what is sealed is what was
// shown, or nothing is.
func TestATextIsSealedOnThePages(t *testing.T) {
	ex, stage, script := invented(t)
	for _, step := range script {
		if step.Seq > 21 {
			break
		}
		play(t, stage, step)
	}
	table := "/m/" + ex.Mechanism.ID + "/texts/" + ex.TextID()
	a := stage.Actors[0]
	if code, _ := enter(t, a, string(a.Party)+"-draft").post(table+"/freeze", nil); code != http.StatusForbidden {
		t.Errorf("a drafter freezes: %d", code)
	}
	if code, _ := enter(t, a, string(a.Party)+"-sec").get(table + "/sealing"); code != http.StatusConflict {
		t.Errorf("the sealing table of a text that is not frozen: %d", code)
	}
	if code, body := enter(t, a, string(a.Party)+"-sec").post(table+"/freeze", nil); code != http.StatusOK || !strings.Contains(body, "/seal-statement.txt") {
		t.Fatalf("freezing: %d\n%s", code, body)
	}
	b := stage.Actors[1]
	drafter := enter(t, b, string(b.Party)+"-draft")
	until(t, "the other side's sealing table", func() bool { code, _ := drafter.get(table + "/sealing"); return code == http.StatusOK })
	if code, body := drafter.post(table+"/sealing", url.Values{"act": {"initial"}}); code != http.StatusOK || !strings.Contains(body, `class="banner done"`) {
		t.Errorf("initialling: %d", code)
	}
	for _, a := range stage.Actors {
		sealOnThePage(t, a, table)
	}
	for _, a := range stage.Actors {
		p := enter(t, a, string(a.Party)+"-hod")
		until(t, "the text is adopted at "+string(a.Party), func() bool { _, body := p.get(table); return strings.Contains(body, "verdict-adopted") })
	}
}

func sealOnThePage(t *testing.T, a *demo.Actor, table string) {
	t.Helper()
	member := string(a.Party) + "-seal1"
	p := enter(t, a, member)
	var body string
	until(t, "the sealing table", func() bool { code, b := p.get(table + "/sealing"); body = b; return code == http.StatusOK })
	shown := digestField.FindStringSubmatch(body)
	if shown == nil {
		t.Fatalf("%s is offered no seal:\n%s", member, body)
	}
	_, statement := p.get(table + "/seal-statement.txt")
	if !strings.HasPrefix(statement, "entente seal v1\n") {
		t.Errorf("the statement: %q", statement)
	}
	shownAsSealed(t, body, statement, shown[1])
	form := url.Values{"act": {"seal"}, "digest": {strings.Repeat("0", 64)}}
	for name, pass := range a.Passphrases() {
		form.Set("passphrase:"+name, string(pass))
	}
	// What you see is what you seal: a page that showed something else seals nothing.
	if code, body := p.post(table+"/sealing", form); code != http.StatusConflict || strings.Contains(body, form.Get("passphrase:seal1")) {
		t.Errorf("a seal over another digest: %d", code)
	}
	form.Set("digest", shown[1])
	wrong := url.Values{"act": {"seal"}, "digest": {shown[1]}, "passphrase:seal1": {"wrong"}, "passphrase:seal2": {"wrong"}}
	if code, body := p.post(table+"/sealing", wrong); code < 400 || !strings.Contains(body, `role="alert"`) {
		t.Errorf("a wrong passphrase: %d", code)
	}
	if code, body := p.post(table+"/sealing", form); code != http.StatusOK || !strings.Contains(body, `class="banner done"`) {
		t.Fatalf("%s seals: %d\n%s", member, code, body)
	}
	if code, _ := p.post(table+"/sealing", form); code != http.StatusConflict {
		t.Errorf("%s seals twice: %d", member, code)
	}
}

var (
	paper  = regexp.MustCompile(`(?s)<details class="paper".*?<code>([^<]*)</code></summary><pre[^>]*>(.*?)</pre>`)
	sealed = regexp.MustCompile(`(?m)^text (\S+) sha256:([0-9a-f]{64}) (\d+) authentic$`)
)

// shownAsSealed holds the words on the page of whoever seals against the digests in the statement that is signed, in every language: invariant A6.
func shownAsSealed(t *testing.T, body, statement, digest string) {
	t.Helper()
	if sum := sha256.Sum256([]byte(statement)); hex.EncodeToString(sum[:]) != digest {
		t.Errorf("the form seals %s, and the statement that is shown is %x", digest, sum)
	}
	papers := map[string]string{}
	for _, p := range paper.FindAllStringSubmatch(body, -1) {
		papers[p[1]] = html.UnescapeString(p[2])
	}
	languages := sealed.FindAllStringSubmatch(statement, -1)
	if len(languages) < 3 {
		t.Errorf("%d languages in %q", len(languages), statement)
	}
	for _, l := range languages {
		words, ok := papers["text/"+l[1]+".txt"]
		if sum := sha256.Sum256([]byte(words)); !ok || hex.EncodeToString(sum[:]) != l[2] || strconv.Itoa(len(words)) != l[3] {
			t.Errorf("in %s %d bytes are shown with the digest %x, and %s with %s are sealed", l[1], len(words), sum, l[3], l[2])
		}
	}
}

// until waits for something that comes over the line.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain for: " + what)
		}
	}
}
