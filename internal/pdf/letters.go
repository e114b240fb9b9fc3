package pdf

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Where Thai, Lao, Khmer and Burmese have no space, only a dictionary knows where words end, and no library of Go that we know has one for them. Their lines break at spaces, as UAX #14 says without a
// dictionary; what is wider than a line is divided between groups of letters of which none can stand without the others.
const (
	leads   = "เแโใไເແໂໃໄ"                 // vowels that are written before their consonant
	follows = "ะาำๅๆฯະາຳໆຯ\u17d6\u17d7း၊။" // vowels and signs that are written after it: no line begins with one
	stacks  = "\u17d2\u1039\u1a60"         // put the next consonant below
)

// group is the first letter of s with everything that cannot be parted from it.
func group(s string) string {
	n := 0
	for n < len(s) {
		cluster, rest, _, _ := uniseg.FirstGraphemeClusterInString(s[n:], -1)
		n += len(cluster)
		next, _ := utf8.DecodeRuneInString(rest)
		last, _ := utf8.DecodeLastRuneInString(cluster)
		if rest == "" || !strings.ContainsRune(leads+stacks, last) && !strings.ContainsRune(follows, next) {
			break
		}
	}
	return s[:n]
}
