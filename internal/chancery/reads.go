package chancery

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/concordance"
	"entente.example/internal/conflict"
	"entente.example/internal/glance"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/internal/termbase"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/ledger"
	"entente.example/refusal"
)

// TextSummary is a text in a list.
type TextSummary struct {
	ID         string      `json:"id"`
	Symbol     string      `json:"symbol"` // as all parties have it; as tabled while they differ
	SymbolOpen bool        `json:"symbol_open,omitzero" doc:"The parties do not say the same about the symbol"`
	Title      entry.Text  `json:"title"`
	Status     text.Status `json:"status"`
	Round      string      `json:"round"` // outcome of the newest round: "", "pending", "adopted", "failed"; "issued" instead of "adopted" if the text is one side's own
	Side       string      `json:"side,omitzero" doc:"Set if the text is this side's own, without joint authority"`
	Pair       string      `json:"pair,omitzero" doc:"The matter on which each side has such a text: those of the others are <party>.<pair>"`
}

// TextView is a whole text: its summary, and its full state as folded.
type TextView struct {
	TextSummary
	PublicAt string      `json:"public_at"` // RFC 3339, "" while not released by all
	State    *text.State `json:"state"`
	// Corrections are in force; what they replaced is what the seals cover. Rectifications say what became of each that was proposed.
	Corrections    []text.Correction             `json:"corrections,omitempty"`
	Rectifications []Rectified                   `json:"rectifications,omitempty"`
	Below          map[text.ParaID][]text.ParaID `json:"below,omitempty" doc:"The sub-paragraphs of each paragraph that has some, of all depths, in order"`
	Talks          []Talk                        `json:"talks,omitempty" doc:"Threads about its paragraphs"`
	Beside         []TextSummary                 `json:"beside,omitempty" doc:"If it is one side's own text: those of the other sides on the same matter"`
	Lacking        []string                      `json:"lacking,omitempty" doc:"Sides that have none"`
	Paragraphs     map[text.ParaID]ParagraphNow  `json:"paragraphs" doc:"What each paragraph has come to, its wordings, and where the parties stand"`
	Languages      []text.LanguageWork           `json:"languages,omitempty" doc:"What translators have still to do in paragraphs that are agreed, at least ad referendum"`
	Read           text.Known                    `json:"read,omitempty" doc:"The versions of it: whoever has read them says so with it, in acts that are of versions"`
	Overtaken      map[charter.PartyID][]string  `json:"overtaken,omitempty" doc:"By party: paragraphs whose wording changed in the drafting language since the party agreed; it counts as supporting them"`
}

// Rectified is what became of a proposed rectification.
type Rectified struct {
	Act    string `json:"act"`
	Status string `json:"status"` // "proposed", "objected", "corrected"
	Until  string `json:"until"`  // end of the time for objection
}

// Texts lists the texts of a mechanism.
func (c *Chancery) Texts(ctx context.Context, mech string) (out []TextSummary, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		texts, err := s.Texts()
		for _, t := range texts {
			out = append(out, summary(s, t))
		}
		return err
	})
	return out, err
}

func summary(s *node.Snapshot, t *text.State) TextSummary {
	out := TextSummary{ID: t.ID, Status: t.Status(s.Charter(), s.Held), Round: string(t.Outcome(s.Charter(), s.Held))}
	if t.Tabled != nil {
		out.Title = t.Tabled.Title
		symbol, agreed := t.Symbol(s.Charter())
		out.Symbol, out.SymbolOpen = symbol, !agreed
		out.Side, out.Pair = t.Side(s.Charter()), t.Pair()
		if out.Status.Issued {
			out.Round = "issued"
		}
	}
	return out
}

// Text returns one text.
func (c *Chancery) Text(ctx context.Context, mech, id string) (out TextView, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Text(id)
		if err != nil {
			return err
		}
		out = TextView{TextSummary: summary(s, t), State: t, Below: t.Below(s.Charter()), Corrections: t.Corrections(s.Charter()), Languages: t.Languages(s.Charter()), Read: t.Known(), Overtaken: overtaken(s.Charter(), t)}
		out.Paragraphs = paragraphsNow(s.Charter(), t, out.Status)
		for _, r := range t.Rectifications {
			out.Rectifications = append(out.Rectifications, Rectified{r.Act, r.Status(s.Charter()), r.Until})
		}
		if out.Talks, err = c.talks(s, id); err != nil {
			return err
		}
		if out.Beside, out.Lacking, err = twins(s, t); err != nil {
			return err
		}
		if at, ok := t.PublicAt(s.Charter(), s.Held); ok {
			out.PublicAt = t.PublicSince(at).UTC().Format(time.RFC3339)
		}
		return nil
	})
	return out, err
}

