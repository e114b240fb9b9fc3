package config

import (
	"regexp"
	"slices"
	"strings"
)

// Consent is the [consent] section: by act, the roles of which one must consent.
type Consent map[string][]string

var actPattern = regexp.MustCompile(`^[a-z]+\.([a-z]+|\*)$`)

// never are subjects whose acts cannot wait: a call on the line is answered at once, a file is not kept for an act that may never come, and keys are changed under the seal keys' own threshold.
var never = []string{"attachment", "line", "party", "charter"}

// check is the name of the first act that cannot be meant, "" if there is none.
func (c Consent) check() string {
	for act := range c {
		subject, _, _ := strings.Cut(act, ".")
		if !actPattern.MatchString(act) || slices.Contains(never, subject) {
			return act
		}
	}
	return ""
}

// Of says whether an act needs a second member's consent, and which roles may give it: none means any. What names the act itself goes before what names its subject.
func (c Consent) Of(act string) (roles []string, needed bool) {
	subject, _, _ := strings.Cut(act, ".")
	for _, name := range []string{act, subject + ".*"} {
		if roles, needed = c[name]; needed {
			return roles, true
		}
	}
	return nil, false
}
