// Package ordeal treats the real program as the world will: three processes with real sockets and files, killed in the middle of anything, on lines that are pulled, slow, silent or
// broken, one of them on a disk that fills up.
//
// It promises that what it says was acknowledged really was: a reference counts once the node's API has returned it. Only tests import it.
package ordeal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	mechanism      = "grove"
	smallDiskBytes = 192 << 20
	port           = 7443 // in a namespace of its own
)

// ordeal is one mechanism of three houses and everything that happens to it.
type ordeal struct {
	g      *ground
	houses [hosts]*house
	wires  map[[2]int]*wire // from whom to whom
	rng    *rand.Rand
	wrong  []func() // ends of the troubles that there are now, the oldest first
	filler string   // what fills the small disk now

	ids    atomic.Int64
	mu     sync.Mutex
	count  map[string]int // of what happened
	acked  [hosts][]act   // by author, in its order
	denied map[string]int // answers of nodes that could not, by message key
}

// open lays the ground, founds the mechanism and lets all three nodes serve.
func open(ctx context.Context, dir, program string, seed uint64) (opened *ordeal, err error) {
	o := &ordeal{g: newGround(dir), wires: map[[2]int]*wire{}, rng: rand.New(rand.NewPCG(seed, 1)), count: map[string]int{}, denied: map[string]int{}}
	defer func() {
		if err != nil {
			o.close()
		}
	}()
	if err := os.WriteFile(filepath.Join(dir, "pass"), []byte(passphrase), 0o600); err != nil {
		return nil, err
	}
	listen := [hosts]string{}
	for i := range hosts {
		if o.houses[i], err = newHouse(o.g, i, program); err != nil {
			return nil, err
		}
		if listen[i], err = o.g.listen(i); err != nil {
			return nil, err
		}
	}
	for i := range hosts {
		for j := range hosts {
			if i != j {
				if o.wires[[2]int{i, j}], err = newWire(o.g.here()+":0", listen[j]); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := o.found(ctx, listen); err != nil {
		return nil, err
	}
	return o, nil
}

const rules = `{"adoption": "all-parties", "host_rotation": "none", "first_host": "", "notice_days": 30, "silence": false, "silence_days": 0, "rectification": 15, "reply_days": 60,
 "concordance": "flags", "require_touch": false, "require_pin": false}`

// found makes the nodes and their mechanism by command, as people would.
func (o *ordeal) found(ctx context.Context, listen [hosts]string) error {
	file := func(name, text string) string {
		path := filepath.Join(o.g.dir, name)
		_ = os.WriteFile(path, []byte(text), 0o600) // a missing file fails the command that reads it
		return path
	}
	mandates := file("mandates.json", `[{"member": "`+member+`", "roles": ["secretary", "drafter", "head", "custodian"]}]`)
	sides := make([]string, hosts)
	draft := []string{"charter", "draft", ""}
	for i, h := range o.houses {
		if _, err := h.run(ctx, "init", "--party", h.party, "--name", "en="+h.party, "--listen", listen[i], "--web", "127.0.0.1:0"); err != nil {
			return err
		}
		if err := o.wireUp(i); err != nil {
			return err
		}
		card, err := h.run(ctx, "card", "--mandates", mandates)
		if err != nil {
			return err
		}
		draft = append(draft, "--card", file(h.party+".card", string(card)))
		sides[i] = fmt.Sprintf(`{"id": "s%d", "label": {"en": "Side %d"}, "parties": [%q]}`, i+1, i+1, h.party)
	}
	draft[2] = file("charter.json", `{"id": "`+mechanism+`", "names": [{"lang": "en", "used_by": "", "full": "Grove"}], "languages": ["en"], "drafting": "en", "sides": [`+
		strings.Join(sides, ", ")+`], "rules": `+rules+`}`)
	invitation, err := o.houses[0].run(ctx, draft...)
	if err != nil {
		return err
	}
	path := file("invitation", string(invitation))
	for _, h := range o.houses {
		if _, err := h.run(ctx, "join", path); err != nil {
			return err
		}
		if err := h.start(ctx); err != nil {
			return err
		}
	}
	for _, h := range o.houses {
		if _, err := h.run(ctx, "seal", "charter"); err != nil {
			return err
		}
	}
	for _, h := range o.houses {
		if err := o.until(ctx, "the charter is in force at "+h.party, func() error { _, err := h.table(ctx, "first-"+h.party); return err }); err != nil {
			return err
		}
	}
	return nil
}

// wireUp lets a node reach the others through our wires.
func (o *ordeal) wireUp(i int) error {
	path := filepath.Join(o.houses[i].dir, "entente.toml")
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var peers []string
	for j := range hosts {
		if w := o.wires[[2]int{i, j}]; w != nil {
			peers = append(peers, fmt.Sprintf("%s = [%q]", parties[j], w.address()))
		}
	}
	s := strings.Replace(string(b), "[line]\n", "[line]\npeers = { "+strings.Join(peers, ", ")+" }\n", 1)
	return os.WriteFile(path, []byte(s), 0o600)
}

// until waits for something to come true.
func (o *ordeal) until(ctx context.Context, what string, f func() error) error {
	for {
		err := f()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w", what, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (o *ordeal) close() {
	for _, h := range o.houses {
		if h != nil {
			h.kill()
			_ = h.log.Close()
		}
	}
	for _, w := range o.wires {
		if w != nil {
			w.close()
		}
	}
	o.g.close()
}