// twins are the texts that other sides have beside one side's own, and the sides that have none.
func twins(s *node.Snapshot, t *text.State) (out []TextSummary, lacking []string, err error) {
	if !t.Parallel() {
		return nil, nil, nil
	}
	c := s.Charter()
	has := map[string]bool{t.Side(c): true}
	for _, id := range t.Beside(c) {
		other, err := s.Text(id)
		switch {
		case err != nil && refusal.As(err).Kind == refusal.Missing:
			continue
		case err != nil:
			return nil, nil, err
		case other.Parallel():
			has[other.Side(c)] = true
			out = append(out, summary(s, other))
		}
	}
	for _, side := range c.Document().Sides {
		if !has[side.ID] {
			lacking = append(lacking, side.ID)
		}
	}
	return out, lacking, nil
}

// Questions compares the figures, dates, names, verbs and agreed terms of a text in its languages.
func (c *Chancery) Questions(ctx context.Context, mech, id string) (out []concordance.Asked, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Text(id)
		if err != nil {
			return err
		}
		docs, err := s.Documents()
		if err != nil {
			return err
		}
		concepts, err := termbase.Gather(s.Charter(), s.Subjects)
		if err != nil {
			return err
		}
		base := termbase.New(concepts)
		out = concordance.Of(s.Charter(), t, docs, func(words lang.Text) (qs []concordance.Question) {
			for _, h := range base.In(words) {
				if len(h.Missing) > 0 {
					in := h.Common[0]
					qs = append(qs, concordance.Question{Kind: concordance.Term, Words: h.Concept.Term[in], In: in, Missing: h.Missing})
				}
			}
			return qs
		})
		return nil
	})
	return out, err
}

// Conflicts says which proposals of a text have lost their ground, and which cannot be taken together.
func (c *Chancery) Conflicts(ctx context.Context, mech, id string) (out []conflict.Marked, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Text(id)
		if err != nil {
			return err
		}
		if t.Tabled == nil {
			return refusal.New(refusal.Missing, "text.unknown_text", "text", id)
		}
		out = conflict.Of(s.Charter(), t)
		return nil
	})
	return out, err
}

// Items resolves "7" and "7=7 bis" to wordings of a text.
func (c *Chancery) Items(ctx context.Context, mech, id string, refs []string) (out []text.Item, err error) {
	st, _, err := c.state(ctx, mech, id)
	if err != nil {
		return nil, err
	}
	return st.Wordings(refs)
}

// Charter returns the charter of a mechanism.
func (c *Chancery) Charter(ctx context.Context, mech string) (doc *charter.Document, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		doc = s.Charter().Document()
		return nil
	})
	return doc, err
}

// Meetings lists the meetings of a mechanism.
func (c *Chancery) Meetings(ctx context.Context, mech string) (out []*meeting.State, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		out, err = s.Meetings()
		return err
	})
	return out, err
}

// Rests lists what rests on a founding document.
func (c *Chancery) Rests(ctx context.Context, mech, document string) (out []glance.Resting, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if _, err := s.Subject("document/" + document); err != nil {
			return err
		}
		g, err := c.glances.Of(s)
		if err == nil {
			out = g.Rests(document)
		}
		return err
	})
	return out, err
}

// RestsOnText lists what rests on a text of this record.
func (c *Chancery) RestsOnText(ctx context.Context, mech, id string) (out []glance.Resting, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if _, err := s.Tabled(id); err != nil {
			return err
		}
		g, err := c.glances.Of(s)
		if err == nil {
			out = g.RestsOnText(id)
		}
		return err
	})
	return out, err
}

// LogQuery selects entries. Before is a place in the record's order (lam); 0 begins at the newest.
type LogQuery struct {
	Party  string
	Matter string
	Before int64
	Limit  int
}

// LogEntry is an entry as it is listed.
type LogEntry struct {
	ID     string         `json:"id"`
	Ref    string         `json:"ref"`
	Party  string         `json:"party"`
	Index  int64          `json:"index"`
	Lam    int64          `json:"lam"`
	At     string         `json:"at"`
	Actor  entry.Actor    `json:"actor"`
	Matter string         `json:"matter"`
	Type   string         `json:"type"`
	Body   jsontext.Value `json:"body"`
	Void   *refusal.Error `json:"void,omitempty"` // why it has no effect
}

// maxLog bounds one answer.
const maxLog = 1000

// Log lists entries, newest first: Limit of them, and those that share the last one's place, so that going on with Before = its Lam leaves none out.
func (c *Chancery) Log(ctx context.Context, mech string, q LogQuery) (out []LogEntry, err error) {
	limit := q.Limit
	if limit <= 0 || limit > maxLog {
		limit = maxLog
	}
	out = []LogEntry{}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		for before := q.Before; len(out) < limit; {
			page, err := s.Recent(before, limit)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, e := range page {
				row, ok := logEntry(s, e)
				full := len(out) >= limit && row.Lam != out[len(out)-1].Lam
				if ok && (q.Party == "" || row.Party == q.Party) && (q.Matter == "" || row.Matter == q.Matter) && !full {
					out = append(out, row)
				}
				before = e.Lam
			}
		}
		return nil
	})
	return out, err
}

