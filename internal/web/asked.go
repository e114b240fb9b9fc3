package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/url"
	"slices"
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

// asked asks about the doubtful wordings of an act, one language after the other, unless its form says that they are right: whoever says so of a quotation has not said it of what stands under another language.
func (v *visit) asked(words any) error {
	doubts := dialogue.Doubts(words)
	for len(doubts) > 0 {
		tag, shown, b := doubts[0].Language, []string{}, sha256.New()
		doubts = slices.DeleteFunc(doubts, func(d dialogue.Doubt) bool {
			if d.Language != tag {
				return false
			}
			shown = append(shown, beginning(d.Words))
			fmt.Fprintf(b, "%q", d)
			return true
		})
		mark := hex.EncodeToString(b.Sum(nil)[:8])
		if !slices.Contains(v.r.PostForm[asIs], mark) {
			return refusal.New(refusal.Invalid, askedKey, "language", string(tag), "words", strings.Join(shown, apart), "mark", mark)
		}
	}
	return nil
}

const (
	cut   = "…"   // stands behind the beginning of a longer wording
	apart = " · " // stands between several
)

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
	first, _, _ := strings.Cut(why.Params["words"], apart)
	return strings.Contains(typed, strings.TrimSuffix(first, cut))
}

// asItStands is what a form that comes back says of this question: the box, where it is asked, and what was answered before, whatever is wrong by then.
func asItStands(tag lang.Tag, why *refusal.Error, form url.Values) (box, answer string) {
	if why.Key == askedKey {
		box = `<label class="wrong"><input type="checkbox" name="` + asIs + `" value="` + why.Params["mark"] + `"> ` + template.HTMLEscapeString(locale.Message(tag, "web.as_it_stands", nil)) + `</label>`
	}
	for _, mark := range form[asIs] {
		answer += `<input type="hidden" name="` + asIs + `" value="` + template.HTMLEscapeString(mark) + `">`
	}
	return box, answer
}
