package instance

import (
	"errors"
	"io"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// hiccup is a listener whose first connection fails, as with too many open files.
type hiccup struct {
	net.Listener
	tries atomic.Int32
}

func (h *hiccup) Accept() (net.Conn, error) {
	if h.tries.Add(1) == 1 {
		return nil, syscall.EMFILE
	}
	return h.Listener.Accept()
}

func TestAWindowStaysWithinReach(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	register, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	claim, err := register.Join(t.Context(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer claim.Close()
	inner, err := listen(t.Context(), filepath.Join(t.TempDir(), "socket"))
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { claim.serve(&hiccup{Listener: inner}) })
	connection, err := net.Dial("unix", inner.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := connection.Write([]byte("no request\n")); err != nil {
		t.Fatal(err)
	}
	// Whoever serves hangs up on what is no request.
	if _, err := connection.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reading: %v", err)
	}
	if err := inner.Close(); err != nil {
		t.Fatal(err)
	}
	serving.Wait()
}