func logEntry(s *node.Snapshot, e store.Entry) (LogEntry, bool) {
	for _, l := range s.All {
		if l.ID != e.Log {
			continue
		}
		ref := entry.Ref{Origin: l.Origin, Index: e.Index}
		h := ledger.LeafHash(e.Leaf)
		copy(ref.Hash[:], h[:])
		row := LogEntry{ID: charter.ActID(charter.PartyID(l.Party), l.Gen, e.Index), Ref: ref.String(), Party: l.Party, Index: e.Index, Lam: e.Lam, Matter: e.Matter}
		if d, err := entry.Decode(e.Leaf); err == nil {
			row.At, row.Actor, row.Type, row.Body = d.At.Format(time.RFC3339), d.Actor, d.Type, d.Body
		}
		if e.Void != nil {
			row.Void = new(refusal.Error)
			if err := json.Unmarshal(e.Void, row.Void); err != nil {
				row.Void = refusal.New(refusal.Internal, "internal")
			}
		}
		return row, true
	}
	return LogEntry{}, false
}

// Entry returns one entry by its act id.
func (c *Chancery) Entry(ctx context.Context, mech, act string) (out LogEntry, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		_, e, err := s.Entry(act)
		if err == nil {
			out, _ = logEntry(s, e)
		}
		return err
	})
	return out, err
}

// Verified is what a re-verification of a mechanism found: its record, and what travels beside it.
type Verified struct {
	*node.Verified
	Attachments VerifiedAttachments
}

// Verify re-verifies every mechanism's whole record from its bytes, and every attachment that is here.
func (c *Chancery) Verify(ctx context.Context, progress func(done, total int64)) (out []Verified, err error) {
	err = c.node.View(ctx, func(r store.Reader) error {
		mechs, err := r.Mechanisms()
		if err != nil {
			return err
		}
		for _, mech := range mechs {
			v, err := node.Verify(r, mech, progress)
			if err != nil {
				return refusal.New(refusal.Unverified, "node.record_differs", "reason", err.Error()).Because(err)
			}
			out = append(out, Verified{Verified: v})
		}
		return nil
	})
	for i := range out {
		if err == nil {
			out[i].Attachments, err = c.verifyAttachments(ctx, out[i].Mech)
		}
	}
	return out, err
}

// Digest is the record digest of a mechanism, 64 hex digits, equal on all nodes that hold the same.
func (c *Chancery) Digest(ctx context.Context, mech string) (digest string, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		digest, err = c.glances.Digest(s)
		return err
	})
	return digest, err
}

// signInLife is how long a sign-in link may be used.
const signInLife = 24 * time.Hour

// SignInLink makes a one-time address for a member's browser.
func (c *Chancery) SignInLink(ctx context.Context, member string) (string, error) {
	secret, err := c.staff.Invite(ctx, member, c.cfg.Language, signInLife)
	if err != nil {
		return "", err
	}
	return c.SiteURL() + "/sign-in/" + secret, nil
}

// SiteURL is where members reach the site.
func (c *Chancery) SiteURL() string {
	if c.cfg.Web.URL != "" {
		return c.cfg.Web.URL
	}
	return "http://" + c.cfg.Web.Listen
}

// Watch tells what changes until stop is called.
func (c *Chancery) Watch() (<-chan node.Changed, func()) { return c.node.Watch() }

// quiet is how long nothing must change for a burst of changes to be over.
const quiet = time.Second

// backlog is how long the rest of a backlog is waited for at most.
const backlog = 5 * time.Minute

// Lull waits until a burst of changes is over, but no longer than atMost, and hands each of them to f: for whoever looks at the whole record after a change and need not do so after every one.
// While a backlog comes in it waits for all of that: what is looked at before has to be looked at again, and takes processor time and memory from whatever stores and folds the rest.
func Lull(ctx context.Context, changes <-chan node.Changed, atMost time.Duration, f func(node.Changed)) {
	began, end, rest := time.Now(), time.NewTimer(atMost), time.NewTimer(quiet)
	defer end.Stop()
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			return
		case <-rest.C:
			return
		case c := <-changes:
			f(c)
			if !c.More {
				rest.Reset(quiet)
				continue
			}
			wait := min(atMost, backlog-time.Since(began))
			rest.Reset(wait)
			end.Reset(wait)
		}
	}
}

// Subjects lists the matters of a kind of the dialogue, such as "concern", by id.
func (c *Chancery) Subjects(ctx context.Context, mech, kind string) (out []record.Subject, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		out, err = s.Subjects(kind)
		return err
	})
	return out, err
}

// Subject returns the state of a matter of the dialogue.
func (c *Chancery) Subject(ctx context.Context, mech, matter string) (out record.Subject, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		out, err = s.Subject(matter)
		return err
	})
	return out, err
}

// overtaken are the paragraphs whose wording changed since a party agreed to it, by party.
func overtaken(c *charter.State, t *text.State) map[charter.PartyID][]string {
	out := map[charter.PartyID][]string{}
	for _, party := range c.Document().Parties {
		for _, p := range t.Overtaken(c, party.ID) {
			out[party.ID] = append(out[party.ID], string(p.ID))
		}
	}
	return out
}
