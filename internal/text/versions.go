package text

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// A wording keeps its name while translators bring and correct its versions. What a party accepts is what it read: in the drafting language for an agreement, in a language beside it for a sign-off. Each keeps the versions of its wording that its
// author had not seen. docs/protocol.md 4.14.

// addVersion puts a version beside the others and replaces those that its author had seen. Two of one act are rivals: which of them is meant cannot be known.
func (s *State) addVersion(c *charter.State, a *charter.Act, p *Para, w *Wording, tag lang.Tag, text string) {
	v := Version{By: by(a), Lang: tag, Text: text}
	for _, old := range w.heads(c, tag, nil) {
		if old.Act != v.Act && knew(c, a, old.By) {
			v.Replaces = append(v.Replaces, old.Act)
		}
	}
	w.Versions = append(w.Versions, v)
	s.unread(p, w, v)
}

// knew reports whether the author of an act had seen another one.
func knew(c *charter.State, a *charter.Act, of By) bool {
	return pastOf(a.Past).sees(c, of) || of.Party == a.Party
}

// unread notes a version with everybody who accepted its wording, or signed it off, before.
func (s *State) unread(p *Para, w *Wording, v Version) {
	for _, list := range p.Standing {
		for i := range list {
			st := &list[i]
			switch {
			case st.Wording != w.ID:
			case v.Lang == s.Tabled.Drafting && !w.again(v, st.Unseen):
				st.Unseen = append(st.Unseen, v.Act)
			case v.Lang != s.Tabled.Drafting && !w.again(v, st.Unread):
				st.Unread = append(st.Unread, v.Act)
			}
		}
	}
	for i := range w.SignOffs {
		if o := &w.SignOffs[i]; (v.Lang == o.Lang || v.Lang == s.Tabled.Drafting) && !w.again(v, o.Unseen) {
			o.Unseen = append(o.Unseen, v.Act)
		}
	}
}

// again reports whether a version has the words of all that it replaces, and whoever had not seen some versions had seen those: who had read the same words under another act has read them.
func (w *Wording) again(v Version, unseen []string) bool {
	return len(v.Replaces) > 0 && !slices.ContainsFunc(w.Versions, func(old Version) bool {
		return old.Lang == v.Lang && slices.Contains(v.Replaces, old.Act) && (old.Text != v.Text || slices.Contains(unseen, old.Act))
	})
}

// missed are the versions of a wording, in languages that count, that somebody had not seen, who knew some acts.
func (w *Wording) missed(counts func(lang.Tag) bool, knew func(By) bool) (out []string) {
	for _, v := range w.Versions {
		if counts(v.Lang) && !knew(v.By) && !slices.Contains(out, v.Act) && !w.again(v, out) {
			out = append(out, v.Act)
		}
	}
	return out
}

// shows reports whether h sees one of some versions of the wording.
func (w *Wording) shows(c *charter.State, acts []string, h horizon) bool {
	return len(acts) > 0 && slices.ContainsFunc(w.Versions, func(v Version) bool { return slices.Contains(acts, v.Act) && h.sees(c, v.By) })
}

// overtaken is a standing as it counts: who agreed to a wording whose version in the drafting language is another one since has not agreed to that; their support remains. SPEC agreed-version
func (p *Para) overtaken(c *charter.State, st Standing, h horizon) Standing {
	if w := p.Wording(st.Wording); w != nil && (st.Level == LevelAdRef || st.Level == LevelConfirmed) && w.shows(c, st.Unseen, h) {
		st.Level, st.Overtaken = LevelSupport, true
	}
	return st
}

// accepted reports whether the party's last word was an agreement, of whatever version: it can be confirmed and taken back, and gives the party a part in the text.
func (st Standing) accepted() bool {
	return st.Level == LevelAdRef || st.Level == LevelConfirmed || st.Overtaken
}

