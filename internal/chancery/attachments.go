package chancery

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"entente.example/enclosure"
	"entente.example/entry"
	"entente.example/internal/attachment"
	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/strongroom"
	"entente.example/internal/subject"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// NewAttachment is what is said about a file that is to be attached.
type NewAttachment struct {
	Of        string    // the matter it belongs to
	Name      string    // of the file; it goes with the file when that is erased
	Media     string    // type/subtype; guessed from the first bytes by nobody
	Class     string    // enclosure.Erasable if empty
	Title     lang.Text // part of the record for ever
	Retention string
	Until     string
	Under     string
}

// Where an attachment is on this node.
const (
	Here      = "here"
	Coming    = "coming"
	Withheld  = "withheld" // over this node's limits, or there is no room
	Erased    = "erased"
	dayLayout = "2006-01-02"
)

// Attachment is an attachment as this node has it.
type Attachment struct {
	attachment.State
	Where   string `json:"where"`           // "here", "coming", "withheld" or "erased"
	Percent int    `json:"percent"`         // of its pieces that are here
	Until   string `json:"until,omitempty"` // first day on which it may go without further agreement
	Over    bool   `json:"over"`            // that day has come
	Asked   bool   `json:"asked"`           // another party wants it gone and our side has not answered
	Bytes   int64  `json:"bytes,omitempty" doc:"Of the file itself, where it is small and here; body.size counts its name and what else is wrapped around it, too"`
}

// smallFile is up to which size a body is opened to tell its file's own size: of a larger one, nobody sees the difference.
const smallFile = 64 << 10

// Size is the file's, as people read it, or that of all that travels where no more is known.
func (a Attachment) Size() string {
	return strongroom.Measure(cmp.Or(a.Bytes, a.Attach.Body.Size))
}

// Attach takes a file in as it streams by and puts it on the record. Nothing is left of one that breaks off or is refused.
func (c *Chancery) Attach(ctx context.Context, mech, member string, a NewAttachment, file io.Reader) (node.Posted, error) {
	body := attachment.Attach{Of: a.Of, Title: a.Title, Retention: a.Retention, Until: a.Until, Under: a.Under}
	if _, err := c.actor(ctx, mech, member, []entry.Body{body}); err != nil {
		return node.Posted{}, err // before anything is read
	}
	if err := c.attachable(ctx, mech, a); err != nil {
		return node.Posted{}, err
	}
	var err error
	body.Body, err = c.room.Stage(ctx, mech, cmp.Or(a.Class, enclosure.Erasable), cmp.Or(a.Media, "application/octet-stream"), enclosure.Header{Name: enclosure.CleanName(a.Name)}, file)
	if err != nil {
		return node.Posted{}, err
	}
	posted, err := c.Act(ctx, mech, member, attachment.Prefix+attachment.ID(charter.PartyID(c.cfg.Party), body.Body), body)
	if err != nil {
		if refusal.As(err).Kind == refusal.Internal || refusal.As(err).Key == "node.unsigned" {
			return node.Posted{}, err // the act may be on the record
		}
		return node.Posted{}, errors.Join(err, c.room.Erase(context.WithoutCancel(ctx), mech, body.Body.Digest()))
	}
	return posted[0], nil
}

// attachable refuses what cannot be attached before its file is read.
func (c *Chancery) attachable(ctx context.Context, mech string, a NewAttachment) error {
	if a.Media != "" && !enclosure.ValidMedia(a.Media) {
		return refusal.New(refusal.Invalid, "body.media", "media", a.Media)
	}
	if a.Until != "" && subject.Day(a.Until) == nil && a.Until < c.now().UTC().Format(subject.DayLayout) {
		return refusal.New(refusal.Invalid, "attachment.until_passed", "day", a.Until, "field", "until")
	}
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		for _, matter := range []string{a.Of, a.Under} {
			if matter == "" && a.Of != "" {
				continue
			}
			if !entry.ValidMatter(matter) {
				return refusal.New(refusal.Invalid, "attachment.of")
			}
			if err := stands(s, matter); err != nil {
				return err
			}
		}
		return nil
	})
}

// MaxFile is the largest file that this node takes.
func (c *Chancery) MaxFile() int64 { return c.room.MaxFile() }

