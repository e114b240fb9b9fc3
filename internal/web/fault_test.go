package web

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"entente.example/internal/charter"
	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// choices are those of a list on a page.
func (c control) choices(page []token) (out []string) {
	for i := c.at + 1; page[i].Data != "select"; i++ {
		if page[i].Type == html.StartTagToken && page[i].Data == "option" {
			value, has := page[i].attr("value")
			if !has {
				value = strings.TrimSpace(page[i+1].Data)
			}
			out = append(out, value)
		}
	}
	return out
}

// filled is a form of a page with something typed into each of its controls, told apart by a number, every other box ticked, and in each list another choice.
func (f sentForm) filled(page []token) url.Values {
	form := url.Values{}
	for name, values := range f.fixed {
		form[name] = slices.Clone(values)
	}
	for name, values := range f.buttons {
		form.Set(name, values[0])
	}
	for n, c := range f.controls {
		switch c.kind {
		case "checkbox":
			if n%2 == 0 {
				form.Add(c.name, cmp.Or(c.value, "on"))
			}
		case "radio":
			form.Set(c.name, c.value) // the last one
		case "select":
			if all := c.choices(page); len(all) > 0 {
				form.Add(c.name, all[len(all)-1-c.nth%len(all)])
			} else {
				form.Add(c.name, "")
			}
		case "textarea":
			form.Add(c.name, fmt.Sprintf("<b> %d &\r\nof two lines", n))
		default:
			form.Add(c.name, fmt.Sprintf("\"typed\" %d", n))
		}
	}
	return form
}

// Issue 5: whatever form of whatever page is refused, the field that the refusal speaks of says so and takes the cursor, what was typed stands in every field, nothing that is folded hides it, and the rest of the page
// is as it was.
func TestEveryFormIsMendedInItsPlace(t *testing.T) {
	ts := newTemplates(loadAssets())
	pages := galleryPages(t)
	forms, fields, seen := 0, 0, map[string]bool{}
	for i, name := range pageNames(pages) {
		tag, p := locale.Languages[i%len(locale.Languages)], pages[name] // what is done does not depend on the language
		p.frame().Lang = tag
		var b bytes.Buffer
		if err := ts.render(&b, p); err != nil {
			t.Fatal(err)
		}
		all := tokens(b.Bytes())
		var again bytes.Buffer
		for _, piece := range all {
			again.Write(piece.raw)
		}
		if !bytes.Equal(again.Bytes(), b.Bytes()) {
			t.Fatalf("%s: its tokens are not the page", name)
		}
		on := formsOn(all, "/here")
		for _, f := range on {
			form := f.filled(all)
			first := slices.IndexFunc(on, func(g sentForm) bool { return g.sent(f.to, form) })
			if first < 0 {
				t.Fatalf("%s: a form to %s does not know itself", name, f.to)
			}
			like := fmt.Sprint(f.to, len(f.folds), slices.Sorted(maps.Keys(f.fixed)))
			for _, c := range f.controls {
				like += " " + c.kind + " " + c.name
			}
			if on[first].at != f.at || seen[like] {
				continue
			}
			seen[like] = true
			forms++
			got := mended(tag, b.Bytes(), f.to, form, refusal.New(refusal.Conflict, "dialogue.unheard"), "It cannot be.")
			for _, complaint := range append(wellMended(f, form, -1, got), inspect(string(got))...) {
				t.Errorf("%s, the form to %s: %s", name, f.to, complaint)
			}
			for n, c := range f.controls {
				if !form.Has(c.name) || c.secret || c.box() || c.kind == "select" {
					continue // others may hold the same
				}
				fields++
				why := refusal.New(refusal.Invalid, "dialogue.no_such_day", "day", lang.Normalise(strings.ReplaceAll(c.typed(form), "\r\n", "\n")))
				for _, complaint := range wellMended(f, form, n, mended(tag, b.Bytes(), f.to, form, why, locale.Explain(tag, why))) {
					t.Errorf("%s, %s of the form to %s: %s", name, c.name, f.to, complaint)
				}
			}
		}
		if got := mended(tag, b.Bytes(), "/elsewhere", url.Values{"act": {"unheard"}, "do": {"unheard"}}, refusal.New(refusal.Invalid, "x"), "x"); !bytes.Equal(got, b.Bytes()) && !slices.ContainsFunc(on, func(f sentForm) bool { return f.to == "/here" }) {
			t.Errorf("%s: a page without the form has changed", name)
		}
	}
	t.Logf("%d forms, %d fields", forms, fields)
	if forms < 80 || fields < 100 {
		t.Errorf("only %d forms with %d fields were looked at", forms, fields)
	}
}