// Overtaken are the paragraphs whose wording changed in the drafting language since a party agreed to it, as far as the freeze counts if there is one.
func (s *State) Overtaken(c *charter.State, party charter.PartyID) (out []*Para) {
	h := s.seen(c)
	for _, p := range s.Paragraphs {
		if st, ok := p.standing(c, party, h); ok && st.Overtaken && !p.gone(c, h) {
			out = append(out, p)
		}
	}
	return out
}

// Standing is where a party stands on a paragraph; ok is false if it has not said anything. A version that a freeze had not seen overtakes nobody: it is not in what was frozen.
func (s *State) Standing(c *charter.State, p *Para, party charter.PartyID) (st Standing, ok bool) {
	list := p.Standing[party]
	if len(list) == 0 {
		return st, false
	}
	return p.overtaken(c, list[len(list)-1], s.seen(c)), true
}

// WhyNotConfirm refuses to write a confirmation of what changed since the party accepted it: it is to say first that it accepts what there is. Whoever writes it nevertheless, having read that, has agreed to it.
func (s *State) WhyNotConfirm(c *charter.State, party charter.PartyID, b Confirm) error {
	for _, i := range b.Items {
		if p := s.Para(i.Paragraph); p != nil {
			if st, _ := p.standing(c, party, nil); st.Overtaken && st.Wording == i.Wording {
				return refusal.New(refusal.Conflict, "text.overtaken", "paragraph", p.Label, "language", string(s.Tabled.Drafting))
			}
		}
	}
	return nil
}

// WhyNotSeal says who had agreed to an earlier wording of which paragraphs, nil if nobody had: whoever seals is to know. SPEC agreed-frozen
func (s *State) WhyNotSeal(c *charter.State) error {
	var parties, labels []string
	for _, p := range c.Document().Parties {
		list := s.Overtaken(c, p.ID)
		if len(list) > 0 {
			parties = append(parties, string(p.ID))
		}
		for _, para := range list {
			if !slices.Contains(labels, para.Label) {
				labels = append(labels, para.Label)
			}
		}
	}
	if len(parties) == 0 {
		return nil
	}
	return refusal.New(refusal.Conflict, "seal.overtaken", "parties", join(parties), "paragraphs", join(labels))
}

// SignedOff are the parties whose sign-off of a language counts, in the order of the record: they had read the versions that stand in it and in the drafting language. SPEC signed-version
func (w *Wording) SignedOff(c *charter.State, tag lang.Tag) (out []charter.PartyID) {
	for _, o := range w.SignOffs {
		if o.Lang == tag && !w.shows(c, o.Unseen, nil) && !slices.Contains(out, o.Party) {
			out = append(out, o.Party)
		}
	}
	return out
}

// asBefore is the state as programs before these rules read it, so that what they froze stays what it is, SPEC agreed-frozen: an agreement was of a wording whatever became of its versions, and a sign-off was of those with no later time.
func (s *State) asBefore(c *charter.State) *State {
	out := *s
	out.Paragraphs = nil
	for _, p := range s.Paragraphs {
		q := *p
		q.Standing, q.Wordings = map[charter.PartyID][]Standing{}, nil
		for party, list := range p.Standing {
			for i, st := range list {
				if st.Unseen, st.Changed = nil, st.Turn(); i > 0 && list[i-1].Wording == st.Wording {
					st.Changed = q.Standing[party][i-1].Changed
				}
				q.Standing[party] = append(q.Standing[party], st)
			}
		}
		for _, w := range p.Wordings {
			u := *w
			u.SignOffs = nil
			for _, o := range w.SignOffs {
				heads := w.heads(c, o.Lang, nil)
				if o.Unseen = nil; len(heads) > 0 && o.At < heads[len(heads)-1].At {
					o.Unseen = []string{heads[len(heads)-1].Act}
				}
				u.SignOffs = append(u.SignOffs, o)
			}
			q.Wordings = append(q.Wordings, &u)
		}
		out.Paragraphs = append(out.Paragraphs, &q)
	}
	return &out
}
