package reference_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// A name that becomes a pipe, a device, a folder and a link out while it is read
// never holds reading up, and never leads out.
func TestANameThatChangesWhileItIsRead(t *testing.T) {
	p := newPlace(t, map[string]string{"../outside.txt": "OUTSIDE\n"})
	name := filepath.Join(p.dir, "swap")
	become := []func() error{
		func() error { return os.WriteFile(name, []byte(strings.Repeat("inside\n", 1000)), 0o600) },
		func() error { return syscall.Mkfifo(name, 0o600) },
		func() error { return os.Symlink("../outside.txt", name) },
		func() error { return os.Mkdir(name, 0o700) },
		func() error { return os.Symlink("/dev/zero", name) },
	}
	stop := make(chan struct{})
	var changing sync.WaitGroup
	changing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				_ = os.Remove(name)
				_ = become[i%len(become)]() // the reader may be in the way
			}
		}
	})
	for range 2000 {
		if text := p.one(file("swap")).Text; strings.Contains(text, "OUTSIDE") || strings.Contains(text, "\x00") {
			t.Errorf("read %q", text)
		}
	}
	close(stop)
	changing.Wait()
}
