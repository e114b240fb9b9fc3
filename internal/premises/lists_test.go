package premises_test

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/locale"
	"entente.example/internal/topic"
	"entente.example/internal/worked"
	"entente.example/lang"
)

var nextPart = regexp.MustCompile(`href="([^"#]*[?&;](?:list|track)=[0-9]+)#`)

// However long a list is, a page shows a part of it and links to the next one, the form beside it does not name everything, and who follows the links sees everything once. A group that was chosen stays chosen.
func TestLongListsComeInParts(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{t: t, stage: serve(t, ex), ex: ex}
	a := h.stage.Actors[0]
	at := "/m/" + ex.Mechanism.ID
	for i := range 42 {
		h.act(a, fmt.Sprintf("topic/t-%02d", i), topic.Raise{Title: lang.Text{"en": fmt.Sprintf("Topic %02d", i)}})
		h.act(a, fmt.Sprintf("concern/c-%02d", i), concern.Raise{Text: lang.Text{"en": "A concern"}, Topic: "t-00"})
	}
	h.act(a, "concern/c-07", concern.Withdraw{})
	said := []entry.Body{conversation.Open{Title: lang.Text{"en": "A thread"}}}
	for i := range 60 {
		said = append(said, conversation.Say{Text: lang.Text{"en": fmt.Sprintf("Message %02d", i)}})
	}
	h.act(a, "thread/long", said...)
	p := h.secretary(a)
	p.post("/language", url.Values{"to": {"en"}, "from": {"/"}})

	read := func(path string) (body string) {
		t.Helper()
		code, body := p.get(path)
		if code != http.StatusOK {
			t.Fatalf("%s: %d", path, code)
		}
		return body
	}
	first := read(at + "/topics")
	if !strings.Contains(first, "1 to 40 of 42") || !strings.Contains(first, ">t-41<") || strings.Contains(first, "topics/t-01\"") {
		t.Errorf("the first part of the topics is not the forty of which something was said last:\n%s", first)
	}
	link := nextPart.FindStringSubmatch(first)
	if link == nil {
		t.Fatal("there is no link to the rest")
	}
	if rest := read(link[1]); strings.Count(rest, "topics/t-") != 2 || !strings.Contains(rest, "topics/t-01\"") || !strings.Contains(rest, "41 to 42 of 42") {
		t.Errorf("the rest of the topics:\n%s", rest)
	}

	concerns := read(at + "/concerns")
	for _, want := range []string{"?only=they_owe", "?only=closed", "(41)", "(42)", `list="concern.raise.concern_new-topic"`, "<datalist"} {
		if !strings.Contains(concerns, want) {
			t.Errorf("the list of concerns has no %s", want)
		}
	}
	if strings.Contains(concerns, `<select name="topic"`) {
		t.Error("the form names every topic")
	}
	if closed := read(at + "/concerns?only=closed"); strings.Count(closed, "/concerns/c-") != 1 || !strings.Contains(closed, "/concerns/c-07") {
		t.Error("a group shows others")
	}
	owed := read(at + "/concerns?only=they_owe")
	if link = nextPart.FindStringSubmatch(owed); link == nil || !strings.Contains(link[1], "only=they_owe&amp;list=40") {
		t.Fatalf("the group is lost in the next part: %v", link)
	}
	if rest := read(strings.ReplaceAll(link[1], "&amp;", "&")); strings.Count(rest, "/concerns/c-") != 1 {
		t.Error("the next part of a group")
	}
	for _, odd := range []string{"/topics?list=-3", "/topics?list=4000", "/topics?list=9223372036854775807", "/topics?only=nonsense", "/concerns?only=ours_answered", "/threads/long?track=-1"} {
		if body := read(at + odd); !strings.Contains(body, "1 to 40 of") && !strings.Contains(body, "12 to 61 of 61") {
			t.Errorf("%s is not where everything begins", odd)
		}
	}

	thread := read(at + "/threads/long")
	if !strings.Contains(thread, "Message 59") || strings.Contains(thread, "Message 08") || !strings.Contains(thread, "12 to 61 of 61") {
		t.Error("a long thread does not begin with its newest part")
	}
	if link = nextPart.FindStringSubmatch(thread); link == nil {
		t.Fatal("there is no link to what was said earlier")
	}
	if earlier := read(link[1]); !strings.Contains(earlier, "Message 08") || strings.Contains(earlier, "Message 11") {
		t.Errorf("what was said earlier:\n%s", earlier)
	}
	if code, _ := p.post(at+"/concerns", url.Values{"act": {"concern.raise"}, "matter_id": {"c-99"}, "text:en": {"Another"}, "topic": {"t-03"}}); code != http.StatusOK {
		t.Errorf("a topic that the form does not offer: %d", code)
	}
	turnTheRecord(t, read, at)
	listsBeside(t, p, read, at)
	papersInParts(t, p, read, at)
}

