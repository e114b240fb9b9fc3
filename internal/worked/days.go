package worked

import (
	"entente.example/internal/meeting"
	"entente.example/internal/workdays"
	"entente.example/lang"
)

// days settles when the tenth meeting is to be: one side offers days, the other has better ones, everybody accepts those, and then the agenda. The days are invented.
func (ex *Example) days() Step {
	s := Step{At: day("2025-02-04", 2), Say: ex.sentence("days")}
	west, east := ex.Sides[0].ID, ex.Sides[1].ID
	matter := meeting.Matter(mainSeries, 10)
	agenda := ex.tenth()
	s.Moves = append(s.Moves,
		ex.by(west, "sec", "holidays/"+workdays.ID(ex.first(west), 2025), workdays.Declare{Off: []workdays.Day{{Day: "2025-10-01", Name: lang.Text{lang.Chinese: "秋收节", lang.English: "Harvest days"}}, {Day: "2025-10-02"}, {Day: "2025-10-03"}},
			Work: []workdays.Day{{Day: "2025-09-28"}}}),
		ex.by(east, "sec", "holidays/"+workdays.ID(ex.first(east), 2025), workdays.Declare{Off: []workdays.Day{{Day: "2025-10-13", Name: lang.Text{lang.Japanese: "川の日", lang.English: "River day"}}}}),
		ex.by(west, "sec", matter, meeting.Offer{From: "2025-10-13", Until: "2025-10-15"}),
		ex.by(east, "sec", matter, meeting.Offer{From: "2025-11-04", Until: "2025-11-06", Reason: lang.Text{lang.Japanese: "10月は国会の会期と重なるため。"}}))
	for _, p := range ex.Parties {
		if p.ID != ex.first(east) {
			s.Moves = append(s.Moves, Move{Party: p.ID, Member: ex.member(p.ID, "hod"), Matter: matter, Concurs: true})
		}
	}
	s.Moves = append(s.Moves, ex.by(east, "sec", matter, agenda))
	for _, p := range ex.Parties {
		m := ex.by(p.Side, "hod", matter, meeting.Adopt{Agenda: agenda.Digest()})
		m.Party, m.Member = p.ID, ex.member(p.ID, "hod")
		s.Moves = append(s.Moves, m)
	}
	return s
}

// tenth is the agenda of the tenth meeting.
func (ex *Example) tenth() meeting.Agenda {
	return meeting.Agenda{Stage: "provisional", Items: []lang.Text{
		{lang.English: "How the commitments of the ninth meeting are kept", lang.Chinese: "第九次会议各项承诺的落实情况", lang.Japanese: "第9回会合の約束の実施状況"},
		{lang.English: "Exchange between young politicians", lang.Chinese: "年轻政治家交流", lang.Japanese: "若手政治家の交流"}}}
}