// Attachments lists the attachments of a matter, or of all if of is "", oldest first.
func (c *Chancery) Attachments(ctx context.Context, mech, of string) ([]Attachment, error) {
	var out []Attachment
	err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
		out, err = c.AttachmentsIn(ctx, s, of, nil)
		return err
	})
	return out, err
}

// AttachmentsIn lists those of a snapshot, the oldest first: whoever holds one takes no second connection to read. Only of those that pick leaves is looked up where they are; nil leaves all.
func (c *Chancery) AttachmentsIn(ctx context.Context, s *node.Snapshot, of string, pick func([]*attachment.State) []*attachment.State) ([]Attachment, error) {
	out := []Attachment{}
	states, err := s.Attachments()
	if err != nil {
		return nil, err
	}
	burnt := erasedHere(charter.PartyID(s.Self), states)
	listed := slices.DeleteFunc(states, func(st *attachment.State) bool { return st.Attach == nil || of != "" && st.Attach.Of != of })
	slices.SortStableFunc(listed, func(a, b *attachment.State) int { // of one second, as a party numbers its acts
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(len(a.Act), len(b.Act)), cmp.Compare(a.Act, b.Act))
	})
	if pick != nil {
		listed = pick(listed)
	}
	for _, st := range listed {
		a, err := c.attachment(ctx, s, st, burnt)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// attachment says where an attachment is; burnt is what our side has erased.
func (c *Chancery) attachment(ctx context.Context, s *node.Snapshot, st *attachment.State, burnt map[string]bool) (Attachment, error) {
	me := charter.PartyID(s.Self)
	a := Attachment{State: *st, Over: st.Over(s.Charter(), c.now()), Asked: st.Asked(me)}
	a.Until, _ = st.Until(s.Charter())
	held, err := c.room.Held(ctx, s.ID, st.Attach.Body.Digest())
	if err != nil {
		return a, err
	}
	pieces := st.Attach.Body.Pieces()
	a.Percent = int(100 * held / pieces)
	switch {
	case burnt[st.Attach.Body.Commit]:
		a.Where, a.Percent = Erased, 0
	case held == pieces:
		a.Where = Here
	case c.room.Fits(ctx, s.ID, st.Attach.Body, pieces-held) != nil:
		a.Where = Withheld
	default:
		a.Where = Coming
	}
	if a.Where == Here && st.Attach.Body.Size <= smallFile && !strings.Contains(c.cfg.Attachments.Place, "://") { // no list waits for a bucket
		if f, err := c.room.Open(ctx, s.ID, st.Attach.Body); err == nil { // what cannot be read says so when somebody opens it
			a.Bytes = f.Size
		}
	}
	return a, nil
}

// Attachment returns one attachment.
func (c *Chancery) Attachment(ctx context.Context, mech, id string) (a Attachment, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
		a, err = c.attachmentIn(ctx, s, id)
		return err
	})
	return a, err
}

func (c *Chancery) attachmentIn(ctx context.Context, s *node.Snapshot, id string) (Attachment, error) {
	st, err := s.Attachment(id)
	if err != nil {
		return Attachment{}, err
	}
	if st.Attach == nil {
		return Attachment{}, refusal.New(refusal.Missing, "attachment.unknown", "attachment", id)
	}
	all, err := s.Attachments()
	if err != nil {
		return Attachment{}, err
	}
	return c.attachment(ctx, s, st, erasedHere(charter.PartyID(s.Self), all))
}

// OpenAttachment opens the file of an attachment for reading, as long as ctx lasts.
func (c *Chancery) OpenAttachment(ctx context.Context, mech, id string) (*strongroom.File, Attachment, error) {
	a, err := c.Attachment(ctx, mech, id)
	if err != nil {
		return nil, a, err
	}
	switch a.Where {
	case Erased:
		return nil, a, c.gone(a)
	case Withheld:
		return nil, a, refusal.New(refusal.Unavailable, "attachment.withheld", "attachment", id, "size", strongroom.Measure(a.Attach.Body.Size))
	}
	f, err := c.room.Open(ctx, mech, a.Attach.Body)
	return f, a, err
}

