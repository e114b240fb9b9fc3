package sqlite

import (
	"errors"
	"io/fs"
	"os"
)

// walRoom is how long the write-ahead log of a record is made before it is needed. A commit that makes the file longer waits for the disk twice, for its bytes and for the new length; one that
// overwrites what is there waits once.
const walRoom = 4 << 20

// makeRoom puts zeros behind the write-ahead log. They do not count: to the engine they are what an earlier log has left. Commits wait for as long as the zeros take to write, not for the
// disk. Where there is no room to be had, everything goes on without.
func (db *DB) makeRoom() error {
	if db.room == 0 {
		return nil
	}
	f, err := os.OpenFile(db.path+"-wal", os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	grown, err := db.lengthen(f)
	if grown {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// lengthen reports whether it has made the file longer.
func (db *DB) lengthen(f *os.File) (grown bool, err error) {
	if info, err := f.Stat(); err != nil || info.Size() >= db.room {
		return false, err
	}
	select {
	case c := <-db.write: // nobody else makes it longer meanwhile
		defer func() { db.write <- c }()
	case <-db.closing:
		return false, nil
	}
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	zeros := make([]byte, 64<<10)
	for at := info.Size(); at < db.room; at += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), db.room-at)], at); err != nil {
			return false, f.Truncate(info.Size()) // others may need the disk more
		}
	}
	return true, nil
}
