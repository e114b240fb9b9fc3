package markup

import (
	"strconv"
	"strings"

	"entente.example/internal/text"
	"entente.example/lang"
)

// Plain is a sheet of plain words: a paragraph wherever a line is empty. A first line that stands alone, with more below, is the title.
func Plain(words string, tag lang.Tag, languages []lang.Tag) *Sheet {
	s := &Sheet{Title: lang.Text{}, Languages: languages, Drafting: tag, Covers: []lang.Tag{tag}}
	all := blocks(words)
	if len(all) > 1 && !strings.Contains(all[0], "\n") {
		s.Title[tag], all = all[0], all[1:]
	}
	for _, block := range all {
		n := strconv.Itoa(len(s.Paragraphs) + 1)
		s.Paragraphs = append(s.Paragraphs, Paragraph{ID: text.ParaID(n), Label: n, Kind: text.Operative, Wordings: []Wording{{Label: n, Text: lang.Text{tag: block}}}})
	}
	return s
}

// blocks are what stands between empty lines.
func blocks(words string) (out []string) {
	open := false
	for line := range strings.Lines(words) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			open = false
		case open:
			out[len(out)-1] += "\n" + line
		default:
			out, open = append(out, line), true
		}
	}
	return out
}
