package chancery

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/credential"
	"entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/internal/text"
	"entente.example/ledger"
	"entente.example/proof"
	"entente.example/refusal"
)

// Export makes the folder of an adopted text, file by file.
func (c *Chancery) Export(ctx context.Context, mech, id string) (files map[string][]byte, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		_, files, err = c.exported(ctx, s, id)
		return err
	})
	return files, err
}

func (c *Chancery) exported(ctx context.Context, s *node.Snapshot, id string) (*proof.Bundle, map[string][]byte, error) {
	b, err := bundle(s, id)
	if err != nil {
		return nil, nil, err
	}
	t, err := s.Text(id)
	if err != nil {
		return nil, nil, err
	}
	if b.Enclosures, err = c.enclosures(ctx, s, t, proof.MaxEnclosure); err != nil {
		return nil, nil, err
	}
	files, err := b.Files()
	return b, files, err
}

func bundle(s *node.Snapshot, id string) (*proof.Bundle, error) {
	t, err := s.Text(id)
	if err != nil {
		return nil, err
	}
	ch := s.Charter()
	last := t.Rounds.Last()
	if last == nil || last.Verdict(t.Sealers(ch), s.Held).Outcome != adoption.Adopted {
		return nil, refusal.New(refusal.Conflict, "text.not_adopted", "text", id)
	}
	f := t.Frozen(ch)
	statement, err := t.Statement(ch, f.Round, f.Manifest)
	if err != nil {
		return nil, err
	}
	out := &proof.Bundle{Content: t.ContentOf(ch, f), Statement: statement, Charter: s.Mechanism.Charter}
	for _, p := range ch.Document().Parties {
		pp, err := partyProof(s, t, p.ID, last.Choices[p.ID])
		if err != nil {
			return nil, err
		}
		out.Parties = append(out.Parties, pp)
	}
	return out, nil
}

// partyProof gathers one party's seal, acknowledgement and what binds them to its cosigned log.
func partyProof(s *node.Snapshot, t *text.State, id charter.PartyID, ch adoption.Choice) (proof.PartyProof, error) {
	if !t.Takes(s.Charter(), id) { // how its keys changed may be what others' new ones rest on
		chain, err := credential.Keychain(s, id, math.MaxInt64)
		return proof.PartyProof{Party: string(id), Keys: chain}, err
	}
	gen, from := ch.Place()
	out := proof.PartyProof{Party: string(id), From: from}
	l, _ := s.Log(id, gen)
	ack, ok := ch.AckIn(gen)
	if !ok {
		return out, refusal.New(refusal.Conflict, "text.key_between", "party", string(id))
	}
	chain, err := credential.Keychain(s, id, charter.Turn(gen, from))
	if err != nil {
		return out, err
	}
	out.Keys = chain
	for leaf, err := range s.Reader().Leaves(l.ID, ch.Index, ack+1) {
		if err != nil {
			return out, err
		}
		out.Leaves = append(out.Leaves, slices.Clone(leaf))
	}
	e, err := entry.Decode(out.Leaves[0])
	if err != nil {
		return out, err
	}
	var affix adoption.Affix
	if err := json.Unmarshal(e.Body, &affix); err != nil {
		return out, err
	}
	for _, sig := range affix.Signatures {
		out.Signatures = append(out.Signatures, strings.TrimRight(sig, "\n")+"\n")
	}
	note, size, err := cosigned(s, t, l, id, ack)
	if err != nil {
		return out, err
	}
	out.Note = note
	read := func(level int, n int64) ([]byte, error) {
		tile, err := s.Reader().Tile(l.ID, level, n)
		return tile.Data, err
	}
	if out.SealProof, err = ledger.ProveInclusion(size, ch.Index, read); err != nil {
		return out, err
	}
	out.AckProof, err = ledger.ProveInclusion(size, ack, read)
	return out, err
}

// cosigned finds one checkpoint of a log that every other party that seals cosigned and that covers an entry, and merges their receipts. The log of a party that seals alone needs nobody's: its own head will do.
func cosigned(s *node.Snapshot, t *text.State, l store.Log, author charter.PartyID, index int64) ([]byte, int64, error) {
	others := len(t.Sealers(s.Charter()).Document().Parties) - 1
	if others == 0 {
		return ownHead(s, l, author, index)
	}
	receipts, err := s.Receipts(l)
	if err != nil {
		return nil, 0, err
	}
	byOthers := map[int64][]store.Receipt{}
	for _, rc := range receipts {
		if rc.Party != string(author) && rc.Size > index && t.Takes(s.Charter(), charter.PartyID(rc.Party)) {
			byOthers[rc.Size] = append(byOthers[rc.Size], rc)
		}
	}
	var unfit error
	for _, size := range slices.Sorted(maps.Keys(byOthers)) { // the first that will do, so that an export is the same each time
		given := byOthers[size]
		if len(given) != others {
			continue
		}
		note, err := together(s, l, given)
		if err == nil || refusal.As(err).Kind != refusal.Unverified {
			return note, size, err
		}
		unfit = err
	}
	return nil, 0, refusal.New(refusal.Stale, "text.receipts_outstanding", "party", string(author)).Because(unfit)
}

// together merges receipts for one checkpoint: of each the lines of its party, and of any of them those of the log, which receipts for a contested log need not have. Whoever passed them on can have added lines in anybody's
// name; one that is nobody's would take the place of a true one, and spoil the export. SPEC export-outsiders.
func together(s *node.Snapshot, l store.Log, given []store.Receipt) (note []byte, err error) {
	log, _, err := verifiersOf(s, l)
	if err != nil {
		return nil, err
	}
	var lines [][]byte
	for _, rc := range given {
		own, err := cosignature(s, rc)
		if err != nil {
			return nil, err
		}
		lines = append(lines, own)
	}
	for _, rc := range given {
		if note, err = ledger.Bare(rc.Note, log); err == nil {
			break
		}
	}
	if err == nil {
		note, err = ledger.Merge(note, lines...)
	}
	if err != nil {
		return nil, err
	}
	return witnessed(s, l, note)
}

// cosignature is a receipt with the lines of its party alone, by whichever key the party has had.
func cosignature(s *node.Snapshot, rc store.Receipt) (note []byte, err error) {
	for _, of := range s.All {
		if of.Party != rc.Party {
			continue
		}
		_, witness, e := verifiersOf(s, of)
		if e != nil {
			return nil, e
		}
		if note, err = ledger.Bare(rc.Note, witness); err == nil {
			break
		}
	}
	return note, err
}

// ownHead is the newest head that a log has signed itself, if it covers an entry.
func ownHead(s *node.Snapshot, l store.Log, author charter.PartyID, index int64) ([]byte, int64, error) {
	cp, err := ledger.Claimed(l.Checkpoint)
	if err != nil || cp.Size <= index || cp.Size > l.Size {
		return nil, 0, refusal.New(refusal.Stale, "text.receipts_outstanding", "party", string(author)).Because(err)
	}
	log, _, err := verifiersOf(s, l)
	if err != nil {
		return nil, 0, err
	}
	note, err := ledger.Bare(l.Checkpoint, log)
	return note, cp.Size, err
}

// WriteFolder writes files into a new folder, or one that is empty.
func WriteFolder(dir string, files map[string][]byte) error {
	if have, err := os.ReadDir(dir); err == nil && len(have) > 0 {
		return refusal.New(refusal.Conflict, "cli.not_empty", "dir", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	root, err := os.OpenRoot(dir) // no name can lead out of it
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer root.Close()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return fmt.Errorf("export: %w", err)
		}
		if err := root.WriteFile(name, files[name], 0o644); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}
