package ordeal

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var kills = flag.Int("kills", 1000, "how many times TestOrdeal kills a node, at least")

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

	writing, stop := context.WithCancel(ctx)
	var writers sync.WaitGroup
	for i := range hosts {
		writers.Go(func() { o.write(writing, i) })
	}
	for o.count["kills"] < kills {
		if err := o.round(ctx); err != nil {
			t.Errorf("after %d kills: %v", o.count["kills"], err)
			break
		}
	}
	stop()
	writers.Wait()
	end, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	if err := o.heal(end); err != nil {
		t.Fatal(err)
	}
	if err := o.until(end, "all three have one record", func() error { return o.alike(end) }); err != nil {
		t.Error(err)
	}
	acked := 0
	for i, author := range parties {
		acked += len(o.acked[i])
		for _, h := range o.houses {
			held, err := h.holds(end, author)
			if err != nil {
				t.Fatal(err)
			}
			for _, ref := range o.acked[i] {
				if !held[ref] {
					t.Errorf("%s does not hold %s, which %s had acknowledged", h.party, ref, author)
				}
			}
		}
		if len(o.acked[i]) == 0 {
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
	if t.Failed() {
		for _, h := range o.houses {
			b, _ := os.ReadFile(filepath.Join(dir, h.party+".log"))
			t.Logf("%s said at last:\n%s", h.party, b[max(0, len(b)-4000):])
		}
	}
}

// alike asks all nodes for their record digest.
func (o *ordeal) alike(ctx context.Context) error {
	var digests [hosts]string
	for i, h := range o.houses {
		d, err := h.digest(ctx)
		if err != nil {
			return err
		}
		digests[i] = d
	}
	if digests[0] != digests[1] || digests[0] != digests[2] {
		return fmt.Errorf("the records differ: %v", digests)
	}
	return nil
}
