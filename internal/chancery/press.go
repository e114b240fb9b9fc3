package chancery

import (
	"cmp"
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"entente.example/internal/adoption"
	"entente.example/internal/awaiting"
	"entente.example/internal/charter"
	"entente.example/internal/document"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/press"
	"entente.example/internal/text"
	"entente.example/internal/topic"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// PressDir keeps the export of every released text, without attachments: a proof once made stays good, and can be served when lines are cut and receipts no longer meet.
const PressDir = "press"

// maxPressEnclosure is the longest file of an annex that the press room serves; a longer one is named and withheld.
const maxPressEnclosure = 8 << 20

// published are exports of released texts that were kept, by folder.
type published struct {
	sync.Mutex
	exports map[string]map[string][]byte
}

// Publications are all texts that may be public now. Nothing else of the record is in them.
type Publications struct {
	All      []*press.Communique
	Accounts []*press.Account // readouts that parties published
	Next     time.Time        // when another text may; zero if none is known
	Waits    bool             // one that is released lacks its proof, because receipts are still on their way
}

// Publications reads them.
func (c *Chancery) Publications(ctx context.Context) (out Publications, err error) {
	mechs, err := c.node.Mechanisms(ctx)
	if err != nil {
		return out, err
	}
	places := map[press.Key]press.Key{}
	for _, mech := range mechs {
		err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
			g, err := c.glances.Of(s)
			if err != nil {
				return err
			}
			for _, known := range g.Texts() {
				if !known.Frozen {
					continue
				}
				t, err := s.Text(known.ID)
				if err != nil {
					return err
				}
				at, ok := t.PublicAt(s.Charter(), s.Held)
				if !ok {
					continue
				}
				files, err := c.released(ctx, s, t)
				if err != nil && refusal.As(err).Kind == refusal.Stale {
					out.Waits = true
					continue
				}
				if err != nil {
					return err
				}
				if c.now().Before(at) {
					if out.Next.IsZero() || at.Before(out.Next) {
						out.Next = at
					}
					continue
				}
				p, err := communique(s, t, t.PublicSince(at), files)
				if err != nil {
					return err
				}
				if end := t.Ended(s.Charter(), s.Held); end.Kind == text.EndSuperseded {
					places[p.Key] = press.Key{Mechanism: p.Mechanism, Text: end.Text}
				}
				out.All = append(out.All, p)
			}
			published, err := accounts(s)
			out.Accounts = append(out.Accounts, published...)
			return err
		})
		if err != nil {
			return Publications{}, err
		}
	}
	succeed(out.All, places)
	beside(out.All)
	return out, nil
}

// succeed names to the public the texts that have taken others' places, as far as they are public themselves.
func succeed(all []*press.Communique, places map[press.Key]press.Key) {
	e := press.Edition{All: all}
	for _, c := range all {
		by, ok := e.Find(places[c.Key])
		if !ok || c.Superseded == nil {
			continue
		}
		c.Superseded.By, c.Superseded.Title = by.Key, by.Content.Title
		if len(by.Headline) > 0 {
			c.Superseded.Title = by.Headline
		}
	}
}

// beside shows each text that is one side's own those of the other sides that are public.
func beside(all []*press.Communique) {
	for _, c := range all {
		for i := range c.Twins {
			for _, o := range all {
				if of := o.Content.Parallel; of != nil && o.Mechanism == c.Mechanism && of.Pair == c.Content.Parallel.Pair && of.Side == c.Twins[i].ID {
					c.Twins[i].Of = o
				}
			}
		}
	}
}

// oneSided fills what stands beside a text that is one side's own, and against it.
func oneSided(ch *charter.State, t *text.State, out *press.Communique) {
	if !t.Parallel() {
		return
	}
	for _, side := range ch.Document().Sides {
		if side.ID != t.Side(ch) {
			out.Twins = append(out.Twins, press.Twin{ID: side.ID, Side: side.Label})
		}
	}
	for _, d := range t.Dissents {
		out.Dissents = append(out.Dissents, press.Dissent{By: called(ch, out.Content, d.Party), Paragraph: string(d.Paragraph), Text: d.Text, At: instant(d.At)})
	}
}

// released is the export of a released text: the one that was kept, or a new one, which is kept then. It is checked as a stranger would before it is used.
func (c *Chancery) released(ctx context.Context, s *node.Snapshot, t *text.State) (map[string][]byte, error) {
	dir := c.path(PressDir, s.ID[:16], t.ID+"-"+sealedStatement(s, t)[:16]) // other bytes are another folder
	c.published.Lock()
	defer c.published.Unlock()
	if b, ok := c.published.exports[dir]; ok {
		return c.withAnnexes(ctx, s, t, b)
	}
	b, err := bundleKept(dir)
	if err != nil {
		fresh, err := bundle(s, t.ID)
		if err != nil {
			return nil, err
		}
		if b, err = fresh.Files(); err != nil {
			return nil, err
		}
		if err := keepBundle(dir, b); err != nil {
			return nil, err
		}
	}
	if c.published.exports == nil {
		c.published.exports = map[string]map[string][]byte{}
	}
	c.published.exports[dir] = b
	return c.withAnnexes(ctx, s, t, b)
}

