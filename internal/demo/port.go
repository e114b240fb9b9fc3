package demo

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// FreePort finds a port on loopback that stays free until it is used: one below those that systems give to outgoing connections, and never the same twice.
func FreePort() (string, error) {
	for range 1000 {
		address := "127.0.0.1:" + strconv.Itoa(firstPort+rand.IntN(lastPort-firstPort))
		if _, given := ports.LoadOrStore(address, true); given {
			continue
		}
		if l, err := net.Listen("tcp", address); err == nil {
			return address, l.Close()
		}
	}
	return "", errors.New("no port is free on loopback")
}

// Linux gives outgoing connections the ports from 32768 on, others from 49152.
const firstPort, lastPort = 10_000, 32_000

var ports sync.Map