// wellMended is what is wrong with a page on which a form came back with a fault in its nth control; -1: in none.
func wellMended(f sentForm, form url.Values, n int, page []byte) (out []string) {
	all := tokens(page)
	var back sentForm
	for _, g := range formsOn(all, "/here") {
		if g.sent(f.to, form) && len(g.controls) == len(f.controls) {
			back = g
			break
		}
	}
	cursors := 0
	for i, piece := range all {
		if _, has := piece.attr("autofocus"); has {
			cursors++
			if n >= 0 && i != back.controls[n].at || n < 0 && i != back.at+1 {
				out = append(out, "the cursor is in "+string(piece.raw))
			}
		}
	}
	if said := bytes.Count(page, []byte(`id="wrong"`)); cursors != 1 || said != 1 {
		out = append(out, fmt.Sprintf("%d cursors, said %d times", cursors, said))
	}
	for _, at := range back.folds {
		if _, open := all[at].attr("open"); !open {
			out = append(out, "it is folded away")
		}
	}
	for i, c := range back.controls {
		if c.secret {
			continue
		}
		if _, checked := all[c.at].attr("checked"); c.box() && checked != c.chosen(form) {
			out = append(out, fmt.Sprintf("%s %q is chosen, or is not", c.name, c.value))
		}
		if c.kind == "select" {
			out = append(out, c.wellChosen(all, form)...)
		}
		if !form.Has(c.name) || c.box() || c.kind == "select" {
			continue
		}
		has, _ := all[c.at].attr("value")
		if c.kind == "textarea" {
			has = strings.TrimPrefix(all[c.at+1].Data, "\n")
		}
		if want := c.typed(form); strings.ReplaceAll(has, "\r\n", "\n") != strings.ReplaceAll(want, "\r\n", "\n") {
			out = append(out, fmt.Sprintf("%s holds %q, not %q", c.name, has, want))
		}
		if bad, _ := all[c.at].attr("aria-invalid"); (bad == "true") != (i == n) {
			out = append(out, c.name+" is called wrong, or is not")
		}
	}
	return out
}

// wellChosen is what is wrong with a list of which something was chosen.
func (c control) wellChosen(page []token, form url.Values) (out []string) {
	for i := c.at + 1; page[i].Data != "select"; i++ {
		if page[i].Type != html.StartTagToken || page[i].Data != "option" {
			continue
		}
		value, has := page[i].attr("value")
		if !has {
			value = strings.TrimSpace(page[i+1].Data)
		}
		if _, selected := page[i].attr("selected"); selected != (value == c.typed(form)) {
			out = append(out, fmt.Sprintf("of %s %q is chosen, or is not", c.name, value))
		}
	}
	return out
}

// What comes back of boxes and lists that have one name stands in each where it was.
func TestListsOfOneNameComeBackEachAsItWas(t *testing.T) {
	list := `<select name="who"><option value="">nobody</option><option>a</option><option selected>b</option></select>`
	page := []byte(`<form method="post" action="/a">` + list + list + list + `<input type="checkbox" name="on" value="1"><input type="checkbox" name="on" value="2" checked><input type="checkbox" name="on" value="3"></form>`)
	form := url.Values{"who": {"b", "", "a"}, "on": {"1", "3"}}
	got := tokens(mended(lang.English, page, "/a", form, refusal.New(refusal.Invalid, "x", "day", "2"), "x"))
	back := formsOn(got, "/a")[0]
	var typed, ticked []string
	for _, c := range back.controls {
		if _, wrong := got[c.at].attr("aria-invalid"); wrong {
			t.Errorf("%s %q is called wrong", c.name, c.value)
		}
		if _, on := got[c.at].attr("checked"); on {
			ticked = append(ticked, c.value)
		}
		if c.kind == "select" {
			typed = append(typed, c.typed(form))
			for _, complaint := range c.wellChosen(got, form) {
				t.Error(complaint)
			}
		}
	}
	if !slices.Equal(typed, form["who"]) || !slices.Equal(ticked, form["on"]) {
		t.Errorf("%q and %q come back", typed, ticked)
	}
}

