package pdf

import (
	"strings"

	"github.com/rivo/uniseg"

	"entente.example/lang"
)

// line is what stands on one line, in runs.
type line []run

func (l line) em() (w float64) {
	for _, r := range l {
		w += r.em
	}
	return w
}

// lines breaks a text where UAX #14 allows it, so that no line begins with 。 or ends with （. em is the width of a line.
func (f Fonts) lines(tag lang.Tag, s string, em float64) ([]line, error) {
	var out []line
	for _, hard := range strings.Split(s, "\n") {
		soft, err := f.wrap(tag, hard, em)
		if err != nil {
			return nil, err
		}
		out = append(out, soft...)
	}
	return out, nil
}

func (f Fonts) wrap(tag lang.Tag, s string, em float64) ([]line, error) {
	var out []line
	at, state := "", -1
	for s != "" {
		var piece string
		piece, s, _, state = uniseg.FirstLineSegmentInString(s, state)
		l, err := f.runs(tag, trimmed(at+piece))
		if err != nil {
			return nil, err
		}
		if line(l).em() <= em {
			at += piece
			continue
		}
		if at != "" {
			if l, err = f.runs(tag, trimmed(at)); err != nil {
				return nil, err
			}
			out = append(out, l)
		}
		full, rest, err := f.cut(tag, piece, em)
		if err != nil {
			return nil, err
		}
		out, at = append(out, full...), rest
	}
	l, err := f.runs(tag, trimmed(at))
	return append(out, l), err
}

// cut divides a word that is wider than a line.
func (f Fonts) cut(tag lang.Tag, word string, em float64) (full []line, rest string, err error) {
	for word != "" {
		letter, after, _, _ := uniseg.FirstGraphemeClusterInString(word, -1)
		l, err := f.runs(tag, trimmed(rest+letter))
		if err != nil {
			return nil, "", err
		}
		if rest != "" && line(l).em() > em {
			if l, err = f.runs(tag, rest); err != nil {
				return nil, "", err
			}
			full, rest = append(full, l), ""
		}
		rest, word = rest+letter, after
	}
	return full, rest, nil
}

// trimmed leaves out what would hang over the end of a line.
func trimmed(s string) string { return strings.TrimRight(s, " ") }
