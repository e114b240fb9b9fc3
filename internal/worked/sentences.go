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
	"issues":               {"en": "Both sides state their positions on the issues, each with its own terms.", "zh-Hans": "双方就各议题表明立场，并使用各自的用语。", "ja": "双方が各議題について、自らの用語で立場を述べる。"},
	"concerns":             {"en": "Each side raises a concern; the other acknowledges receipt.", "zh-Hans": "双方各提出一项关切，对方确认收到。", "ja": "双方が懸念を一つずつ提起し、相手側が受領を確認する。"},
	"programmes":           {"en": "The exchange programmes of the annex go onto the record, with a first visit.", "zh-Hans": "附件所列交流项目载入记录，并安排首次访问。", "ja": "附属書の交流事業を記録に載せ、最初の訪問を計画する。"},
	"commitments":          {"en": "The commitments of the text are listed; every party concurs.", "zh-Hans": "列出文件中的承诺，各当事方均表同意。", "ja": "文書の約束を一覧にし、すべての当事者が同意する。"},
	"glossary":             {"en": "Translators put words into the glossary: one is agreed, one proposed, one has a side's own word beside it.", "zh-Hans": "翻译人员将用语列入术语表：一个已商定，一个仅为提议，一个旁列一方自己的用语。", "ja": "翻訳者が用語集に語を載せる:一つは合意済み、一つは提案中、一つには一方の用語が並ぶ。"},
	"days":                 {"en": "One side offers days for the tenth meeting, the other has better ones; every party accepts them, and the agenda.", "zh-Hans": "一方提议第十次会议的日期，另一方另提更合适的日期；各方予以接受，并通过议程。", "ja": "一方が第10回会合の日程を提案し、他方が別の日程を示す。すべての当事者がこれを受け入れ、議題も採択する。"},
	"assembly":             {"en": "The tenth meeting is made ready: each side names its delegation, the host sets the programme, each item has its interpretation, and a paper has its symbol and a correction.", "zh-Hans": "第十次会议筹备就绪：双方提交代表团名单，东道方排定日程，每项议程定有口译，文件有文号和更正。", "ja": "第10回会合の準備が整う。各側が代表団名簿を示し、開催側が次第を定め、議題ごとに通訳を決め、文書に番号と正誤表が付く。"},
	"guests":               {"en": "An observer is admitted to the tenth meeting, and a secretariat to the text: every party agrees to each. They are no parties, and read nothing else.", "zh-Hans": "准入一位观察员查看第十次会议，一个秘书处查看文件：每项均经各方同意。他们不是一方，别的什么也看不到。", "ja": "第10回会合にオブザーバー、文書に事務局を受け入れる。いずれも全当事者が同意した。当事者ではなく、ほかには何も読めない。"},
	"notes":                {"en": "A note verbale passes with both registry numbers; a thread opens on the annex.", "zh-Hans": "一份普通照会送达，双方均有登记号；就附件开始会话。", "ja": "口上書が双方の整理番号を付けて渡り、附属書についてやり取りが始まる。"},
	"rectify":              {"en": "{party} finds an error in the adopted text and proposes to correct it; there is time for objection.", "zh-Hans": "{party}发现已通过文件中有一处错误，提议更正；各方可在期限内提出异议。", "ja": "{party}が採択された文書に誤りを見つけ、訂正を提案する。異議を述べる期間がある。"},
	"attest":               {"en": "Nobody objected, and every party attests: {symbol} is made. What was sealed stays as it was.", "zh-Hans": "无人提出异议，各方均予确认：{symbol}成立。已签章的文本保持原样。", "ja": "異議はなく、全当事者が確認する。{symbol}が成立し、公印を付した文はそのまま残る。"},
	"readouts":             {"en": "Each side publishes its own readout of the meeting, not compared beforehand; one disputes a sentence of the other's, and the dispute stays at the sentence.", "zh-Hans": "双方各自发布会谈通报，事先未核对；一方对对方的一句提出异议，异议永久标于该句之旁。", "ja": "各側が事前に対照せず会談概要を発表する。一方が相手の一文に異議を述べ、異議はその文のそばに残る。"},
	"circulate":            {"en": "{party} circulates “{title}” under a silence procedure; its time runs from the last receipt.", "zh-Hans": "{party}按默许程序分发“{title}”；期限自最后一方确认收到时起算。", "ja": "{party}が「{title}」を沈黙手続に付す。期間は最後の受領確認から起算する。"},
	"received":             {"en": "{party} confirms receipt of “{title}”.", "zh-Hans": "{party}确认收到“{title}”。", "ja": "{party}が「{title}」の受領を確認する。"},
	"broken":               {"en": "{party} breaks silence on “{title}”: it is not decided.", "zh-Hans": "{party}就“{title}”打破默许：未作出决定。", "ja": "{party}が「{title}」について沈黙を破る。決定は成立しない。"},
	"answers":              {"en": "One concern is answered in time; the other one is not.", "zh-Hans": "一项关切按期获得答复，另一项没有。", "ja": "懸念の一つには期限内に回答があり、もう一つにはない。"},
	"review":               {"en": "Each side reports on itself and assesses the other: side by side, without an average.", "zh-Hans": "各方报告己方情况并评价对方：两者并列，不作平均。", "ja": "各側が自らを報告し、相手を評価する。並べて示し、平均はしない。"},
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
