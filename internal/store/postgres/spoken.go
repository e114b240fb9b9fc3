package postgres

import (
	"crypto/tls"
	"net"
	"syscall"
)

// spoken reports whether the server has said something that nobody asked for, or hung up. It only looks, and costs one call of the system.
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
	err = raw.Read(func(fd uintptr) bool {
		_, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		any = err != syscall.EAGAIN && err != syscall.EINTR
		return true
	})
	return any || err != nil
}