// papersInParts puts more papers beside a matter than a page shows: the newest are shown first, and a link to one leads to the part in which it is.
func papersInParts(t *testing.T, p *person, read func(string) string, at string) {
	t.Helper()
	for i := range 22 {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for _, field := range [][2]string{{"of", "topic/t-00"}, {"title", fmt.Sprintf("Paper %02d", i)}, {"class", "erasable"}} {
			if err := w.WriteField(field[0], field[1]); err != nil {
				t.Fatal(err)
			}
		}
		f, err := w.CreateFormFile("file", "paper.txt")
		if err == nil {
			_, err = fmt.Fprint(f, "paper ", i)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		r, err := p.http.Post(p.site+at+"/attachments", w.FormDataContentType(), &b)
		if code, body := p.read(r, err); code != http.StatusOK {
			t.Fatalf("attaching: %d\n%s", code, body)
		}
	}
	newest := read(at + "/attachments?of=topic/t-00")
	if !strings.Contains(newest, "Paper 21") || strings.Contains(newest, "Paper 01") || !strings.Contains(newest, "3 to 22 of 22") {
		t.Error("the newest papers are not shown first")
	}
	link := nextPart.FindStringSubmatch(newest)
	if link == nil {
		t.Fatal("there is no link to the earlier papers")
	}
	earlier := read(html.UnescapeString(link[1]))
	first := regexp.MustCompile(`id="a-([^"]+)"`).FindStringSubmatch(earlier)
	if first == nil || !strings.Contains(earlier, "Paper 00") || strings.Contains(earlier, "Paper 02") {
		t.Fatal("the earlier papers")
	}
	if shown := read(at + "/attachments?show=" + first[1]); !strings.Contains(shown, `id="a-`+first[1]+`"`) {
		t.Error("a link to a paper leads to a page that does not show it")
	}
}

var entryLink = regexp.MustCompile(`/record/([a-z]+-[0-9]+)"`)

// turnTheRecord goes from the newest entries to the oldest and back: both ways show every entry once, and the way back ends where it began.
func turnTheRecord(t *testing.T, read func(string) string, at string) {
	t.Helper()
	turn := func(from, key string) (ids []string, last string) {
		t.Helper()
		link := regexp.MustCompile(`href="([^"]*)">` + locale.Message(lang.English, key, nil) + "</a>")
		for path := from; path != ""; {
			last = path
			body := read(path)
			for _, m := range entryLink.FindAllStringSubmatch(body, -1) {
				ids = append(ids, m[1])
			}
			path = ""
			if m := link.FindStringSubmatch(body); m != nil {
				path = m[1]
			}
		}
		slices.Sort(ids)
		return ids, last
	}
	down, oldest := turn(at+"/record", "web.older")
	if len(down) < 150 || len(slices.Compact(slices.Clone(down))) != len(down) {
		t.Errorf("%d entries on the way down, or some twice", len(down))
	}
	up, newest := turn(oldest, "web.newer")
	if up = slices.Compact(up); newest != at+"/record" || !slices.Equal(up, down) {
		t.Errorf("the way up ends at %s with %d of %d entries", newest, len(up), len(down))
	}
	if body := read(at + "/record?before=1"); !strings.Contains(body, locale.Message(lang.English, "web.newer", nil)) {
		t.Error("before the first entry there is no way back")
	}
}

// listsBeside looks at lists that are no matters of the dialogue: what our side writes, and everything that was done about something.
func listsBeside(t *testing.T, p *person, read func(string) string, at string) {
	t.Helper()
	if trace := read(at + "/trace?matter=thread/long"); !strings.Contains(trace, "12 to 61 of 61") {
		t.Error("a long trace does not begin with its newest part")
	}
	for i := range 23 {
		if code, _ := p.post(at+"/ours", url.Values{"do": {"note"}, "kind": {"brief"}, "words": {fmt.Sprintf("Note %02d", i)}}); code != http.StatusOK {
			t.Fatalf("a note: %d", code)
		}
		if code, _ := p.post(at+"/ours", url.Values{"do": {"task"}, "words": {fmt.Sprintf("Task %02d", i)}}); code != http.StatusOK {
			t.Fatalf("a task: %d", code)
		}
	}
	ours := read(at + "/ours")
	if !strings.Contains(ours, "Note 22") || strings.Contains(ours, "Note 02") || !strings.Contains(ours, "4 to 23 of 23") || !strings.Contains(ours, "Task 00") || strings.Contains(ours, "Task 20") {
		t.Error("of our side's lists, the page does not show the newest notes and the first tasks")
	}
	if rest := read(at + "/ours?notes=3&tasks=20"); !strings.Contains(rest, "Note 02") || strings.Contains(rest, "Note 03") || !strings.Contains(rest, "Task 22") || strings.Contains(rest, "Task 19") {
		t.Error("the rest of our side's lists")
	}
	task := regexp.MustCompile(`id="(task-[0-9]+)"`).FindAllStringSubmatch(read(at+"/ours?tasks=20"), -1)
	if len(task) != 3 {
		t.Fatalf("%d tasks at the end", len(task))
	}
	if body := read(at + "/ours?show=" + task[1][1]); !strings.Contains(body, `id="`+task[1][1]+`"`) {
		t.Error("a link to a task leads to a page that does not show it")
	}
}
