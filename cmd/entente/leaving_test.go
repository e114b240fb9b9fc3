package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"entente.example/internal/demo"
)

// From the signal on a process is ready for nobody, while whoever it was answering is answered to the end; then the process that stood by is ready at the same address.
func TestWhoIsBeingStoppedIsNotReady(t *testing.T) {
	h := &house{t: t, dir: filepath.Join(t.TempDir(), "a")}
	pass := filepath.Join(t.TempDir(), "pass")
	if err := os.WriteFile(pass, []byte("long enough words\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ENTENTE_PASSPHRASE_FILE", pass)
	var port [4]string
	for i := range port {
		var err error
		if port[i], err = demo.FreePort(); err != nil {
			t.Fatal(err)
		}
	}
	h.run("init", "--party", "cedar", "--name", "en=Cedar Party", "--listen", port[0], "--web", port[1])
	ask := func(what string) (int, string) {
		r, err := http.Get("http://" + port[2] + what)
		if err != nil {
			return 0, ""
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return 0, ""
		}
		return r.StatusCode, string(b)
	}
	ready := func() bool { code, _ := ask("/readyz"); return code == http.StatusOK }
	first := h.serve(nil, "--set", "operating.listen="+port[2], "serve", "--stand-by")
	waitFor(t, ready)
	second := h.serve(nil, "--set", "operating.listen="+port[2], "--set", "web.listen="+port[3], "serve", "--stand-by")
	h.heldBy(first, 1)

	conn, err := net.Dial("tcp", port[1])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const form = "member=nobody&password=none"
	fmt.Fprintf(conn, "POST /sign-in/password HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", port[1], len(form), form[:5])
	waitFor(t, func() bool {
		_, numbers := ask("/metrics")
		for l := range strings.Lines(numbers) {
			if strings.HasPrefix(l, `entente_http_requests_open{`) && strings.Contains(l, `site="members"`) && strings.HasSuffix(l, " 1\n") {
				return true
			}
		}
		return false
	})
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		code, why := ask("/readyz")
		return code == http.StatusServiceUnavailable && strings.Contains(why, "being stopped")
	})
	if _, err := io.WriteString(conn, form[5:]); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("whoever was inside is not answered: %v", err)
	}
	if err := r.Body.Close(); err != nil || r.StatusCode >= 500 {
		t.Errorf("whoever was inside is answered %s, %v", r.Status, err)
	}
	<-first.ended
	if !first.ProcessState.Success() {
		t.Errorf("it ended with %s", first.ProcessState)
	}
	waitFor(t, ready)
	second.end(t)
}
