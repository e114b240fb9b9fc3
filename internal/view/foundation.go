package view

import (
	"cmp"
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/membership"
	"entente.example/internal/outsider"
	"entente.example/lang"
)

// Foundation is what a mechanism is, on one page: for somebody who comes new to it, or has to explain it.
type Foundation struct {
	Chrome
	Sides       []Side
	Founded     string
	Languages   []lang.Tag
	Drafting    lang.Tag
	Rules       charter.Rules
	First       Side // that holds the first meeting; nothing if the rules do not say
	Fingerprint string
	Parties     []Member
	Documents   []Document
	Witnesses   []MatterRow
	Place       *Membership
	Amended     []Amendment
	Held        *Meeting // the newest meeting of the mechanism's own series that has a day and is not only planned
	Breaks      []Break
}

// Member is a party, since when it has sealed the charter, and who speaks for it.
type Member struct {
	Party
	Sealed    Voice // nothing if it has not
	Mandates  []charter.Mandate
	Keys      int // seal keys, of which Threshold seal together
	Threshold int
}

// Amendment is something that changed since the founding, by a party's own word. Key is a message, Decided the id of the text in which it was decided, "" for none.
type Amendment struct {
	Voice
	Decided string
}

// Foundation builds the page.
func (f From) Foundation() (Foundation, error) {
	chrome, err := f.ChromeOf("")
	if err != nil {
		return Foundation{}, err
	}
	doc := f.Charter().Document()
	out := Foundation{Chrome: chrome, Sides: f.sides(), Founded: doc.Founded, Languages: doc.Languages, Drafting: doc.Drafting, Rules: doc.Rules, Fingerprint: charter.Fingerprint(f.ID)}
	for _, s := range out.Sides {
		if s.ID == doc.Rules.FirstHost {
			out.First = s
		}
	}
	if err := f.members(&out); err != nil {
		return out, err
	}
	if out.Documents, err = f.documents(); err != nil {
		return out, err
	}
	subjects, err := f.Subjects(outsider.Kind)
	if err != nil {
		return out, err
	}
	for _, s := range subjects {
		if row := f.matterRow(s); row.Status != "" {
			out.Witnesses = append(out.Witnesses, row)
		}
	}
	if out.Place, err = f.membershipOf(); err != nil {
		return out, err
	}
	series, err := f.series()
	for _, s := range series {
		if !s.Main {
			continue
		}
		out.Breaks = s.Breaks
		for _, m := range s.Meetings {
			if m.Status == "" && m.Start != "" && m.Start <= f.today() {
				out.Held = &m
			}
		}
	}
	return out, err
}

// members fills who the parties are, when each sealed the charter, and what each has said since about its own place.
func (f From) members(out *Foundation) error {
	founding, err := f.Founding()
	if err != nil {
		return err
	}
	last := founding.Rounds.Last()
	for p := range f.ordered(f.Charter().Document().Parties) {
		m := Member{Party: f.party(p.ID), Mandates: f.Charter().Mandates(p.ID)}
		keys, threshold := f.Charter().SealKeys(p.ID)
		m.Keys, m.Threshold = len(keys), threshold
		if last != nil {
			if c := last.Choices[p.ID]; c.Statement != "" {
				m.Sealed = Voice{ID: c.Act, Party: m.Party, Member: c.Member, At: when(c.At)}
			}
		}
		out.Parties = append(out.Parties, m)
		said, err := f.Snapshot.Membership(p.ID)
		if err != nil {
			return err
		}
		for _, r := range said.Renames {
			v := f.said(r.By, "act.membership.rename", r.Reason)
			v.Day = r.From
			out.Amended = append(out.Amended, Amendment{v, r.Text})
		}
		for _, w := range said.Words {
			v := f.said(w.By, map[string]string{membership.Continues: "act.membership.continue", membership.Left: "act.membership.leave"}[w.Status], w.Note)
			v.Day = w.From
			out.Amended = append(out.Amended, Amendment{v, w.Text})
		}
	}
	slices.SortStableFunc(out.Amended, func(a, b Amendment) int { return cmp.Compare(a.At.Unix(), b.At.Unix()) })
	return nil
}
