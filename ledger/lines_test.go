package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"

	"entente.example/refusal"
)

// What is signed is spelled byte for byte as C2SP tlog-cosignature has it: who, when, which log, from where to where, and the root.
func TestWhatIsSignedIsAsPublished(t *testing.T) {
	cp := Checkpoint{"log", 0x0102, Hash{0xaa}}
	want := hex.EncodeToString([]byte("subtree/v1\n\x00")) + "02" + hex.EncodeToString([]byte("me")) + "0000000000000304" + "03" + hex.EncodeToString([]byte("log")) + "0000000000000000" + "0000000000000102" + "aa" + strings.Repeat("00", 31)
	if got := hex.EncodeToString(subtreeMessage("me", 0x0304, cp)); got != want {
		t.Errorf("%s\nnot\n%s", got, want)
	}
	if got := string(cosignatureMessage(77, cp)); got != "cosignature/v1\ntime 77\nlog\n258\nqgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" {
		t.Errorf("%q", got)
	}
	const public = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8" // a log that everybody knows
	if k, err := ParseNoteKey(public); err != nil || k.Name() != "sum.golang.org" || k.Witnesses() {
		t.Errorf("%v, %v", k, err)
	}
	for _, bad := range []string{strings.Replace(public, "033de0ae", "033de0af", 1), strings.Replace(public, "033de0ae", "033DE0AE", 1), strings.Replace(public, "sum.", "sun.", 1), vkey("a", typeEd25519, make([]byte, 31)), vkey("a", typeCosignature, make([]byte, 33)),
		vkey("a", 2, make([]byte, 32)), vkey("a", typeMLDSA, make([]byte, 32)), vkey("a", typeMLDSA+1, newForkKeys(t).log.mlRaw), vkey("a b", typeEd25519, make([]byte, 32))} {
		if k, err := ParseNoteKey(bad); err == nil {
			t.Errorf("%s is the key of %s", bad, k.Name())
		}
	}
}

// Each line is the word of one key under one name over one head at one time. With any of these another, or a bit of it turned, or a part of it missing, it is nobody's. SPEC checkpoint-both.
func TestEachLineIsOneKeysWord(t *testing.T) {
	k := newForkKeys(t)
	cp := Checkpoint{forkOrigin, 3, LeafHash(nil)}
	witness, other := k.cosign[0].name, Checkpoint{forkOrigin, 4, LeafHash(nil)}
	logEd, logMl := k.sign.ed, k.sign.ml
	witEd, witMl := k.cosign[0].ed, k.cosign[0].ml
	at := func(time uint64, sig []byte) []byte { return append(binary.BigEndian.AppendUint64(nil, time), sig...) }
	ml := func(key MLDSAKey, message []byte) []byte {
		sig, err := key.sign(message)
		if err != nil {
			t.Fatal(err)
		}
		return sig
	}
	raw := func(key ed25519.PrivateKey) []byte { return key.Public().(ed25519.PublicKey) }
	// line makes one of the four lines, over a head, at a time, signed under a name.
	kinds := []struct {
		name  string
		key   uint32
		print string
		sign  func(cp Checkpoint, time uint64, name string) []byte
	}{
		{forkOrigin, keyID(forkOrigin, typeEd25519, raw(logEd)), vkey(forkOrigin, typeEd25519, raw(logEd)), func(cp Checkpoint, _ uint64, _ string) []byte { return ed25519.Sign(logEd, []byte(cp.Text())) }},
		{forkOrigin, keyID(forkOrigin, typeMLDSA, logMl.Public()), vkey(forkOrigin, typeMLDSA, logMl.Public()), func(cp Checkpoint, time uint64, name string) []byte {
			return at(time, ml(logMl, subtreeMessage(name, time, cp)))
		}},
		{witness, keyID(witness, typeCosignature, raw(witEd)), vkey(witness, typeCosignature, raw(witEd)), func(cp Checkpoint, time uint64, _ string) []byte {
			return at(time, ed25519.Sign(witEd, cosignatureMessage(time, cp)))
		}},
		{witness, keyID(witness, typeMLDSA, witMl.Public()), vkey(witness, typeMLDSA, witMl.Public()), func(cp Checkpoint, time uint64, name string) []byte {
			return at(time, ml(witMl, subtreeMessage(name, time, cp)))
		}},
	}
	for i, kind := range kinds {
		good := func(time uint64) signature { return signature{kind.name, kind.key, kind.sign(cp, time, kind.name)} }
		partner := kinds[i^1] // the pair's other line, which is always right
		opens := func(s signature) (alone, both bool) {
			key, err := ParseNoteKey(kind.print)
			if err != nil {
				t.Fatal(err)
			}
			note := formatNote(cp.Text(), s, signature{partner.name, partner.key, partner.sign(cp, 5, partner.name)})
			_, _, err = key.Open(note)
			if i < 2 {
				_, err2 := OpenCheckpoint(note, k.log)
				return err == nil, err2 == nil
			}
			_, _, err2 := VerifyCosignature(note, k.witness[0])
			return err == nil, err2 == nil
		}
		if alone, both := opens(good(math.MaxInt64)); !alone || !both {
			t.Fatalf("line %d does not verify: %v, %v", i, alone, both)
		}
		s := good(5)
		turned := bytes.Clone(s.sig)
		turned[len(turned)-1] ^= 1
		bad := map[string]signature{
			"another name":   {"x", s.key, s.sig},
			"another key":    {s.name, s.key + 1, s.sig},
			"a bit turned":   {s.name, s.key, turned},
			"a byte missing": {s.name, s.key, s.sig[:len(s.sig)-1]},
			"a byte more":    {s.name, s.key, append(bytes.Clone(s.sig), 0)},
			"seven bytes":    {s.name, s.key, s.sig[:7]},
			"eight bytes":    {s.name, s.key, s.sig[:8]},
			"another head":   {s.name, s.key, kind.sign(other, 5, s.name)},
		}
		if i > 0 {
			later := bytes.Clone(s.sig)
			later[7]++
			bad["another time"] = signature{s.name, s.key, later}
			bad["a time beyond all"] = good(1 << 63)
		}
		if i%2 == 1 {
			bad["another signer"] = signature{s.name, s.key, kind.sign(cp, 5, "x")}
		}
		for name, s := range bad {
			if alone, both := opens(s); alone || both {
				t.Errorf("line %d with %s verifies: %v, %v", i, name, alone, both)
			}
		}
	}
	both := func(i int) signature {
		return signature{kinds[i].name, kinds[i].key, kinds[i].sign(cp, uint64(5+i), kinds[i].name)}
	}
	// One line of two is not enough, nor the same twice.
	for i := range kinds {
		note := formatNote(cp.Text(), both(i), both(i))
		_, err := OpenCheckpoint(note, k.log)
		_, _, err2 := VerifyCosignature(note, k.witness[0])
		if refusal.As(err) == nil || refusal.As(err).Key != "ledger.not_signed" || refusal.As(err2) == nil || refusal.As(err2).Key != "ledger.not_cosigned" {
			t.Errorf("line %d alone: %v, %v", i, err, err2)
		}
	}
	if _, time, err := VerifyCosignature(formatNote(cp.Text(), both(2), both(3)), k.witness[0]); err != nil || time != 8 {
		t.Errorf("the later of the two times is 8: %d, %v", time, err)
	}
	// A log's line says nothing of another log, though its keys made it.
	strange := Checkpoint{"another/log", 3, LeafHash(nil)}
	note := formatNote(strange.Text(), signature{forkOrigin, kinds[0].key, kinds[0].sign(strange, 5, "")}, signature{forkOrigin, kinds[1].key, kinds[1].sign(strange, 5, forkOrigin)})
	if _, err := OpenCheckpoint(note, k.log); refusal.As(err) == nil || refusal.As(err).Key != "ledger.other_log" {
		t.Errorf("another log: %v", err)
	}
	if key, err := ParseNoteKey(kinds[0].print); err != nil {
		t.Error(err)
	} else if _, _, err := key.Open(note); err == nil {
		t.Error("a log's own key speaks for another log")
	}
}

