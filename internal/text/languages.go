package text

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/lang"
)

// LanguageWork is what translators have still to do before the text can be frozen: for each paragraph that is agreed, at least ad referendum, by language.
type LanguageWork struct {
	Paragraph ParaID   `json:"paragraph"`
	Language  lang.Tag `json:"language"`
	What      string   `json:"what"` // Missing, Rival, Objected or Unsigned
	By        string   `json:"by,omitzero"`
}

// What translators have to do.
const (
	Missing  = "missing"  // there is no version
	Rival    = "rival"    // two versions stand, made without knowing each other
	Objected = "objected" // a party objects to the version
	Unsigned = "unsigned" // a side has not signed the version off
)

// Languages lists what translators have still to do.
func (s *State) Languages(c *charter.State) (out []LanguageWork) {
	if s.Tabled == nil || s.Frozen(c) != nil {
		return nil
	}
	s.eachLanguage(c, func(p *Para, w *Wording, tag lang.Tag) {
		what, by := s.languageLacks(c, p, w, tag)
		if what != "" {
			out = append(out, LanguageWork{p.ID, tag, what, string(by)})
		}
	})
	return out
}

// eachLanguage visits every language of every paragraph whose wording the parties have come to.
func (s *State) eachLanguage(c *charter.State, visit func(p *Para, w *Wording, tag lang.Tag)) {
	for _, p := range s.Paragraphs {
		if st := p.status(c, nil); p.gone(c, nil) || st != AdRef && st != Agreed {
			continue
		}
		w := p.current(c, nil)
		if w.Omit {
			continue
		}
		for _, tag := range s.Tabled.Languages {
			visit(p, w, tag)
		}
	}
}

// languageLacks is what one version lacks, and who objects if somebody does; "" if nothing.
func (s *State) languageLacks(c *charter.State, p *Para, w *Wording, tag lang.Tag) (what string, by charter.PartyID) {
	heads := len(w.heads(c, tag, nil))
	flag := slices.IndexFunc(p.Flags, func(f Flagged) bool { return f.Wording == w.ID && f.Language == tag && len(f.Resolved) == 0 })
	switch {
	case heads == 0:
		return Missing, ""
	case heads > 1:
		return Rival, ""
	case flag >= 0:
		return Objected, p.Flags[flag].Party
	case c.Document().Rules.Concordance == "sign-off" && !s.signedOff(c, w, tag):
		return Unsigned, ""
	}
	return "", ""
}

// languagesAwait lists what translators of a party can do: bring versions, answer objections of others, read what they have to sign off or what came after their party had agreed.
func (s *State) languagesAwait(c *charter.State, me charter.PartyID) (out []Await) {
	type work struct {
		what string
		tag  lang.Tag
	}
	todo, order := map[work][]string{}, []work{}
	s.eachLanguage(c, func(p *Para, w *Wording, tag lang.Tag) {
		k := work{tag: tag}
		switch what, by := s.languageLacks(c, p, w, tag); {
		case what == Missing:
			k.what = "awaits.translate"
		case what == Rival:
			k.what = "awaits.rival"
		case what == Objected && by != me:
			k.what = "awaits.resolve"
		case what != Objected && s.toRead(c, p, w, tag, me):
			k.what = "awaits.concord"
		default:
			return
		}
		if todo[k] == nil {
			order = append(order, k)
		}
		todo[k] = append(todo[k], p.Label)
	})
	for _, k := range order {
		out = append(out, Await{k.what, map[string]string{"text": s.ID, "paragraphs": join(todo[k]), "language": string(k.tag)}})
	}
	return out
}

// toRead reports whether a party's translators should read a version beside the drafting language: nobody of their side has signed it off, and the charter asks for that, or another side brought it after their party had agreed.
func (s *State) toRead(c *charter.State, p *Para, w *Wording, tag lang.Tag, me charter.PartyID) bool {
	side := c.SideOf(me)
	if tag == s.Tabled.Drafting || slices.ContainsFunc(w.SignedOff(c, tag), func(o charter.PartyID) bool { return c.SideOf(o) == side }) {
		return false
	}
	if c.Document().Rules.Concordance == "sign-off" {
		return true
	}
	st, _ := p.standing(c, me, nil)
	return slices.ContainsFunc(w.heads(c, tag, nil), func(v Version) bool { return slices.Contains(st.Unread, v.Act) && c.SideOf(v.Party) != side })
}

// overtakenAwaits asks a party for its word on wordings that changed since it had agreed.
func (s *State) overtakenAwaits(c *charter.State, me charter.PartyID) []Await {
	var labels []string
	for _, p := range s.Overtaken(c, me) {
		labels = append(labels, p.Label)
	}
	if len(labels) == 0 {
		return nil
	}
	return []Await{{"awaits.agree_anew", map[string]string{"text": s.ID, "paragraphs": join(labels), "language": string(s.Tabled.Drafting)}}}
}
