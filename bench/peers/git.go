package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"entente.example/bench/floor"
)

// fastImport writes the entries as files, 256 in a folder, 4,096 in a commit: the shape that git takes best.
func fastImport(w io.Writer, leaves [][]byte) error {
	b := bufio.NewWriter(w)
	for i, leaf := range leaves {
		if i%4096 == 0 {
			fmt.Fprintf(b, "commit refs/heads/master\ncommitter a <a@example.org> %d +0000\ndata 1\nx\n", 1733709600+i)
		}
		fmt.Fprintf(b, "M 100644 inline %04d/%03d\ndata %d\n%s\n", i/256, i%256, len(leaf), leaf)
	}
	return b.Flush()
}

// feed runs a command with the entries as its input.
func feed(c *exec.Cmd, leaves [][]byte) error {
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		return err
	}
	if err := fastImport(in, leaves); err != nil {
		return err
	}
	if err := in.Close(); err != nil {
		return err
	}
	return c.Wait()
}

func gitClone(ctx context.Context, dir string, leaves [][]byte) (floor.Cost, error) {
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	if err := exec.CommandContext(ctx, "git", "init", "-q", "--bare", from).Run(); err != nil {
		return floor.Cost{}, err
	}
	if err := feed(exec.CommandContext(ctx, "git", "-C", from, "fast-import", "--quiet"), leaves); err != nil {
		return floor.Cost{}, err
	}
	return measure(func() error {
		return exec.CommandContext(ctx, "git", "-c", "transfer.fsckObjects=true", "clone", "-q", "--bare", "file://"+from, to).Run()
	})
}

func fossilClone(ctx context.Context, dir string, leaves [][]byte) (floor.Cost, error) {
	from, to := filepath.Join(dir, "from.fossil"), filepath.Join(dir, "to.fossil")
	env := append(os.Environ(), "HOME="+dir, "USER=bench")
	importing := exec.CommandContext(ctx, "fossil", "import", "--git", "--quiet", from)
	importing.Env = env
	if err := feed(importing, leaves); err != nil {
		return floor.Cost{}, err
	}
	port, err := freePort()
	if err != nil {
		return floor.Cost{}, err
	}
	return measure(func() error {
		serving := exec.CommandContext(ctx, "fossil", "server", "--localhost", "--port", port, from)
		serving.Env = env
		if err := serving.Start(); err != nil {
			return err
		}
		defer func() { _, _ = serving.Process.Kill(), serving.Wait() }()
		for range 100 {
			if res, err := http.Get("http://127.0.0.1:" + port); err == nil {
				_ = res.Body.Close()
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		c := exec.CommandContext(ctx, "fossil", "clone", "--once", "http://127.0.0.1:"+port, to)
		c.Env = env
		return c.Run()
	})
}
