package postgres

import (
	"net"
	"testing"
)

// Looking whether the server has said something waits for nobody: the driver may have a reader at the connection, as it has after a slow write.
func TestLookingWaitsForNoReader(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if spoken(near) {
		t.Error("nobody has said anything")
	}
	read := make(chan int)
	go func() {
		n, _ := near.Read(make([]byte, 1))
		read <- n
	}()
	for range 1000 { // the reader comes to wait among them
		if spoken(near) {
			t.Fatal("nobody has said anything")
		}
	}
	if _, err := far.Write([]byte("a")); err != nil {
		t.Fatal(err)
	}
	if n := <-read; n != 1 {
		t.Errorf("%d bytes were left to the reader", n)
	}
	if err := far.Close(); err != nil {
		t.Fatal(err)
	}
	for !spoken(near) { // until the news is here
	}
}