// A refusal names its field, or quotes what stands in it, or finds the character that may not stand there.
func TestWhatARefusalSpeaksOf(t *testing.T) {
	page := `<details><summary>A</summary><form method="post" action="/m/valley/concerns"><input type="hidden" name="act" value="concern.raise"><label>Id<input type="text" name="matter_id"></label>` +
		`<label>en<textarea name="text:en">old</textarea></label><label>ja<textarea name="text:ja"></textarea></label><label>Due<input type="date" name="due"></label><label>Deadline<input type="text" name="deadline"></label><label>Zone<input type="text" name="zone"></label><label>Rows<textarea name="rows"></textarea></label><label>Topic<input type="text" name="topic"></label><label>Days<input type="date" name="start"></label>` +
		`<label><input type="checkbox" name="to" value="east"> East</label><label>One<select name="one"><option value="">none</option><option value="a" selected>A</option><option>b</option></select></label></form></details>`
	form := url.Values{"act": {"concern.raise"}, "matter_id": {"c-1"}, "text:en": {""}, "text:ja": {"見えない\u200b字"}, "due": {"2026-02-30"}, "deadline": {"2020-01-20 17:00"}, "zone": {"Europe/Paris"}, "rows": {"m1|Invite|2026-13-01"}, "to": {"east"}, "one": {"b"}, "topic": {"c-1"}, "start": {"2026-03-01"}}
	for _, c := range []struct {
		why  *refusal.Error
		want string
	}{
		{refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "text"), "text:en"},
		{refusal.New(refusal.Invalid, "lang.invisible", "character", "U+200B", "place", "5"), "text:ja"},
		{refusal.New(refusal.Invalid, "dialogue.no_such_day", "day", "2026-02-30"), "due"},
		{refusal.New(refusal.Invalid, "dialogue.no_such_day", "day", "2026-13-01"), "rows"},
		{refusal.New(refusal.Conflict, "dialogue.taken", "matter", "concern/c-1"), "matter_id"},
		{refusal.New(refusal.Invalid, "dialogue.no_such_choice", "value", "b", "field", "one", "choices", "a"), "one"},
		{refusal.New(refusal.Invalid, "concern.to_oneself"), "to"},
		{refusal.New(refusal.Invalid, "text.bad_character", "paragraph", "1", "language", "ja", "character", "U+200B", "at", "4"), "text:ja"},
		{refusal.New(refusal.Invalid, "entry.too_long", "bytes", "70000", "limit", "65535"), "rows"},
		{refusal.New(refusal.Invalid, "dialogue.instant_passed", "instant", "2020-01-20T08:00:00Z"), "deadline"}, // which was typed by the clocks of its zone
		{refusal.New(refusal.Invalid, "dialogue.no_such_clock", "instant", "2027-03-28 02:30", "zone", "Europe/Paris"), "deadline"},
		{refusal.New(refusal.Invalid, "dialogue.no_such_wall", "instant", "2027-02-30 17:00"), "deadline"},
		{refusal.New(refusal.Invalid, "dialogue.zone_needed", "instant", "2020-01-20 17:00", "field", "zone"), "zone"},
		{refusal.New(refusal.Missing, "concern.no_topic", "topic", "c-1"), "topic"}, // as the matter itself is called, too
		{refusal.New(refusal.Conflict, "meeting.days_stand", "party", "birch", "from", "2026-02-01", "until", "2026-02-02"), "start"},
		{refusal.New(refusal.Conflict, "dialogue.closed"), ""},
		{refusal.New(refusal.Conflict, "text.frozen", "text", "c-1"), ""},         // an id that is innocent
		{refusal.New(refusal.Invalid, "meeting.bad_id", "meeting", "Invite"), ""}, // a word of a longer one
	} {
		boxed := regexp.MustCompile(`value="east"[^>]* checked`)
		got := mended(lang.English, []byte(page), "/m/valley/concerns", form, c.why, "<so>")
		all := tokens(got)
		f := formsOn(all, "")[0]
		found := ""
		for _, k := range f.controls {
			if _, has := all[k.at].attr("aria-invalid"); has {
				found += k.name
			}
		}
		if found != c.want || !bytes.Contains(got, []byte("&lt;so&gt;")) || !bytes.Contains(got, []byte(`<details open>`)) {
			t.Errorf("%v is said of %q, not of %q:\n%s", c.why, found, c.want, got)
		}
		if !bytes.Contains(got, []byte(`value="b" selected`)) && !bytes.Contains(got, []byte(`<option selected>b`)) || bytes.Contains(got, []byte(`value="a" selected`)) || !boxed.Match(got) {
			t.Errorf("what was chosen is not chosen:\n%s", got)
		}
	}
}

