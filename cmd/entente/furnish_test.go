package main

import (
	"os"
	"path/filepath"
	"testing"

	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/refusal"
)

// Whoever makes a node where another is just making one is sent away, and clears nothing of the other's keys; when the other was interrupted, it begins again.
func TestTwoNodesAreNotMadeInOneDirectory(t *testing.T) {
	dir := t.TempDir()
	first, err := begin(dir)
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, chancery.KeysDir, "seal1")
	if err := os.Mkdir(filepath.Dir(key), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, []byte("the first one's"), 0o600); err != nil {
		t.Fatal(err)
	}
	g := &globals{dir: dir}
	if err := g.furnish(config.Default(), nil); refusal.As(err) == nil || refusal.As(err).Key != "node.directory_being_made" {
		t.Errorf("a second one: %v", err)
	}
	if b, err := os.ReadFile(key); err != nil || string(b) != "the first one's" {
		t.Errorf("the first one's key is %q, %v", b, err)
	}
	if err := first.Close(); err != nil { // as if it were killed
		t.Fatal(err)
	}
	if err := g.furnish(config.Default(), nil); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 || files[0].Name() != chancery.ConfigFile || files[1].Name() != chancery.KeysDir {
		t.Errorf("there are %v, %v", files, err)
	}
	if _, err := os.Lstat(key); err == nil {
		t.Error("a key of the interrupted one is a node's now")
	}
	node := filepath.Join(dir, chancery.KeysDir, chancery.NodeKeyFile)
	before, err := os.ReadFile(node)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, makingFile), nil, 0o600); err != nil { // of one that was interrupted at the very end
		t.Fatal(err)
	}
	if err := g.furnish(config.Default(), nil); refusal.As(err) == nil || refusal.As(err).Key != "node.directory_is_node" {
		t.Errorf("where there is a node: %v", err)
	}
	if now, err := os.ReadFile(node); err != nil || string(now) != string(before) {
		t.Errorf("the node's key is another, %v", err)
	}
}
