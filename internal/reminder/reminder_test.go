package reminder

import (
	"bytes"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"entente.example/internal/config"
	"entente.example/internal/reminder/mailtest"
	"entente.example/lang"
	"entente.example/refusal"
)

var now = time.Date(2025, 1, 14, 9, 0, 0, 0, time.UTC)

func letters(t *testing.T, o *mailtest.Office) []string {
	t.Helper()
	var out []string
	for _, raw := range o.Taken() {
		head, body, _ := strings.Cut(strings.ReplaceAll(raw, "\r\n", "\n"), "\n\n")
		if strings.Contains(head, "quoted-printable") {
			b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(body)))
			if err != nil {
				t.Fatal(err)
			}
			body = string(b)
		}
		out = append(out, head+"\n\n"+body)
	}
	return out
}

func settings(o *mailtest.Office) config.Mail {
	return config.Mail{Server: o.Address, TLS: "none", From: "entente@cedar.example"}
}

func letter(tag lang.Tag) Letter {
	return Letter{To: "sec@cedar.example", Lang: tag, Link: "https://node.example/", Items: []Item{{Where: "grove", Words: "planted title", Due: "2025-01-20"}, {Where: "valley", Words: "another"}}}
}

// A letter says how much awaits and where to look, in the reader's language, and no title unless the operator said so; nor does it tell the machine's name or what wrote it.
func TestLetters(t *testing.T) {
	o := mailtest.Open(t)
	p := Post{Mail: settings(o), Now: func() time.Time { return now }}
	for _, tag := range []lang.Tag{lang.English, lang.Chinese, lang.Japanese} {
		if err := p.Send(t.Context(), letter(tag)); err != nil {
			t.Fatal(err)
		}
	}
	p.Mail.Titles = true
	if err := p.Send(t.Context(), letter(lang.English)); err != nil {
		t.Fatal(err)
	}
	got := letters(t, o)
	if len(got) != 4 {
		t.Fatalf("%d letters", len(got))
	}
	for i, want := range []string{"Waiting for you on our node: 2", "有2项事务", "2件があなたを", "planted title (20 January 2025)"} {
		if !strings.Contains(got[i], want) || !strings.Contains(got[i], "https://node.example/") {
			t.Errorf("letter %d does not say %q:\n%s", i, want, got[i])
		}
		if i < 3 && strings.Contains(got[i], "planted") {
			t.Errorf("letter %d tells what awaits", i)
		}
		host, err := os.Hostname()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(got[i], "Auto-Submitted: auto-generated") || strings.Contains(got[i], "User-Agent") || strings.Contains(got[i], "X-Mailer") || len(host) > 5 && strings.Contains(got[i], host) {
			t.Errorf("letter %d:\n%s", i, got[i])
		}
	}
}

// A letter with titles names each mechanism over what awaits in it, says what is overdue, and names no day twice. One without says how much is overdue.
func TestLettersSayWhatIsOverdue(t *testing.T) {
	l := Letter{Lang: lang.English, Link: "https://node.example/", Items: []Item{{Where: "grove", Words: "Report by 3 March 2025", Due: "2025-03-03"}, {Where: "grove", Words: "Answer", Due: "2025-01-10", Overdue: true},
		{Where: "valley", Words: "Agree", Due: "2025-04-01"}, {Where: "valley", Words: "Read"}}}
	_, body := l.words(true)
	if want := "Waiting for you on our node: 4\nOf these overdue: 1\n\ngrove\n- Report by 3 March 2025\n- Answer (overdue since 10 January 2025)\n\nvalley\n- Agree (1 April 2025)\n- Read\n\nhttps://node.example/\n"; !strings.HasPrefix(body, want) {
		t.Errorf("%s", body)
	}
	_, body = l.words(false)
	if want := "Waiting for you on our node: 4\nOf these overdue: 1\n\nhttps://node.example/\n"; !strings.HasPrefix(body, want) {
		t.Errorf("%s", body)
	}
	l.Items = l.Items[:1]
	if _, body = l.words(false); strings.Contains(body, "overdue") {
		t.Errorf("%s", body)
	}
}

