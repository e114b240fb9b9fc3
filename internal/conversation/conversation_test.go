package conversation

import (
	"testing"

	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func TestAThread(t *testing.T) {
	p := subjecttest.New(t, "thread/t", func() subjecttest.State { return &State{ID: "t"} })
	p.Refuses("dialogue.unknown", "cedar", Say{Text: lang.Text{"en": "x"}})
	p.Refuses("thread.about", "cedar", Open{Title: lang.Text{"en": "x"}, About: "No Matter"})
	p.Refuses("thread.no_text", "cedar", Open{Title: lang.Text{"en": "x"}, About: "concern/c", Paragraph: "1"})
	p.Refuses("thread.no_text", "cedar", Open{Title: lang.Text{"en": "x"}, Paragraph: "1"})
	p.Refuses("thread.no_text", "cedar", Open{Title: lang.Text{"en": "x"}, About: "text/a/b", Paragraph: "1"})
	p.Does("cedar", Open{Title: lang.Text{"en": "The annex"}, About: "text/js-9"})
	first := p.Does("cedar", Say{Text: lang.Text{"en": "Compared."}})
	p.Does("cedar", Say{Text: lang.Text{"en": "No difference."}, ReplyTo: first})
	p.Refuses("thread.no_message", "birch", Say{Text: lang.Text{"en": "x"}, ReplyTo: "cedar-99"})
	p.Refuses("thread.no_message", "birch", Read{UpTo: "cedar-99"})
	unread := func(want int) {
		t.Helper()
		if n := p.State().(*State).Unread("birch"); n != want {
			t.Errorf("%d unread, not %d", n, want)
		}
	}
	unread(2)
	p.Does("birch", Read{UpTo: first})
	unread(1)
	p.Does("birch", Say{Text: lang.Text{"ja": "確認しました。"}})
	unread(1)
	if p.State().(*State).Unread("cedar") != 1 {
		t.Error("one's own words are read")
	}
}
