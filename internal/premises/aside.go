package premises

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"entente.example/internal/aside"
	"entente.example/internal/awaiting"
	"entente.example/internal/chancery"
	"entente.example/internal/filing"
	"entente.example/internal/view"
)

// AsideDir is the folder of papers off the record in a node's directory. A backup does not have it.
const AsideDir = "aside"

// Desk opens a node's papers off the record, and has the chancery carry them. It is called before the node runs.
func Desk(c *chancery.Chancery, now func() time.Time) (*aside.Desk, error) {
	ctx := context.Background() // the keys of a pair are computed from what is stored; nobody waits for it
	self := func(mech string) (string, error) { return c.Self(ctx, mech) }
	d, err := aside.Open(aside.Options{Dir: filepath.Join(filepath.Dir(c.Socket()), AsideDir), Now: now, Rand: rand.Reader, Self: self, Hand: c.HandBeside,
		Key: func(p aside.Pair) (aside.Key, error) {
			us, err := self(p.Mech)
			if err != nil {
				return aside.Key{}, err
			}
			other := p.To
			if p.To == us {
				other = p.From
			}
			shared, err := c.SharedKey(ctx, p.Mech, other, "aside")
			return aside.NewKey(shared, p), err
		}})
	if err == nil {
		c.CarryBeside(d)
	}
	return d, err
}

// tidy makes papers vanish whose time is over, until ctx ends.
func tidy(ctx context.Context, d *aside.Desk, log *slog.Logger) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		if err := d.Sweep(); err != nil {
			log.Warn("papers whose time is over could not be removed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// conferring is the id of a mechanism in which a member may handle papers off the record.
func (h house) conferring(ctx context.Context, member, ref string) (string, error) {
	mech, err := h.mechanism(ctx, member, ref)
	if err == nil {
		err = h.c.Confers(ctx, mech, member)
	}
	return mech, err
}

// Papers implements web.Source.
func (h house) Papers(ctx context.Context, member, ref string, at view.At) (out view.Asides, err error) {
	mech, err := h.conferring(ctx, member, ref)
	if err != nil {
		return out, err
	}
	err = h.in(ctx, member, ref, func(f view.From) error {
		out.Chrome, err = f.ChromeAside()
		return err
	})
	if err != nil {
		return out, err
	}
	out.Reactions = aside.Reactions
	all := h.desk.List(mech)
	if !at.Whole {
		all, out.Cut = asidesPart(all, at)
	}
	for _, p := range all {
		full, err := h.desk.Read(mech, p.ID)
		if err != nil {
			continue // it went just now
		}
		for _, l := range out.Lines {
			if string(l.Party.ID) == p.Party {
				out.Papers = append(out.Papers, view.Aside{ID: p.ID, Party: l.Party, Out: p.Out, Waiting: p.Waiting, Gone: p.Gone, Text: full.Text, Sounding: sounded(full.Sounding)})
			}
		}
	}
	return out, nil
}

// asidesPart is the part of the papers that begins at a place, or that holds the one to be shown. Of more than a part holds, those come first that ask for our reaction.
func asidesPart(all []aside.Paper, at view.At) ([]aside.Paper, view.Cut) {
	if len(all) > view.PapersShown {
		slices.SortStableFunc(all, func(a, b aside.Paper) int { return cmp.Compare(asks(b), asks(a)) })
	}
	i := slices.IndexFunc(all, func(p aside.Paper) bool { return p.ID == at.Show })
	return view.PartFrom(all, view.Within(i, at.List, view.PapersShown), view.PapersShown)
}

// asks is 1 for a paper to which a reaction of ours is asked.
func asks(p aside.Paper) int {
	if (view.Aside{Out: p.Out, Sounding: sounded(p.Sounding)}).React() {
		return 1
	}
	return 0
}

// soundings are those of papers to which a reaction of ours is asked. They await whoever handles papers off the record, on that member's own pages: no letter, no word to a program and no
// pack for a successor says that there is one.
func soundings(papers []aside.Paper) (out []awaiting.Item) {
	for _, p := range papers {
		if s := sounded(p.Sounding); (view.Aside{Out: p.Out, Sounding: s}).React() {
			out = append(out, awaiting.Item{Matter: view.OffTheRecord, What: "aside.awaits_reaction", Params: map[string]string{"party": p.Party}, Due: s.By})
		}
	}
	return out
}

func sounded(s *aside.Sounding) *view.Sounding {
	if s == nil {
		return nil
	}
	return &view.Sounding{By: s.By, State: s.State, Reaction: s.Reaction, Words: s.Words, Waiting: s.Waiting}
}

// SendPaper implements web.Source.
func (h house) SendPaper(ctx context.Context, member, ref, party, text string, keep time.Duration, by string) error {
	mech, err := h.conferring(ctx, member, ref)
	switch {
	case err != nil:
	case by != "":
		_, err = h.desk.Sound(mech, party, text, keep, by)
	default:
		_, err = h.desk.Send(mech, party, text, keep)
	}
	return err
}

// React implements web.Source.
func (h house) React(ctx context.Context, member, ref, id, reaction, words string) error {
	mech, err := h.conferring(ctx, member, ref)
	if err == nil {
		err = h.desk.React(mech, id, reaction, words)
	}
	return err
}

// WithdrawPaper implements web.Source.
func (h house) WithdrawPaper(ctx context.Context, member, ref, id string) error {
	mech, err := h.conferring(ctx, member, ref)
	if err == nil {
		err = h.desk.Withdraw(mech, id)
	}
	return err
}

// PaperDraft implements web.Source.
func (h house) PaperDraft(ctx context.Context, member, ref, id string) (string, error) {
	mech, err := h.conferring(ctx, member, ref)
	if err != nil {
		return "", err
	}
	p, err := h.desk.Read(mech, id)
	if err != nil {
		return "", err
	}
	draft, err := h.c.PlainDraft(ctx, mech, p.Text)
	return string(draft), err
}

// DropPaper implements web.Source.
func (h house) DropPaper(ctx context.Context, member, ref, id string) error {
	mech, err := h.conferring(ctx, member, ref)
	if err == nil {
		err = h.desk.Drop(mech, id)
	}
	return err
}

// PackPapers implements web.Source.
func (h house) PackPapers(ctx context.Context, member, ref, party string) (filing.File, error) {
	mech, err := h.conferring(ctx, member, ref)
	if err != nil {
		return filing.File{}, err
	}
	sealed, err := h.c.SealedBeside(ctx, mech, party)
	if err != nil {
		return filing.File{}, err
	}
	files := map[string][]byte{}
	for i, b := range sealed {
		files[fmt.Sprintf("%s-%03d.age", party, i+1)] = b
	}
	return filing.Archive("non-papers."+party+".zip", files)
}

// OpenPapers implements web.Source.
func (h house) OpenPapers(ctx context.Context, member, ref string, files ...[]byte) error {
	mech, err := h.conferring(ctx, member, ref)
	for i := 0; err == nil && i < len(files); i++ {
		err = h.c.OpenBeside(ctx, mech, files[i])
	}
	return err
}
