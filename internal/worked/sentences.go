package worked

import (
	"strings"

	"entente.example/internal/charter"
	"entente.example/lang"
)

// sentences tell what happens, by type of event. {party} is the acting party's short name.
var sentences = map[string]lang.Text{
	"history":              {"en": "The history goes onto the record: meetings, breaks, founding documents.", "zh-Hans": "历史载入记录：历次会议、中断和政治文件。", "ja": "経緯を記録に載せる:過去の会合、中断、基本文書。"},
	"provisional_agenda":   {"en": "{party} circulates the provisional agenda.", "zh-Hans": "{party}分发临时议程。", "ja": "{party}が暫定議題を配布する。"},
	"tabled":               {"en": "{party} tables a draft ({document}): {paragraphs}.", "zh-Hans": "{party}提出草案（{document}):{paragraphs}。", "ja": "{party}が案文({document})を提出する:{paragraphs}。"},
	"courtesy_translation": {"en": "{party} adds a courtesy translation ({language}).", "zh-Hans": "{party}附上参考译文（{language}）。", "ja": "{party}が仮訳({language})を添える。"},
	"ad_ref":               {"en": "All parties accept ad referendum: {paragraphs}.", "zh-Hans": "各方待核准同意：{paragraphs}。", "ja": "全当事者が本国の承認を条件に合意:{paragraphs}。"},
	"alternative":          {"en": "{party} proposes an alternative: {label}.", "zh-Hans": "{party}提出替代案文：{label}。", "ja": "{party}が代替案を提案:{label}。"},
	"bracketed":            {"en": "{party} puts words of paragraph {paragraphs} into brackets.", "zh-Hans": "{party}将第{paragraphs}段的措辞置于方括号内。", "ja": "{party}が第{paragraphs}段落の語句を角括弧に入れる。"},
	"reservation_placed":   {"en": "{party} places a reservation on paragraph {paragraphs}.", "zh-Hans": "{party}对第{paragraphs}段提出保留。", "ja": "{party}が第{paragraphs}段落に留保を付す。"},
	"reservation_lifted":   {"en": "{party} lifts its reservation on paragraph {paragraphs}.", "zh-Hans": "{party}撤回对第{paragraphs}段的保留。", "ja": "{party}が第{paragraphs}段落の留保を撤回する。"},
	"compilation_text":     {"en": "{party} issues the compilation text {document}.", "zh-Hans": "{party}印发汇编案文{document}。", "ja": "{party}が編纂案文{document}を発行する。"},
	"package_linked":       {"en": "{party} links paragraphs {paragraphs} as a package.", "zh-Hans": "{party}将第{paragraphs}段作为一揽子相联。", "ja": "{party}が第{paragraphs}段落を一括とする。"},
	"confirmed":            {"en": "All headquarters confirm: {paragraphs}.", "zh-Hans": "各方总部确认：{paragraphs}。", "ja": "全当事者の本部が確認:{paragraphs}。"},
	"concordance_flag":     {"en": "{party} objects to the {language} version of paragraph {paragraphs}.", "zh-Hans": "{party}对第{paragraphs}段的{language}文本提出异议。", "ja": "{party}が第{paragraphs}段落の{language}版に異議を述べる。"},
	"concordance_resolved": {"en": "{party} corrects the {language} version of paragraph {paragraphs}.", "zh-Hans": "{party}更正第{paragraphs}段的{language}文本。", "ja": "{party}が第{paragraphs}段落の{language}版を直す。"},
	"reopened":             {"en": "{party} reopens agreed paragraph {paragraphs}; everybody is alerted.", "zh-Hans": "{party}重新讨论已商定的第{paragraphs}段；各方均获提示。", "ja": "{party}が合意済みの第{paragraphs}段落を再び開く。全員に知らされる。"},
	"frozen":               {"en": "{party} freezes the text: the exact bytes are fixed.", "zh-Hans": "{party}冻结案文：字节就此固定。", "ja": "{party}が案文を凍結する:バイト列が確定する。"},
	"initialled":           {"en": "The drafters of all parties initial the text.", "zh-Hans": "各方起草人草签案文。", "ja": "全当事者の起草者が仮署名する。"},
	"sealed":               {"en": "{party} seals the text, with two custodians.", "zh-Hans": "{party}由两名保管人加盖签章。", "ja": "{party}が管理者二名により公印を付す。"},
	"embargo_set":          {"en": "All press officers set the same embargo.", "zh-Hans": "各方新闻官设定同一禁发时间。", "ja": "全当事者の報道担当が同一の解禁時刻を定める。"},
	"published":            {"en": "The instant has come: the text may be public on every node.", "zh-Hans": "时刻已到：文本可在各节点公布。", "ja": "解禁時刻となる:各ノードで公表できる。"},
}

// sentence fills a sentence in every language.
func (ex *Example) sentence(kind string, kv ...string) lang.Text {
	out := lang.Text{}
	for tag, s := range sentences[kind] {
		for i := 0; i+1 < len(kv); i += 2 {
			value := kv[i+1]
			if kv[i] == "party" && value != "" {
				value = ex.Short(charter.PartyID(value), tag)
			}
			s = strings.ReplaceAll(s, "{"+kv[i]+"}", value)
		}
		out[tag] = s
	}
	return out
}
