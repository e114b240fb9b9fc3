package premises_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
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
	for _, want := range []string{"?only=they_owe", "?only=closed", "(41)", "(42)", `list="concern.raise-topic"`, "<datalist"} {
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
}
