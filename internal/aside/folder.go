package aside

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// folder keeps one file for each paper. Before a file goes, or gets less in it, its bytes are overwritten: what the disk itself keeps of old blocks is beyond a program's reach.
type folder string

const suffix = ".paper"

func (f folder) path(id ID) string { return filepath.Join(string(f), id.String()+suffix) }

// maxFile bounds one file when it is read back.
const maxFile = 4*MaxText + 4096

func (f folder) all() (map[ID]*kept, error) {
	out := map[ID]*kept{}
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), suffix)
		id, ok2 := parseID(name)
		info, err := e.Info()
		if !ok || !ok2 || err != nil || info.Size() > maxFile {
			continue // none of ours
		}
		b, err := os.ReadFile(f.path(id))
		if err != nil {
			return nil, err
		}
		k := &kept{}
		if json.Unmarshal(b, k) != nil {
			// Half of it was written when the power went: it was never acknowledged, or it was just going.
			if err := f.erase(id); err != nil {
				return nil, err
			}
			continue
		}
		out[id] = k
	}
	return out, nil
}

// write stores a new paper and returns when it is durable.
func (f folder) write(id ID, k *kept) error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(f.path(id), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(b)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(f.path(id)))
	}
	return f.sync()
}

// replace puts a shorter or equal state over an old one, in place, so that no copy of the old one stays.
func (f folder) replace(id ID, k *kept) error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return f.over(id, b)
}

// erase overwrites a paper and takes its name away.
func (f folder) erase(id ID) error {
	err := f.over(id, nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, os.Remove(f.path(id)), f.sync())
}

// over writes a file anew in its own blocks: the new content, spaces over the rest of the old, and a sync before it is cut to length.
func (f folder) over(id ID, b []byte) error {
	file, err := os.OpenFile(f.path(id), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	blank := []byte(strings.Repeat(" ", max(0, int(info.Size())-len(b))))
	_, err = file.WriteAt(append(b[:len(b):len(b)], blank...), 0)
	err = errors.Join(err, file.Sync(), file.Truncate(int64(len(b))), file.Sync())
	return errors.Join(err, file.Close())
}

func (f folder) sync() error {
	dir, err := os.Open(string(f))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
