package premises_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/slim/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/slim/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"entente.example/internal/chancery"
	"entente.example/internal/conversation"
	"entente.example/internal/demo"
	"entente.example/internal/premises"
	"entente.example/internal/spans"
	"entente.example/internal/worked"
	"entente.example/lang"
)

// collected is a collector that keeps what it is sent, as it came and as it reads.
type collected struct {
	mu    sync.Mutex
	raw   strings.Builder
	spans []*otlp.Span
}

func (c *collected) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	var m collector.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(b, &m) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(b)
	for _, of := range m.ResourceSpans {
		for _, scope := range of.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
}

// named are all spans of a name.
func (c *collected) named(name string) (out []*otlp.Span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.spans {
		if s.Name == name {
			out = append(out, s)
		}
	}
	return out
}

// houses are the three nodes of the example, founded, with traces of the first two, and good offices that they know.
func houses(t *testing.T, ex *worked.Example, c http.Handler) *demo.Stage {
	t.Helper()
	to := httptest.NewServer(c)
	t.Cleanup(to.Close)
	office, err := demo.NewOffices(filepath.Join(t.TempDir(), "offices"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := office.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
	stage, err := demo.Set(ctx, dir, ex, log, premises.Serve, office.Address.String())
	if err == nil {
		_, err = stage.Found(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	mech := stage.Mech
	if err := office.Admit(stage); err != nil {
		t.Fatal(err)
	}
	if err := stage.Close(); err != nil {
		t.Fatal(err)
	}
	for _, a := range stage.Actors[:2] {
		file := filepath.Join(a.Dir, chancery.ConfigFile)
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		with := strings.Replace(string(b), "\nendpoint = ''\n", "\nendpoint = '"+to.URL+"'\n", 1)
		if err := os.WriteFile(file, []byte(with), 0o600); err != nil || with == string(b) {
			t.Fatalf("no collector is named: %v", err)
		}
	}
	if stage, err = demo.Set(ctx, dir, ex, log, premises.Serve, office.Address.String()); err != nil {
		t.Fatal(err)
	}
	stage.Mech = mech
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := office.Open(ctx, log); err != nil {
		t.Fatal(err)
	}
	return stage
}

// Every road by which a word could come into a trace is gone, with a planted word on it: addresses, queries, headers, forms, files, cookies, links, names of members, refusals with parameters, the record, its pouch,
// good offices. The collector has spans of all of it, and none of the words.
func TestTracesTellWhatIsDoneAndNotAWord(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	c := &collected{}
	stage := houses(t, ex, c)
	a, b, third := stage.Actors[0], stage.Actors[1], stage.Actors[2]
	sec, duty, site := string(a.Party)+"-sec", string(a.Party)+"-duty", "/m/"+ex.Mechanism.ID
	api := "/api/v1/mechanisms/" + ex.Mechanism.ID
	foreign := "0af7651916cd43dd8448eb211c80319c"
	p, carrier, reader := enter(t, a, sec), enter(t, a, duty), enter(t, b, string(b.Party)+"-duty")
	ask := func(who *person, method, address, kind, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Traceparent", "00-"+foreign+"-b7ad6b7169203331-01")
		r.Header.Set("Tracestate", "planted=1")
		r.Header.Set("Baggage", "mail=planted@example.org")
		r.Header.Set("User-Agent", "planted/1")
		r.Header.Set("Referer", "https://planted.example/planted")
		r.Header.Set("Idempotency-Key", "planted-"+method)
		answer, err := who.http.Do(r)
		return who.read(answer, err)
	}
	say := func(id, words string) {
		t.Helper()
		if _, err := a.Act(t.Context(), stage.Mech, sec, "thread/"+id, conversation.Open{Title: lang.Text{"en": words}}, conversation.Say{Text: lang.Text{"en": words}}); err != nil {
			t.Fatal(err)
		}
	}
	form := "application/x-www-form-urlencoded"
	p.post(site+"/ours", url.Values{"do": {"note"}, "kind": {"brief"}, "words": {"planted note"}})
	p.get("/search?q=planted")
	p.get(site + "/texts/planted?x=planted")
	p.get("/planted/planted@example.org")
	ask(p, "PLANTED", p.site+"/planted", form, "planted=planted")
	ask(p, "POST", p.site+"/sign-in/password", form, "name=planted&password=planted")
	ask(p, "POST", p.site+api+"/threads", "application/json", `{"planted":"planted"}`)
	ask(p, "GET", p.site+"/api/v1/planted?planted=planted", "", "")
	ask(p, "GET", p.site+api+"/texts/planted", "", "")
	for _, address := range []string{"/en/search/?q=planted", "/planted/", "/en/planted/planted/excerpt/?p=planted", "/en/my-reply/planted/"} {
		ask(p, "GET", a.PressURL()+address, "", "")
	}
	ask(p, "POST", a.PressURL()+"/en/on-record/", form, "quote=planted")
	if code, body := p.post(site+"/threads", url.Values{"id": {"planted"}, "title": {"planted title"}, "title.en": {"planted title"}, "text": {"planted words"}, "text.en": {"planted words"}}); code >= 500 {
		t.Fatalf("%d %s", code, body)
	}
	say("planted-1", "planted in the record")
	_, pouch := carrier.post(site+"/pouch/pack", url.Values{"party": {string(b.Party)}})
	r, err := reader.http.Post(reader.site+api+"/pouch", "application/octet-stream", strings.NewReader(pouch))
	if code, answer := reader.read(r, err); code != http.StatusOK {
		t.Fatalf("the pouch: %d %s", code, answer)
	}
	if _, err := a.Mandate(t.Context(), stage.Mech, string(a.Party)+"-head", ex.Mandates(a.Party), chancery.Passphrases{"seal1": []byte("planted")}); err == nil {
		t.Error("sealed with a passphrase that is none")
	}
	for _, x := range []*demo.Actor{b, third} {
		a.Cut(string(x.Party))
		x.Cut(string(a.Party))
	}
	say("planted-2", "planted while the line is cut")

	want := []string{"GET /search", "GET /m/{mech}/texts/{text}", "_OTHER /", "POST /sign-in/password", "GET /api/v1/mechanisms/{mechanism}/texts/{text}", "GET /{lang}/search/{$}", "POST /{lang}/on-record/{$}", "POST /m/{mech}/pouch/pack",
		string(spans.Act), string(spans.Step), string(spans.Transaction), string(spans.Write), string(spans.Take), string(spans.Sign), string(spans.Receipts), string(spans.LineSend), string(spans.LineTake),
		string(spans.PouchPack), string(spans.PouchOpen), string(spans.Deposit), string(spans.Arrive), string(spans.Seal)}
	for range 1200 {
		if want = slices.DeleteFunc(want, func(name string) bool { return len(c.named(name)) > 0 }); len(want) == 0 {
			break
		}
		<-time.After(50 * time.Millisecond)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(want) > 0 {
		names := map[string]int{}
		for _, s := range c.spans {
			names[s.Name]++
		}
		t.Errorf("the collector never heard of %q, but of %v", want, names)
	}
	raw := strings.ToLower(c.raw.String())
	words := []string{"planted", sec, duty, ex.Mechanism.ID, stage.Mech, stage.Mech[:16], foreign, "bearer", "127.0.0.1", a.Dir, "traceparent"}
	for _, x := range stage.Actors {
		words = append(words, string(x.Party))
	}
	for _, u := range []*url.URL{address(t, p.site), address(t, a.PressURL())} {
		for _, cookie := range p.http.Jar.Cookies(u) {
			words = append(words, cookie.Value)
		}
	}
	for _, word := range words {
		if strings.Contains(raw, strings.ToLower(word)) {
			t.Errorf("the traces tell %q", word)
		}
	}
	shape := regexp.MustCompile(`^(?:[A-Z]+|_OTHER)(?: /[A-Za-z0-9{}$./_-]*)?$`)
	for _, s := range c.spans {
		if !slices.Contains(spans.Names, spans.Name(s.Name)) && !shape.MatchString(s.Name) {
			t.Errorf("a span is called %q", s.Name)
		}
		if strings.Contains(string(s.TraceId)+string(s.ParentSpanId), "\x0a\xf7\x65\x19") {
			t.Errorf("%s goes on somebody else's trace", s.Name)
		}
		for _, at := range s.Attributes {
			if !slices.Contains(spans.Attributes, at.Key) {
				t.Errorf("%s says %s", s.Name, at.Key)
			}
		}
	}
}

func address(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
