// Package aside owns papers off the record: non-papers, which go between two parties, can be read, and cannot be proved to anybody.
//
// It promises that a paper is on no log and in no export, backup or search; that nothing of it is signed; that it goes by itself when its time is over and is overwritten then; and that
// whatever is known of it lies in one folder. The fold, the line, the proof and the chancery, which exports and backs up, have no path to this package, which a test of the import graph
// keeps. docs/protocol.md, "Off the record".
package aside

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"entente.example/lang"
	"entente.example/refusal"
)

// Pair is one direction between us and a counterpart in a mechanism.
type Pair struct {
	Mech, From, To string
}

// Options are what a desk is opened with. All are required.
type Options struct {
	Dir  string
	Now  func() time.Time
	Rand io.Reader
	Self func(mech string) (party string, err error) // who we are in a mechanism
	Key  func(Pair) (Key, error)                     // what both ends can compute
	Hand func(mech, party string)                    // something waits for that party: bring it there by whatever works; must not block
}

// Desk keeps the papers of one node. Its methods may be called at once.
type Desk struct {
	o Options
	f folder

	mu     sync.Mutex
	papers map[ID]*kept
	words  map[Pair][]slip // words of what came from them that they are to be told
}

// kept is a paper as it lies in the folder. One that was dropped stays without its text until its time is over, so that it cannot come back by another road.
type kept struct {
	Mech    string    `json:"mech"`
	Party   string    `json:"party"` // the other one
	Out     bool      `json:"out"`
	Text    string    `json:"text"`
	Keep    int       `json:"keep"` // hours
	Gone    time.Time `json:"gone"`
	Waiting bool      `json:"waiting"` // of ours: not known to have arrived
	Dropped bool      `json:"dropped"`

	sounding *sounding // lies in a file of its own
}

// Paper is a non-paper as its reader sees it. ID is only a handle on this node.
type Paper struct {
	ID      string    `json:"id"`
	Party   string    `json:"party"`
	Out     bool      `json:"out"`
	Waiting bool      `json:"waiting"`
	Gone    time.Time `json:"gone"` // when it goes
	Text    string    `json:"text,omitempty"`
	// Sounding is there if a reaction to it was asked.
	Sounding *Sounding `json:"sounding,omitempty"`
}

// maxPapers bounds the papers of one direction. What comes above it waits at its sender.
const maxPapers = 256

// Open reads the folder, or makes it.
func Open(o Options) (*Desk, error) {
	d := &Desk{o: o, f: folder(o.Dir), papers: map[ID]*kept{}, words: map[Pair][]slip{}}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, refusal.New(refusal.Unavailable, "aside.no_folder", "folder", o.Dir).Because(err)
	}
	papers, err := d.f.all()
	if err != nil {
		return nil, refusal.New(refusal.Unavailable, "aside.no_folder", "folder", o.Dir).Because(err)
	}
	d.papers = papers
	return d, d.Sweep()
}

func (d *Desk) pair(mech, party string, out bool) (Pair, error) {
	self, err := d.o.Self(mech)
	if err != nil {
		return Pair{}, err
	}
	if out {
		return Pair{mech, self, party}, nil
	}
	return Pair{mech, party, self}, nil
}

// Send puts a paper on its way to one party. It goes by whatever road is open, now or later, and vanishes here when keep is over, arrived or not.
func (d *Desk) Send(mech, party, text string, keep time.Duration) (Paper, error) {
	return d.send(mech, party, text, keep, nil)
}

