package ordeal

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// atOnce is how many things are wrong at one time. With more, nodes that come back hear from nobody, wait for them, and write nothing.
const atOnce = 2

// better lets what has been wrong longest get better.
func (o *ordeal) better() {
	if len(o.wrong) > 0 {
		o.wrong[0]()
		o.wrong = o.wrong[1:]
	}
}

// trouble lets something go wrong.
func (o *ordeal) trouble() {
	if len(o.wrong) == atOnce {
		o.better()
	}
	i := o.rng.IntN(hosts)
	switch k := o.rng.IntN(10); {
	case k < 2 && o.g.namespaces:
		o.g.pull(i)
		o.wrong = append(o.wrong, func() { o.g.plug(i) })
		o.note("pulled cables")
	case k < 4 && o.g.netem:
		o.g.lossy(i)
		o.wrong = append(o.wrong, func() { o.g.clearNetem(i) })
		o.note("lossy cables")
	case k < 5 && o.g.smallDisk != "" && o.filler == "":
		o.fill()
		o.wrong = append(o.wrong, o.empty)
		o.note("full disks")
	case k < 6:
		o.houses[i].signal(syscall.SIGSTOP)
		time.Sleep(time.Duration(o.rng.IntN(30)) * time.Millisecond)
		o.houses[i].signal(syscall.SIGCONT)
		o.note("pauses")
	default:
		w := o.wires[[2]int{i, (i + 1 + o.rng.IntN(hosts-1)) % hosts}]
		t := clear + 1 + trouble(o.rng.IntN(int(troubles-clear-1)))
		w.set(t)
		o.wrong = append(o.wrong, func() { w.set(clear) })
		o.note(t.String() + " wires")
	}
}

// heal puts everything right again.
func (o *ordeal) heal() {
	for _, end := range o.wrong {
		end()
	}
	o.wrong = nil
}

// fill leaves no room on the small disk; empty gives it back.
func (o *ordeal) fill() {
	path := filepath.Join(o.g.smallDisk, "filler")
	f, err := os.Create(path)
	if err != nil {
		return
	}
	defer f.Close()
	b := make([]byte, 1<<20)
	for size := len(b); size > 0; {
		if _, err := f.Write(b[:size]); err != nil {
			size /= 2
		}
	}
	o.filler = path
}

func (o *ordeal) empty() {
	if o.filler != "" {
		_ = os.Remove(o.filler)
		o.filler = ""
	}
}
