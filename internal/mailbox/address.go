package mailbox

import (
	"encoding/hex"
	"net"
	"strconv"
	"strings"
)

// Address is where good offices are found and by which key they are known. In charters and settings it is spelled relay:HOST:PORT#PIN.
type Address struct {
	Host string // host:port
	Pin  string // 64 hex
}

const scheme = "relay:"

// ParseAddress reads String's form.
func ParseAddress(s string) (Address, bool) {
	rest, ok := strings.CutPrefix(s, scheme)
	host, pin, ok2 := strings.Cut(rest, "#")
	name, port, err := net.SplitHostPort(host)
	n, bad := strconv.ParseUint(port, 10, 16)
	b, noHex := hex.DecodeString(pin)
	if !ok || !ok2 || err != nil || bad != nil || n == 0 || name == "" || noHex != nil || len(b) != 32 || hex.EncodeToString(b) != pin {
		return Address{}, false
	}
	return Address{Host: host, Pin: pin}, true
}

// String spells the address.
func (a Address) String() string { return scheme + a.Host + "#" + a.Pin }
