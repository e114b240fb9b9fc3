package web

import (
	"net/url"
	"slices"
	"strings"

	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
)

// piece is one paragraph on the table, with what the reader can do about it.
type piece struct {
	T     *view.Text
	P     *view.Paragraph
	Shown []lang.Tag
	Acts  []action
	Ours  view.OursOn
	// Comment is the form of a comment that came back refused.
	Comment *actForm
	// Resolving is the form by which an objection is closed, come back refused.
	Resolving *actForm
	// Unfold is where the forms of this paragraph are shown; "" if they are here. A long text has them for one paragraph at a time.
	Unfold string
}

// manyParagraphs is how many paragraphs have all their forms on one page.
const manyParagraphs = 60

// Long reports whether the reader asked for the forms of this paragraph.
func (p piece) Long() bool { return len(p.T.Paragraphs) > manyParagraphs }

// Opened reports whether a form of this paragraph came back refused.
func (p piece) Opened() bool {
	return p.Comment != nil || p.Resolving != nil || slices.ContainsFunc(p.Acts, func(a action) bool { return a.Form != nil })
}

// Resolves reports whether the form that closes an objection came back refused.
func (p piece) Resolves(flag string) bool { return p.Resolving != nil && p.Resolving.Ref == flag }

// Corrected is what stands in that form's field: what was typed, else the version as it is.
func (p piece) Corrected(f view.Flag) string {
	if p.Resolves(f.ID) {
		return p.Resolving.Text[f.Language]
	}
	return p.P.Wording(f.Wording).Plain(f.Language)
}

// Speaks reports whether the reader may comment on the record.
func (p piece) Speaks() bool { return p.T.May["thread.open"] && p.T.May["thread.say"] }

// SpeaksIn reports whether a comment is written in a language: the one that was chosen, else the reader's own.
func (p piece) SpeaksIn(l, own lang.Tag) bool {
	if p.Comment != nil {
		return p.Comment.Language == l
	}
	return l == own
}

// Written is a comment as it came back.
func (p piece) Written() string {
	if p.Comment != nil {
		return p.Comment.Version
	}
	return ""
}

// action is one button or form. Plain ones need no words; the others open.
type action struct {
	Act        string
	Wording    text.WordingID
	Label      string // of the wording, if it is not the main one
	Plain      bool
	First      bool // what the reader most likely came for
	NoteNeeded bool
	NoNote     bool
	Form       *actForm // came back refused
	main       *view.Wording
	// Choices are the wordings that the act can be of, if there are several: each has versions of its own.
	Choices []view.Wording
}

// Reading is which versions of the wordings that the act can be of the page shows.
func (a action) Reading(t *view.Text, p *view.Paragraph) string {
	of := []text.Item{{Paragraph: p.ID, Wording: a.Wording}}
	for _, w := range a.Choices {
		of = append(of, text.Item{Paragraph: p.ID, Wording: w.ID})
	}
	return reading(t, of...)
}

// Offered reports whether the wording that the act was of is still among the choices. One that was dropped while somebody wrote is not: what they wrote is not sent of another before they choose it.
func (a action) Offered() bool {
	return slices.ContainsFunc(a.Choices, func(w view.Wording) bool { return w.ID == a.Wording })
}

// versioned are the wordings on the table that can be put into other languages, signed off and questioned, if there are several: whoever translates an alternative does not wait until it is agreed.
func versioned(p *view.Paragraph) []view.Wording {
	out := []view.Wording{p.Main}
	for _, w := range p.Alternatives {
		if w.State == "alternative" && !w.Omit {
			out = append(out, w)
		}
	}
	if len(out) == 1 {
		return nil
	}
	return out
}

// Text is what stands in a proposal's field: what was written, else the wording as it is.
func (a action) Text(l lang.Tag) string {
	if a.Form != nil {
		return a.Form.Text[l]
	}
	return a.main.Plain(l)
}

func (a action) Note() string {
	if a.Form != nil {
		return a.Form.Note
	}
	return ""
}

// Version is a language version as it was written.
func (a action) Version() string {
	if a.Form != nil {
		return a.Form.Version
	}
	return ""
}

// Language is the language that was written, of a courtesy translation in any.
func (a action) Language() lang.Tag {
	if a.Form != nil {
		return a.Form.Language
	}
	return ""
}

// In reports whether a language was chosen.
func (a action) In(l lang.Tag) bool { return a.Form != nil && a.Form.Language == l }

func (a action) Kind() string {
	if a.Form != nil {
		return a.Form.Kind
	}
	return ""
}

// Pieces are the paragraphs as the template draws them.
func (p *textPage) Pieces() []piece {
	out := make([]piece, 0, len(p.T.Paragraphs))
	for i := range p.T.Paragraphs {
		para := &p.T.Paragraphs[i]
		k := piece{T: &p.T, P: para, Shown: p.Shown, Acts: p.acts(para), Ours: p.T.Ours.At(string(para.ID))}
		if p.Form != nil && p.Form.Act == "comment" && p.Form.Paragraph == para.ID {
			k.Comment = p.Form
		}
		if p.Form != nil && p.Form.Act == "resolve" && p.Form.Paragraph == para.ID {
			k.Resolving = p.Form
		}
		if len(p.T.Paragraphs) > manyParagraphs && p.Open != para.ID && !k.Opened() {
			k.Unfold = p.unfold(para.ID)
		}
		out = append(out, k)
	}
	return out
}

