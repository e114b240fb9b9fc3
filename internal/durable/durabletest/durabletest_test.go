package durabletest

import (
	"os"
	"path/filepath"
	"testing"
)

// What is there is found, however deep; where there is nothing to look into, nobody is told that nothing was found.
func TestHolding(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := Holding(dir, []byte("word")); err == nil {
		t.Error("an empty folder was looked into")
	}
	if _, _, err := Holding(filepath.Join(dir, "nowhere"), []byte("word")); err == nil {
		t.Error("a folder that is not there was looked into")
	}
	deep := filepath.Join(dir, "a", "b")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, says := range map[string]string{"one": "a word or two", "other": "nothing"} {
		if err := os.WriteFile(filepath.Join(deep, name), []byte(says), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, files, err := Holding(dir, []byte("no such"), []byte("word"))
	if err != nil || files != 2 || len(found) != 1 || found[0] != filepath.Join(deep, "one") {
		t.Errorf("%v of %d: %v", found, files, err)
	}
}
