package main

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"

	"entente.example/internal/chancery"
	"entente.example/internal/demo"
)

// many measures a node in many mechanisms, whose record lies in the PostgreSQL database at -store, served by two processes: pages as somebody sees them who comes to the process that holds the node, and to the one that
// stands by; acts at both; and the store's own transactions on what is there by then. The record is written as nodes write one, into files, and moved into the database, which compares all of it.
func (b *bench) many(ctx context.Context) error {
	if b.storeless() {
		return nil
	}
	if _, err := os.Stat(filepath.Join(b.dir, filledFile)); errors.Is(err, os.ErrNotExist) {
		if err := b.fill(ctx); err != nil {
			return err
		}
	}
	dir, err := b.filled()
	if err != nil {
		return err
	}
	if err := b.processes(ctx, dir); err != nil {
		return err
	}
	return b.appends(ctx)
}

// storeless says so where no database is named for what needs one.
func (b *bench) storeless() bool {
	if b.store == "" {
		say("skipped", "an empty database of PostgreSQL has to be named: -store postgres://…")
	}
	return b.store == ""
}

// processes measures two processes of the node.
func (b *bench) processes(ctx context.Context, dir string) error {
	first, err := b.serve(ctx, dir)
	if err != nil {
		return err
	}
	say("start, until it answers", "%.2f s", first.start.Seconds())
	err = b.both(ctx, first)
	return errors.Join(err, first.stop(syscall.SIGINT))
}

func (b *bench) both(ctx context.Context, first *process) error {
	if _, err := first.idle(); err != nil {
		return err
	}
	v, err := b.reader(ctx, first)
	if err != nil {
		return err
	}
	second, site, err := b.standBy(ctx, v, first.dir)
	if err != nil {
		return err
	}
	err = b.visit(ctx, first, v, site)
	return errors.Join(err, second.stop(syscall.SIGINT))
}

