package web

import (
	"strings"
	"testing"
	"time"

	"entente.example/internal/config"
	"entente.example/internal/view"
)

// Our house's own marking stands once at the head of what it applies to, in the words of the house whatever they are, and says that nobody else sees it. What was released bears the marking of what is public.
func TestOurMarkingStandsAtTheHead(t *testing.T) {
	site, src, people := newSite(t)
	marks := config.Markings{Record: "内部 <i>", Public: "公開", Ours: "秘"}.Of
	table := src.g.text()
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	for _, c := range []struct {
		reads view.Readers
		want  string
	}{
		{view.Readers{What: "record", Marks: marks}, "内部 &lt;i&gt;"},
		{view.Readers{What: "record", Public: time.Unix(1, 0), Marks: marks}, "公開"},
		{view.Readers{What: "ours", Marks: marks}, "秘"},
		{view.Readers{What: "off_record", Marks: marks}, ""},
		{view.Readers{What: "record"}, ""},
	} {
		table.Readers = &c.reads
		page := b.get("/m/valley/texts/js-9").body
		before, rest, there := strings.Cut(page, `<p class="marking"`)
		if there != (c.want != "") || there && (!strings.Contains(rest, `<bdi>`+c.want+`</bdi> <small>Our own marking.`) || strings.Contains(before, "<h1")) || strings.Contains(rest, `class="marking"`) {
			t.Errorf("%s, %v: marked %v, want %q", c.reads.What, c.reads.Public, there, c.want)
		}
	}
}
