package line

import (
	"fmt"

	"entente.example/lang"
	"entente.example/refusal"
)

// BuiltIn names the pool that this program brings: phrases that use many different signs, and lines of poems that belong to everybody. Its phrases are never changed; another pool would
// have another name.
const BuiltIn = "entente-pool/1"

var builtIn = map[lang.Tag][]string{
	lang.English: {
		"Sphinx of black quartz, judge my vow: 0123456789.",
		"Five quick wizards jumped over the lazy, boxing giraffe; 24 lamps were lit.",
		"Shall I compare thee to a summer's day? Thou art more lovely and more temperate.",
		"The curfew tolls the knell of parting day, the lowing herd wind slowly o'er the lea.",
		"I wandered lonely as a cloud that floats on high o'er vales and hills.",
		"The fog comes over the harbour; 17 boats, 3 gulls, and one bell that nobody rings.",
		"To see a world in a grain of sand, and a heaven in a wild flower.",
		"A thing of beauty is a joy for ever: its loveliness increases.",
		"Six jars of quince jelly, a zinc box, and two pounds of very fine wax: £9, 8s, 7d.",
		"Hope is the thing with feathers that perches in the soul.",
	},
	lang.Chinese: {
		"天地玄黄，宇宙洪荒；日月盈昃，辰宿列张。",
		"床前明月光，疑是地上霜。举头望明月，低头思故乡。",
		"白日依山尽，黄河入海流。欲穷千里目，更上一层楼。",
		"春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。",
		"千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。",
		"雾中港湾：船十七艘，海鸥三只，铜钟一口，无人敲响。0123456789",
		"寒来暑往，秋收冬藏；闰余成岁，律吕调阳。",
		"空山新雨后，天气晚来秋。明月松间照，清泉石上流。",
		"两个黄鹂鸣翠柳，一行白鹭上青天。",
		"窗含西岭千秋雪，门泊东吴万里船。",
	},
	lang.Japanese: {
		"いろはにほへと　ちりぬるを　わかよたれそ　つねならむ",
		"うゐのおくやま　けふこえて　あさきゆめみし　ゑひもせす",
		"古池や　蛙飛びこむ　水の音",
		"夏草や　兵どもが　夢の跡",
		"春はあけぼの。やうやう白くなりゆく山ぎは、少し明かりて。",
		"霧の港に舟が十七艘、かもめが三羽、鳴らす人のない鐘が一つ。0123456789",
		"ゆく河の流れは絶えずして、しかももとの水にあらず。",
		"閑さや　岩にしみ入る　蝉の声",
		"菜の花や　月は東に　日は西に",
		"田子の浦に　うち出でてみれば　白妙の　富士の高嶺に　雪は降りつつ",
	},
}

// Draw takes the n-th phrase of the agreed pool in the first of the languages in which it has any.
func Draw(schedule *Proposal, n int64, languages ...lang.Tag) Payload {
	for _, tag := range append(languages, lang.English) {
		pool, phrases := BuiltIn, builtIn[tag]
		if schedule != nil && len(schedule.Terms.Pool) > 0 {
			pool, phrases = schedule.ID, schedule.Terms.phrases(tag)
		}
		if len(phrases) > 0 {
			i := int(n % int64(len(phrases)))
			return Payload{Pool: pool, N: i, Lang: tag, Text: phrases[i]}
		}
	}
	return Draw(nil, n, languages...) // an agreed pool without any of these languages
}

func (p *Propose) phrases(tag lang.Tag) []string {
	var out []string
	for _, f := range p.Pool {
		if f.Lang == tag {
			out = append(out, f.Text)
		}
	}
	return out
}

// maxPhrase bounds a phrase, in bytes.
const maxPhrase = 600

func (p *Payload) check() error {
	if err := (Phrase{p.Lang, p.Text}).check(); err != nil {
		return err
	}
	if phrases := builtIn[p.Lang]; p.Pool == BuiltIn && (p.N < 0 || p.N >= len(phrases) || phrases[p.N] != p.Text) {
		return refusal.New(refusal.Invalid, "line.not_in_pool", "pool", fmt.Sprintf("%s, %s %d", BuiltIn, p.Lang, p.N))
	}
	return nil
}

func (p Phrase) check() error {
	if err := p.Lang.Check(); err != nil {
		return err
	}
	if p.Text == "" || len(p.Text) > maxPhrase {
		return refusal.New(refusal.Invalid, "line.phrase_length")
	}
	return lang.CheckLine(p.Text)
}
