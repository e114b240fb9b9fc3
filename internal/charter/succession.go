package charter

import (
	"encoding/hex"
	"slices"
	"strconv"

	"entente.example/entry"
	"entente.example/refusal"
)

// The parties of a mechanism are those of its charter, for ever. A party joins, leaves or becomes two when the parties found the next mechanism, by a text that they adopted in this one. docs/protocol.md 4.6.

// Succession says which mechanism a charter continues, and by which text its parties decided that.
type Succession struct {
	Mechanism string      `json:"mechanism"`        // id, 64 hex
	Parties   []PartyID   `json:"parties"`          // of that mechanism, in its charter's order
	Text      string      `json:"text"`             // id of the text there
	Statement string      `json:"statement"`        // SHA-256 of the statement that all of them sealed, hex
	From      string      `json:"from,omitzero"`    // first day, "" for the day on which the charter comes into force
	Series    []Numbering `json:"series,omitempty"` // where the numbers of meetings go on
}

// Numbering is the number of the next meeting of a series.
type Numbering struct {
	ID   string `json:"id"`
	Next int    `json:"next"`
}

// Next is the first number that meetings of a series have here; 1 where nothing is continued.
func (d *Document) Next(series string) int {
	if d.Succeeds != nil {
		for _, n := range d.Succeeds.Series {
			if n.ID == series {
				return n.Next
			}
		}
	}
	return 1
}

// How a party stands to those of the mechanism that a charter continues.
const (
	Stays    = "stays"     // under the same id
	Joins    = "joins"     // it was no party
	Leaves   = "leaves"    // nobody comes from it
	Follows  = "follows"   // one party in the place of one
	Splits   = "splits"    // several parties in the place of one
	SplitOff = "split_off" // a party beside the one that it comes from
	Merges   = "merges"    // one party in the place of several
)

// Change is what became of a party. Party is one of this charter's, but for one that leaves; Of are those that it comes from.
type Change struct {
	Kind  string    `json:"kind"`
	Party PartyID   `json:"party"`
	Of    []PartyID `json:"of,omitempty"`
}

// Changes says of each party how it comes to be here, and then who left. A charter that continues nothing changes nothing.
func (d *Document) Changes() []Change {
	if d.Succeeds == nil {
		return nil
	}
	heirs := map[PartyID]int{}
	for _, p := range d.Parties {
		for _, f := range p.From {
			heirs[f]++
		}
	}
	var out []Change
	for _, p := range d.Parties {
		c := Change{Kind: Joins, Party: p.ID, Of: p.From}
		switch {
		case len(p.From) > 1:
			c.Kind = Merges
		case len(p.From) == 1:
			c.Kind = d.came(p.From[0], heirs)
		case slices.Contains(d.Succeeds.Parties, p.ID):
			c.Kind = Stays
		}
		out = append(out, c)
	}
	for _, id := range d.Succeeds.Parties {
		if _, here := d.Party(id); !here && heirs[id] == 0 {
			out = append(out, Change{Kind: Leaves, Party: id})
		}
	}
	return out
}

// came says how a party comes from one other.
func (d *Document) came(from PartyID, heirs map[PartyID]int) string {
	switch _, here := d.Party(from); {
	case here:
		return SplitOff
	case heirs[from] > 1:
		return Splits
	}
	return Follows
}

// checkSuccession refuses what cannot be right whatever the other record says.
func (d *Document) checkSuccession() error {
	s := d.Succeeds
	if s == nil {
		for _, p := range d.Parties {
			if len(p.From) > 0 {
				return invalid("parties."+string(p.ID)+".from", "from_nowhere")
			}
		}
		return nil
	}
	switch {
	case !digest(s.Mechanism) || !digest(s.Statement):
		return invalid("succeeds", "bad_digest")
	case !entry.ValidID(s.Text):
		return invalid("succeeds.text", "bad_id")
	case s.From != "" && !validDay(s.From):
		return invalid("succeeds.from", "bad_day")
	case len(s.Parties) < 2 || len(s.Parties) > maxParties:
		return refusal.New(refusal.Invalid, "charter.parties_count", "limit", strconv.Itoa(maxParties))
	}
	for i, p := range s.Parties {
		if !idPattern.MatchString(string(p)) || slices.Contains(s.Parties[:i], p) {
			return invalid("succeeds.parties", "bad_id")
		}
	}
	for i, n := range s.Series {
		if !entry.ValidID(n.ID) || n.Next < 1 || slices.ContainsFunc(s.Series[:i], func(o Numbering) bool { return o.ID == n.ID }) {
			return invalid("succeeds.series", "bad_number")
		}
	}
	return d.checkHeirs()
}

// checkHeirs demands that whoever a party comes from was there, and that somebody who was there goes on.
func (d *Document) checkHeirs() error {
	goesOn := false
	for _, p := range d.Parties {
		for i, f := range p.From {
			if !slices.Contains(d.Succeeds.Parties, f) || slices.Contains(p.From[:i], f) {
				return invalid("parties."+string(p.ID)+".from", "from_nowhere")
			}
		}
		// An id that was there means the same party: it goes on, alone or with others in it.
		if n := len(p.From); n > 0 && slices.Contains(d.Succeeds.Parties, p.ID) && (n == 1 || !slices.Contains(p.From, p.ID)) {
			return invalid("parties."+string(p.ID)+".from", "from_itself")
		}
		goesOn = goesOn || len(p.From) > 0 || slices.Contains(d.Succeeds.Parties, p.ID)
	}
	if !goesOn {
		return invalid("succeeds", "nobody_goes_on")
	}
	return nil
}

func digest(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && hex.EncodeToString(b) == s
}
