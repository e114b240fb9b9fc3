package node

import (
	"testing"
	"time"

	"entente.example/internal/keys"
	"entente.example/internal/store"
	"entente.example/ledger"
)

// A signature that was begun before the disk was waited for is taken up under the head that it was begun for, and once; a log that came to another head, as after a transaction that came to nothing, gets another signature.
func TestASignatureInTheMakingIsForOneHead(t *testing.T) {
	const origin = "entente/0123456789abcdef/a/1"
	now := time.Unix(1_000_000_000, 0)
	c := &Core{now: func() time.Time { return now }, mechs: map[string]*mechanism{"m": {grown: map[int]bool{}}}}
	l := &logState{Log: store.Log{Mech: "m", Origin: origin, Size: 1, Root: store.Hash{1}}, key: keys.FromSeed([32]byte{1})}
	signer, err := l.key.LogSigner(origin)
	if err != nil {
		t.Fatal(err)
	}
	begunAt := func(at time.Time) {
		t.Helper()
		if err := c.signHead(l); err != nil {
			t.Fatal(err)
		}
		want, err := ledger.SignCheckpoint(l.newest(), signer, at.Unix())
		if err != nil || string(l.note) != string(want) || l.noteSize != l.Size || !l.unsaved {
			t.Errorf("size %d, root %x: %v\n%s\nwant\n%s", l.Size, l.Root[:1], err, l.note, want)
		}
	}
	begun := now
	l.making = c.compute(l)
	now = now.Add(time.Minute)
	begunAt(begun)
	begunAt(now)

	for _, other := range []func(){func() { l.Root[0]++ }, func() { l.Size++ }} {
		l.making = c.compute(l)
		other()
		now = now.Add(time.Minute)
		begunAt(now)
	}
}