// gone says when our side erased an attachment.
func (c *Chancery) gone(a Attachment) error {
	e, ok := a.State.Erased[charter.PartyID(c.cfg.Party)]
	if !ok {
		return refusal.New(refusal.Missing, "attachment.gone_before", "attachment", a.ID)
	}
	return refusal.New(refusal.Missing, "attachment.gone", "attachment", a.ID, "day", e.At[:len(dayLayout)], "act", e.Act)
}

// Retention lists the attachments that have a day from which on they may go, the nearest first: those until the given day, or all if it is "". Nothing is erased by it.
func (c *Chancery) Retention(ctx context.Context, mech, until string) ([]Attachment, error) {
	if _, err := time.Parse(dayLayout, until); until != "" && err != nil {
		return nil, refusal.New(refusal.Invalid, "attachment.no_such_day", "day", until)
	}
	all, err := c.Attachments(ctx, mech, "")
	out := slices.DeleteFunc(all, func(a Attachment) bool { return a.Until == "" || until != "" && a.Until > until || a.Where == Erased })
	slices.SortStableFunc(out, func(a, b Attachment) int { return cmp.Compare(a.Until, b.Until) })
	return out, err
}

// VerifiedAttachments says of a mechanism's attachments how many are here and verify, and what is missing and why.
type VerifiedAttachments struct {
	Here    int
	Coming  int
	Erased  int
	Missing []MissingAttachment
}

// MissingAttachment is one that is not here whole.
type MissingAttachment struct {
	ID     string
	Where  string // "coming", "withheld" or "erased"
	Ground string // on which it was erased
	Day    string
	Act    string
}

// verifyAttachments checks every piece that is here against the commitment on the record.
func (c *Chancery) verifyAttachments(ctx context.Context, mech string) (out VerifiedAttachments, err error) {
	all, err := c.Attachments(ctx, mech, "")
	for _, a := range all {
		switch a.Where {
		case Here:
			out.Here++
			if err := c.room.Verify(ctx, mech, a.Attach.Body); err != nil {
				return out, refusal.New(refusal.Unverified, "attachment.damaged", "attachment", a.ID).Because(err)
			}
			continue
		case Erased:
			out.Erased++
		default:
			out.Coming++
		}
		m := MissingAttachment{ID: a.ID, Where: a.Where}
		if e, ok := a.State.Erased[charter.PartyID(c.cfg.Party)]; ok {
			m.Ground, m.Day, m.Act = e.Ground, e.At[:len(dayLayout)], e.Act
		}
		out.Missing = append(out.Missing, m)
	}
	return out, err
}

// holds reports whether a body is here whole.
func (c *Chancery) holds(mech string, b enclosure.Commitment) bool {
	held, err := c.room.Held(context.Background(), mech, b.Digest())
	return err == nil && held == b.Pieces()
}

// enclose puts the commitment of an annex's file, which a draft names as an attachment, into the draft.
func (c *Chancery) enclose(ctx context.Context, mech string, a *text.Annex) error {
	if a.Attachment == "" {
		a.Body = nil
		return nil
	}
	x, err := c.Attachment(ctx, mech, a.Attachment)
	if err == nil {
		a.Body = &x.Attach.Body
	}
	return err
}

// enclosures reads the files of a sealed text's annexes for an export, or says why one is not in it.
func (c *Chancery) enclosures(ctx context.Context, s *node.Snapshot, t *text.State, longest int64) (map[string]proof.Enclosure, error) {
	out := map[string]proof.Enclosure{}
	for _, a := range t.Tabled.Annexes {
		if a.Body == nil {
			continue
		}
		x, err := c.attachmentIn(ctx, s, a.Attachment)
		if err != nil {
			return nil, err
		}
		e := proof.Enclosure{Missing: "withheld"}
		if gone, ok := x.State.Erased[charter.PartyID(c.cfg.Party)]; ok {
			e.Missing = "erased " + gone.At[:len(dayLayout)] + " " + gone.Act
		} else if x.Where == Here && a.Body.Size <= longest {
			e.Missing = ""
			e.Body, e.Salt, err = c.room.Whole(ctx, s.ID, *a.Body)
		}
		if err != nil {
			return nil, err
		}
		out[a.ID] = e
	}
	return out, nil
}
