package serving

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"entente.example/internal/serving/servingtest"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// Whoever comes while no more files can be opened is let in once they can; what is wrong with the listener itself is told.
func TestAListenerGoesOnWhenThereIsRoomAgain(t *testing.T) {
	l := listen(t)
	caller, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer caller.Close()
	p := Patient(servingtest.Failing(l, syscall.EMFILE, syscall.ENFILE, syscall.ECONNABORTED, syscall.ENOBUFS, syscall.ENOMEM))
	c, err := p.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	if _, err := Patient(servingtest.Failing(l, syscall.EINVAL)).Accept(); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("a listener that is broken says %v", err)
	}
}

// A listener that is closed while it waits for room ends.
func TestAListenerThatWaitsForRoomCanBeClosed(t *testing.T) {
	failing := make([]error, 1<<16)
	for i := range failing {
		failing[i] = syscall.EMFILE
	}
	p := Patient(servingtest.Failing(listen(t), failing...))
	done := make(chan error)
	go func() {
		_, err := p.Accept()
		done <- err
	}()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("it ends with %v", err)
	}
}
