package demo

import (
	"net"
	"strings"
	"testing"
)

// Several programs at once, as tests are, give each port once, though nobody listens on it yet; one that somebody else has taken is passed over.
func TestNoTwoProgramsGiveOnePort(t *testing.T) {
	given := map[string]bool{}
	programs := make([]block, 5)
	defer func() {
		for i := range programs {
			for _, l := range programs[i].ours {
				_ = l.Close()
			}
		}
	}()
	for range blockOfPorts + 10 { // more than a block has
		for i := range programs {
			address, err := programs[i].free()
			if err != nil {
				t.Fatal(err)
			}
			if given[address] {
				t.Fatalf("%s is given twice", address)
			}
			given[address] = true
		}
	}
	one := &programs[0]
	l, err := net.Listen("tcp", loopback(one.next))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if address, err := one.free(); err != nil || address == l.Addr().String() || !strings.HasPrefix(address, "127.0.0.1:") {
		t.Errorf("%s is given, %v; somebody listens on %s", address, err, l.Addr())
	}
}
