package update_test

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/keel-ide/keel/backend/update"
)

func TestAProgramWhosePlaceCannotBeChangedIsFixed(t *testing.T) {
	folder := unpacked(t)
	if now := installed(folder); now.Kind != update.Unpacked || now.Fixed {
		t.Errorf("one's own: %+v", now)
	}
	parent := filepath.Dir(folder)
	below := func(name string) string { return filepath.Join(folder, name) }
	for _, name := range []string{filepath.Dir(parent), parent, folder, below("bin"), below("lib"), below("lib/keel")} { // everybody may look
		if err := os.Chmod(name, 0o555); err != nil { //nolint:gosec // see above
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(name, 0o700) }) //nolint:gosec // to remove it
	}
	var now update.Installation
	withoutRights(t, func() { now = installed(folder) })
	if now.Kind != update.Unpacked || !now.Fixed {
		t.Errorf("somebody else's: %+v", now)
	}
}

// withoutRights works as a user that is not root, for whom rights would mean nothing.
func withoutRights(t *testing.T, work func()) {
	t.Helper()
	var done sync.WaitGroup
	done.Go(func() {
		if os.Getuid() == 0 {
			runtime.LockOSThread() // never unlocked: the thread ends with this
			const nobody = 65534
			if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, nobody, nobody, nobody); errno != 0 {
				t.Error(errno)
				return
			}
		}
		work()
	})
	done.Wait()
}
