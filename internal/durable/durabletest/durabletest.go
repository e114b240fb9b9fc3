// Package durabletest looks into what a node has on its disk, for tests of what must not be there.
package durabletest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Holding lists the files under a directory that hold one of these texts, and says how many files there are; none at all is an error. A node may serve meanwhile: what it had for a moment only is passed over.
func Holding(dir string, texts ...[]byte) (found []string, files int, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return passed(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return passed(err)
		}
		files++
		for _, text := range texts {
			if bytes.Contains(b, text) {
				found = append(found, path)
				break
			}
		}
		return nil
	})
	if err == nil && files == 0 {
		err = fmt.Errorf("there is no file under %s", dir)
	}
	return found, files, err
}

func passed(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
