// Package zipped owns how archives from outside are read: within bounds, whatever their headers claim.
//
// It promises that no archive makes it hold more than the bound, and that names in it are only looked up, never written anywhere.
package zipped

import (
	"archive/zip"
	"bytes"
	"io"

	"entente.example/refusal"
)

// The bounds of one archive: what all files that are read unpack to, and how many files there may be.
const (
	MaxUnpacked = 64 << 20
	maxEntries  = 2000
)

// Archive is an archive in memory.
type Archive struct {
	files []*zip.File
	left  int64
}

// Open reads the list of files.
func Open(b []byte) (*Archive, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(z.File) > maxEntries {
		return nil, refusal.New(refusal.Invalid, "file.bad_archive").Because(err)
	}
	return &Archive{z.File, MaxUnpacked}, nil
}

// Names lists the files.
func (a *Archive) Names() []string {
	var out []string
	for _, f := range a.files {
		out = append(out, f.Name)
	}
	return out
}

// Read reads one file; nil if there is none.
func (a *Archive) Read(name string) ([]byte, error) {
	for _, f := range a.files {
		if f.Name == name {
			return a.read(f)
		}
	}
	return nil, nil
}

// encrypted is the flag of a file in an archive that takes a password.
const encrypted = 1

func (a *Archive) read(f *zip.File) ([]byte, error) {
	if f.Flags&encrypted != 0 {
		return nil, refusal.New(refusal.Invalid, "file.password")
	}
	r, err := f.Open()
	if err != nil {
		return nil, refusal.New(refusal.Invalid, "file.bad_archive").Because(err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, a.left+1))
	switch a.left -= int64(len(b)); {
	case a.left < 0:
		return nil, refusal.New(refusal.Invalid, "file.bomb")
	case err != nil:
		return nil, refusal.New(refusal.Invalid, "file.bad_archive").Because(err)
	}
	return b, nil
}
