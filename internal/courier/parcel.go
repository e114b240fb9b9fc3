// Package courier owns what one party's node sends another without a line, and when: what goes into a parcel, how it is divided for a medium, what acknowledges it, and when good offices
// are given the same again.
//
// It promises that everything the other side has not acknowledged goes, or is known to be on its way and goes again when that took too long; so whatever is lost, repeated, kept back or
// brought in another order costs time and never a state. It carries nothing itself and never asks the time: whoever has the medium says when it is. docs/protocol.md 9 and 10.
package courier

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/credential"
	"entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/refusal"
)

// Parcel is what this node knows of a parcel that it made or opened.
type Parcel struct {
	Mech      string           `json:"mech"`
	Party     string           `json:"party"` // the other party
	Out       bool             `json:"out"`   // made by us
	Via       string           `json:"via"`
	Sequence  int64            `json:"sequence"`
	First     int64            `json:"first"` // sequences of the parcels that were packed as one
	Last      int64            `json:"last"`
	Made      time.Time        `json:"made"`
	Done      time.Time        `json:"done"`  // when we had made or opened it
	Bytes     int64            `json:"bytes"` // encrypted
	Entries   int64            `json:"entries"`
	Receipts  int64            `json:"receipts"`
	Logs      []Run            `json:"logs"`                // what it carries
	Holds     map[string]int64 `json:"holds"`               // what its sender held, by log
	Whole     bool             `json:"whole"`               // made to the end; opened to the end and all of it taken in
	New       int64            `json:"new,omitzero"`        // entries that we did not have
	Gaps      []Run            `json:"gaps,omitempty"`      // entries that have to come before what it carries
	LeftAside int64            `json:"left_aside,omitzero"` // members of kinds that this version does not know
	Bodies    []parcel.BodyRun `json:"bodies,omitempty"`    // pieces of attachments that it carries
	BodyBytes int64            `json:"body_bytes,omitzero"`
	NewPieces int64            `json:"new_pieces,omitzero"` // of attachments, that we did not have
	Unwanted  int64            `json:"unwanted,omitzero"`   // members with pieces of attachments that we do not take
	More      bool             `json:"more,omitzero"`       // there were more entries than fit into one
	Later     bool             `json:"later,omitzero"`      // there were more pieces of attachments
}

// Run is entries From, … To−1 of a party's log.
type Run struct {
	Party  string `json:"party"`
	Origin string `json:"origin"`
	From   int64  `json:"from"`
	To     int64  `json:"to"`
}

// Attachments is how many attachments it carries, whole or in part.
func (p *Parcel) Attachments() int {
	seen := map[string]bool{}
	for _, run := range p.Bodies {
		seen[run.Body] = true
	}
	return len(seen)
}

// Described is what a manifest says of its parcel.
func Described(m *parcel.Manifest) Parcel {
	out := Parcel{Mech: m.Mech, Party: m.From, Sequence: m.Sequence, First: m.First, Last: m.Last, Made: m.Made, Holds: map[string]int64{}, Logs: []Run{}}
	for _, h := range m.Holds {
		out.Holds[h.Origin] = h.Size
	}
	for _, e := range m.Members {
		switch e.Kind() {
		case parcel.KindReceipt:
			out.Receipts++
		case parcel.KindLog:
			run, ok := runOf(m.Mech, e.Path)
			if last := len(out.Logs) - 1; ok && last >= 0 && out.Logs[last].Origin == run.Origin && out.Logs[last].To == run.From {
				out.Logs[last].To = run.To
			} else if ok {
				out.Logs = append(out.Logs, run)
			}
			out.Entries += run.To - run.From
		case parcel.KindBody:
			run, ok := parcel.ParseBodyPath(e.Path)
			if last := len(out.Bodies) - 1; ok && last >= 0 && out.Bodies[last].Body == run.Body && out.Bodies[last].To == run.From {
				out.Bodies[last].To = run.To
			} else if ok {
				out.Bodies = append(out.Bodies, run)
			}
			out.BodyBytes += e.Size
		}
	}
	return out
}

// runOf reads a path of entries.
func runOf(mech, path string) (Run, bool) {
	parts := strings.Split(path, "/")
	if len(parts) != 4 {
		return Run{}, false
	}
	from, to, _ := strings.Cut(parts[3], "-")
	gen, err := strconv.Atoi(parts[2])
	a, err2 := strconv.ParseInt(from, 10, 64)
	b, err3 := strconv.ParseInt(to, 10, 64)
	run := Run{Party: parts[1], From: a, To: b}
	if errors.Join(err, err2, err3) != nil || a < 0 || b <= a {
		return run, false
	}
	run.Origin = entry.Origin(mech, parts[1], gen)
	return run, path == fmt.Sprintf("%s/%s/%d/%d-%d", parcel.KindLog, run.Party, gen, a, b)
}