// Every refusal that is said to speak of a field is one that there is.
func TestRefusalsThatSpeakOfFieldsExist(t *testing.T) {
	for key := range aboutField {
		if !locale.Has(key) {
			t.Errorf("there is no %s", key)
		}
	}
}

// A day that does not exist, or no number, stands there as it was typed.
func TestWhatAFieldCannotHoldIsShown(t *testing.T) {
	for _, c := range []struct{ kind, value, want string }{{"date", "2026-02-30", "text"}, {"date", "2026-02-28", "date"}, {"datetime-local", "soon", "text"}, {"datetime-local", "2026-02-28T10:00", "datetime-local"}, {"number", "many", "text"}, {"number", "12", "number"}, {"email", "me", "email"}, {"date", "", "date"}} {
		page := `<form method="post" action="/a"><input type="` + c.kind + `" name="f"></form>`
		got := tokens(mended(lang.English, []byte(page), "/a", url.Values{"f": {c.value}}, refusal.New(refusal.Invalid, "x"), "x"))
		for _, piece := range got {
			if kind, _ := piece.attr("type"); piece.Data == "input" && kind != c.want {
				t.Errorf("%q in a field of %s: %s", c.value, c.kind, piece.raw)
			}
		}
	}
}

// A field is called what its form calls it, and a day is written as its reader writes it.
func TestARefusalSpeaksAsItsReaderDoes(t *testing.T) {
	for tag, want := range map[lang.Tag]string{"en": "1 January 2001", "zh-Hans": "2001年1月1日", "ja": "2001年1月1日"} {
		if got := explained(tag, refusal.New(refusal.Invalid, "dialogue.day_passed", "day", "2001-01-01")); !strings.Contains(got, want) {
			t.Errorf("%s: %s", tag, got)
		}
	}
	for _, tag := range locale.Languages {
		got := explained(tag, refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "due"))
		if !strings.Contains(got, locale.Message(tag, "field.due", nil)) {
			t.Errorf("%s: %s", tag, got)
		}
	}
}

// A party is called what the reader's side calls it, and by its id only where the mechanism has no such party.
func TestARefusalCallsPartiesByTheirNames(t *testing.T) {
	names := func(s string) []charter.Name { return []charter.Name{{Lang: "ja", Full: s}} }
	f := &frame{Chrome: &view.Chrome{Self: view.Party{ID: "cedar", Names: names("杉の党")}, Lines: []view.Line{{Party: view.Party{ID: "birch", Names: names("樺の党")}}}}}
	for id, want := range map[string]string{"cedar": "杉の党", "birch": "樺の党", "willow": "willow"} {
		why := refusal.New(refusal.Conflict, "meeting.days_stand", "party", id, "from", "2001-01-01", "until", "2001-01-02")
		got := explained("ja", f.named("ja", why))
		if !strings.Contains(got, want) || !strings.Contains(got, "2001年1月2日") || why.Params["party"] != id {
			t.Errorf("%s: %s", id, got)
		}
	}
	if why := refusal.New(refusal.Conflict, "x", "party", "cedar"); new(frame).named("ja", why) != why {
		t.Error("outside a mechanism there are no names")
	}
}

// Whatever is typed, a page that is mended says the same as before beside it, and gives back what was typed.
func FuzzMended(f *testing.F) {
	f.Add("words", "<script>alert(1)</script>", "day")
	f.Add("</textarea><form>", "\"'&amp;", "")
	f.Add("\r\n\r\nx", "\x00\xff", "<")
	f.Fuzz(func(t *testing.T, area, line, quoted string) {
		page := `<form method="post" action="/a"><p>kept &amp; <b>so</b></p><textarea name="w">old</textarea><input type="text" name="l" value="old"></form><p>after</p>`
		got := mended(lang.English, []byte(page), "/a", url.Values{"w": {area}, "l": {line}}, refusal.New(refusal.Invalid, "x", "day", quoted), quoted)
		doc, err := html.Parse(bytes.NewReader(got))
		if err != nil {
			t.Fatal(err)
		}
		elements := map[string]int{}
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode {
				elements[n.Data]++
			}
		}
		if elements["form"] != 1 || elements["textarea"] != 1 || elements["input"] != 1 || elements["b"] != 1 || elements["script"] != 0 || elements["p"] != 2 || elements["span"] != 1 {
			t.Fatalf("%q %q: %v\n%s", area, line, elements, got)
		}
	})
}
