package worked

import (
	"strings"

	"entente.example/internal/delegation"
	"entente.example/internal/meeting"
	"entente.example/lang"
)

// comes are people who come to the tenth meeting, of the first party of each side. They are invented, and so are their offices.
var comes = [][]delegation.Delegate{
	{{Order: 1, Role: "head", Name: lang.Text{lang.Chinese: "林牧之", lang.Japanese: "林牧之"}, Reading: "Lín Mùzhī", Romanised: "LIN Muzhi", Capacities: []lang.Text{
		{lang.Chinese: "代表团团长", lang.Japanese: "代表団長", lang.English: "Head of delegation"}, {lang.Chinese: "对外交流委员会主任", lang.Japanese: "対外交流委員会主任", lang.English: "Chair of the exchange committee"}}},
		{Order: 2, Role: "secretary", Name: lang.Text{lang.Chinese: "苏晚"}, Reading: "Sū Wǎn", Romanised: "SU Wan"},
		{Order: 3, Role: "interpreter", Name: lang.Text{lang.Chinese: "白桥"}, Reading: "Bái Qiáo", Romanised: "BAI Qiao"}},
	{{Order: 1, Role: "head", Name: lang.Text{lang.Japanese: "渡瀬 岸", lang.Chinese: "渡濑岸"}, Reading: "わたせ きし", Romanised: "WATASE Kishi", Capacities: []lang.Text{
		{lang.Japanese: "代表団長", lang.Chinese: "代表团团长", lang.English: "Head of delegation"}, {lang.Japanese: "河川政策調査会長", lang.Chinese: "河流政策调查会长", lang.English: "Chair of the policy council on rivers"}}},
		{Order: 2, Role: "deputy", Name: lang.Text{lang.Japanese: "小森 葉"}, Reading: "こもり よう", Romanised: "KOMORI Yo"},
		{Order: 3, Role: "interpreter", Name: lang.Text{lang.Japanese: "谷 澪"}, Reading: "たに みお", Romanised: "TANI Mio"}},
}

// zone is where the tenth meeting is held; an invented valley has no name in any list of zones.
func (ex *Example) zone() string {
	if ex.Profile == Fictional {
		return "Etc/GMT-9"
	}
	return "Asia/Tokyo"
}

// assembly readies the tenth meeting: each side's delegation, the host's programme, who is interpreted how, and papers; and what was said at the ninth is recorded by its note-takers.
func (ex *Example) assembly() Step {
	s := Step{At: day("2025-10-20", 2), Say: ex.sentence("assembly")}
	guest, host := ex.Sides[0].ID, ex.Sides[1].ID
	matter := meeting.Matter(mainSeries, 10)
	agenda := ex.tenth()
	agenda.Stage = "annotated"
	agenda.Arrangements = []meeting.Arrangement{{Item: 1, Interpretation: "consecutive", Languages: []string{"zh-Hans", "ja"}, Minutes: 15}, {Item: 2, Interpretation: "simultaneous", Languages: []string{"zh-Hans", "ja"}}}
	title := lang.Text{lang.English: "State of the commitments", lang.Chinese: "承诺落实情况", lang.Japanese: "約束の実施状況"}
	slot := func(day, from, until string, item int, en, zh, ja string) meeting.Slot {
		return meeting.Slot{Day: day, From: from, Until: until, Item: item, What: lang.Text{lang.English: en, lang.Chinese: zh, lang.Japanese: ja}}
	}
	s.Moves = append(s.Moves,
		ex.by(host, "sec", matter, agenda, meeting.Programme{Zone: ex.zone(), Slots: []meeting.Slot{
			slot("2025-11-04", "15:00", "16:30", 1, "First session", "第一次会谈", "第1会議"), slot("2025-11-04", "18:30", "", 0, "Dinner given by the host", "东道主晚宴", "開催側主催夕食会"),
			slot("2025-11-05", "09:30", "11:30", 2, "Second session", "第二次会谈", "第2会議")}}),
		ex.by(guest, "sec", matter, &delegation.Draft{Delegates: comes[0]}),
		ex.by(host, "sec", matter, &delegation.Draft{Delegates: comes[1], Final: true}),
		ex.by(guest, "sec", matter, &delegation.Draft{Delegates: comes[0][:2], Final: true}),
		ex.by(guest, "sec", matter, meeting.Document{Nature: "working_paper", Of: "commitment/k-1", Title: title},
			meeting.Document{Modifies: ex.firstPaper(guest), How: "corrigendum", Title: title, Languages: []string{"ja"}}))
	for _, side := range ex.Sides {
		s.Moves = append(s.Moves, ex.by(side.ID, "note", meeting.Matter(mainSeries, 9), meeting.Intervene{Item: 2, Side: side.ID, Minutes: 12, Capacity: lang.Text{lang.English: "Head of delegation", lang.Chinese: "代表团团长", lang.Japanese: "代表団長"}}))
	}
	return s
}

// firstPaper is the symbol of a side's first working paper for the tenth meeting.
func (ex *Example) firstPaper(side string) string {
	return strings.ToUpper(ex.Mechanism.ID + "/10/" + string(ex.first(side)) + "/WP.1")
}
