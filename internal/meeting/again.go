package meeting

import (
	"entente.example/entry"
	"entente.example/internal/charter"
)

// Again is what stands as an act of this type would say it again, nil if nothing does.
func (s *State) Again(_ charter.PartyID, typ string) entry.Body {
	switch {
	case s.Meeting == nil:
	case typ == Enter{}.EntryType():
		e := *s.Meeting
		e.Series, e.Number = "", 0 // they are the meeting's place on the record
		return &e
	case typ == Agenda{}.EntryType() && s.Agenda != nil:
		return s.Agenda
	case typ == Programme{}.EntryType() && s.Programme != nil:
		return &s.Programme.Programme
	}
	return nil
}
