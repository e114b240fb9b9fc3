package lang

import (
	"slices"
	"sync"

	"golang.org/x/text/language"
)

// script is the script that a language is most often written in, by its four letters (ISO 15924).
type script struct {
	code string
	sure bool // nobody writes the language in another one
}

// A page asks for the script of the same few tags thousands of times. How many are remembered has a limit, because tags come from anybody.
const manyScripts = 256

var scripts = struct {
	sync.RWMutex
	of map[Tag]script
}{of: map[Tag]script{}}

func (t Tag) script() script {
	scripts.RLock()
	s, known := scripts.of[t]
	scripts.RUnlock()
	if known {
		return s
	}
	code, sure := language.Make(string(t)).Script()
	s = script{code: code.String(), sure: sure >= language.High}
	scripts.Lock()
	defer scripts.Unlock()
	if len(scripts.of) < manyScripts {
		scripts.of[t] = s
	}
	return s
}

// RightToLeft reports whether the language is written from right to left, by its script or the one that it is most often written in.
func (t Tag) RightToLeft() bool {
	return slices.Contains([]string{"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}, t.script().code)
}
