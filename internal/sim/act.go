package sim

import (
	"context"
	"fmt"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	core "entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/seal"
)

// texts is how many joint texts a story negotiates.
const texts = 2

// affix seals a statement with the party's key.
func (n *node) affix(round int, statement []byte) (entry.Body, error) {
	armor, err := seal.Sign(n.seal, seal.NamespaceSeal, statement)
	return adoption.Affix{Round: round, Statement: seal.FileOf("", statement).Hex(), Signatures: []string{armor}}, err
}

// meet connects everybody and lets everything arrive.
func (w *world) meet() error {
	for a := range parties {
		for b := range a {
			if err := w.connect(b, a); err != nil {
				return err
			}
		}
	}
	return w.quiet()
}

// enough is how many steps the nodes may take after one event, or to heal: ten times what they have ever needed. Whoever talks on breaks a promise, and must not eat the machine first.
const enough = 3000

// quiet delivers until nothing is on its way any more.
func (w *world) quiet() error {
	for {
		moved := false
		for _, c := range w.conns {
			for end := range c.queue {
				if len(c.queue[end]) > 0 {
					moved = true
					if err := w.hand(c, end, 8); err != nil {
						return err
					}
				}
			}
			if moved {
				break // conversations may have come and gone
			}
		}
		if !moved {
			return nil
		}
	}
}

// tick lets a second pass at a node.
func (w *world) tick(n *node) error {
	if err := n.step(core.Tick{}); err != nil {
		return err
	}
	return w.run()
}

// checkpoint moves a node's write-ahead log into its database, as the service does every minute.
func (w *world) checkpoint(n *node) error {
	if n.db == nil {
		return nil
	}
	_ = n.db.Checkpoint() // what fails here is tried again with the next one; nothing depends on it
	if n.disk.Dark() {
		return w.after(n.fall())
	}
	return nil
}

// act lets a member of a party do something. Many acts are refused, which is part of the point.
func (w *world) act(n *node) error {
	if n.core == nil {
		return nil
	}
	matter := fmt.Sprintf("text/t%d", 1+w.rng.IntN(texts))
	var body entry.Body
	err := n.look(func(s *core.Snapshot) (err error) {
		if body, err = n.choose(s, matter); err == nil && body != nil { // whoever acts has looked at their pages
			_, err = n.book.Of(s)
		}
		return err
	})
	if err != nil || body == nil {
		return err
	}
	typ := body.EntryType()
	err = n.do(matter, body, func(r core.Reply) error {
		if r.Err != nil {
			w.Refused++
			w.say("%s may not %s: %v", n.party, typ, r.Err)
			return nil
		}
		w.Acts++
		w.say("%s: %s on %s is %s", n.party, typ, matter, r.Posted[0].ID)
		n.acked = append(n.acked, r.Posted...)
		return nil
	})
	if err != nil {
		return err
	}
	return w.run()
}

// look reads a node's record as its pages would.
func (n *node) look(f func(*core.Snapshot) error) error {
	return n.core.Snapshot(context.Background(), n.w.mech, f)
}

// choose draws an act that makes sense to somebody who sees this.
func (n *node) choose(s *core.Snapshot, matter string) (entry.Body, error) {
	st, err := s.Text(matter[len("text/"):])
	if err != nil {
		if matter != fmt.Sprintf("text/t%d", n.i+1) && !n.w.chance(20) { // two drafts under one name would end the story of this text
			return nil, nil
		}
		return n.draft(), nil
	}
	if round := st.Rounds.Last(); round != nil {
		switch v := round.Verdict(s.Charter(), s.Held); v.Outcome {
		case adoption.Adopted:
			return nil, nil
		case adoption.Pending:
			return n.decide(s, st, round)
		}
	}
	return n.negotiate(s, st)
}

func (n *node) draft() entry.Body {
	b := text.Table{Title: lang.Text{"en": "Text", "ja": "文書"}, Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Parts: 1}
	for i := range 2 {
		b.Paragraphs = append(b.Paragraphs, text.Paragraph{ID: text.ParaID(fmt.Sprint(i + 1)), Kind: text.Operative, Text: lang.Text{"en": fmt.Sprintf("Paragraph %d;", i+1), "ja": "段落"}})
	}
	return b
}

// decide is what a head of delegation does while a round is open.
func (n *node) decide(s *core.Snapshot, st *text.State, round *adoption.Round) (entry.Body, error) {
	k := n.w.rng.IntN(20)
	if _, chosen := round.Choices[charter.PartyID(n.party)]; chosen { // second thoughts
		switch k {
		case 1:
			return adoption.Withdraw{Round: round.Number, Reason: "not yet"}, nil
		case 2: // it is too late for that
			return adoption.Decline{Round: round.Number, Reason: "after all not"}, nil
		default:
			return nil, nil
		}
	}
	if k == 0 {
		return adoption.Decline{Round: round.Number, Reason: "not now"}, nil
	}
	b, err := st.Statement(s.Charter(), round.Number, "")
	if err != nil {
		return nil, nil
	}
	return n.affix(round.Number, b)
}

// negotiate is what a delegation does while the wording is open. It tends to agree, or no story would come to a seal.
func (n *node) negotiate(s *core.Snapshot, st *text.State) (entry.Body, error) {
	if len(st.Paragraphs) == 0 {
		return n.draft(), nil // tabled twice: nothing to agree on
	}
	p := st.Paragraphs[n.w.rng.IntN(len(st.Paragraphs))]
	w := p.Wordings[n.w.rng.IntN(len(p.Wordings))]
	switch n.w.rng.IntN(60) {
	case 0:
		return text.Propose{Paragraph: p.ID, Label: fmt.Sprintf("%s alt %s%d", p.ID, n.party, n.w.Report.Events), Text: lang.Text{"en": "Other words;", "ja": "別の語"}}, nil
	case 1:
		return text.Support{Items: []text.Item{{Paragraph: p.ID, Wording: w.ID}}}, nil
	case 2:
		return text.Reopen{Paragraph: p.ID, Reason: "again"}, nil
	case 3:
		return text.Drop{Paragraph: p.ID, Wording: w.ID}, nil
	}
	if b, err := st.FreezeBody(s.Charter()); err == nil {
		return b, nil
	}
	var items []text.Item
	for _, q := range st.Paragraphs {
		items = append(items, text.Item{Paragraph: q.ID, Wording: q.Wordings[0].ID})
	}
	if n.w.chance(500) {
		return text.Accept{Items: items}, nil
	}
	return text.Confirm{Items: items}, nil
}
