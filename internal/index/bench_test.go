package index

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"entente.example/internal/search"
	"entente.example/lang"
)

// vocabulary of the paragraphs that are searched: what is frequent in such texts comes first and is used more often.
var vocabulary = map[lang.Tag][]string{
	lang.English: strings.Fields("the of and to both sides shall in mutual trust exchange parties development cooperation on with agreed principle water basin dialogue mechanism meeting people " +
		"peace law order international concern fishery import sampling monitoring young veteran statement document equality benefit supply chain stable region neighbour exchange programme visit"),
	lang.Chinese: strings.Fields("的 双方 和 将 互信 交流 合作 发展 原则 在 对话 机制 会议 人民 和平 法律 秩序 国际 关切 水产品 进口 取样 监测 青年 元老 声明 文件 平等 互利 供应链 稳定 地区 邻国 流域 水 访问 项目 重申 同意 遵守"),
	lang.Japanese: strings.Fields("の 双方は を 及び 相互信頼 交流 協力 発展 原則 に 対話 枠組み 会合 国民 平和 法 秩序 国際的な 懸念 水産物 輸入 試料採取 監視 青年 重鎮 声明 文書 平等 互恵 サプライチェーン 安定 地域 " +
		"隣国 流域 水 訪問 事業 確認する 合意した 遵守する"),
}

func invented(r *rand.Rand, tag lang.Tag, words int) string {
	v, sep := vocabulary[tag], ""
	if tag == lang.English {
		sep = " "
	}
	out := make([]string, words)
	for i := range out {
		out[i] = v[min(r.IntN(len(v)), r.IntN(len(v)))]
	}
	return strings.Join(out, sep)
}

var many = flag.Int("paragraphs", 100_000, "how many paragraphs are searched in benchmarks")

// paragraphs are how many are searched; with -short few, for whoever asks only whether all of it still runs.
func paragraphs() int {
	if testing.Short() {
		return 5_000
	}
	return *many
}

// BenchmarkFind measures the newest 20 of all paragraphs, 100,000 if -paragraphs does not say otherwise, in three languages: frequent and rare words, of one character, two and many, and one that stands nowhere.
func BenchmarkFind(b *testing.B) {
	const each = 500
	x := opened(b)
	r, size := rand.New(rand.NewPCG(3, 4)), 0
	for t := range paragraphs() / each {
		m := search.Matter{Key: fmt.Sprintf("text/%d", t)}
		for i := range each {
			text := lang.Text{lang.English: invented(r, lang.English, 18), lang.Chinese: invented(r, lang.Chinese, 18), lang.Japanese: invented(r, lang.Japanese, 16)}
			if t == 7 && i == 7 {
				text = lang.Text{lang.English: "the Yellow Peony", lang.Chinese: "黄牡丹", lang.Japanese: "黄牡丹について"}
			}
			for _, s := range text {
				size += len(s)
			}
			m.Passages = append(m.Passages, paragraph(search.Agreed, fmt.Sprint(i), text))
		}
		if err := x.Update(b.Context(), "m", []search.Matter{m}, nil); err != nil {
			b.Fatal(err)
		}
	}
	if info, err := os.Stat(x.path); err == nil {
		b.Logf("the index takes %d bytes, %.1f times the text", info.Size(), float64(info.Size())/float64(size))
	}
	for _, c := range []struct{ name, words string }{
		{"one character, frequent", "的"}, {"one character, once", "牡"}, {"two characters, frequent", "互信"}, {"two characters, once", "牡丹"}, {"three characters", "水産物"},
		{"many characters", "サプライチェーン"}, {"one letter", "e"}, {"part of a word", "eration"}, {"two words", "mutual trust"}, {"once", "yellow peony"}, {"nowhere", "trustworthiness"},
		{"nowhere, of frequent parts", "双方的水産物"},
	} {
		q, err := search.Parse(c.words)
		if err != nil {
			b.Fatal(err)
		}
		for name, count := range map[string]bool{c.name: false, c.name + ", counted": true} {
			b.Run(name, func(b *testing.B) {
				var f Found
				for b.Loop() {
					var err error
					if f, err = x.Find(b.Context(), "m", Ask{Scope: search.Agreed, Query: q, Limit: 20, Count: count}); err != nil {
						b.Fatal(err)
					}
				}
				n := len(f.Hits)
				for _, k := range f.Kinds {
					n = max(n, k.N)
				}
				b.ReportMetric(float64(n), "hits")
			})
		}
	}
}