// sealedStatement is the digest that the parties of an adopted text sealed.
func sealedStatement(s *node.Snapshot, t *text.State) string {
	return t.Rounds.Last().Choices[t.Sealers(s.Charter()).Document().Parties[0].ID].Statement
}

// withAnnexes adds what is here now of the files of annexes.
func (c *Chancery) withAnnexes(ctx context.Context, s *node.Snapshot, t *text.State, export map[string][]byte) (map[string][]byte, error) {
	all, err := c.enclosures(ctx, s, t, maxPressEnclosure)
	if err != nil || len(all) == 0 {
		return export, err
	}
	return proof.WithEnclosures(export, all), nil
}

// publishing are the roles that speak to the public for a party.
var publishing = []charter.Role{"press", "secretary"}

// Publishes refuses whoever may not moderate replies, or enter press coverage, in a mechanism.
func (c *Chancery) Publishes(ctx context.Context, mech, member string) error {
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if s.Charter().Holds(charter.PartyID(s.Self), member, c.now(), publishing...) {
			return nil
		}
		return refusal.New(refusal.Denied, "press.may_not", "member", member)
	})
}

// Tabled refuses a text that is not there. What is entered on one under a mistyped id nobody would ever see.
func (c *Chancery) Tabled(ctx context.Context, mech, text string) error {
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		_, err := s.Tabled(text)
		return err
	})
}

// UseLetters says how the chancery learns how many replies of readers wait in a mechanism, by its short name. It is called before the node runs.
func (c *Chancery) UseLetters(waiting func(ctx context.Context, mechanism string) (int, error)) {
	c.letters = waiting
}

// awaitsLetters adds the readers' replies that wait, for whoever may let them through.
func (c *Chancery) awaitsLetters(ctx context.Context, s *node.Snapshot, to []awaiting.Item) ([]awaiting.Item, error) {
	n, err := c.letters(ctx, s.Charter().Document().ID)
	if err != nil || n == 0 {
		return to, err
	}
	officers := []string{}
	for _, m := range s.Charter().Mandates(charter.PartyID(s.Self)) {
		if s.Charter().Holds(charter.PartyID(s.Self), m.Member, c.now(), publishing...) {
			officers = append(officers, m.Member)
		}
	}
	return append(to, awaiting.Item{Matter: "press", What: "press.awaits_replies", Params: map[string]string{"n": strconv.Itoa(n)}, Members: officers}), nil
}

// PressURL is where the public reaches the press room; "" if there is none.
func (c *Chancery) PressURL() string {
	switch {
	case c.cfg.Press.URL != "":
		return c.cfg.Press.URL
	case c.cfg.Press.Listen != "":
		return "http://" + c.cfg.Press.Listen
	}
	return ""
}

// bundleKept reads an export that was kept, if it is whole.
func bundleKept(dir string) (map[string][]byte, error) {
	if _, err := proof.Verify(os.DirFS(dir)); err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[path], err = fs.ReadFile(root, path)
		return err
	})
	return files, err
}

// keepBundle puts an export where bundleKept finds it, whole or not at all.
func keepBundle(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil { // it waits for its instant here, and is nobody else's until then
		return err
	}
	if err := os.RemoveAll(dir + ".new"); err != nil {
		return err
	}
	if err := WriteFolder(dir+".new", files); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Rename(dir+".new", dir); err != nil {
		return refusal.New(refusal.Unavailable, "press.not_kept", "folder", dir).Because(err)
	}
	return nil
}

