package config

import (
	"path/filepath"

	"entente.example/lang"
)

// Fonts are files by language tag, in the order in which they are asked for a letter.
type Fonts map[string][]string

// OtherFonts is the name of those that serve every language.
const OtherFonts = "other"

// check is the first name that cannot be right, "" if there is none.
func (f Fonts) check() string {
	for tag, files := range f {
		if tag != OtherFonts && lang.Tag(tag).Check() != nil || len(files) == 0 {
			return tag
		}
		for _, path := range files {
			if !filepath.IsAbs(path) {
				return tag
			}
		}
	}
	return ""
}
