package postgres

import (
	"crypto/tls"
	"net"
	"syscall"
)

// spoken reports whether the server has said something that nobody asked for, or hung up. It only looks, and costs one call of the system. It does not wait for its turn to read: after a slow write the driver
// leaves a reader behind, whose turn lasts until the server says something.
func spoken(conn net.Conn) (any bool) {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	s, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return true
	}
	err = raw.Control(func(fd uintptr) {
		_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		any = err != syscall.EAGAIN && err != syscall.EINTR
	})
	return any || err != nil
}
