package proof

import (
	"io/fs"
	"path"
	"strings"

	"entente.example/ledger"
)

// Sighting says what an outside witness has cosigned of what a folder holds. It proves that the witness has seen this head of this log by then, and nothing about what is in the log.
type Sighting struct {
	File    string
	Witness string
	Origin  string
	Size    int64
	Seen    bool
	At      int64 // unix seconds, when it cosigned
}

// Sightings looks for outside witnesses on every checkpoint of an export or an archive, which somebody else has verified. The keys come from whoever looks: what a folder says of its own
// witnesses would prove nothing.
func Sightings(fsys fs.FS, keys []ledger.NoteKey) (out []Sighting, err error) {
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Base(name) != checkpointFile && path.Base(name) != "ack.tlog-proof" {
			return err
		}
		note, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".tlog-proof") {
			if _, _, note, err = ledger.ParseProof(note); err != nil {
				return changed(name)
			}
		}
		cp, err := ledger.Claimed(note)
		if err != nil {
			return changed(name)
		}
		for _, k := range keys {
			s := Sighting{File: name, Witness: k.Name(), Origin: cp.Origin, Size: cp.Size}
			if _, at, err := k.Open(note); err == nil {
				s.Seen, s.At = true, at
			}
			out = append(out, s)
		}
		return nil
	})
	return out, err
}
