// Command bench measures Entente against the floors in bench/floor, in one run, and prints a table.
//
// Absolute figures belong to the machine; the ratios are what counts. Parts of it can be asked for by name: go run ./bench catchup latency. Some of the same work runs as Go benchmarks:
// go test -bench . ./bench. Programs of others are compared by bench/peers, which is a module of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"entente.example/bench/floor"
)

// part is one thing that is measured.
type part struct {
	name, what string
	run        func(*bench, context.Context) error
}

var parts = []part{
	{"append", "taking entries in: our store against floor B", (*bench).append},
	{"catchup", "two nodes, a backlog over the direct line: verified, stored, folded", (*bench).catchup},
	{"pouch", "two nodes, a backlog in a courier's hand: packed, opened, and the memory it takes", (*bench).pouch},
	{"latency", "one entry, from posted at its author's to visible at another's", (*bench).latency},
	{"writers", "64 writers at once against one", (*bench).writers},
	{"life", "start, memory at rest, start after kill -9, what stands on the disk", (*bench).life},
	{"pages", "pages of the members' site on a node that holds the backlog", (*bench).pages},
	{"home", "a node in many mechanisms of a few entries: start, what it does by itself, its first page", (*bench).home},
	{"fill", "the record that many measures, with -store and -dir: written and moved, for a later run of many with the same", (*bench).fill},
	{"many", "a node in many mechanisms on PostgreSQL (-store), served by two processes: pages, acts, transactions", (*bench).many},
	{"scale", "a log that has grown long, and many logs, in our store: opened, proved, hashed again, appended to", (*bench).scale},
	{"verify", "a whole record from its bytes against hashing and decoding them", (*bench).verify},
	{"demo", "the demo from a built binary", (*bench).demo},
	{"peers", "the same entries through JetStream, git, Fossil, CouchDB's protocol and PostgreSQL, as far as they are there", (*bench).peers},
	{"press", "the press room against nginx and WordPress, as far as they are there", (*bench).press},
}

// bench is one run.
type bench struct {
	dir                      string
	entries                  int
	rounds                   int
	fetches                  int    // of each page
	mechanisms               int    // of many
	store                    string // an empty database, for many
	program                  string // the built binary, once it is
	backlog                  string // directory of the nodes with a backlog, once it is written
	authorParty, readerParty string
	floor                    floor.Cost
}

func main() {
	b := &bench{}
	flag.IntVar(&b.entries, "entries", 100_000, "how many entries")
	flag.IntVar(&b.rounds, "rounds", 3, "how often what is short is measured, the best of each is printed; and how often each peer is, with medians")
	flag.IntVar(&b.fetches, "fetches", pageRounds, "how often each page is fetched")
	flag.IntVar(&b.mechanisms, "mechanisms", 10, "among how many mechanisms the entries of many are spread")
	flag.StringVar(&b.store, "store", "", "an empty PostgreSQL database for many; what it holds afterwards is for nobody")
	flag.StringVar(&b.dir, "dir", "", "work in this directory and leave everything there (default: a temporary one)")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: bench [flags] [part …]")
		flag.PrintDefaults()
		for _, p := range parts {
			fmt.Fprintf(os.Stderr, "  %-10s %s\n", p.name, p.what)
		}
	}
	flag.Parse()
	if err := b.run(context.Background(), flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context, names []string) (err error) {
	for _, n := range names {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.name == n }) {
			return fmt.Errorf("there is no part %q", n)
		}
	}
	if b.dir == "" {
		if b.dir, err = os.MkdirTemp("", "bench"); err != nil {
			return err
		}
		defer os.RemoveAll(b.dir)
	}
	fmt.Printf("%s, %d processors, %s\n%d entries\n", processor(), runtime.NumCPU(), runtime.Version(), b.entries)
	fmt.Println(speed())
	for _, p := range parts {
		if len(names) > 0 && !slices.Contains(names, p.name) {
			continue
		}
		fmt.Printf("\n%s: %s\n", p.name, p.what)
		if err := p.run(b, ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// processor is the machine's, as far as it says.
func processor() string {
	cpu, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for l := range strings.Lines(string(cpu)) {
		if name, value, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// say prints one figure.
func say(what, format string, a ...any) { fmt.Printf("  %-44s %s\n", what, fmt.Sprintf(format, a...)) }

// sub makes a directory of the run.
func (b *bench) sub(name string) (string, error) {
	dir := filepath.Join(b.dir, name)
	return dir, errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700))
}
