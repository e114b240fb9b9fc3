// Package refusal owns the one error shape that a person can meet.
//
// A refusal says what kind of thing went wrong, which sentence of the message catalogue explains it, and the values
// that sentence needs. Pure packages return refusals, faces translate them; a refusal that made an entry void is stored
// with it, so that every node shows the same reason. It never carries secrets.
package refusal

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// Kind is the closed list of what can go wrong. Each face maps it once: HTTP status, exit code.
type Kind string

const (
	Invalid     Kind = "invalid"     // the request cannot be right
	Denied      Kind = "denied"      // no mandate or no leave
	Missing     Kind = "missing"     // not there, or not for you to know
	Conflict    Kind = "conflict"    // the state does not allow it; look again
	Stale       Kind = "stale"       // we have not heard enough from the others yet
	Unverified  Kind = "unverified"  // bytes fail a check
	Unavailable Kind = "unavailable" // line, key or disk away; nothing is lost
	Internal    Kind = "internal"    // our fault
)

// Params fill a message's placeholders.
type Params map[string]string

// Error is a refusal. Key names a message of the catalogue, as in "text.unknown_paragraph".
type Error struct {
	Kind   Kind   `json:"kind"`
	Key    string `json:"key"`
	Params Params `json:"params,omitempty"`
	Cause  error  `json:"-"` // for the operator's log only, never stored or sent
}

// New makes a refusal; kv are alternating parameter names and values.
func New(kind Kind, key string, kv ...string) *Error {
	if len(kv)%2 != 0 {
		panic("refusal: odd number of parameters for " + key)
	}
	e := &Error{Kind: kind, Key: key}
	for i := 0; i < len(kv); i += 2 {
		if e.Params == nil {
			e.Params = Params{}
		}
		e.Params[kv[i]] = kv[i+1]
	}
	return e
}

// Because returns a copy of e that wraps cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

func (e *Error) Unwrap() error { return e.Cause }

// Error is for logs: kind, key, parameters in order, cause. Faces show the catalogue's sentence instead.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Kind) + " " + e.Key)
	for _, k := range slices.Sorted(maps.Keys(e.Params)) {
		b.WriteString(" " + k + "=" + e.Params[k])
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

// As finds the refusal in err's chain; what is none becomes Internal.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	if r, ok := errors.AsType[*Error](err); ok {
		return r
	}
	return &Error{Kind: Internal, Key: "internal", Cause: err}
}
