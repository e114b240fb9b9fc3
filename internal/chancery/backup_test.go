package chancery

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente.example/refusal"
)

// everything is every file under a folder, by name.
func everything(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out[strings.TrimPrefix(path, dir+"/")] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A backup comes from a disk that may be anybody's: whatever its list says, of whatever program, it is refused with nothing taken away, or what it lists is put where a node has it and nowhere else.
func FuzzBackup(f *testing.F) {
	under := f.TempDir()
	from, dir := filepath.Join(under, "backup"), filepath.Join(under, "node")
	node := filed(f)
	c, _ := opening(f, node, upgradeDay)
	if _, err := c.copyNode(f.Context(), from); err != nil {
		f.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(node)); err != nil {
		f.Fatal(err)
	}
	manifest, err := os.ReadFile(filepath.Join(from, backupFile))
	if err != nil {
		f.Fatal(err)
	}
	there, was := everything(f, from), everything(f, dir)
	delete(there, backupFile)
	f.Add(manifest, "", "")
	for _, name := range []string{"../outside", "keys/../../outside", "/etc/x", "keys/other.key", MarksFile, "keys/", ".", "bodies.1.db", "record.db-wal", "serving.sock", "keys/x/y", "a\x00b", backupFile} {
		f.Add([]byte{}, name, "planted")
	}
	f.Add([]byte(`{"format":"entente-backup/1","files":{}}`), "", "")
	f.Add([]byte(`{"format":"entente-backup/2","files":null}`), "", "")
	f.Fuzz(func(t *testing.T, list []byte, name, content string) {
		if name != "" && strings.HasPrefix(filepath.Clean("/"+name), "/keys/") || !strings.Contains(name, "/") && name != "" && name != backupFile {
			_ = os.WriteFile(filepath.Join(from, name), []byte(content), 0o600) // where it can lie
		}
		if name != "" {
			var b Backup
			if err := json.Unmarshal(manifest, &b); err != nil {
				t.Fatal(err)
			}
			b.Files[name] = fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
			if list, err = json.Marshal(b); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(from, backupFile), list, 0o600); err != nil {
			t.Fatal(err)
		}
		b, _, err := Restore(from, dir, true)
		now := everything(t, under)
		for file := range now {
			folder, rest, _ := strings.Cut(file, "/")
			if folder != "backup" && folder != "node" || folder == "node" && strings.Contains(strings.TrimPrefix(rest, KeysDir+"/"), "/") {
				t.Fatalf("%q, %q: there is %s", list, name, file)
			}
		}
		held := everything(t, dir)
		if err != nil {
			if refusal.As(err).Kind == refusal.Internal {
				t.Fatalf("%q, %q: %v", list, name, err)
			}
			if !maps.Equal(held, was) {
				t.Fatalf("%q, %q: it is refused (%v), and the node's files are others", list, name, err)
			}
		}
		for file := range b.Files {
			if err == nil && held[file] != now["backup/"+file] {
				t.Fatalf("%q, %q: %s is not what the backup has", list, name, file)
			}
		}
		for file := range now { // as it was before
			if rest, ok := strings.CutPrefix(file, "backup/"); ok && there[rest] != now[file] {
				_ = os.Remove(filepath.Join(under, file))
				if there[rest] != "" {
					_ = os.WriteFile(filepath.Join(under, file), []byte(there[rest]), 0o600)
				}
			}
		}
		if err == nil {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(dir, os.DirFS(node)); err != nil {
				t.Fatal(err)
			}
		}
	})
}
