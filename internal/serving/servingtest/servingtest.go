// Package servingtest has listeners that fail, for tests of those who listen.
package servingtest

import (
	"net"
	"os"
)

// Failing is a listener that fails with these errors of the system first, one at a time, and listens then.
func Failing(l net.Listener, errs ...error) net.Listener { return &failing{l, errs} }

type failing struct {
	net.Listener
	errs []error
}

func (f *failing) Accept() (net.Conn, error) {
	if len(f.errs) == 0 {
		return f.Listener.Accept()
	}
	err := f.errs[0]
	f.errs = f.errs[1:]
	return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", err)}
}