// Admit makes sure that an opened parcel is for us and of this mechanism, and that who it says has made it did: by a key that is known here, or by one that the sender's credential vouches for.
func Admit(s *node.Snapshot, p *parcel.Reader) error {
	if p.Mech != s.ID {
		return refusal.New(refusal.Missing, "pouch.not_joined", "fingerprint", charter.Fingerprint(p.Mech))
	}
	if p.To != s.Self {
		return refusal.New(refusal.Denied, "pouch.for_another", "party", p.To)
	}
	vs, err := s.ParcelKeys(charter.PartyID(p.From), p.Name())
	for _, v := range vs {
		if err = p.Verify(v); err == nil {
			return nil
		}
	}
	if v, unknown := credential.Newcomer(s, p.Manifest); unknown == nil {
		return p.Verify(v)
	}
	return err
}

// Remember keeps what is to be known of a parcel.
func Remember(tx store.Tx, p Parcel) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return tx.PutParcel(store.Parcel{Mech: p.Mech, Party: p.Party, Out: p.Out, Sequence: p.Sequence, Data: b})
}

// Remembered reads what is kept of parcels, the newest first.
func Remembered(s *node.Snapshot) ([]Parcel, error) {
	rows, err := s.Parcels()
	if err != nil {
		return nil, err
	}
	out := make([]Parcel, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.Data, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Posted is what is remembered of parcels that went through good offices, in memory: the newest of each direction. They are too many and too small for the history of pouches, and
// whatever they acknowledge, receipts acknowledge for good.
type Posted struct{ newest map[direction]Parcel }

type direction struct {
	mech, party string
	out         bool
}

// Keep remembers a parcel if it is the newest of its direction.
func (p *Posted) Keep(x Parcel) {
	if p.newest == nil {
		p.newest = map[direction]Parcel{}
	}
	d := direction{x.Mech, x.Party, x.Out}
	if old, ok := p.newest[d]; !ok || x.Sequence >= old.Sequence {
		p.newest[d] = x
	}
}

// Of are the remembered parcels to and from a party.
func (p *Posted) Of(mech, party string) (out []Parcel) {
	for _, way := range []bool{false, true} {
		if x, ok := p.newest[direction{mech, party, way}]; ok {
			out = append(out, x)
		}
	}
	return out
}

// Next is the sequence for the next parcel to a party, by the sender's clock unless that has gone back.
func Next(rows []Parcel, party string, now time.Time) int64 {
	next := max(now.Unix(), 1)
	for _, r := range rows {
		if r.Out && r.Party == party {
			next = max(next, r.Sequence+1)
		}
	}
	return next
}

// Before finds what is remembered of a parcel from a party that came before, and says whether something has come that the party made after it: then what it says is known to be old.
func Before(rows []Parcel, party string, sequence int64) (same Parcel, known, newer bool) {
	for _, r := range rows {
		if r.Out || r.Party != party {
			continue
		}
		newer = newer || r.Sequence > sequence
		if r.Sequence == sequence {
			same, known = r, true
		}
	}
	return same, known, newer
}

// Acknowledged is how much of each log a party holds, by its newest word: a manifest that it signed, a receipt, whichever road it came by, or what it says on the open line. A newer
// word counts even if it says less, for a party may have come back with an old backup.
func Acknowledged(s *node.Snapshot, rows []Parcel, party string, said map[string]int64) map[string]int64 {
	out, at := map[string]int64{}, map[string]int64{}
	word := func(origin string, size, time int64) {
		if time > at[origin] || time == at[origin] && size > out[origin] {
			out[origin], at[origin] = size, time
		}
	}
	for _, r := range rows {
		if !r.Out && r.Party == party {
			for _, l := range s.All { // of what it does not name it holds nothing
				word(l.Origin, r.Holds[l.Origin], r.Made.Unix())
			}
		}
	}
	for _, l := range s.All {
		if cp, err := ledger.Claimed(l.Checkpoint); err == nil && l.Party == party { // it held what it signed for
			word(l.Origin, cp.Size, ledger.ClaimedTime(l.Checkpoint))
		}
		for _, rc := range s.Confirmed {
			if rc.Log == l.ID && rc.Party == party {
				word(l.Origin, rc.Size, rc.Time)
			}
		}
		if size, ok := said[l.Origin]; ok {
			out[l.Origin] = size
		}
	}
	return out
}

// OnTheWay is how far parcels to a party carry each log.
func OnTheWay(rows []Parcel, party string) map[string]int64 {
	out := map[string]int64{}
	for _, r := range rows {
		for _, run := range r.Logs {
			if r.Out && r.Whole && r.Party == party {
				out[run.Origin] = max(out[run.Origin], run.To)
			}
		}
	}
	return out
}
