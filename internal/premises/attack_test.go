package premises_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/html"

	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/demo"
	"entente.example/internal/staff"
	"entente.example/internal/topic"
	"entente.example/lang"
)

// hostile are texts that become script, markup or an address where somebody forgot that they are text.
func hostile() []string {
	var out []string
	ends := []string{"", `">`, `'>`, "-->", "]]>", "</title>", "</textarea>", "</script>", "</style>", "</svg>", "{{", "${"}
	for _, end := range ends {
		for _, tag := range []string{"<script>%s</script>", "<img src=x onerror=%s>", "<svg onload=%s>", "<svg><animate onbegin=%s attributeName=x>", "<iframe srcdoc='<script>%s</script>'>", "<a href=javascript:%s>x</a>", "<a href='JaVaScRiPt:%s'>x</a>",
			"<a href='data:text/html,<script>%s</script>'>x</a>", "<form action=javascript:%s><button>x", "<math><mtext></mtext><mglyph><style><img src=x onerror=%s>", "<details open ontoggle=%s>", "<input autofocus onfocus=%s>", "<object data=javascript:%s>", "<embed src=javascript:%s>",
			"<base href=//evil.example/>%s", "<meta http-equiv=refresh content='0;url=javascript:%s'>", "<link rel=stylesheet href=//evil.example/%s>", "<style>@import '//evil.example/%s'</style>", "<body onload=%s>", "<video><source onerror=%s></video>",
			"<noscript><p title='</noscript><img src=x onerror=%s>'>", "<template><script>%s</script></template>", "<xss style=x:expression(%s)>", "<scr<script>ipt>%s</script>", "&lt;script&gt;%s&lt;/script&gt;", "<img src='//evil.example/%s'>", "\" onmouseover=%s x=\"", "' onmouseover=%s x='", "` onmouseover=%s x=`",
			"<button formaction=javascript:%s>x", "<svg><use href='//evil.example/#%s'/></svg>", "<isindex action=javascript:%s>", "<marquee onstart=%s>", "<portal src=//evil.example/%s>", "[x](javascript:%s)", "![x](//evil.example/%s)", "<!--%s", "<![CDATA[<script>%s</script>", "<?xml-stylesheet href='javascript:%s'?>", "<sVg/OnLoAd=%s>", "<x onclick=%s>x", "<select autofocus onfocus=%s>"} {
			out = append(out, end+strings.ReplaceAll(tag, "%s", "alert(1)"))
		}
	}
	return out
}