func (d *Desk) send(mech, party, text string, keep time.Duration, asks *sounding) (Paper, error) {
	text = strings.TrimSpace(lang.Normalise(text))
	switch {
	case text == "":
		return Paper{}, refusal.New(refusal.Invalid, "aside.empty")
	case len(text) > MaxText:
		return Paper{}, refusal.New(refusal.Invalid, "aside.long", "limit", fmt.Sprint(MaxText))
	case keep < time.Hour || keep > MaxKeep:
		return Paper{}, refusal.New(refusal.Invalid, "aside.keep", "limit", fmt.Sprint(int(MaxKeep.Hours())))
	}
	if err := lang.CheckNew(text); err != nil {
		return Paper{}, err
	}
	p, err := d.pair(mech, party, true)
	if err != nil {
		return Paper{}, err
	}
	if _, err := d.o.Key(p); err != nil {
		return Paper{}, err
	}
	var id ID
	if _, err := io.ReadFull(d.o.Rand, id[:]); err != nil {
		return Paper{}, fmt.Errorf("chance for a paper: %w", err)
	}
	k := &kept{Mech: mech, Party: party, Out: true, Text: text, Keep: int(keep.Hours()), Gone: d.o.Now().Add(keep).UTC(), Waiting: true, sounding: asks}
	d.mu.Lock()
	err = d.put(id, k)
	d.mu.Unlock()
	if err != nil {
		return Paper{}, err
	}
	d.o.Hand(mech, party)
	return k.paper(id, d.today(), true), nil
}

// put stores a paper, if there is room for one more in its direction.
func (d *Desk) put(id ID, k *kept) error {
	n := 0
	for _, o := range d.papers {
		if o.Mech == k.Mech && o.Party == k.Party && o.Out == k.Out {
			n++
		}
	}
	if n >= maxPapers {
		return refusal.New(refusal.Conflict, "aside.many", "limit", fmt.Sprint(maxPapers))
	}
	if err := d.f.write(id, k); err != nil {
		return refusal.New(refusal.Unavailable, "aside.no_folder", "folder", d.o.Dir).Because(err)
	}
	d.papers[id] = k
	return nil
}

func (k *kept) paper(id ID, today string, text bool) Paper {
	p := Paper{ID: id.String(), Party: k.Party, Out: k.Out, Waiting: k.Waiting, Gone: k.Gone, Sounding: k.sounding.shown(today, text)}
	if text {
		p.Text = k.Text
	}
	return p
}

// List is what lies on the desk in a mechanism, what goes first first, without the texts.
func (d *Desk) List(mech string) []Paper {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []Paper{}
	for _, id := range slices.SortedFunc(maps.Keys(d.papers), func(a, b ID) int { return strings.Compare(a.String(), b.String()) }) {
		if k := d.papers[id]; k.Mech == mech && !k.Dropped && d.o.Now().Before(k.Gone) {
			out = append(out, k.paper(id, d.today(), false))
		}
	}
	slices.SortStableFunc(out, func(a, b Paper) int { return a.Gone.Compare(b.Gone) })
	return out
}

// Mechanisms are those that there are papers of, or were a moment ago.
func (d *Desk) Mechanisms() map[string]bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string]bool{}
	for _, k := range d.papers {
		out[k.Mech] = true
	}
	return out
}

// find is a paper of a mechanism by its handle or the beginning of it.
func (d *Desk) find(mech, handle string) (ID, *kept, error) {
	var found []ID
	for id, k := range d.papers {
		if k.Mech == mech && !k.Dropped && d.o.Now().Before(k.Gone) && len(handle) >= 4 && strings.HasPrefix(id.String(), handle) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		return ID{}, nil, refusal.New(refusal.Missing, "aside.unknown")
	}
	return found[0], d.papers[found[0]], nil
}

// Read is one paper with its text.
func (d *Desk) Read(mech, handle string) (Paper, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, k, err := d.find(mech, handle)
	if err != nil {
		return Paper{}, err
	}
	return k.paper(id, d.today(), true), nil
}

// Drop makes a paper vanish from this node now. One of ours that has not left yet does not leave any more; what has arrived elsewhere is not ours to take back.
func (d *Desk) Drop(mech, handle string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, k, err := d.find(mech, handle)
	if err != nil {
		return err
	}
	blank := *k
	blank.Text, blank.Dropped, blank.Waiting, blank.sounding = "", true, false, nil
	if err := errors.Join(d.f.erase(id.sounding()), d.f.put(id.paper(), &blank)); err != nil {
		return refusal.New(refusal.Unavailable, "aside.no_folder", "folder", d.o.Dir).Because(err)
	}
	d.papers[id] = &blank
	return nil
}