// Sizes and places beyond what there is are refused as such, up to the last one that there can be.
func TestTheEdgesOfSizes(t *testing.T) {
	read := func(int, int64) ([]byte, error) { return nil, errDisk }
	for name, c := range map[string]struct {
		err, want error
	}{
		"inclusion checked before the first": {CheckInclusion(nil, 3, Hash{}, -1, Hash{}), errSize},
		"inclusion checked after the last":   {CheckInclusion(nil, 3, Hash{}, 3, Hash{}), errSize},
		"inclusion checked beyond":           {CheckInclusion(nil, MaxSize+1, Hash{}, 0, Hash{}), errSize},
		"inclusion in the largest":           {CheckInclusion(nil, MaxSize, Hash{}, MaxSize-1, Hash{}), ErrProof},
		"inclusion proved before the first":  {second(ProveInclusion(3, -1, read)), errSize},
		"inclusion proved after the last":    {second(ProveInclusion(3, 3, read)), errSize},
		"inclusion proved in the largest":    {second(ProveInclusion(MaxSize, 0, read)), errDisk},
		"consistency checked from less":      {CheckConsistency(nil, 3, Hash{}, -1, Hash{}), errSize},
		"consistency checked back in time":   {CheckConsistency(nil, 3, Hash{}, 4, Hash{}), errSize},
		"consistency checked beyond":         {CheckConsistency(nil, MaxSize+1, Hash{}, 1, Hash{}), errSize},
		"consistency of the largest":         {CheckConsistency(nil, MaxSize, Hash{}, 1, Hash{}), ErrProof},
		"consistency proved from less":       {second(ProveConsistency(3, -1, read)), errSize},
		"consistency proved back in time":    {second(ProveConsistency(3, 4, read)), errSize},
		"consistency proved of the largest":  {second(ProveConsistency(MaxSize, 1, read)), errDisk},
		"the root of the largest":            {second(RootAt(MaxSize, read)), errDisk},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, not %v", name, c.err, c.want)
		}
	}
	for size, ok := range map[int64]bool{MaxSize: true, MaxSize + 1: false, -1: false, 1: true} {
		cp := Checkpoint{"a", size, LeafHash(nil)}
		if _, err := ParseCheckpoint(cp.Text()); (err == nil) != ok {
			t.Errorf("a checkpoint of %d: %v", size, err)
		}
		if _, _, _, err := ParseSubmission(FormatSubmission(size, nil, []byte("note"))); (err == nil) != ok {
			t.Errorf("a submission from %d: %v", size, err)
		}
	}
	for n, ok := range map[int]bool{maxSubmittedProof: true, maxSubmittedProof + 1: false} {
		if _, _, _, err := ParseSubmission(FormatSubmission(0, make([]Hash, n), []byte("note"))); (err == nil) != ok {
			t.Errorf("a submission with %d hashes: %v", n, err)
		}
	}
	for c := range 256 {
		if validName("a"+string(rune(c))) != (c > ' ' && c < 0x7f && c != '+') {
			t.Errorf("the name %q", "a"+string(rune(c)))
		}
	}
	for n, ok := range map[int]bool{0: false, 1: true, 255: true, 256: false} {
		if validName(strings.Repeat("a", n)) != ok {
			t.Errorf("a name of %d bytes", n)
		}
	}
}