// communique copies out of the record what the public may know of a text, and nothing else.
func communique(s *node.Snapshot, t *text.State, at time.Time, files map[string][]byte) (*press.Communique, error) {
	ch := s.Charter()
	content, err := proof.ParseContent(files["content.json"])
	if err != nil {
		return nil, err
	}
	last := t.Rounds.Last()
	front := t.Front(ch)
	statement := sealedStatement(s, t)
	out := &press.Communique{Key: press.Key{Mechanism: ch.Document().ID, Text: t.ID}, Content: content, Files: files, Public: at.UTC(), Category: front.Category, Headline: front.Headline, Lead: front.Lead, Statement: statement,
		Topics: map[string]lang.Text{}}
	if f := t.Frozen(ch); f != nil {
		out.Round = f.Round
	}
	for _, p := range alternat(ch, charter.PartyID(s.Self), t.Sealers(ch).Document().Parties) {
		choice := last.Choices[p.ID]
		out.Seals = append(out.Seals, sealed(p.ID, content, choice, files["allowed_signers"]))
		if on := t.Signed(p.ID, last.Number); on != nil {
			out.Signings = append(out.Signings, press.Signing{Party: string(p.ID), Names: named(content, p.ID), Day: on.Day, Place: on.Place, Office: on.Office})
		}
	}
	if err := met(s, t, out); err != nil {
		return nil, err
	}
	oneSided(ch, t, out)
	if out.Readouts, err = readouts(s, t, content); err != nil {
		return nil, err
	}
	for _, k := range t.Corrections(ch) {
		out.Corrections = append(out.Corrections, corrected(k, content))
	}
	if end := t.Ended(ch, s.Held); end.Kind == text.EndSuperseded {
		out.Superseded = &press.Superseded{At: instant(t.Since(ch, end))}
	}
	docs, err := s.Documents()
	if err != nil {
		return nil, err
	}
	for _, p := range content.Paragraphs {
		for _, c := range p.Cites {
			id, _ := document.Cited(c)
			out.Cited = cite(out.Cited, docs, id, p.Label)
		}
		for _, id := range p.Topics {
			title, err := topicTitle(s, id)
			if err != nil {
				return nil, err
			}
			if title != nil {
				out.Topics[id] = title
			}
		}
	}
	return out, nil
}

// met says on which day and where the meeting of a text was, as far as the record has it.
func met(s *node.Snapshot, t *text.State, out *press.Communique) error {
	if t.Tabled.Meeting == "" {
		return nil
	}
	m, err := s.Subject(t.Tabled.Meeting)
	if err != nil && refusal.As(err).Kind == refusal.Missing {
		return nil
	}
	if held, ok := m.(*meeting.State); ok && held.Meeting != nil {
		from, until := held.Days(s.Charter())
		out.Day = cmp.Or(until, from)
		for _, v := range held.Where(s.Charter()) {
			out.Places = append(out.Places, v.City)
		}
	}
	return err
}

// alternat puts parties as they stand on a party's own copy: itself first, then its side, then the others in the charter's order.
func alternat(c *charter.State, own charter.PartyID, list []charter.Party) []charter.Party {
	rank := func(p charter.Party) int {
		switch {
		case p.ID == own:
			return 0
		case p.Side == c.SideOf(own):
			return 1
		}
		return 2
	}
	return slices.SortedStableFunc(slices.Values(list), func(a, b charter.Party) int { return rank(a) - rank(b) })
}

func sealed(id charter.PartyID, content *proof.Content, choice adoption.Choice, signers []byte) press.Seal {
	return press.Seal{Party: string(id), Keys: press.Keys(signers, string(id)), At: instant(choice.At), Names: named(content, id)}
}

func corrected(k text.Correction, content *proof.Content) press.Correction {
	out := press.Correction{Symbol: k.Symbol, At: instant(k.At)}
	for _, x := range k.Changes {
		label := string(x.Paragraph)
		if i := slices.IndexFunc(content.Paragraphs, func(p proof.Paragraph) bool { return p.ID == label }); i >= 0 {
			label = content.Paragraphs[i].Label
		}
		out.Changes = append(out.Changes, press.Change{Paragraph: string(x.Paragraph), Label: label, Lang: x.Language, Before: x.Before, After: x.After})
	}
	return out
}

// cite adds a paragraph to a document's citations. Titles are taken for everybody, by language: none of them is preferred for being one side's.
func cite(list []press.Document, docs []*document.State, id, label string) []press.Document {
	if i := slices.IndexFunc(list, func(d press.Document) bool { return d.ID == id }); i >= 0 {
		if !slices.Contains(list[i].Paragraphs, label) { // it may cite several principles of one document
			list[i].Paragraphs = append(list[i].Paragraphs, label)
		}
		return list
	}
	i := slices.IndexFunc(docs, func(d *document.State) bool { return d.ID == id && d.First() != nil })
	if i < 0 {
		return list
	}
	d := press.Document{ID: id, Date: docs[i].First().Date, Titles: lang.Text{}, Paragraphs: []string{label}}
	for _, t := range docs[i].Titles() {
		if d.Titles[t.Lang] == "" || t.UsedBy == "" {
			d.Titles[t.Lang] = t.Full
		}
	}
	return append(list, d)
}

// topicTitle is an issue's title if every side raised it in the same words. One side's name for it is its own, and not public.
func topicTitle(s *node.Snapshot, id string) (lang.Text, error) {
	st, err := s.Subject("topic/" + id)
	if err != nil && refusal.As(err).Kind != refusal.Missing {
		return nil, err
	}
	t, ok := st.(*topic.State)
	if !ok || len(t.RaisedBy(s.Charter())) != len(s.Charter().Document().Sides) {
		return nil, nil
	}
	for _, r := range t.Raised {
		if !maps.Equal(r.Title, t.Raised[0].Title) || len(r.Title) == 0 {
			return nil, nil
		}
	}
	return t.Raised[0].Title, nil
}
