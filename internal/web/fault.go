package web

import (
	"bytes"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// A form that was refused comes back with its page. What was wrong is said where it is to be mended: the form is unfolded, what was typed stands in it, and the field that the refusal speaks of says so and takes the cursor; if it
// speaks of none, the head of the form does. That is done to the finished page, once for every form of the site, and not by each template for its own.

// sentForm is a form of a page.
type sentForm struct {
	at       int // its token
	to       string
	fixed    url.Values // what it always sends
	buttons  url.Values
	controls []control
	folds    []int // tokens of what it is folded into
}

// control is what a reader fills in.
type control struct {
	at     int // its token
	end    int // token behind which something can be said of it: the end of its label
	name   string
	kind   string // input's type, "textarea" or "select"
	nth    int    // of those of its name
	value  string // of a box or a circle, which it sends if it is chosen
	secret bool   // what was typed into it does not come back
}

// token is a piece of a page as it is written.
type token struct {
	html.Token
	raw []byte
}

func tokens(page []byte) (out []token) {
	z := html.NewTokenizer(bytes.NewReader(page))
	for z.Next() != html.ErrorToken {
		raw := slices.Clone(z.Raw()) // before it is read, which may change it in its place
		out = append(out, token{z.Token(), raw})
	}
	return out
}

func (t token) attr(name string) (value string, has bool) {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// formsOn are the forms of a page that are sent.
func formsOn(page []token, path string) (out []sentForm) {
	var folds []int
	var now *sentForm
	label, field := -1, -1
	for i, t := range page {
		begins := t.Type == html.StartTagToken || t.Type == html.SelfClosingTagToken
		switch {
		case begins && t.Data == "details":
			folds = append(folds, i)
		case t.Type == html.EndTagToken && t.Data == "details" && len(folds) > 0:
			folds = folds[:len(folds)-1]
		case begins && t.Data == "form":
			if method, _ := t.attr("method"); !strings.EqualFold(method, http.MethodPost) {
				continue
			}
			to, _ := t.attr("action")
			if u, err := url.Parse(to); err == nil && u.Path != "" {
				to = u.Path
			} else {
				to = path
			}
			now = &sentForm{at: i, to: to, fixed: url.Values{}, buttons: url.Values{}, folds: slices.Clone(folds)}
		case t.Type == html.EndTagToken && t.Data == "form" && now != nil:
			out, now = append(out, *now), nil
		case now == nil:
		case begins && t.Data == "label":
			label, field = i, -1
		case t.Type == html.EndTagToken && t.Data == "label" && label >= 0:
			for n := range now.controls {
				if now.controls[n].at > label {
					now.controls[n].end = i
				}
			}
			label = -1
		case t.Type == html.EndTagToken && (t.Data == "textarea" || t.Data == "select") && field >= 0 && label < 0:
			now.controls[field].end = i
		case begins:
			if now.take(t, i) {
				field = len(now.controls) - 1
			}
		}
	}
	return out
}

// take notes what a form sends; it reports whether that is something to fill in.
func (f *sentForm) take(t token, at int) bool {
	name, _ := t.attr("name")
	value, _ := t.attr("value")
	kind, _ := t.attr("type")
	auto, _ := t.attr("autocomplete")
	c := control{at: at, end: at, name: name, value: value, secret: kind == "password" || kind == "file" || auto == "one-time-code"}
	switch {
	case name == "":
		return false
	case t.Data == "input" && kind == "hidden":
		f.fixed.Add(name, value)
		return false
	case t.Data == "button" || t.Data == "input" && kind == "submit":
		f.buttons.Add(name, value)
		return false
	case t.Data == "input":
		c.kind = kind
	case t.Data == "textarea" || t.Data == "select":
		c.kind = t.Data
	default:
		return false
	}
	for _, other := range f.controls {
		if other.name == name {
			c.nth++
		}
	}
	f.controls = append(f.controls, c)
	return true
}

// sent reports whether this form sent what came to an address.
func (f sentForm) sent(to string, form url.Values) bool {
	if f.to != to {
		return false
	}
	for name, values := range f.fixed {
		for _, v := range values {
			if !slices.Contains(form[name], v) {
				return false
			}
		}
	}
	for name, values := range f.buttons {
		if form.Has(name) && !slices.Contains(values, form.Get(name)) {
			return false
		}
	}
	return true
}

// aboutField are the fields that refusals speak of which name none, and quote nothing or what may stand in others as well, in the order in which forms may have them. What a refusal carries is in the records of all parties, so it is not told there.
var aboutField = map[string][]string{
	"meeting.ends_before": {"until", "end"}, "programme.ends_before": {"until"}, "programme.not_yet": {"status"}, "meeting.place_agreed": {"venues"}, "guest.ends_before": {"until"}, "line.ends_before": {"to"},
	"dialogue.instant_passed": {"deadline", "until"}, "dialogue.no_such_clock": {"deadline"}, "dialogue.no_such_wall": {"deadline"},
	"meeting.minutes": {"minutes"}, "line.minutes": {"minutes"}, "programme.number": {"per_side", "count"}, "meeting.status": {"status"}, "meeting.agenda_stage": {"stage"}, "meeting.unattributed": {"side"},
	"meeting.too_long": {"slots", "items"}, "minutes.too_long": {"paragraphs"}, "readout.too_long": {"sentences"}, "line.too_many": {"times"}, "line.nobody_called": {"caller"},
	"guest.days_needed": {"from"}, "guest.text_has_no_parts": {"parts"}, "guest.person": {"person"}, "document.no_title": {"titles"}, "document.date_without_source": {"sources"},
	"concern.to_oneself": {"to"}, "concern.no_topic": {"topic"}, "programme.no_text": {"text"}, "meeting.days_stand": {"start"}, "meeting.days_agreed": {"start"}, "paper.to_oneself": {"to"}, "paper.agrees_to_nothing": {"agrees"}, "commitment.words_only": {"words_only"}, "situation.no_level": {"level"}, "witness.no_key": {"verifier_keys"},
	"ours.bad_matter": {"matter"}, "ours.empty": {"words"}, "ours.no_office": {"offices"}, "ours.no_member": {"for", "offices"}, "ours.past": {"due"},
	"text.bad_symbol": {"ref"}, "text.long_symbol": {"ref"}, "text.reason_needed": {"note"}, "text.small_package": {"paragraphs"}, "text.no_wording": {"text"}, "text.empty_wording": {"text"}, "text.bad_character": {"text", "rest", "version"}, "text.long_wording": {"text", "version"},
	"text.sign_day": {"day"}, "text.sign_no_such_day": {"day"}, "text.sign_ahead": {"day"}, "text.sign_place": {"text"}, "text.sign_place_long": {"text"}, "text.sign_office_long": {"rest"},
	"staff.password_length": {"password"}, "reminder.bad_address": {"address"}, "reminder.bad_hour": {"hour"},
}

// speaksOf finds the control that a refusal speaks of: it names its field, or quotes what stands in it. -1: of none.
func (f sentForm) speaksOf(why *refusal.Error, form url.Values) int {
	typed := func(c control) string {
		return lang.Normalise(strings.TrimSpace(strings.ReplaceAll(c.typed(form), "\r\n", "\n")))
	}
	find := func(is func(control) bool) int { return slices.IndexFunc(f.controls, is) }
	if why.Key == askedKey {
		return find(func(c control) bool { return !c.box() && c.kind != "select" && standsIn(why, typed(c)) })
	}
	for _, field := range append([]string{why.Params["field"]}, aboutField[why.Key]...) {
		for _, is := range []func(control) bool{
			func(c control) bool { return c.name == field+":"+why.Params["language"] },
			func(c control) bool { return c.name == field || strings.HasPrefix(c.name, field+":") },
		} {
			if at := find(is); field != "" && at >= 0 {
				return at
			}
		}
	}
	if strings.HasPrefix(why.Key, "lang.") {
		if at := find(func(c control) bool { return c.kind != "select" && lang.CheckNew(typed(c)) != nil }); at >= 0 {
			return at
		}
	}
	if why.Key == "entry.too_long" {
		longest := slices.MaxFunc(append(f.controls, control{}), func(a, b control) int { return len(typed(a)) - len(typed(b)) })
		return find(func(c control) bool { return c.at == longest.at && c.name == longest.name })
	}
	if why.Kind != refusal.Invalid && why.Kind != refusal.Missing && !slices.Contains([]string{"dialogue.taken", "text.exists", "text.label_taken"}, why.Key) {
		return -1 // it speaks of what is on the record, whatever of that was typed as well; what there is not, only of what was typed
	}
	for _, name := range slices.Sorted(maps.Keys(why.Params)) {
		quoted := why.Params[name]
		if quoted == "" {
			continue
		}
		if at := find(func(c control) bool {
			return typed(c) == quoted || c.name == "matter_id" && strings.HasSuffix(quoted, "/"+typed(c))
		}); at >= 0 {
			return at
		}
		if at := find(func(c control) bool {
			return c.kind == "textarea" && len(quoted) > 3 && slices.Contains([]string{"day", "value", "character", "passage"}, name) && strings.Contains(typed(c), quoted)
		}); at >= 0 {
			return at
		}
	}
	return -1
}

// wrongID is the id of what is said where a form is to be mended.
const wrongID = "wrong"

// mended is a page with the form that came to an address refused, as it is to be mended. The page stays as it is if the form is not on it.
func mended(tag lang.Tag, page []byte, to string, form url.Values, why *refusal.Error, sentence string) []byte {
	all := tokens(page)
	forms := formsOn(all, to)
	which := slices.IndexFunc(forms, func(f sentForm) bool { return f.sent(to, form) })
	if which < 0 {
		return page
	}
	f := forms[which]
	wrong := f.speaksOf(why, form)
	before, behind := map[int]func(*token) *string{}, map[int]string{} // what becomes of a tag and of the text behind it, and what is said behind one
	for _, at := range f.folds {
		before[at] = func(t *token) *string { t.set("open", ""); return nil }
	}
	box, answer := asItStands(tag, why, form)
	said := func(attrs string) string {
		return `<span class="wrong" id="` + wrongID + `"` + attrs + `>` + template.HTMLEscapeString(sentence) + `</span>`
	}
	behind[f.at] = answer
	if wrong < 0 {
		behind[f.at] += said(` tabindex="-1" autofocus`) + box
	}
	lists := map[int]string{} // what is chosen in a list
	for n, c := range f.controls {
		if c.kind == "select" && c.nth < len(form[c.name]) {
			lists[c.at] = c.typed(form)
		}
		before[c.at] = func(t *token) *string {
			if n == wrong {
				t.set("aria-invalid", "true")
				t.set("aria-describedby", wrongID)
				t.set("autofocus", "")
			}
			return c.refill(t, form)
		}
		if n == wrong {
			behind[c.end] = said("")
			behind[outside(all, c.end)] += box
		}
	}
	return rewritten(all, before, behind, lists)
}

// outside is where the label ends in which something is, or where that is: a label in another one would be of both fields.
func outside(all []token, at int) int {
	for i := at + 1; i < len(all); i++ {
		switch t := all[i]; {
		case t.Data == "label" && t.Type == html.EndTagToken:
			return i
		case t.Data == "label" && t.Type == html.StartTagToken, t.Data == "form" && t.Type == html.EndTagToken:
			return at
		}
	}
	return at
}

// box reports whether a control is a box or a circle, which sends its value or nothing.
func (c control) box() bool { return c.kind == "checkbox" || c.kind == "radio" }

func (c control) chosen(form url.Values) bool {
	return slices.Contains(form[c.name], c.value) || c.value == "" && form.Get(c.name) == "on"
}

// typed is what a reader put into a control.
func (c control) typed(form url.Values) string {
	if c.box() {
		if c.chosen(form) {
			return c.value
		}
		return ""
	}
	if all := form[c.name]; c.nth < len(all) {
		return all[c.nth]
	}
	return ""
}

// refill puts into a control what was typed; the text of a textarea is given back.
func (c control) refill(t *token, form url.Values) (text *string) {
	if c.secret || !c.box() && c.nth >= len(form[c.name]) {
		return nil
	}
	typed := c.typed(form)
	switch c.kind {
	case "textarea":
		return &typed
	case "select":
	case "checkbox", "radio":
		t.flag("checked", c.chosen(form))
	default:
		if t.set("value", typed); typed != "" && !holds(c.kind, typed) {
			t.set("type", "text") // or nobody would see what they typed
		}
	}
	return nil
}

// holds reports whether a browser shows a value in a field of a kind: it leaves such fields empty for what cannot be in them.
func holds(kind, value string) bool {
	for _, layout := range map[string][]string{"date": {"2006-01-02"}, "datetime-local": {"2006-01-02T15:04", "2006-01-02T15:04:05"}, "time": {"15:04"}}[kind] {
		if _, err := time.Parse(layout, value); err == nil {
			return true
		}
	}
	if kind == "number" {
		_, err := strconv.ParseFloat(value, 64)
		return err == nil
	}
	return kind != "date" && kind != "datetime-local" && kind != "time"
}

// rewritten writes a page again, with what becomes of its tags.
func rewritten(all []token, before map[int]func(*token) *string, behind map[int]string, lists map[int]string) []byte {
	var out bytes.Buffer
	area, list, choice := false, false, "" // inside a textarea, or a list, that was filled in, and what was chosen in that
	for i := range all {
		t := all[i]
		change := before[i]
		switch {
		case change != nil:
			text := change(&t)
			out.Write(t.written(all[i]))
			if text != nil && (all[i+1].Type != html.TextToken || all[i+1].Data != *text) {
				area = true
				if strings.HasPrefix(*text, "\n") || strings.HasPrefix(*text, "\r") {
					out.WriteByte('\n') // of which a browser leaves the first one out
				}
				out.WriteString(template.HTMLEscapeString(*text))
			}
			choice, list = lists[i]
		case area && t.Type == html.TextToken:
		case list && t.Type == html.StartTagToken && t.Data == "option":
			value, _ := t.attr("value")
			if _, has := t.attr("value"); !has {
				value = strings.TrimSpace(all[i+1].Data)
			}
			t.flag("selected", value == choice)
			out.Write(t.written(all[i]))
		default:
			if _, has := t.attr("autofocus"); has { // the cursor is wanted elsewhere
				t.drop("autofocus")
			}
			out.Write(t.written(all[i]))
		}
		if t.Type == html.EndTagToken {
			area = area && t.Data != "textarea"
			list = list && t.Data != "select"
		}
		out.WriteString(behind[i])
	}
	return out.Bytes()
}

// written is a tag as it is written; one that is as it was is written as it was.
func (t token) written(was token) []byte {
	if slices.Equal(t.Attr, was.Attr) {
		return was.raw
	}
	var b bytes.Buffer
	b.WriteString("<" + t.Data)
	for _, a := range t.Attr {
		b.WriteString(" " + a.Key)
		if a.Val != "" || a.Key == "value" {
			b.WriteString(`="` + html.EscapeString(a.Val) + `"`)
		}
	}
	b.WriteByte('>')
	return b.Bytes()
}

func (t *token) drop(name string) {
	t.Attr = slices.DeleteFunc(slices.Clone(t.Attr), func(a html.Attribute) bool { return a.Key == name })
}

func (t *token) set(name, value string) {
	t.Attr = slices.Clone(t.Attr)
	for i := range t.Attr {
		if t.Attr[i].Key == name {
			t.Attr[i].Val = value
			return
		}
	}
	t.Attr = append(t.Attr, html.Attribute{Key: name, Val: value})
}

// flag sets an attribute without a value, or takes it away.
func (t *token) flag(name string, on bool) {
	if on {
		t.set(name, "")
	} else {
		t.drop(name)
	}
}

// refused puts a refusal on top of a page whose form came back.
func (f *frame) refused(v *visit, err error) {
	if err != nil {
		f.wrong = refusal.As(err)
		f.Status, f.Problem = statusOf[f.wrong.Kind], explained(v.lang, f.named(v.lang, f.wrong))
	}
}

// named is a refusal that calls a party of the mechanism what the reader calls it.
func (f *frame) named(tag lang.Tag, why *refusal.Error) *refusal.Error {
	if f.Chrome == nil || why.Params["party"] == "" {
		return why
	}
	all := []view.Party{f.Chrome.Self}
	for _, l := range f.Chrome.Lines {
		all = append(all, l.Party)
	}
	i := slices.IndexFunc(all, func(p view.Party) bool { return string(p.ID) == why.Params["party"] })
	if i < 0 {
		return why
	}
	said := *why
	said.Params = maps.Clone(why.Params)
	said.Params["party"] = printer{tag: tag, side: f.side()}.name(all[i].Names).Short
	return &said
}

// explained is a refusal's sentence on a page, which calls a field what its form calls it, and writes a day as its reader does.
func explained(tag lang.Tag, why *refusal.Error) string {
	said := *why
	said.Params = maps.Clone(why.Params)
	if key := "field." + said.Params["field"]; locale.Has(key) {
		said.Params["field"] = locale.Message(tag, key, nil)
	}
	for _, name := range []string{"day", "from", "until"} {
		if day := said.Params[name]; holds("date", day) {
			said.Params[name] = locale.Days(tag, day, "")
		}
	}
	return locale.Explain(tag, &said)
}
