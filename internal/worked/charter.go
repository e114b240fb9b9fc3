package worked

import (
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/document"
	"entente.example/internal/meeting"
	"entente.example/lang"
)

// Names are the mechanism's names as its users write them.
func (ex *Example) Names() []charter.Name {
	var out []charter.Name
	for _, n := range ex.Mechanism.Names {
		out = append(out, charter.Name{Lang: n.Lang, UsedBy: n.UsedBy, Full: n.Full})
	}
	return out
}

// Sides are the sides with their parties.
func (ex *Example) SideList() []charter.Side {
	var out []charter.Side
	for _, s := range ex.Sides {
		out = append(out, charter.Side{ID: s.ID, Label: s.Label, Parties: s.Parties})
	}
	return out
}

// Rules are the rules of procedure of the example.
func (ex *Example) Rules() charter.Rules {
	return charter.Rules{Adoption: "all-parties", HostRotation: ex.Mechanism.Rotation.Rule, FirstHost: ex.Mechanism.Rotation.FirstHost, NoticeDays: 30,
		Silence: true, SilenceDays: 10, Rectification: 15, ReplyDays: 60, Concordance: "flags"}
}

// PartyNames are a party's full names today, by language.
func (ex *Example) PartyNames(id charter.PartyID) map[string]string {
	out := map[string]string{}
	for _, p := range ex.Parties {
		if p.ID == id {
			for tag, s := range p.Names[len(p.Names)-1].Full {
				out[string(tag)] = s
			}
		}
	}
	return out
}

// Short is a party's short name in a language.
func (ex *Example) Short(id charter.PartyID, tag lang.Tag) string {
	for _, p := range ex.Parties {
		if p.ID == id {
			_, s := p.Names[len(p.Names)-1].Short.Pick(tag)
			return s
		}
	}
	return string(id)
}

// mainSeries is the id of the series that the mechanism itself counts.
const mainSeries = meeting.MainSeries

// series makes an id of a series usable in a matter.
func series(id string) string { return strings.ToLower(id) }

// history lists the meetings of all series as entries.
func (ex *Example) history() []meeting.Enter {
	var out []meeting.Enter
	name := lang.Text{}
	for _, n := range ex.Mechanism.Names {
		if name[n.Lang] == "" {
			name[n.Lang] = n.Full
		}
	}
	for _, m := range ex.Meetings {
		e := meeting.Enter{Series: mainSeries, SeriesName: name, Number: m.Number, Start: m.Start, End: m.End, Host: m.Host, Theme: present(m.Theme), Status: "held", Note: m.Note, Sources: m.Sources}
		if m.Status != "" {
			e.Status, e.Note = "planned", m.Status
		}
		if m.Outcome != nil {
			e.Outcome = m.Outcome.Kind
		}
		for _, v := range m.Venues {
			days := v.Days
			if v.Day != "" {
				days = []string{v.Day}
			}
			e.Venues = append(e.Venues, meeting.Venue{City: v.City, Days: days})
		}
		out = append(out, e)
	}
	for _, p := range ex.Parallel {
		for _, s := range p.Sessions {
			out = append(out, meeting.Enter{Series: series(p.ID), SeriesName: present(p.Name), Number: s.Number, Start: s.Start, End: s.End, Status: "held",
				Venues: []meeting.Venue{{City: lang.Text{lang.English: s.City}}}})
		}
	}
	return out
}

// present leaves out the languages without wording.
func present(t lang.Text) lang.Text {
	out := lang.Text{}
	for tag, s := range t {
		if s != "" {
			out[tag] = s
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// deposits lists the founding documents as entries, by id.
func (ex *Example) deposits() map[string]document.Deposit {
	out := map[string]document.Deposit{}
	for _, d := range ex.Documents {
		dep := document.Deposit{Date: d.Date, Kind: d.Kind, Act: d.Act, InForce: d.InForce, Place: lang.Text{lang.English: d.Place}, Sources: d.Sources}
		for _, t := range d.Titles {
			dep.Titles = append(dep.Titles, document.Title{Lang: t.Lang, UsedBy: t.UsedBy, Full: t.Full, Short: t.Short, Authority: t.Authority})
		}
		if d.ID == "fd-1998" && ex.Profile == Report {
			dep.OtherDates = []document.OtherDate{{Date: "1998-11-28", Source: "S25"}}
		}
		out[d.ID] = dep
	}
	return out
}
