package worked

import (
	"entente.example/internal/guest"
	"entente.example/internal/meeting"
	"entente.example/lang"
)

// guests are admitted by all: an observer to the tenth meeting for its days, and a secretariat that keeps the adopted text. Both institutions are invented.
func (ex *Example) guests() Step {
	s := Step{At: day("2025-10-21", 1), Say: ex.sentence("guests")}
	host := ex.Sides[1].ID
	admissions := []struct {
		matter string
		guest.Propose
	}{
		{"guest/observer-1", guest.Propose{Name: lang.Text{lang.English: "Institute of Shared Waters", lang.Chinese: "共有水域研究所", lang.Japanese: "共有水域研究所"}, Capacity: "observer",
			Shown: meeting.Matter(mainSeries, 10), Parts: []string{"agenda", "programme", "dossier"}, From: "2025-10-21", Until: "2025-12-31",
			Purpose: lang.Text{lang.English: "To follow the tenth meeting.", lang.Chinese: "旁听第十次会议。", lang.Japanese: "第10回会合を傍聴するため。"}}},
		{"guest/keeper-1", guest.Propose{Name: lang.Text{lang.English: "Archive of Joint Texts", lang.Chinese: "共同文件档案馆", lang.Japanese: "共同文書館"}, Capacity: "secretariat",
			Shown: "text/" + ex.TextID(), From: "2025-10-21", Until: "2035-12-31",
			Purpose: lang.Text{lang.English: "To keep the adopted text for reference.", lang.Chinese: "保存已通过的文件以备查阅。", lang.Japanese: "採択された文書を参照用に保管するため。"}}},
	}
	for _, a := range admissions {
		s.Moves = append(s.Moves, ex.by(host, "sec", a.matter, a.Propose))
		for _, p := range ex.Parties {
			if p.ID != ex.first(host) {
				s.Moves = append(s.Moves, Move{Party: p.ID, Member: ex.member(p.ID, "hod"), Matter: a.matter, Concurs: true})
			}
		}
	}
	return s
}
