package press

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"entente.example/lang"
)

// Account is a published readout by itself: public from the moment its party published it, whether or not a text of its meeting ever is.
type Account struct {
	Mechanism string
	Readout
	Meeting      lang.Text  // the name of the meeting that it is of; nil if it is of none
	Languages    []lang.Tag // of the mechanism
	Illustration bool
}

// accountMark divides the mechanism from the readout in an address: no id has it.
const accountMark = "~"

// Name is what its addresses call it.
func (a *Account) Name() string { return a.Mechanism + accountMark + a.ID }

// HomeOf is the address without a language that a readout of a mechanism has.
func HomeOf(mechanism, readout string) string { return "/r/" + mechanism + "/" + readout + "/" }

// Path is the address of its page in a language, below the site's root. It stays when a text of the same meeting becomes public.
func (a *Account) Path(tag lang.Tag) string { return "/" + string(tag) + "/readouts/" + a.Name() + "/" }

// Home is its address without a language.
func (a *Account) Home() string { return HomeOf(a.Mechanism, a.ID) }

// Modified is when it last changed in public: its own words never do, what others say of them and what its party gives up comes later.
func (a *Account) Modified() time.Time {
	at := a.At
	if a.Retracted != nil && a.Retracted.At.After(at) {
		at = a.Retracted.At
	}
	for _, s := range a.Sentences {
		for _, d := range s.Disputes {
			if d.At.After(at) {
				at = d.At
			}
			for _, x := range d.Answers {
				if x.At.After(at) {
					at = x.At
				}
			}
		}
	}
	return at
}

// Account is a readout by the name that its addresses have.
func (e *Edition) Account(name string) (*Account, bool) {
	i := slices.IndexFunc(e.Accounts, func(a *Account) bool { return a.Name() == name })
	if i < 0 {
		return nil, false
	}
	return e.Accounts[i], true
}

// Under are the public texts below which a readout stands.
func (e *Edition) Under(a *Account) (out []*Communique) {
	for _, c := range e.All {
		if _, ok := c.Readout(a.ID); ok && c.Mechanism == a.Mechanism {
			out = append(out, c)
		}
	}
	return out
}

// Alone are the readouts that stand below no public text: nobody would find them otherwise.
func (e *Edition) Alone() (out []*Account) {
	for _, a := range e.Accounts {
		if len(e.Under(a)) == 0 {
			out = append(out, a)
		}
	}
	return out
}

// Others are the readouts of the same meeting by themselves: accounts diverge, and whoever reads one finds the others.
func (e *Edition) Others(a *Account) (out []*Account) {
	for _, o := range e.Accounts {
		if o != a && o.Mechanism == a.Mechanism && a.Of != "" && o.Of == a.Of {
			out = append(out, o)
		}
	}
	return out
}

func newestAccount(a, b *Account) int {
	return cmp.Or(b.At.Compare(a.At), strings.Compare(a.Name(), b.Name()))
}
