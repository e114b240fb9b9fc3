package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain writes words for a person. Some are others' words that no record has judged, such as a file's: no character of theirs moves a terminal's cursor, hides a line of ours or turns writing round; it stands there as its number.
type plain struct{ to io.Writer }

func (p plain) Write(b []byte) (int, error) {
	var out strings.Builder
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if unruly(r) {
			fmt.Fprintf(&out, "<%U>", r)
		} else {
			out.Write(rest[:n])
		}
		rest = rest[n:]
	}
	if _, err := io.WriteString(p.to, out.String()); err != nil {
		return 0, err
	}
	return len(b), nil
}

func unruly(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}

// screen is where a command's own pictures go, such as how far some work is, with the characters that draw them.
func (g *globals) screen() io.Writer {
	if p, ok := g.io.err.(plain); ok {
		return p.to
	}
	return g.io.err
}
