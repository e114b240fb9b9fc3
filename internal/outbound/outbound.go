// Package outbound dials addresses that somebody else chose: a hook's, a witness's that the parties named.
//
// It promises that, unless the operator allows it, no connection is made into a private network or to this machine, whatever a name turns out to mean; and that no proxy of the environment and no redirection
// leads elsewhere.
package outbound

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrPrivate means that an address was not spoken to.
var ErrPrivate = errors.New("the address is in a private network")

// New makes a client whose every request ends within a time. private allows addresses that are not of the open network.
func New(private bool, within time.Duration) *http.Client {
	dial := &net.Dialer{Timeout: within}
	if !private {
		// looked at after resolution, at every connection: a name that turns to another address gains nothing
		dial.Control = func(_, address string, _ syscall.RawConn) error {
			a, err := netip.ParseAddrPort(address)
			if err != nil || !public(a.Addr()) {
				return ErrPrivate
			}
			return nil
		}
	}
	return &http.Client{Timeout: within,
		Transport:     &http.Transport{DialContext: dial.DialContext, Proxy: nil, DisableKeepAlives: true, ResponseHeaderTimeout: within, MaxResponseHeaderBytes: 16 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// shared is the address space that carriers keep to themselves.
var shared = netip.MustParsePrefix("100.64.0.0/10")

// public reports whether an address is one of the open network.
func public(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !a.IsLoopback() && !a.IsLinkLocalUnicast() && !shared.Contains(a)
}
