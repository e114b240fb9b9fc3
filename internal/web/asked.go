package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/lang"
	"entente.example/refusal"
)

// What is on the record stays there: wording that does not look like the language under which it was written is asked about before it is sent, as a command does. Nothing is refused for it: the form comes back with a box, and
// whoever ticks that sends the wording as it stands.

const (
	askedKey = "web.language_asked"
	asIs     = "as_it_stands" // the box; it names the wordings that it was shown with, so that others are asked about anew
)

// asked asks about the doubtful wordings of an act, unless its form says that they are right.
func (v *visit) asked(words any) error {
	doubts := dialogue.Doubts(words)
	if len(doubts) == 0 {
		return nil
	}
	b := sha256.Sum256(fmt.Appendf(nil, "%q", doubts))
	mark := hex.EncodeToString(b[:8])
	if v.r.PostForm.Get(asIs) == mark {
		return nil
	}
	return refusal.New(refusal.Invalid, askedKey, "language", string(doubts[0].Language), "words", beginning(doubts[0].Words), "mark", mark)
}

// cut is what stands behind the beginning of a longer wording.
const cut = "…"

// beginning is enough of a wording to know it again.
func beginning(words string) string {
	const most = 60
	if r := []rune(words); len(r) > most {
		return string(r[:most]) + cut
	}
	return words
}

// standsIn reports whether the wording that is asked about was typed into a control.
func standsIn(why *refusal.Error, typed string) bool {
	return strings.Contains(typed, strings.TrimSuffix(why.Params["words"], cut))
}

// asItStands is what a form that comes back says of this question: the box, where it is asked; or, where it was answered and something else is wrong, the answer.
func asItStands(tag lang.Tag, why *refusal.Error, form url.Values) (box, answer string) {
	if why.Key == askedKey {
		return `<label class="wrong"><input type="checkbox" name="` + asIs + `" value="` + why.Params["mark"] + `"> ` + template.HTMLEscapeString(locale.Message(tag, "web.as_it_stands", nil)) + `</label>`, ""
	}
	if mark := form.Get(asIs); mark != "" {
		answer = `<input type="hidden" name="` + asIs + `" value="` + template.HTMLEscapeString(mark) + `">`
	}
	return "", answer
}
