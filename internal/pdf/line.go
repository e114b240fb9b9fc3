package pdf

import (
	"strings"
	"unicode/utf8"

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
	set, err := f.setter(tag, s)
	if err != nil {
		return nil, err
	}
	var out []line
	from, at, state := 0, 0, -1
	for rest := s; rest != ""; {
		var piece string
		piece, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		l, err := set(from, at+len(piece))
		if err != nil {
			return nil, err
		}
		if l.em() <= em {
			at += len(piece)
			continue
		}
		if at > from {
			if l, err = set(from, at); err != nil {
				return nil, err
			}
			out = append(out, l)
		}
		full, next, err := cut(s[:at+len(piece)], at, em, set)
		if err != nil {
			return nil, err
		}
		out, from, at = append(out, full...), next, at+len(piece)
	}
	l, err := set(from, len(s))
	return append(out, l), err
}

// setter sets the bytes of a text between two places on one line, without the spaces that would hang over its end.
func (f Fonts) setter(tag lang.Tag, s string) (func(from, to int) (line, error), error) {
	faces, err := f.order(tag)
	if err != nil {
		return nil, err
	}
	if !strings.ContainsFunc(s, needsShape) {
		return func(from, to int) (line, error) { return runs(tag, faces, strings.TrimRight(s[from:to], " ")) }, nil
	}
	p, err := newPassage(tag, s, faces)
	if err != nil {
		return nil, err
	}
	return func(from, to int) (line, error) {
		begin := utf8.RuneCountInString(s[:from])
		return p.set(begin, begin+utf8.RuneCountInString(s[from:to]))
	}, nil
}

// cut divides a word, from a place to the end of s, that is wider than a line. What begins at rest has room on the next.
func cut(s string, from int, em float64, set func(from, to int) (line, error)) (full []line, rest int, err error) {
	for at := from; at < len(s); {
		letter := group(s[at:])
		l, err := set(from, at+len(letter))
		if err != nil {
			return nil, 0, err
		}
		if at > from && l.em() > em {
			if l, err = set(from, at); err != nil {
				return nil, 0, err
			}
			full, from = append(full, l), at
		}
		at += len(letter)
	}
	return full, from, nil
}
