package view

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"
	"time"

	"entente.example/internal/adoption"
	"entente.example/internal/awaiting"
	"entente.example/internal/charter"
	"entente.example/internal/glance"
	"entente.example/internal/link"
	"entente.example/internal/margin"
	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/ledger"
	"entente.example/refusal"
)

// From is what the builders of a mechanism's pages read: one consistent snapshot, and what the lines say.
type From struct {
	*node.Snapshot
	Glances  *glance.Book                          // what is remembered of matters; nil: nothing is
	Margins  *margin.Memory                        // what is remembered of wordings; nil: nothing is
	Lines    []link.PartyStatus                    // nil while the node does not run
	Contacts map[string]node.Contact               // what the node remembers of the other parties
	Ways     map[string]Way                        // how they are reached
	Pen      node.Pen                              // whether our node writes
	Ours     func() ([]awaiting.Item, error)       // what waits beside the record; nil: nothing
	Confers  bool                                  // the reader handles papers off the record
	Aside    func() []awaiting.Item                // what waits off the record, for a reader who handles that; nil: nothing
	Marking  func(what string, public bool) string // how our house marks what some can read, or everybody; nil: it marks nothing
	Now      time.Time                             // the house's clock; zero: whatever has an instant is taken to be past it
	Elders   []*node.Snapshot                      // what this mechanism continues and the reader may see, the nearest first
	Heirs    []*node.Snapshot                      // what continues it and the reader may see
}

func (f From) parties() []Party {
	var out []Party
	for p := range f.ordered(f.Charter().Document().Parties) {
		out = append(out, f.party(p.ID))
	}
	return out
}

// ordered puts the parties of our side first, otherwise as the charter has them: which side is named first is each side's own, as in its copy of a text.
func (f From) ordered(list []charter.Party) iter.Seq[*charter.Party] {
	own := f.Charter().SideOf(charter.PartyID(f.Self))
	return func(yield func(*charter.Party) bool) {
		for _, ours := range []bool{true, false} {
			for i := range list {
				if (list[i].Side == own) == ours && !yield(&list[i]) {
					return
				}
			}
		}
	}
}

func ownFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// sides are both sides with their parties, our own first.
func (f From) sides() []Side {
	var out []Side
	for _, s := range f.Charter().Document().Sides {
		side := Side{ID: s.ID, Label: s.Label}
		for _, p := range s.Parties {
			side.Parties = append(side.Parties, f.party(p))
		}
		out = append(out, side)
	}
	own := f.Charter().SideOf(charter.PartyID(f.Self))
	slices.SortStableFunc(out, func(a, b Side) int { return ownFirst(a.ID == own, b.ID == own) })
	return out
}

// Chrome builds what stands around every page of the mechanism.
func (f From) Chrome() (Chrome, error) {
	doc := f.Charter().Document()
	c := Chrome{Ref: doc.ID, Mech: f.ID, Names: doc.Names, Self: f.party(charter.PartyID(f.Self)), Illustration: doc.Illustration, Confers: f.Confers}
	founded, err := f.Founding()
	if err != nil {
		return c, err
	}
	c.InForce = founded.InForce()
	for _, p := range doc.Parties {
		if string(p.ID) != f.Self {
			c.Lines = append(c.Lines, f.line(p.ID))
		}
	}
	return c, f.kin(&c)
}

func (f From) line(p charter.PartyID) Line {
	own := f.Logs[f.Charter().Ordinal(charter.PartyID(f.Self))]
	theirs := f.Logs[f.Charter().Ordinal(p)]
	l := Line{Party: f.party(p), Ours: own.Size, Theirs: theirs.Size, Waiting: theirs.Size - theirs.Applied, Way: f.Ways[string(p)]}
	for _, rc := range f.Confirmed {
		if rc.Log == own.ID && rc.Party == string(p) {
			l.Receipt, l.ReceiptAt, l.UpTo = rc.Size, time.Unix(rc.Time, 0).UTC(), charter.ActID(charter.PartyID(f.Self), own.Gen, rc.Size-1)
		}
	}
	for _, st := range f.Lines {
		if st.Party == string(p) {
			l.Connected, l.Route, l.Newer, l.Older = st.Connected, st.Route, st.Newer, st.Older
			l.Over, l.Full, l.OverAll, l.FullAll = unix(st.Over), unix(st.Full), st.Over == link.NoEnd, st.Full == link.NoEnd
			for _, h := range st.Holds {
				if h.Origin == own.Origin {
					l.Holds = h.Size
				}
			}
		}
	}
	l.Holds = max(l.Holds, l.Receipt) // a receipt proves it, whatever was said since the node started
	if k, ok := f.Contacts[string(p)]; ok {
		l.Heard = k.Heard
		if !l.Connected {
			l.Silent = length(k.Heard, f.Now)
		}
		if s := k.Silence; s != nil && f.Now.Sub(s.Until) < backShown {
			l.Back = &Back{From: s.From, Until: s.Until, Length: length(s.From, s.Until), Route: s.Route, CameIn: s.CameIn(), WentOut: s.WentOut()}
		}
	}
	return l
}