// below reports whether anything stands under the wordings of a paragraph.
func (p piece) below() bool {
	return len(p.P.Reservations)+len(p.P.Statements)+len(p.P.Flags)+len(p.P.Cites)+len(p.P.Terms)+len(p.P.Asked) > 0 || p.P.Annex != "" || p.T.Pair != nil || p.Ours.Count() > 0
}

// unfold is the table with the forms of one paragraph, in the languages that the reader chose.
func (p *textPage) unfold(id text.ParaID) string {
	q := url.Values{"open": {string(id)}}
	if p.Chosen {
		for _, l := range p.Shown {
			q.Add("lang", string(l))
		}
	}
	return "?" + q.Encode() + "#p-" + string(id)
}

// Told reports whether the table has buttons that act at once, of which the page says before what leaves.
func (p *textPage) Told() bool {
	return (p.T.Stage == "negotiation" || p.T.Stage == "failed") && slices.ContainsFunc([]string{"accept", "confirm", "support", "drop"}, func(act string) bool { return p.T.May["text."+act] })
}

// IsShown reports whether a language has a column.
func (p *textPage) IsShown(l lang.Tag) bool {
	for _, s := range p.Shown {
		if s == l {
			return true
		}
	}
	return false
}

// Picked reports whether a paragraph was chosen in a package's form that came back refused.
func (p *textPage) Picked(id text.ParaID) bool {
	return p.Form != nil && p.Form.Act == "link" && slices.Contains(p.Form.Several, id)
}

// Refused is a form of the text as a whole as it came back, empty if it did not.
func (p *textPage) Refused(act string) *actForm {
	if p.Form != nil && p.Form.Act == act {
		return p.Form
	}
	return &actForm{}
}

// withBelow ends the name of an act that takes a paragraph's sub-paragraphs with it.
const withBelow = "_below"

// acts lists what the reader's mandate and the paragraph's state offer. Whether it may be done is still the fold's to say.
func (p *textPage) acts(para *view.Paragraph) []action {
	if para.Status == view.Withdrawn {
		return nil
	}
	own := para.Standing(p.T.Self.ID)
	settled := own == "ad_ref" || own == "confirmed"
	var out []action
	add := func(a action, when bool) {
		if !when || !p.T.May["text."+strings.TrimSuffix(a.Act, withBelow)] {
			return
		}
		a.main = &para.Main
		if p.Form != nil && p.Form.Act == a.Act && p.Form.Paragraph == para.ID {
			a.Form = p.Form
		}
		if slices.Contains([]string{"translate", "courtesy", "concord", "flag"}, a.Act) {
			if a.Choices = versioned(para); a.Form != nil && a.Form.Wording != "" {
				a.Wording = a.Form.Wording
			}
		}
		out = append(out, a)
	}
	main := para.Main.ID
	courtesy := action{Act: "courtesy", Wording: main, NoNote: true} // which has no authority, so it may come at any time
	if p.T.Stage != "negotiation" && p.T.Stage != "failed" {
		add(courtesy, !para.Main.Omit)
		return out
	}
	add(action{Act: "confirm", Wording: main, Plain: true, First: true}, own == "ad_ref")
	add(action{Act: "accept", Wording: main, Plain: true, First: true}, !settled)
	under := p.T.Below(para.ID)
	add(action{Act: "confirm" + withBelow, Wording: main, Plain: true}, len(under) > 0 && own == "ad_ref")
	add(action{Act: "accept" + withBelow, Wording: main, Plain: true}, len(under) > 0 && !settled)
	add(action{Act: "drop", Wording: main, Plain: true}, para.New && para.Main.By.ID == p.T.Self.ID && !settled)
	for _, w := range para.Alternatives {
		if w.State != "alternative" {
			continue
		}
		add(action{Act: "accept", Wording: w.ID, Label: w.Label, Plain: true}, !settled)
		add(action{Act: "support", Wording: w.ID, Label: w.Label, Plain: true}, !settled && view.ByParty(w.Supporters, p.T.Self.ID) < 0)
		add(action{Act: "drop", Wording: w.ID, Label: w.Label, Plain: true}, w.By.ID == p.T.Self.ID)
	}
	add(action{Act: "propose", Wording: main}, !settled)
	add(action{Act: "translate", Wording: main, NoNote: true}, true)
	add(courtesy, !para.Main.Omit)
	add(action{Act: "concord", Wording: main, NoNote: true}, true)
	add(action{Act: "reserve", Wording: main}, true)
	add(action{Act: "reopen", Wording: main, NoteNeeded: true}, settled)
	add(action{Act: "flag", Wording: main, NoteNeeded: true}, true)
	return out
}

// Revises reports whether the reader may change the paragraphs themselves now.
func (p piece) Revises() bool {
	return (p.T.Stage == "negotiation" || p.T.Stage == "failed") && p.T.May["text.revise"] && p.P.Status != view.Withdrawn
}

// LangOf finds the language of one of the text's titles.
func (p *textPage) LangOf(title string) lang.Tag {
	for tag, s := range p.T.Title {
		if s == title {
			return tag
		}
	}
	return p.T.Drafting
}

// stages are the steps of a text, in order.
var stages = []string{"negotiation", "frozen", "sealing", "adopted", "public"}

// reservationKinds are the kinds that a form offers.
var reservationKinds = []string{"substance", "scrutiny", "linguistic", "parliamentary"}

// mark is the icon of a status or standing.
func mark(kind string) string {
	switch kind {
	case view.Bracketed:
		return "bracket"
	case view.Agreed:
		return "confirmed"
	case view.Proposed, view.Omitted, view.Withdrawn:
		return "none"
	case view.Overtaken:
		return "flag"
	}
	return kind
}