// visit looks at pages of both processes, and acts at both.
func (b *bench) visit(ctx context.Context, first *process, v *visitor, site string) error {
	memory, err := first.memory("VmRSS")
	if err != nil {
		return err
	}
	say("memory of the process that holds the node", "%.0f MB at rest", mega(memory))
	other := *v
	other.site = site
	for _, at := range []struct {
		name string
		*visitor
	}{{"pages at the process that holds the node", v}, {"pages at the one that stands by; CPU is the holder's", &other}} {
		say(at.name, "")
		for _, path := range []string{"", "m", "m/texts/backlog-0", "m/meetings", "m/record", "m/search?q=record"} {
			if err := at.measure(ctx, "/"+path, func() error { return nil }); err != nil {
				return err
			}
		}
	}
	for i, at := range []*visitor{v, &other} {
		if err := at.acts(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// filledFile says in b.dir what fill has made there: the node's directory and its party, a line each.
const filledFile = "filled"

func (b *bench) filled() (dir string, err error) {
	made, err := os.ReadFile(filepath.Join(b.dir, filledFile))
	if err != nil {
		return "", err
	}
	dir, b.authorParty, _ = strings.Cut(strings.TrimSpace(string(made)), "\n")
	return dir, nil
}

// fill writes the record of many and moves it: b.entries in b.mechanisms, of one party's node. Ten million take hours, for which a machine need not be quiet; what is measured afterwards takes minutes, for which it has to be.
func (b *bench) fill(ctx context.Context) error {
	if b.storeless() {
		return nil
	}
	program, err := b.binary()
	if err != nil {
		return err
	}
	dir, err := b.crowd(ctx, "many", func(p *pair, mechs []string) error {
		p.alone()
		began := time.Now()
		for i, mech := range mechs {
			p.Mech = mech
			if err := p.backlog(ctx, (b.entries+i)/len(mechs)); err != nil {
				return err
			}
		}
		say("entries written", "%d in %.0f s", b.entries, time.Since(began).Seconds())
		return nil
	})
	if err != nil {
		return err
	}
	began := time.Now()
	if out, err := exec.CommandContext(ctx, program, "--dir", dir, "migrate-store", b.store).CombinedOutput(); err != nil {
		return fmt.Errorf("moving the record: %w: %s", err, out)
	}
	say("moved into the database and compared", "in %.0f s", time.Since(began).Seconds())
	return os.WriteFile(filepath.Join(b.dir, filledFile), []byte(dir+"\n"+b.authorParty+"\n"), 0o600)
}

// crowd founds b.mechanisms among three nodes in a folder of this name, has them do something in these, and stops them; dir is the node of one of them.
func (b *bench) crowd(ctx context.Context, name string, do func(*pair, []string) error) (dir string, err error) {
	if dir, err = b.sub(name); err != nil {
		return "", err
	}
	p, err := newPair(ctx, dir)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	b.authorParty, b.readerParty = string(p.a.Party), string(p.b.Party)
	mechs, err := p.found(ctx, b.mechanisms)
	if err != nil {
		return "", err
	}
	return p.a.Dir, do(p, mechs)
}

// foundedAtOnce is how many mechanisms are being founded at any time.
const foundedAtOnce = 8

// found founds mechanisms among the same three until there are so many, and waits until all are in force.
func (p *pair) found(ctx context.Context, many int) (mechs []string, err error) {
	began := time.Now()
	p.mend()
	if err := p.unlock(); err != nil {
		return nil, err
	}
	var cards [][]byte
	for _, a := range p.Actors {
		card, err := a.Card(ctx, p.Example.Mandates(a.Party), nil)
		if err != nil {
			return nil, err
		}
		cards = append(cards, card)
	}
	mechs = make([]string, max(many, 1))
	mechs[0] = p.Mech
	var several errgroup.Group // founding one is waiting for disks and for the others, most of the time
	several.SetLimit(foundedAtOnce)
	for n := 1; n < len(mechs); n++ {
		several.Go(func() (err error) {
			mechs[n], err = p.another(ctx, n, cards)
			return err
		})
	}
	if err := errors.Join(several.Wait(), p.inForce(ctx)); err != nil {
		return nil, err
	}
	say("mechanisms founded between three nodes", "%d in %.0f s", len(mechs), time.Since(began).Seconds())
	return mechs, nil
}

// unlock takes the passphrases off the seal keys: to derive a key from each for every seal would be most of the work of founding.
func (p *pair) unlock() error {
	for _, a := range p.Actors {
		for name, passphrase := range a.Passphrases() {
			path := filepath.Join(a.Dir, chancery.KeysDir, name)
			locked, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			key, err := ssh.ParseRawPrivateKeyWithPassphrase(locked, passphrase)
			if err != nil {
				return err
			}
			block, err := ssh.MarshalPrivateKey(key, name)
			if err != nil {
				return err
			}
			if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// another founds one more mechanism among the same three, whose calling cards are these.
func (p *pair) another(ctx context.Context, n int, cards [][]byte) (mech string, err error) {
	ex := p.Example
	invitation, fingerprint, err := p.a.Draft(ctx, chancery.Description{ID: fmt.Sprintf("bench-%d", n), Illustration: true, Names: ex.Names(), Languages: ex.Mechanism.Languages,
		Drafting: ex.Mechanism.Drafting, Sides: ex.SideList(), Rules: ex.Rules()}, cards, nil)
	if err != nil {
		return "", err
	}
	for _, a := range p.Actors {
		joined, err := a.Join(ctx, invitation, fingerprint)
		if err != nil {
			return "", err
		}
		mech = joined.Mech
	}
	for _, a := range p.Actors {
		if _, err := a.Seal(ctx, mech, string(a.Party)+"-seal1", "charter", false, nil); err != nil {
			return "", err
		}
	}
	return mech, nil
}

// inForce waits until every mechanism is in force at a's.
func (p *pair) inForce(ctx context.Context) error {
	for began := time.Now(); time.Since(began) < restWithin; time.Sleep(time.Second) {
		st, err := p.a.Status(ctx)
		if err != nil {
			return err
		}
		waiting := 0
		for _, m := range st.Mechanisms {
			if m.State != "in force" {
				waiting++
			}
		}
		if waiting == 0 {
			return nil
		}
	}
	return errors.New("some charters do not come into force")
}

// lines does something with every line between two of the three nodes.
func (p *pair) lines(do func(from *demo.Actor, to string)) {
	for _, from := range p.Actors {
		for _, to := range p.Actors {
			if from != to {
				do(from, string(to.Party))
			}
		}
	}
}

func (p *pair) alone() { p.lines(func(from *demo.Actor, to string) { from.Cut(to) }) }
func (p *pair) mend()  { p.lines(func(from *demo.Actor, to string) { from.Mend(to) }) }

// standBy starts a second process of a node and waits until its site answers a member.
func (b *bench) standBy(ctx context.Context, v *visitor, dir string) (p *process, site string, err error) {
	address, err := demo.FreePort()
	if err != nil {
		return nil, "", err
	}
	p = &process{Cmd: exec.Command(b.program, "--dir", dir, "--set", "web.listen="+address, "serve", "--stand-by"), dir: dir}
	if err := p.Start(); err != nil {
		return nil, "", err
	}
	site = "http://" + address
	for began := time.Now(); time.Since(began) < answerWithin; time.Sleep(20 * time.Millisecond) {
		if _, err = fetch(ctx, v.Client, site+"/"); err == nil {
			return p, site, nil
		}
	}
	return nil, "", errors.Join(err, p.Process.Kill(), p.Wait())
}

const (
	actors   = 16
	actsOfIt = 8
)

// acts lets sixteen members act at once at a site.
func (v *visitor) acts(ctx context.Context, at int) error {
	errs := make(chan error, actors)
	var wg sync.WaitGroup
	began := time.Now()
	for w := range actors {
		wg.Go(func() {
			for k := range actsOfIt {
				if err := v.open(ctx, fmt.Sprintf("bench-%d-%d-%d", at, w, k)); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
	}
	say("acts of sixteen at once, at "+[]string{"the holder", "the other"}[at], "%.0f a second", actors*actsOfIt/time.Since(began).Seconds())
	return nil
}

// open opens a thread.
func (v *visitor) open(ctx context.Context, id string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.site+"/api/v1/mechanisms/"+v.mech+"/threads/"+id+"/open", strings.NewReader(`{"title": {"en": "Word"}}`))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := v.Do(req)
	if err != nil {
		return err
	}
	said, err := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("%s: %s", res.Status, said))
	}
	return errors.Join(err, res.Body.Close())
}
