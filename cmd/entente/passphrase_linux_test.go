package main

import (
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"
	"unsafe"

	"entente.example/refusal"
)

// terminal is a pair of ends: what is written into the first is typed at the second.
func terminal(t *testing.T) (hands, screen *os.File) {
	hands, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = hands.Close() })
	var number, unlocked int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlocked, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, hands.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			t.Fatal(errno)
		}
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	return hands, screen
}

// A slip in the passphrase of a new key could never be corrected: it is typed twice. That of a key that is there is typed once, for a slip is refused.
func TestANewPassphraseIsTypedTwice(t *testing.T) {
	hands, screen := terminal(t)
	g := &globals{io: streams{in: screen, out: io.Discard, err: io.Discard}, lang: "en"}
	for _, c := range []struct {
		typed, want, refused string
		ask                  func(string) (string, error)
	}{
		{"long enough words\nlong enough words\n", "long enough words", "", g.newPassphrase},
		{"long enough words\nlong enough wrods\n", "long enough words", "keys.not_alike", g.newPassphrase},
		{"long enough words\n", "long enough words", "", g.passphrase},
	} {
		if _, err := hands.WriteString(c.typed); err != nil {
			t.Fatal(err)
		}
		got, err := c.ask("seal1")
		if got != c.want || (c.refused == "") != (err == nil) || err != nil && refusal.As(err).Key != c.refused {
			t.Errorf("%q: %q, %v", c.typed, got, err)
		}
	}
}