// Attacks 2, 6, 8, 24 and 25 on a whole node with its real record.
func TestAttacksOnAWholeNode(t *testing.T) {
	ex, stage, script := invented(t)
	play(t, stage, script[:8]...)
	a := stage.Actors[0]
	sec := string(a.Party) + "-sec"
	corpus := hostile()
	if len(corpus) < 500 {
		t.Fatalf("only %d hostile texts", len(corpus))
	}
	plant(t, stage, sec, corpus)

	digest := func() string {
		d, err := a.Digest(t.Context(), stage.Mech)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	p := enter(t, a, sec)
	_, front := p.get("/")
	_, address, _ := strings.Cut(front, `<link rel="stylesheet" href="`)
	address, _, _ = strings.Cut(address, `"`)
	p.kept(address) // a browser that has the sheet is sent no style in its pages
	before, acts := digest(), len(trail(t, a, sec))
	pages := crawl(t, p, "/m/"+ex.Mechanism.ID)
	if len(pages) < 60 {
		t.Fatalf("only %d pages were found", len(pages))
	}
	more := slices.DeleteFunc(trail(t, a, sec)[:len(trail(t, a, sec))-acts], func(s string) bool { return strings.HasPrefix(s, staff.HandedOver) }) // files that were fetched are noted
	if digest() != before || len(more) > 0 {
		t.Errorf("Attack 2: looking has changed something: %v", more)
	}
	seen := map[string]bool{}
	for path, body := range pages {
		body = strings.ReplaceAll(body, a.PressURL(), "") // our own press room
		for _, complaint := range alien(body) {
			if strings.Contains(path, "/handover/") && complaint == "an element <style>" {
				continue // a file with a look of its own, which is saved and not opened here
			}
			t.Errorf("Attack 8: %s: %s", path, complaint)
		}
		text := html.UnescapeString(body)
		for _, h := range corpus {
			if strings.Contains(text, h) {
				seen[h] = true
			}
		}
	}
	if len(seen) < len(corpus) {
		t.Errorf("only %d of %d hostile texts stand on a page: the test looks elsewhere", len(seen), len(corpus))
	}

	t.Run("Attack 24", func(t *testing.T) {
		slowly(t, p)
		frames(t, strings.TrimPrefix(p.site, "http://"), strings.TrimPrefix(a.PressURL(), "http://"))
		if code, _ := p.get("/"); code != http.StatusOK {
			t.Errorf("afterwards somebody else gets %d", code)
		}
	})
	t.Run("Attack 25", func(t *testing.T) { smuggled(t, p) })

	stranger := enter(t, a, "nobody-here")
	for path := range pages {
		none := strings.Replace(path, "/m/"+ex.Mechanism.ID, "/m/nowhere", 1)
		if none == path {
			continue
		}
		code, body := stranger.get(path)
		codeNone, bodyNone := stranger.get(none)
		if code != http.StatusNotFound || code != codeNone || strings.ReplaceAll(body, ex.Mechanism.ID, "nowhere") != bodyNone {
			t.Errorf("Attack 6: %s for a stranger: %d, and %d where there is nothing", path, code, codeNone)
		}
	}
}

// plant puts hostile texts wherever words of people go.
func plant(t *testing.T, stage *demo.Stage, member string, corpus []string) {
	t.Helper()
	a, ctx := stage.Actors[0], t.Context()
	for i, part := range slices.Collect(slices.Chunk(corpus, 40)) {
		words := lang.Text{"en": strings.Join(part, "\n")}
		title := lang.Text{"en": fmt.Sprintf("%s %d", part[0], i)}
		if _, err := a.Act(ctx, stage.Mech, member, fmt.Sprintf("thread/hostile-%d", i), conversation.Open{Title: title}, conversation.Say{Text: words}); err != nil {
			t.Fatal(err)
		}
	}
	short := lang.Text{"en": corpus[0] + corpus[1], "ja": corpus[2]}
	if _, err := a.Act(ctx, stage.Mech, member, "concern/hostile", concern.Raise{Text: short}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Act(ctx, stage.Mech, member, "topic/hostile", topic.Raise{Title: short}); err != nil {
		t.Fatal(err)
	}
}

func trail(t *testing.T, a *demo.Actor, member string) []string {
	t.Helper()
	steps, err := a.Staff().Trail(t.Context(), member, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range steps {
		out = append(out, s.What+" "+s.Detail)
	}
	return out
}

var leads = regexp.MustCompile(`href="(/[^"#]*)`)

// crawl follows the links of pages from a page on, within the mechanism, each once; of each kind of entry only some.
func crawl(t *testing.T, p *person, from string) map[string]string {
	t.Helper()
	out, ahead, kinds := map[string]string{}, []string{from, "/", "/sessions"}, map[string]int{}
	for len(ahead) > 0 && len(out) < 400 {
		path := ahead[0]
		ahead = ahead[1:]
		if _, done := out[path]; done || strings.HasPrefix(path, "/static/") || strings.HasSuffix(path, "/events") {
			continue
		}
		if kind := regexp.MustCompile(`[-0-9]+`).ReplaceAllString(path, "#"); strings.Contains(path, "/record") || strings.Contains(path, "?") {
			if kinds[kind]++; kinds[kind] > 3 {
				continue
			}
		}
		code, body := p.get(path)
		if code != http.StatusOK {
			t.Errorf("%s: %d", path, code)
		}
		if !strings.HasPrefix(body, "<!") {
			continue // a file that is saved
		}
		out[path] = body
		for _, m := range leads.FindAllStringSubmatch(body, -1) {
			ahead = append(ahead, html.UnescapeString(m[1]))
		}
	}
	return out
}

// alien is what of a page did not come from our templates: script, what loads or leads elsewhere, what a browser would run.
func alien(page string) (out []string) {
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out
		}
		tok := z.Token()
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		switch tok.Data {
		case "iframe", "object", "embed", "base", "portal", "frame", "animate", "set", "marquee", "math", "template", "isindex", "foreignobject", "style", "xss", "x", "video":
			out = append(out, "an element "+tok.String())
		}
		for _, a := range tok.Attr {
			u, err := url.Parse(strings.TrimSpace(a.Val))
			address := slices.Contains([]string{"href", "src", "action", "formaction", "data", "srcdoc", "poster", "xlink:href"}, a.Key)
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "http-equiv":
				out = append(out, "an attribute "+tok.String())
			case address && (err != nil || u.Host != "" || u.Scheme != "" && u.Scheme != "mailto"):
				out = append(out, "an address "+tok.String())
			case tok.Data == "script" && a.Key == "src" && !strings.HasPrefix(a.Val, "/static/"):
				out = append(out, "a script "+tok.String())
			}
		}
		if tok.Data == "script" && len(tok.Attr) == 0 {
			out = append(out, "script in the page")
		}
	}
}

