package ordeal

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"entente.example/internal/demo"
)

// hosts is how many nodes there are.
const hosts = 3

// ground is where the nodes live: a network namespace each if the machine allows it, else loopback; and a small disk for one of them if it allows that.
type ground struct {
	dir        string
	namespaces bool
	netem      bool // the kernel can lose and delay packets
	smallDisk  string
	undo       []func()
}

// newGround tries what the machine allows; has says what it got.
func newGround(dir string) *ground {
	g := &ground{dir: dir}
	g.namespaces = g.layNamespaces() == nil
	if !g.namespaces {
		g.close()
		g.undo = nil
	}
	small := filepath.Join(dir, "small")
	if os.Mkdir(small, 0o700) == nil && system("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%d", smallDiskBytes), "tmpfs", small) == nil {
		g.smallDisk = small
		g.undo = append(g.undo, func() { _ = system("umount", "-l", small) })
	}
	return g
}

func (g *ground) has() string {
	return fmt.Sprintf("network namespaces: %v, netem: %v, a small disk: %v", g.namespaces, g.netem, g.smallDisk != "")
}

func system(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// prefix tells the namespaces of several runs on one machine apart.
func prefix() string { return fmt.Sprintf("en%d", os.Getpid()%100000) }

func namespace(i int) string { return fmt.Sprintf("%s-%d", prefix(), i) }
func cable(i int) string     { return fmt.Sprintf("%s%d", prefix(), i) } // our end of a host's cable
func bridge() string         { return prefix() + "b" }
func network() string        { return fmt.Sprintf("10.231.%d", os.Getpid()%256) }

// layNamespaces gives each host a namespace, and a cable to a bridge on which we stand with the wires.
func (g *ground) layNamespaces() error {
	run := func(args ...string) error { return system("ip", args...) }
	if err := run("link", "add", bridge(), "type", "bridge"); err != nil {
		return err
	}
	g.undo = append(g.undo, func() { _ = run("link", "del", bridge()) })
	if err := run("addr", "add", g.here()+"/24", "dev", bridge()); err != nil {
		return err
	}
	if err := run("link", "set", bridge(), "up"); err != nil {
		return err
	}
	for i := range hosts {
		ns := namespace(i)
		if err := run("netns", "add", ns); err != nil {
			return err
		}
		g.undo = append(g.undo, func() { _ = run("netns", "del", ns) })
		for _, args := range [][]string{
			{"link", "add", cable(i), "type", "veth", "peer", "name", "eth0", "netns", ns},
			{"link", "set", cable(i), "master", bridge(), "up"},
			{"-n", ns, "addr", "add", g.host(i) + "/24", "dev", "eth0"},
			{"-n", ns, "link", "set", "eth0", "up"},
			{"-n", ns, "link", "set", "lo", "up"},
		} {
			if err := run(args...); err != nil {
				return err
			}
		}
	}
	g.netem = system("tc", "qdisc", "replace", "dev", cable(0), "root", "netem", "delay", "1ms") == nil
	g.clearNetem(0)
	return nil
}

// here is the address of the wires.
func (g *ground) here() string {
	if len(g.undo) > 0 {
		return network() + ".254"
	}
	return "127.0.0.1"
}

// host is a node's address.
func (g *ground) host(i int) string {
	if len(g.undo) > 0 {
		return fmt.Sprintf("%s.%d", network(), i+1)
	}
	return "127.0.0.1"
}

// listen is where a node can listen: on loopback, a port that nobody else on this machine has.
func (g *ground) listen(i int) (string, error) {
	if g.namespaces {
		return fmt.Sprintf("%s:%d", g.host(i), port), nil
	}
	return demo.FreePort()
}

// command runs a program on a host.
func (g *ground) command(ctx context.Context, i int, name string, args ...string) *exec.Cmd {
	if g.namespaces {
		args = append([]string{"netns", "exec", namespace(i), name}, args...)
		name = "ip"
	}
	return exec.CommandContext(ctx, name, args...)
}

// pull and plug a host's cable. Without namespaces there is none.
func (g *ground) pull(i int) { _ = system("ip", "link", "set", cable(i), "down") }
func (g *ground) plug(i int) { _ = system("ip", "link", "set", cable(i), "up") }

// netem makes a host's cable slow and lossy.
func (g *ground) lossy(i int) {
	_ = system("tc", "qdisc", "replace", "dev", cable(i), "root", "netem", "delay", "20ms", "10ms", "loss", "5%", "duplicate", "1%", "reorder", "5%")
}
func (g *ground) clearNetem(i int) { _ = system("tc", "qdisc", "del", "dev", cable(i), "root") }

func (g *ground) close() {
	for i := len(g.undo) - 1; i >= 0; i-- {
		g.undo[i]()
	}
}