// unix is a time in Unix seconds, the zero time for zero.
func unix(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// backShown is how long the end of a long silence is told.
const backShown = 30 * 24 * time.Hour

func length(from, to time.Time) Length {
	y, m, d := node.Elapsed(from, to)
	return Length{y, m, d}
}

// logs lists every party's log and who confirmed how much of it.
func (f From) logs() ([]Log, error) {
	var out []Log
	contested, err := f.Contested()
	for _, l := range f.All {
		of := charter.PartyID(l.Party)
		row := Log{Party: f.party(of), Gen: l.Gen, Size: l.Size, Applied: l.Applied}
		_, row.Contested = contested[f.Slot(l)]
		for _, p := range f.parties() {
			if p.ID != of {
				row.Confirmed = append(row.Confirmed, Confirmed{p, f.Held(p.ID, of, l.Gen)})
			}
		}
		out = append(out, row)
	}
	return out, err
}

// evidence lists what this node holds of two histories of one log.
func (f From) evidence() ([]Evidence, error) {
	files, forks, err := f.Snapshot.Evidence()
	var out []Evidence
	for i, fork := range forks {
		sum := sha256.Sum256(files[i])
		e := Evidence{ID: hex.EncodeToString(sum[:8])}
		e.Key, e.Params = fork.Explanation()
		out = append(out, e)
	}
	return out, err
}

// Mechanism builds the mechanism's page, its long lists from a place on.
func (f From) Mechanism(member string, at At) (Mechanism, error) {
	chrome, err := f.ChromeOf("")
	if err != nil {
		return Mechanism{}, err
	}
	doc := f.Charter().Document()
	m := Mechanism{Chrome: chrome, Sides: f.sides(), Founded: doc.Founded, Languages: doc.Languages, Drafting: doc.Drafting, Rules: doc.Rules,
		Fingerprint: charter.Fingerprint(f.ID)}
	if m.Logs, err = f.logs(); err != nil {
		return m, err
	}
	if m.ClockBehind, err = f.Snapshot.ClockBehind(f.Now); err != nil {
		return m, err
	}
	if m.Evidence, err = f.evidence(); err != nil {
		return m, err
	}
	for _, l := range f.All {
		m.Entries += l.Size
	}
	if m.Digest, err = f.Glances.Digest(f.Snapshot); err != nil {
		return m, err
	}
	awaits, err := f.Awaits(member)
	if err != nil {
		return m, err
	}
	for _, l := range m.Lines {
		if l.Back != nil {
			l.Back.Awaits = len(awaits)
		}
	}
	m.Awaits, m.AwaitsCut = CutAwaits(awaits, at.Awaits)
	if m.Series, err = f.series(); err != nil {
		return m, err
	}
	if m.Documents, err = f.documents(); err != nil {
		return m, err
	}
	m.Texts, m.TextsCut, err = f.cards(at.Texts, textsShown)
	return m, err
}

// Card builds the mechanism's card on the home page, with so many texts at most, as far as the record has it.
func (f From) Card(texts int) (Card, error) {
	chrome, err := f.Chrome()
	if err != nil {
		return Card{}, err
	}
	c := Card{Chrome: chrome, Sides: f.sides()}
	c.Texts, c.TextsCut, err = f.cards(0, texts)
	return c, err
}

// Linked is the card with what no record has: which lines are open.
func (c Card) Linked(lines []link.PartyStatus) Card {
	c.Lines = slices.Clone(c.Lines) // the card may be shown to others meanwhile
	for i := range c.Lines {
		l := &c.Lines[i]
		l.Connected = slices.ContainsFunc(lines, func(s link.PartyStatus) bool { return s.Party == string(l.Party.ID) && s.Connected })
	}
	return c
}

// Awaits lists what waits for our side, and says what of it the member may do.
func (f From) Awaits(member string) ([]Await, error) {
	me := charter.PartyID(f.Self)
	var ours []awaiting.Item
	if f.Ours != nil {
		var err error
		if ours, err = f.Ours(); err != nil {
			return nil, err
		}
	}
	if f.Aside != nil {
		ours = append(ours, f.Aside()...)
	}
	items, err := awaiting.List(f.Snapshot, f.Glances, f.Now, ours...)
	yours := awaiting.For(f.Charter(), me, member, f.Now)
	out := make([]Await, 0, len(items))
	for _, i := range items {
		out = append(out, f.naming(Await{Ref: f.Charter().Document().ID, Matter: i.Matter, What: i.What, Params: refusal.Params(i.Params), Named: i.Named, Title: i.Title, Due: i.Due,
			Overdue: i.Due != "" && i.Due < f.today(), Yours: yours(i), Held: i.Held}))
	}
	if pen := PenAwaits(f.Charter().Document().ID, f.Self, f.Pen); pen != nil {
		out = append(pen, out...)
	}
	return out, err
}

// PenAwaits is what waits where our node does not write: that it may. ref is the mechanism's short name, self our party there.
func PenAwaits(ref, self string, pen node.Pen) []Await {
	if pen.Why == nil {
		return nil
	}
	return []Await{{Ref: ref, Matter: "party/" + self, What: pen.Why.Key, Params: pen.Why.Params}}
}

// naming adds the names of the party among the parameters.
func (f From) naming(a Await) Await {
	if p := a.Params["party"]; p != "" {
		a.Party = f.party(charter.PartyID(p)).Names
	}
	return a
}

// Texts lists the texts.
func (f From) Texts() ([]TextCard, error) {
	texts, err := f.Snapshot.Texts()
	if err != nil {
		return nil, err
	}
	var out []TextCard
	for _, t := range texts {
		if t.Tabled != nil {
			out = append(out, f.textCard(t))
		}
	}
	return out, nil
}

func (f From) textCard(t *text.State) TextCard {
	c := TextCard{ID: t.ID, Title: t.Heading(), Kind: t.Tabled.Kind, Stage: f.stage(t), Alone: f.alone(t)}
	st := t.Status(f.Charter(), f.Held)
	c.Over = (st.Adopted || st.Issued) && st.Ended != nil
	c.Symbol, _ = t.Symbol(f.Charter())
	if at, ok := t.PublicAt(f.Charter(), f.Held); ok && !f.Now.IsZero() && f.Now.Before(at) {
		c.PublicAt = at
	}
	there := slices.DeleteFunc(t.Ordered(f.Charter()), func(p *text.Para) bool { return slices.Contains(st.Omitted, string(p.ID)) })
	c.Counts = Counts{Total: len(there), Bracketed: len(st.Bracketed), AdRef: len(st.AdRef), Agreed: len(st.Agreed),
		Reservations: len(st.OpenReservations), Concordance: len(st.ConcordanceOpen)}
	c.Counts.Proposed = c.Counts.Total - c.Counts.Bracketed - c.Counts.AdRef - c.Counts.Agreed
	final := t.FinalLabels(f.Charter())
	for _, p := range there {
		cell := Cell{p.ID, p.Label, statusIn(st, p.ID)}
		if l, ok := final[p.ID]; ok && t.Frozen(f.Charter()) != nil {
			cell.Label = l
		}
		c.Cells = append(c.Cells, cell)
	}
	for _, i := range t.Issued {
		c.Document = i.Document
	}
	c.LastAct = lastAct(t)
	return c
}

func statusIn(st text.Status, id text.ParaID) string {
	switch {
	case slices.Contains(st.Bracketed, string(id)):
		return Bracketed
	case slices.Contains(st.AdRef, string(id)):
		return AdRef
	case slices.Contains(st.Agreed, string(id)):
		return Agreed
	case slices.Contains(st.Omitted, string(id)):
		return Omitted
	case slices.Contains(st.Withdrawn, string(id)):
		return Withdrawn
	}
	return Proposed
}

// stage puts the text's way into one word.
func (f From) stage(t *text.State) string {
	switch t.Outcome(f.Charter(), f.Held) {
	case adoption.Adopted:
		if at, ok := t.PublicAt(f.Charter(), f.Held); ok && (f.Now.IsZero() || !f.Now.Before(at)) {
			return "public"
		}
		return "adopted"
	case adoption.Failed:
		if end := t.Ended(f.Charter(), f.Held); end.Kind != "" {
			return end.Kind
		}
		return "failed"
	case adoption.Pending:
		if len(t.Rounds.Last().Choices) > 0 {
			return "sealing"
		}
		return "frozen"
	}
	if end := t.Ended(f.Charter(), f.Held); end.Kind != "" {
		return end.Kind
	}
	return "negotiation"
}

// lastAct is the newest claim of time in the text.
func lastAct(t *text.State) time.Time {
	at, err := time.Parse(time.RFC3339, t.Newest())
	if err != nil {
		return time.Time{}
	}
	return at
}

// leafHash is the hash of an entry as pages print it.
func leafHash(leaf []byte) ledger.Hash { return ledger.LeafHash(leaf) }
