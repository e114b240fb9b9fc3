package caller_test

import (
	"testing"

	"entente.example/internal/caller"
)

func TestWhoIsOne(t *testing.T) {
	for _, same := range [][2]string{
		{"192.0.2.1:1", "192.0.2.1:60000"},
		{"192.0.2.1:1", "[::ffff:192.0.2.1]:1"},
		{"[2001:db8::1]:1", "[2001:db8::ffff:ffff:ffff:ffff]:2"},
		{"[fe80::1%eth0]:1", "[fe80::2%eth1]:1"},
	} {
		if a, b := caller.Of(same[0]), caller.Of(same[1]); a != b || !a.IsValid() {
			t.Errorf("%s and %s are %v and %v", same[0], same[1], a, b)
		}
	}
	for _, other := range [][2]string{{"192.0.2.1:1", "192.0.2.2:1"}, {"[2001:db8::1]:1", "[2001:db8:0:1::1]:1"}} {
		if a, b := caller.Of(other[0]), caller.Of(other[1]); a == b {
			t.Errorf("%s and %s are one, %v", other[0], other[1], a)
		}
	}
	for _, none := range []string{"", "@", "192.0.2.1", "host:80", "[2001:db8::1]"} {
		if a := caller.Of(none); a.IsValid() {
			t.Errorf("%q is %v", none, a)
		}
	}
}
