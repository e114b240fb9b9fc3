// Package readers answers who can read something, in one place for every face.
//
// It promises to name every party of the mechanism and every guest whose admission is in force, or to say that a thing is our side's alone. It knows nothing of people: which members of a party
// read is that party's own affair.
package readers

import (
	"entente.example/internal/charter"
	"entente.example/internal/guest"
	"entente.example/lang"
)

// What a thing is to its readers.
const (
	Record    = "record"     // on the record: all parties hold it
	Ours      = "ours"       // on our node alone
	OffRecord = "off_record" // with us and whom we handed it to, without proof or trace
)

// Readers is who can read something.
type Readers struct {
	What    string            `json:"what" enum:"record,ours,off_record"`
	Parties []charter.PartyID `json:"parties"`
	Guests  []Guest           `json:"guests,omitempty"`
	Public  string            `json:"public,omitempty" doc:"Since when everybody can read it"`
	Marking string            `json:"marking,omitempty" doc:"How our own house marks it, if it does; the other parties do not see that"`
}

// Guest is somebody who is no party and can read it.
type Guest struct {
	ID       string            `json:"id" doc:"Admission, as in guest/<id>"`
	Proposal string            `json:"proposal"`
	Name     lang.Text         `json:"name"`
	Capacity string            `json:"capacity"`
	Parts    []string          `json:"parts,omitempty" doc:"Of a meeting; none: all"`
	Since    string            `json:"since"`
	Until    string            `json:"until"`
	House    charter.PartyID   `json:"house" doc:"Party whose node shows it"`
	Agreed   []charter.PartyID `json:"agreed"`
}

// OnRecord answers for a matter on the record, on a day. public is since when everybody can read it, "" if not everybody can.
func OnRecord(c *charter.State, matter, day, public string, admissions []*guest.State) Readers {
	out := Readers{What: Record, Public: public}
	for _, p := range c.Document().Parties {
		out.Parties = append(out.Parties, p.ID)
	}
	for _, s := range admissions {
		for i := range s.Proposals {
			a := &s.Proposals[i]
			if a.Shown != matter || !a.InForce(c, day) {
				continue
			}
			g := Guest{ID: s.ID, Proposal: a.Act, Name: a.Name, Capacity: a.Capacity, Parts: a.Parts, Since: a.Since(), Until: a.Until, House: charter.PartyID(a.House)}
			for _, p := range out.Parties {
				if a.Agrees(p) {
					g.Agreed = append(g.Agreed, p)
				}
			}
			out.Guests = append(out.Guests, g)
		}
	}
	return out
}

// OnlyOurs answers for what our side keeps to itself.
func OnlyOurs(self charter.PartyID) Readers {
	return Readers{What: Ours, Parties: []charter.PartyID{self}}
}

// OffTheRecord answers for papers of which no proof or trace is kept.
func OffTheRecord(self charter.PartyID) Readers {
	return Readers{What: OffRecord, Parties: []charter.PartyID{self}}
}