// A meeting goes as RFC 6047 has it: words in the reader's language, and beside them the file as it was made, with its method in the header of its part.
func TestAMeetingIsSentToACalendar(t *testing.T) {
	file := "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nX-WORDS:" + strings.Repeat("会合", 12) + " \r\n.\r\nEND:VCALENDAR\r\n"
	for tag, want := range map[lang.Tag]string{lang.English: "Tenth meeting: 4 November 2025 is off", lang.Chinese: "不再举行", lang.Japanese: "開催はなくなりました"} {
		o := mailtest.Open(t)
		p := Post{Mail: settings(o), Now: func() time.Time { return now }}
		if err := p.Convene(t.Context(), Meeting{To: "sec@cedar.example", Lang: tag, Where: "grove", Name: "Tenth meeting", Days: "4 November 2025", Place: "Nara", Cancelled: true, Method: "CANCEL", File: []byte(file), Link: "https://node.example/m/grove/meetings/main.10"}); err != nil {
			t.Fatal(err)
		}
		got := mailtest.Read(t, o.Taken()[0])
		if got.To != "sec@cedar.example" || !strings.Contains(got.Subject, want) || len(got.Parts) != 2 || got.Media != "multipart/alternative" {
			t.Fatalf("%s: %+v", tag, got)
		}
		for _, said := range []string{want, "grove", "Nara", "https://node.example/m/grove/meetings/main.10"} {
			if !strings.Contains(got.Parts[0].Body, said) {
				t.Errorf("%s: %q is not in %q", tag, said, got.Parts[0].Body)
			}
		}
		if c := got.Parts[1]; c.Media != "text/calendar" || c.Params["method"] != "CANCEL" || !strings.EqualFold(c.Params["charset"], "utf-8") || c.Body != file {
			t.Errorf("%s: %+v", tag, c)
		}
	}
}

// An address cannot smuggle another one or a header in, a password is not read from a file that others may read, and a server that refuses is no letter sent.
func TestLettersThatAreRefused(t *testing.T) {
	o := mailtest.Open(t)
	p := Post{Mail: settings(o), Now: func() time.Time { return now }}
	for _, address := range []string{"", "nobody", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", "Name <a@b.example>", strings.Repeat("a", 260) + "@b.example"} {
		l := letter(lang.English)
		l.To = address
		if err := p.Send(t.Context(), l); refusal.As(err) == nil || refusal.As(err).Key != "reminder.bad_address" {
			t.Errorf("%q: %v", address, err)
		}
	}
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("words\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p.Mail.User, p.Mail.PasswordFile = "cedar", secret
	if err := p.Send(t.Context(), letter(lang.English)); refusal.As(err) == nil || refusal.As(err).Key != "keys.open_mode" {
		t.Errorf("%v", err)
	}
	p.Mail.User = ""
	o.Refuse(true)
	if err := p.Send(t.Context(), letter(lang.English)); refusal.As(err) == nil || refusal.As(err).Key != "reminder.not_sent" {
		t.Errorf("%v", err)
	}
	p.Mail.TLS = "starttls"
	o.Refuse(false)
	if err := p.Send(t.Context(), letter(lang.English)); err == nil {
		t.Error("a letter goes in the clear though the operator wants TLS")
	}
	if len(letters(t, o)) != 0 {
		t.Errorf("%q", letters(t, o))
	}
}

// hearer is a program that is told.
type hearer struct {
	mu     sync.Mutex
	status int
	heard  []*http.Request
	bodies []string
}

func (h *hearer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard, h.bodies = append(h.heard, r), append(h.bodies, string(b))
	if h.status >= 300 && h.status < 400 {
		w.Header().Set("Location", "/elsewhere")
	}
	w.WriteHeader(h.status)
}

// A word is signed, tried again with growing pauses, given up after a number of tries, replaced by a newer one, and never follows a redirect.
func TestHooks(t *testing.T) {
	h := &hearer{status: http.StatusInternalServerError}
	server := httptest.NewServer(h)
	defer server.Close()
	at := now
	hooks := NewHooks(HookOptions{Hooks: config.Hooks{URLs: []string{server.URL + "/hook"}, Private: true}, Key: "key", Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler)})
	say := func(n int) {
		t.Helper()
		if err := hooks.Say(Word{Mechanism: "grove", Awaits: n, Items: []string{"planted title"}}); err != nil {
			t.Fatal(err)
		}
	}
	say(1)
	if left := hooks.Deliver(t.Context()); left != 1 || len(h.heard) != 1 {
		t.Fatalf("%d left, %d heard", left, len(h.heard))
	}
	if hooks.Deliver(t.Context()); len(h.heard) != 1 {
		t.Error("it is tried again without a pause")
	}
	say(2)
	h.status = http.StatusFound
	if left := hooks.Deliver(t.Context()); left != 1 || len(h.heard) != 2 || h.heard[1].URL.Path != "/hook" {
		t.Errorf("a redirect: %d left, %d heard", left, len(h.heard))
	}
	at, h.status = at.Add(time.Hour), http.StatusNoContent
	if left := hooks.Deliver(t.Context()); left != 0 || len(h.heard) != 3 {
		t.Errorf("%d left, %d heard", left, len(h.heard))
	}
	r, body := h.heard[2], h.bodies[2]
	want := "v1," + Sign("key", r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), []byte(body))
	if r.Header.Get("webhook-signature") != want || r.Header.Get("webhook-id") != h.heard[1].Header.Get("webhook-id") || !strings.Contains(body, `"awaits":2`) || strings.Contains(body, "planted") {
		t.Errorf("%v %s", r.Header, body)
	}
	h.status = http.StatusInternalServerError
	say(3)
	tries := len(h.heard)
	for range 20 {
		hooks.Deliver(t.Context())
		at = at.Add(24 * time.Hour)
	}
	if got := len(h.heard) - tries; got != maxTries {
		t.Errorf("tried %d times", got)
	}
}