// Attack 24: those who say nothing, or say it slowly, or too much of it, keep nobody else waiting, and lose their connections. There are ten thousand of them, or as many as this process may have files for: it is both ends.
func slowly(t *testing.T, p *person) {
	at := strings.TrimPrefix(p.site, "http://")
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		t.Fatal(err)
	}
	many := 10_000
	if files.Cur/2 < uint64(many+spareFiles) {
		many = int(files.Cur)/2 - spareFiles
	}
	if many < 100 {
		t.Fatalf("this process may open %d files only", files.Cur)
	}
	var mute []net.Conn
	for i := range many {
		c := dial(t, at)
		mute = append(mute, c)
		if _, err := io.WriteString(c, []string{"", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", "POST /sign-in/AAAA HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\na"}[i%3]); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	if code, _ := p.get("/"); code != http.StatusOK {
		t.Errorf("meanwhile somebody else gets %d", code)
	}
	t.Logf("%d connections stand; meanwhile somebody else's page takes %v", many, time.Since(began))
	for i, c := range mute {
		if i%3 == 2 {
			continue // what a body may take, internal/serving tries in a time of its own
		}
		if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil { // from now on, however long it took to open all of them
			t.Fatal(err)
		}
		if r, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil && r.StatusCode < 400 {
			t.Fatalf("a head that never came is answered %d", r.StatusCode)
		} else if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("nothing ends a connection that says nothing")
		}
		_ = c.Close()
	}
	c := dial(t, at)
	go func() {
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: "+strings.Repeat("a", 1<<20)+"\r\n\r\n") // cut short when the answer comes
	}()
	if r, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || r.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a megabyte of headers: %v %v", r, err)
	}
}

// spareFiles is what a test needs beside the connections that it opens: three nodes with their stores, and whoever asks meanwhile.
const spareFiles = 400

// Attack 24 again, by HTTP/2, in which one connection carries many requests: one that takes each back at once (rapid reset), and a head that goes on for ever (CONTINUATION flood). No listener of a node speaks it, however it is
// asked for, so none of the frames is read as one.
func frames(t *testing.T, addresses ...string) {
	frame := func(kind, flags byte, stream uint32, payload string) string {
		b := []byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags}
		return string(binary.BigEndian.AppendUint32(b, stream)) + payload
	}
	const (
		preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
		head    = "\x82\x84\x86\x41\x09127.0.0.1" // GET, /, http, and whom it is for
		upgrade = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
	)
	settings := frame(4, 0, 0, "")
	var reset, flood strings.Builder
	for i := range uint32(10_000) {
		reset.WriteString(frame(1, 5, 2*i+1, head) + frame(3, 0, 2*i+1, "\x00\x00\x00\x08"))
	}
	flood.WriteString(frame(1, 1, 1, head))
	for range 10_000 {
		flood.WriteString(frame(9, 0, 1, "\x00\x01a\x7f\x01"+strings.Repeat("b", 128)))
	}
	for _, at := range addresses {
		for name, sent := range map[string]string{"rapid reset": preface + settings + reset.String(), "CONTINUATION flood": preface + settings + flood.String(), "an upgrade, then a rapid reset": upgrade + preface + settings + reset.String()} {
			c := dial(t, at)
			go func() { _, _ = io.WriteString(c, sent) }() // cut short when the connection ends
			b, err := io.ReadAll(c)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s at %s: the connection stands", name, at)
			}
			answers := strings.Count(string(b), "HTTP/1.1 ")
			if strings.Contains(string(b), " 101 ") || answers > 2 || len(b) > 0 && !strings.HasPrefix(string(b), "HTTP/1.1 ") {
				t.Errorf("%s at %s: %d answers in %d bytes, beginning %.80q", name, at, answers, len(b), b)
			}
		}
	}
}

// Attack 25: two readers of one request must not see two different ones; what could be read in two ways is refused, or ends the connection after one answer.
func smuggled(t *testing.T, p *person) {
	const second = "GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
	for name, request := range map[string]string{
		"two lengths":              "POST /language HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nContent-Length: 48\r\n\r\n" + second,
		"a length with a sign":     "POST /language HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: +0\r\n\r\n" + second,
		"an unknown coding":        "POST /language HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + second,
		"chunked twice":            "POST /language HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + second,
		"a space before the colon": "POST /language HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + second,
		"two hosts":                "GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n" + second,
		"no host":                  "GET /sign-in HTTP/1.1\r\n\r\n" + second,
		"a bad chunk":              "POST /language HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + second,
		"a zero byte in a name":    "GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nX\x00Y: 1\r\n\r\n" + second,
		"a newer preface":          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + second,
	} {
		c := dial(t, strings.TrimPrefix(p.site, "http://"))
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatal(err)
		}
		in := bufio.NewReader(c)
		r, err := http.ReadResponse(in, nil)
		if err != nil || r.StatusCode < 400 && name != "a bad chunk" { // nobody asked what stood in it
			t.Errorf("%s: %v %v", name, r, err)
			continue
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if again, err := http.ReadResponse(in, nil); err == nil {
			t.Errorf("%s: what stood behind it was answered, too: %d", name, again.StatusCode)
		}
	}
}

func dial(t *testing.T, at string) net.Conn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at)
	if err == nil {
		err = c.SetDeadline(time.Now().Add(time.Minute))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}
