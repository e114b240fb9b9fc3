package chancery

import (
	"context"
	"errors"
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/proof"
	"entente.example/refusal"
)

// A log as files: C2SP tlog-tiles, as any client of such logs reads them, with the keys and receipts beside it. docs/protocol.md 12. SPEC tiles-served.

// errNoFile means that a log has no such file, now or ever.
func errNoFile(name string) error {
	return refusal.New(refusal.Missing, "node.no_log_file", "file", name)
}

// LogFile is one file of a generation of a party's log: "checkpoint", "tile/…", "vkeys", or "receipts/PARTY" and "receipts/PARTY.vkeys".
func (c *Chancery) LogFile(ctx context.Context, mech, party string, gen int, name string) (b []byte, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		l, ok := s.Log(charter.PartyID(party), gen)
		if !ok {
			return errNoFile(name)
		}
		b, err = logFile(s, l, name)
		return err
	})
	return b, err
}

func logFile(s *node.Snapshot, l store.Log, name string) ([]byte, error) {
	switch kind, rest, _ := strings.Cut(name, "/"); {
	case name == "checkpoint":
		note, _, err := served(s, l)
		if err != nil {
			return nil, err
		}
		return witnessed(s, l, note)
	case name == "vkeys":
		log, _, err := verifiersOf(s, l)
		return vkeys(log), err
	case kind == "receipts":
		if by, ok := strings.CutSuffix(rest, ".vkeys"); ok {
			return witnessKeys(s, by)
		}
		receipts, err := s.Receipts(l)
		if err != nil {
			return nil, err
		}
		for _, rc := range receipts {
			if rc.Party == rest && rc.Size <= l.Size {
				return rc.Note, nil
			}
		}
	case kind == "tile":
		return tileFile(s, l, name)
	}
	return nil, errNoFile(name)
}

func vkeys(v ledger.Attestor) []byte {
	k := v.VKeys()
	return []byte(k[0] + "\n" + k[1] + "\n")
}

func verifiersOf(s *node.Snapshot, l store.Log) (ledger.LogVerifier, ledger.WitnessVerifier, error) {
	k, err := s.NodeKeys(l)
	if err != nil {
		return ledger.LogVerifier{}, ledger.WitnessVerifier{}, err
	}
	return node.Verifiers(s.ID, l.Party, l.Gen, k)
}

// witnessKeys are all keys under which a party has given receipts, newest last.
func witnessKeys(s *node.Snapshot, party string) ([]byte, error) {
	var out []byte
	for _, l := range s.All {
		if l.Party == party {
			_, w, err := verifiersOf(s, l)
			if err != nil {
				return nil, err
			}
			out = append(out, vkeys(w)...)
		}
	}
	if out == nil {
		return nil, errNoFile("receipts/" + party + ".vkeys")
	}
	return out, nil
}

// served is the head that a log is read by: the newest one that it has signed and that we hold to its end.
func served(s *node.Snapshot, l store.Log) (note []byte, size int64, err error) {
	log, _, err := verifiersOf(s, l)
	if err != nil {
		return nil, 0, err
	}
	receipts, err := s.Receipts(l)
	if err != nil {
		return nil, 0, err
	}
	notes := [][]byte{l.Checkpoint}
	for _, rc := range receipts {
		notes = append(notes, rc.Note)
	}
	for _, n := range notes {
		if cp, err := ledger.Claimed(n); err != nil || cp.Size > l.Size || cp.Size <= size && note != nil {
			continue
		}
		if cp, err := ledger.OpenCheckpoint(n, log); err == nil {
			note, size = n, cp.Size
		}
	}
	if note == nil {
		return nil, 0, errNoFile("checkpoint")
	}
	return note, size, nil
}

// tileFile is a tile or an entry bundle, whole or as wide as it was at some size.
func tileFile(s *node.Snapshot, l store.Log, name string) ([]byte, error) {
	level, n, width, ok := ledger.ParseTilePath(name)
	_, size, err := served(s, l)
	if err != nil {
		return nil, err
	}
	if !ok || int64(width) > ledger.TileWidthAt(size, level, n) {
		return nil, errNoFile(name)
	}
	if level < 0 {
		var b []byte
		first := n * ledger.TileWidth
		for leaf, err := range s.Reader().Leaves(l.ID, first, first+int64(width)) {
			if err != nil {
				return nil, err
			}
			if b, err = ledger.AppendBundle(b, leaf); err != nil {
				return nil, err
			}
		}
		return b, nil
	}
	t, err := s.Reader().Tile(l.ID, level, n)
	if errors.Is(err, store.ErrMissing) || err == nil && len(t.Data) < width*32 {
		return nil, errNoFile(name)
	}
	if err != nil {
		return nil, err
	}
	return t.Data[:width*32], nil
}

// Archive says what an archive of a mechanism consists of: proof.VerifyArchive reads it back.
func (c *Chancery) Archive(ctx context.Context, mech string) (a proof.Archive, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		a = proof.Archive{Format: proof.ArchiveFormat, Mechanism: s.ID, Charter: s.Mechanism.Charter}
		for _, l := range s.All {
			note, size, err := served(s, l)
			if err != nil && refusal.As(err).Kind == refusal.Missing {
				continue // nothing of it has been signed yet
			}
			if err != nil {
				return err
			}
			if note, err = witnessed(s, l, note); err != nil {
				return err
			}
			keys, err := logFile(s, l, "vkeys")
			if err != nil {
				return err
			}
			log := proof.ArchivedLog{Party: l.Party, Generation: l.Gen, Origin: l.Origin, Size: size, Files: map[string][]byte{"checkpoint": note, "vkeys": keys}}
			receipts, err := s.Receipts(l)
			if err != nil {
				return err
			}
			for _, rc := range receipts {
				if rc.Size <= size {
					log.Receipts = append(log.Receipts, rc.Party)
					log.Files["receipts/"+rc.Party] = rc.Note
				}
			}
			slices.Sort(log.Receipts)
			a.Logs = append(a.Logs, log)
		}
		list, err := evidenceIn(s)
		for _, e := range list {
			a.Evidence = append(a.Evidence, e.ID)
		}
		return err
	})
	return a, err
}
