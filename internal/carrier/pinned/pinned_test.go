package pinned_test

import (
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"

	"entente.example/internal/carrier/pinned"
	"entente.example/internal/keys"
)

const protocol = "entente-test/1"

// Attack 26: whoever is not exactly the other end, over exactly this protocol, gets no handshake, and not a byte of the application is read before it.
func TestAttack26OtherEnds(t *testing.T) {
	cert := func(seed byte) (tls.Certificate, pinned.Pin) {
		k := keys.FromSeed([32]byte{seed})
		c, err := k.Certificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return c, pinned.Pin(k.Public().TLS)
	}
	server, serverPin := cert(1)
	client, clientPin := cert(2)
	other, _ := cert(3)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	only := func(want pinned.Pin) func(pinned.Pin, []byte) bool {
		return func(p pinned.Pin, _ []byte) bool { return p == want }
	}
	for name, tc := range map[string]struct {
		change func(*tls.Config)
		pass   bool
	}{
		"the right key": {func(*tls.Config) {}, true},
		"another key":   {func(c *tls.Config) { c.Certificates = []tls.Certificate{other} }, false},
		"no key":        {func(c *tls.Config) { c.Certificates = nil }, false},
		"two certificates": {func(c *tls.Config) {
			c.Certificates[0].Certificate = append(c.Certificates[0].Certificate, other.Certificate[0])
		}, false},
		"TLS 1.2":          {func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12 }, false},
		"no post-quantum":  {func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256} }, false},
		"another protocol": {func(c *tls.Config) { c.NextProtos = []string{"h2"} }, false},
		"no protocol":      {func(c *tls.Config) { c.NextProtos = nil }, false},
		"expects a third": {func(c *tls.Config) {
			c.VerifyConnection = pinned.TLS(client, protocol, only(clientPin)).VerifyConnection
		}, false},
		"a key it has not": {func(c *tls.Config) { c.Certificates[0].PrivateKey = other.PrivateKey }, false},
		"a certificate cut": {func(c *tls.Config) {
			b := c.Certificates[0].Certificate[0]
			c.Certificates[0].Certificate[0] = b[:len(b)-1]
		}, false},
	} {
		fresh, _ := cert(2)
		cfg := pinned.TLS(fresh, protocol, only(serverPin))
		tc.change(cfg)
		b, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		a, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []net.Conn{a, b} {
			if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		heard := make(chan string, 1)
		go func() {
			s := tls.Server(a, pinned.TLS(server, protocol, only(clientPin)))
			got, _ := io.ReadAll(s)
			heard <- string(got)
			_ = a.Close()
		}()
		c := tls.Client(b, cfg)
		if _, err := io.WriteString(c, "secret"); err == nil {
			_ = c.CloseWrite()
			_, _ = io.Copy(io.Discard, c) // TLS 1.3: what the server thinks of us comes after our first bytes
		}
		_ = b.Close()
		if got := <-heard; (got == "secret") != tc.pass || !tc.pass && got != "" {
			t.Errorf("%s: the application heard %q", name, got)
		}
	}
}
