package ordeal

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

var kills = flag.Int("kills", 1000, "how many times TestOrdeal kills a node, at least")

// each is after how many kills all is put right and compared.
const each = 100

var seed = flag.Uint64("seed", 1, "what TestOrdeal draws its troubles from")

// Nothing that a node acknowledged is lost, on any node, and in the end all hold one record: through kill -9, pulled cables, bad lines, pauses and a full disk.
func TestOrdeal(t *testing.T) {
	kills := *kills
	if testing.Short() {
		kills = min(kills, 8)
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "entente")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/entente").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx := t.Context()
	begin, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	o, err := open(begin, dir, program, *seed)
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	t.Log(o.g.has())

	before, began := Used(), time.Now()
	for n := min(kills, each); ; n = min(kills, n+each) {
		if err := o.leg(ctx, n); err != nil {
			t.Errorf("after %d kills: %v", o.kills(), err)
			o.stacks(t)
			break
		}
		if n == kills {
			break
		}
	}
	cost, clock := Used()-before, time.Since(began)
	n := time.Duration(max(1, o.kills()))
	t.Logf("a kill cost %v of processor time and %v of the clock, with all that stands between it and the next", (cost / n).Round(time.Millisecond), (clock / n).Round(time.Millisecond))
	end, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := o.check(end, [hosts]int{}); err != nil {
		t.Error(err)
	}
	acked := 0
	for i, author := range parties {
		if acked += len(o.acked[i]); len(o.acked[i]) == 0 {
			t.Errorf("%s acknowledged nothing: this proves nothing", author)
		}
	}
	for _, h := range o.houses {
		h.kill()
		if _, err := h.run(end, "verify"); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d entries acknowledged; %v; answers of nodes that could not: %v", acked, o.count, o.denied)
}

// stacks ends every node in the way that lets it say what each of its goroutines was at, puts everything right and lets them come back.
func (o *ordeal) stacks(t *testing.T) {
	for _, h := range o.houses {
		info, err := h.log.Stat()
		if err != nil {
			t.Fatal(err)
		}
		h.signal(syscall.SIGQUIT)
		time.Sleep(time.Second)
		b, err := os.ReadFile(h.log.Name())
		if err != nil {
			t.Fatal(err)
		}
		said := info.Size()
		t.Logf("%s said at last:\n%s\nand then:\n%s", h.party, b[max(0, said-4000):said], b[said:])
	}
	o.heal()
	for _, h := range o.houses {
		h.kill()
		if err := h.start(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
