// Package fingerprint owns how a fingerprint is printed for a table where people compare: in words of their language, and as a QR code.
//
// It promises that words and digits are the same number, two digits a word, so that somebody who reads words can compare with somebody who reads digits. What a fingerprint is of,
// package charter says. docs/protocol.md 7.
package fingerprint

import (
	"fmt"
	"strconv"
	"strings"

	"rsc.io/qr"

	"entente.example/lang"
)

// Words spells a fingerprint (eight groups of four digits) in a language, two words a group. A language without a list of its own gets the English one. "" if it is no fingerprint.
func Words(tag lang.Tag, digits string) string {
	list, ok := lists[tag]
	if !ok {
		list = lists["en"]
	}
	var out []string
	for _, group := range strings.Fields(digits) {
		if len(group) != 4 || strings.Trim(group, "0123456789") != "" {
			return ""
		}
		at := func(i int) int { return 10*int(group[i]-'0') + int(group[i+1]-'0') }
		out = append(out, list[at(0)]+" "+list[at(2)])
	}
	return strings.Join(out, " · ")
}

// quiet is the white border that scanners need, in modules.
const quiet = 4

// code makes the QR code of a text, level M.
func code(text string) (*qr.Code, error) {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	return c, nil
}

// Path is the QR code as an SVG path over a square of size modules, border included: one piece for each run of black modules in a row.
func Path(text string) (path string, size int, err error) {
	black, size, err := Modules(text)
	b := make([]byte, 0, 8*len(black)) // a run of two takes sixteen
	for len(black) > 0 {
		x, y, n := black[0][0], black[0][1], 1
		for n < len(black) && black[n] == [2]int{x + n, y} {
			n++
		}
		black = black[n:]
		for _, piece := range []struct {
			before string
			number int
		}{{"M", x}, {" ", y}, {"h", n}, {"v1h-", n}} {
			b = strconv.AppendInt(append(b, piece.before...), int64(piece.number), 10)
		}
		b = append(b, 'z')
	}
	return string(b), size, err
}

// Terminal is the QR code in half blocks, dark on light whatever the terminal's colours are.
func Terminal(text string) (string, error) {
	c, err := code(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for y := -quiet; y < c.Size+quiet; y += 2 {
		b.WriteString("\x1b[30;47m")
		for x := -quiet; x < c.Size+quiet; x++ {
			switch top, bottom := c.Black(x, y), c.Black(x, y+1); {
			case top && bottom:
				b.WriteString("█")
			case top:
				b.WriteString("▀")
			case bottom:
				b.WriteString("▄")
			default:
				b.WriteString(" ")
			}
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String(), nil
}

// Mechanism is what the QR code of a mechanism says: its whole id.
func Mechanism(id string) string { return "entente:mechanism:" + id }

// Key is what the QR code of a key says: its party, its purpose, and its fingerprint without spaces.
func Key(party, purpose, digits string) string {
	return "entente:key:" + party + ":" + purpose + ":" + strings.ReplaceAll(digits, " ", "")
}

// Modules are the black squares of the QR code of a text, row by row, on a square of size modules, border included.
func Modules(text string) (black [][2]int, size int, err error) {
	c, err := code(text)
	if err != nil {
		return nil, 0, err
	}
	black = make([][2]int, 0, c.Size*c.Size)
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				black = append(black, [2]int{x + quiet, y + quiet})
			}
		}
	}
	return black, c.Size + 2*quiet, nil
}
