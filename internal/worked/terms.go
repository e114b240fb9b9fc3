package worked

import (
	"entente.example/internal/glossary"
	"entente.example/lang"
)

// glossary puts three words of the joint statement into the glossary: one that everybody stands behind, one that is only proposed, and one that a side also calls by a word of its own.
func (ex *Example) glossary() Step {
	s := Step{At: day("2025-02-02", 3), Say: ex.sentence("glossary")}
	west, east := ex.Sides[0].ID, ex.Sides[1].ID
	s.Moves = append(s.Moves, ex.by(west, "trans", "term/concern", glossary.Enter{Term: lang.Text{lang.English: "concern", lang.Chinese: "关切", lang.Japanese: "懸念"},
		Definition: lang.Text{lang.English: "What one side asks the other to address, in writing.", lang.Chinese: "一方书面提请另一方处理的事项。", lang.Japanese: "一方が他方に対応を書面で求める事項。"}}))
	for _, p := range ex.Parties {
		if p.ID != ex.first(west) {
			s.Moves = append(s.Moves, Move{Party: p.ID, Member: ex.member(p.ID, "trans"), Matter: "term/concern", Concurs: true})
		}
	}
	s.Moves = append(s.Moves,
		ex.by(east, "trans", "term/channel", glossary.Enter{Term: lang.Text{lang.English: "channel of dialogue", lang.Chinese: "对话渠道", lang.Japanese: "対話の経路"}}),
		ex.by(west, "trans", "term/mechanism", glossary.Enter{Term: lang.Text{lang.English: "exchange mechanism", lang.Chinese: "交流机制", lang.Japanese: "交流の枠組み"}}),
		ex.by(east, "trans", "term/mechanism", glossary.Own{Language: lang.Japanese, Term: "交流協議会", Note: "この枠組みの固有の名称に限る。"}))
	return s
}
