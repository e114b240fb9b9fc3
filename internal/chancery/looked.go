package chancery

// looked says of mechanisms in which somebody who looks again and again found nothing to do what Node.ToldOf was before that look. Until it is another, there is nothing to be found: most mechanisms are
// at rest, and a node may be in a thousand.
type looked map[string]int64

// idle reports whether there is nothing to be found.
func (l looked) idle(mech string, told int64) bool {
	at, ok := l[mech]
	return ok && at == told
}

// note takes down whether a look that began at told found nothing to do.
func (l looked) note(mech string, told int64, nothing bool) {
	if nothing {
		l[mech] = told
	} else {
		delete(l, mech)
	}
}
