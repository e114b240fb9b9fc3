package aside

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"entente.example/internal/durable"
)

// folder keeps one file for each paper. Before a file goes, or gets less in it, its bytes are overwritten: what the disk itself keeps of old blocks is beyond a program's reach.
type folder string

const (
	suffix         = ".paper"
	soundingSuffix = ".sounding"
)

// paper and sounding are the names of a paper's file and of that which holds what was asked and said about it.
func (id ID) paper() string    { return id.String() + suffix }
func (id ID) sounding() string { return id.String() + soundingSuffix }

func (f folder) path(name string) string { return filepath.Join(string(f), name) }

// maxFile bounds one file when it is read back.
const maxFile = 4*MaxText + 4096

func (f folder) all() (map[ID]*kept, error) {
	out := map[ID]*kept{}
	if err := read(f, suffix, func(id ID, k *kept) bool {
		out[id] = k
		return true
	}); err != nil {
		return nil, err
	}
	err := read(f, soundingSuffix, func(id ID, s *sounding) bool {
		k := out[id]
		if k == nil || k.Dropped {
			return false
		}
		k.sounding = s
		return true
	})
	return out, err
}

// read reads the files of one kind. What take does not want goes.
func read[T any](f folder, suffix string, take func(ID, *T) bool) error {
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return err
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), suffix)
		id, ok2 := parseID(name)
		info, err := e.Info()
		if !ok || !ok2 || err != nil || info.Size() > maxFile {
			continue // none of ours
		}
		b, err := os.ReadFile(f.path(e.Name()))
		if err != nil {
			return err
		}
		x := new(T)
		// Half of it was written when the power went: it was never acknowledged, or it was just going.
		if json.Unmarshal(b, x) != nil || !take(id, x) {
			if err := f.erase(e.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}

// write stores a new paper, and what is asked about it, and returns when they are durable.
func (f folder) write(id ID, k *kept) error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(f.path(id.paper()), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(b)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil && k.sounding != nil {
		err = f.put(id.sounding(), k.sounding)
	}
	if err != nil {
		return errors.Join(err, f.erase(id.sounding()), os.Remove(f.path(id.paper())))
	}
	return durable.Folder(string(f))
}

// put puts a state over an old one, in place, so that no copy of the old one stays.
func (f folder) put(name string, state any) error {
	b, err := json.Marshal(state)
	if err != nil {
		return err
	}
	return f.over(name, b, os.O_CREATE)
}

// erase overwrites a file and takes its name away.
func (f folder) erase(name string) error {
	err := f.over(name, nil, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, os.Remove(f.path(name)), durable.Folder(string(f)))
}

// over writes a file anew in its own blocks: the new content, spaces over the rest of the old, and a sync before it is cut to length.
func (f folder) over(name string, b []byte, flag int) error {
	file, err := os.OpenFile(f.path(name), os.O_WRONLY|flag, 0o600)
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
