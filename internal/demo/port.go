package demo

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// FreePort finds a port on loopback that stays free until it is used: one below those that systems give to outgoing connections, never the same twice, and none that another program of ours is given.
func FreePort() (string, error) { return ports.free() }

// Linux gives outgoing connections the ports from 32768 on, others from 49152.
const firstPort, lastPort, blockOfPorts = 10_000, 32_000, 200

// ports are those that this process gives next. They come in blocks: a block is ours as long as we listen on its first port, so that of several programs at once, as tests are, no two give the same one
// before anybody listens there.
var ports block

type block struct {
	sync.Mutex
	next, end int
	ours      []net.Listener // for as long as the process runs
}

func (b *block) free() (string, error) {
	b.Lock()
	defer b.Unlock()
	for {
		if b.next == b.end {
			if err := b.take(); err != nil {
				return "", err
			}
		}
		address := loopback(b.next)
		b.next++
		if l, err := net.Listen("tcp", address); err == nil {
			return address, l.Close()
		}
	}
}

func (b *block) take() error {
	for _, n := range rand.Perm((lastPort - firstPort) / blockOfPorts) {
		first := firstPort + n*blockOfPorts
		if l, err := net.Listen("tcp", loopback(first)); err == nil {
			b.ours, b.next, b.end = append(b.ours, l), first+1, first+blockOfPorts
			return nil
		}
	}
	return errors.New("no port is free on loopback")
}

func loopback(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }
