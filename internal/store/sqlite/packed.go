package sqlite

import (
	"bytes"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/store"
)

// What a matter has come to repeats what its entries say, once for every act, and would take more room than they do. It is kept packed where that is smaller. A packed one begins as
// Zstandard says that its frames do; the few states that do so by themselves are packed however long that makes them, so that the first bytes always tell.

// packedFrom is how long a state is at least for packing to be tried.
const packedFrom = 128

var frame = []byte{0x28, 0xb5, 0x2f, 0xfd}

// pack is what is kept of a state. It may lie in into, or be the state itself.
func pack(into, state []byte) ([]byte, error) {
	marked := bytes.HasPrefix(state, frame)
	if len(state) < packedFrom && !marked {
		return state, nil
	}
	into, err := squeeze(into[:0], state)
	if err != nil {
		return nil, err
	}
	if len(into) < len(state) || marked {
		return into, nil
	}
	return state, nil
}

// unpack is the state that was kept. It aliases nothing.
func unpack(kept []byte) ([]byte, error) {
	if !bytes.HasPrefix(kept, frame) {
		return append(make([]byte, 0, len(kept)), kept...), nil
	}
	state, err := spread(kept)
	if err != nil {
		return nil, fmt.Errorf("%w: what a matter has come to cannot be read: %w", store.ErrDamaged, err)
	}
	return state, nil
}

// packs lets a step of the schema pack what an older program kept as it was.
func packs(db *sqlite3.Conn) error {
	return db.CreateFunction("packed", 1, sqlite3.DETERMINISTIC|sqlite3.DIRECTONLY, func(ctx sqlite3.Context, arg ...sqlite3.Value) {
		state := arg[0].RawBlob()
		if bytes.HasPrefix(state, frame) {
			ctx.ResultValue(arg[0])
			return
		}
		kept, err := pack(nil, state)
		if err != nil {
			ctx.ResultError(err)
			return
		}
		ctx.ResultBlob(notNil(kept))
	})
}