// Sweep makes vanish what has lain its time. It is called now and then.
func (d *Desk) Sweep() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for id, k := range d.papers {
		if d.o.Now().Before(k.Gone) {
			continue
		}
		if err := errors.Join(d.f.erase(id.sounding()), d.f.erase(id.paper())); err != nil {
			errs = append(errs, refusal.New(refusal.Unavailable, "aside.no_folder", "folder", d.o.Dir).Because(err))
			continue
		}
		delete(d.papers, id)
	}
	return errors.Join(errs...)
}

// Due is what waits for a party, sealed: words that what came from it arrived, and ours that it has not confirmed. They may be brought more than once and by any road.
func (d *Desk) Due(mech, party string) (due [][]byte) {
	p, err := d.pair(mech, party, true)
	if err != nil {
		return nil
	}
	key, err := d.o.Key(p)
	if err != nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	slips := d.words[p]
	delete(d.words, p)
	for id, k := range d.papers {
		if k.Mech != mech || k.Party != party || !d.o.Now().Before(k.Gone) {
			continue
		}
		if k.Out && k.Waiting {
			slips = append(slips, slip{kind: kindPaper, id: id, keep: time.Duration(k.Keep) * time.Hour, text: k.Text})
		}
		if k.sounding != nil && k.sounding.Bring != 0 {
			slips = append(slips, k.sounding.slip(id)) // behind its paper
		}
	}
	for _, s := range slips {
		var nonce [24]byte
		if _, err := io.ReadFull(d.o.Rand, nonce[:]); err != nil {
			return due
		}
		due = append(due, key.seal(nonce, s))
	}
	return due
}

// Arrived takes in what a party's node sent, by whatever road. What does not open, or came before, changes nothing; only the disk can make it fail. SPEC aside-idempotent.
func (d *Desk) Arrived(mech, party string, sealed []byte) error {
	p, err := d.pair(mech, party, false)
	if err != nil {
		return err
	}
	key, err := d.o.Key(p)
	if err != nil {
		return err
	}
	s, err := key.open(sealed)
	if err != nil {
		return nil // nobody is told why: who sent it cannot be known
	}
	var answer bool
	switch s.kind {
	case kindTaken:
		answer, err = d.taken(p, s.id)
	case kindPaper:
		answer, err = d.take(p, s)
	case kindNoted:
		err = d.noted(p, s)
	default:
		answer, err = d.heard(p, s)
	}
	if answer {
		d.o.Hand(mech, party)
	}
	return err
}

// taken notes that a paper of ours is there. If a reaction to it is asked, that may have come too early: it is brought again.
func (d *Desk) taken(p Pair, id ID) (again bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := d.papers[id]
	if k == nil || !k.Out || !k.Waiting || k.Mech != p.Mech || k.Party != p.From {
		return false, nil
	}
	told := *k
	told.Waiting = false
	if err := d.f.put(id.paper(), &told); err != nil {
		return false, err
	}
	d.papers[id] = &told
	return k.sounding != nil && k.sounding.Bring != 0, nil
}

// word has them told something of what came from them, once.
func (d *Desk) word(p Pair, s slip) {
	back := Pair{p.Mech, p.To, p.From}
	if !slices.Contains(d.words[back], s) {
		d.words[back] = append(d.words[back], s)
	}
}

// take stores a paper of theirs, once, and reports whether they are to be told that it is here.
func (d *Desk) take(p Pair, s slip) (answer bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := d.papers[s.id]
	switch {
	case k == nil:
		err := d.put(s.id, &kept{Mech: p.Mech, Party: p.From, Text: s.text, Keep: int(s.keep.Hours()), Gone: d.o.Now().Add(s.keep).UTC()})
		if err != nil && refusal.As(err).Kind == refusal.Conflict {
			return false, nil // no room: it stays with its sender
		}
		if err != nil {
			return false, err
		}
	case k.Out || k.Mech != p.Mech || k.Party != p.From:
		return false, nil
	}
	d.word(p, slip{kind: kindTaken, id: s.id})
	return true, nil
}
