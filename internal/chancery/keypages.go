package chancery

import (
	"bytes"
	"context"

	"entente.example/entry"
	"entente.example/internal/party"
)

// MayRenew refuses a member who may not speak for our keys.
func (c *Chancery) MayRenew(ctx context.Context, mech, member string) error {
	_, err := c.actor(ctx, mech, member, []entry.Body{party.Succeed{}})
	return err
}

// blockEnd ends a block as it is pasted.
var blockEnd = []byte("-----END ENTENTE CONSENT-----")

// Blocks divides what was pasted together: the others' answers, as they came in one letter or several.
func Blocks(pasted []byte) (out [][]byte) {
	for len(bytes.TrimSpace(pasted)) > 0 {
		at := bytes.Index(pasted, blockEnd)
		if at < 0 {
			return append(out, pasted) // whoever reads it says what is wrong
		}
		out = append(out, pasted[:at+len(blockEnd)])
		pasted = pasted[at+len(blockEnd):]
	}
	return out
}