// The example of the Standard Webhooks specification: what its libraries verify is what we sign. A key that only looks like one of theirs is refused before anything is sent.
func TestSignaturesAreStandardWebhooks(t *testing.T) {
	const key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	if got := Sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`)); got != "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Error(got)
	}
	for key, good := range map[string]bool{key: true, "any words": true, "whsec_": false, "whsec_no base64": false} {
		if err := CheckKey(key); (err == nil) != good {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// Attack 29: an address that is, or turns out to be, in a private network is not spoken to.
func TestHooksReachNoPrivateNetwork(t *testing.T) {
	h := &hearer{status: http.StatusNoContent}
	server := httptest.NewServer(h)
	defer server.Close()
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	hooks := NewHooks(HookOptions{Hooks: config.Hooks{URLs: []string{server.URL, "http://localhost" + port}}, Key: "key", Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	if err := hooks.Say(Word{Mechanism: "grove"}); err != nil {
		t.Fatal(err)
	}
	if left := hooks.Deliver(t.Context()); left != 2 || len(h.heard) != 0 {
		t.Errorf("%d left, %d heard", left, len(h.heard))
	}
}

// Nothing that stands in a letter, or that somebody gives as their address, makes a header or a second letter.
func FuzzLetter(f *testing.F) {
	f.Add("sec@cedar.example", "planted title", "https://node.example/")
	f.Add("a@b\r\nBcc: c@d", "x\r\n\r\n.\r\nMAIL FROM:<y@z>", "\r\nSubject: y")
	f.Add("\"a b\"@c", strings.Repeat("会", 2000), "\x00\xff")
	f.Fuzz(func(t *testing.T, to, words, link string) {
		p := Post{Mail: config.Mail{From: "entente@cedar.example", Titles: true}, Now: func() time.Time { return now }}
		_, body := Letter{Lang: lang.Japanese, Link: link, Items: []Item{{Words: words, Due: "2025-01-20"}}}.words(true)
		m, err := p.message(Notice{To: to, Subject: words, Body: body, Ends: "https://press.example/ja/mail-end/x/"})
		if err != nil {
			return
		}
		var b bytes.Buffer
		if _, err := m.WriteTo(&b); err != nil {
			return
		}
		got, err := mail.ReadMessage(&b)
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range got.Header {
			switch name {
			case "Date", "Mime-Version", "Message-Id", "Subject", "From", "To", "Content-Type", "Content-Transfer-Encoding", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post":
				if len(values) != 1 {
					t.Fatalf("%q, %q, %q: %s is there %d times", to, words, link, name, len(values))
				}
			default:
				t.Fatalf("%q, %q, %q make a header %s", to, words, link, name)
			}
		}
		if all, err := got.Header.AddressList("To"); err != nil || len(all) != 1 || all[0].Address != to {
			t.Fatalf("for %q it is to %v (%v)", to, all, err)
		}
	})
}
