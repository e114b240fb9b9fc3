package docx

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"entente.example/internal/markup"
	"entente.example/internal/markup/markuptest"
)

// office has LibreOffice open documents and save them as its own .docx. It needs libreoffice-writer-nogui.
func office(t *testing.T, documents map[string][]byte) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	args := []string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", "docx:Office Open XML Text", "--outdir", filepath.Join(dir, "out")}
	for name, b := range documents {
		path := filepath.Join(dir, name+".docx")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if said, err := exec.CommandContext(t.Context(), "soffice", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s (apt-get install libreoffice-writer-nogui)", err, said)
	}
	out := map[string][]byte{}
	for name := range documents {
		b, err := os.ReadFile(filepath.Join(dir, "out", name+".docx"))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = b
	}
	return out
}

// A document that an office program opened and saved is still the same text: attributes, brackets, every sign. What was tracked in it is told apart as before.
func TestAnOfficeProgramSavesWhatWeWrote(t *testing.T) {
	if testing.Short() {
		return // it starts an office program
	}
	documents := map[string][]byte{"tracked": tracked(t)}
	sheets := map[string]*markup.Sheet{}
	for _, name := range []string{"a", "b", "c", "d"} {
		sheets[name] = markuptest.Sheet(rand.New(rand.NewPCG(uint64(name[0]), 7)))
		documents[name] = write(t, sheets[name])
	}
	saved := office(t, documents)
	for name, want := range sheets {
		got, err := read(saved[name])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := want.Tidy(); err != nil {
			t.Fatal(err)
		}
		if a, b := dump(t, got), dump(t, want); a != b {
			t.Errorf("%s\ngot  %s\nwant %s", name, a, b)
		}
	}
	s, err := read(saved["tracked"])
	if err != nil {
		t.Fatal(err)
	}
	expectTracked(t, s)
}
