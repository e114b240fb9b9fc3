// Package caller says who counts as one when bounds are set for those who have shown nothing but where they come from.
//
// It promises that whoever has one address of IPv4, or one home's network of IPv6, is one, however many ports and addresses that gives. Behind a proxy or a shared address everybody is one: a
// bound by caller keeps one machine from taking all, and tells nobody apart.
package caller

import "net/netip"

// networkBits is what one home, or one machine of a hosting house, has of IPv6.
const networkBits = 64

// Of is the caller at a remote address as net writes it, with its port: an address of IPv4, or the first of a network of IPv6. Zero for what is no such address.
func Of(remote string) netip.Addr {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	a := at.Addr().Unmap().WithZone("")
	if a.Is6() {
		p, _ := a.Prefix(networkBits)
		return p.Addr()
	}
	return a
}
