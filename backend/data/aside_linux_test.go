package data_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/keel-ide/keel/backend/data"
)

// asSomebody ends what root alone may do to files, for this test.
func asSomebody(t *testing.T, p data.Places) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	const somebody = 65534
	for _, place := range []string{p.Config, p.Data} {
		if err := filepath.WalkDir(filepath.Dir(filepath.Dir(place)), func(path string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Lchown(path, somebody, somebody)
		}); err != nil {
			t.Fatal(err)
		}
	}
	runtime.LockOSThread() // it holds for the thread
	if err := syscall.Setfsuid(somebody); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setfsuid(0); err != nil {
			t.Error(err)
		}
		runtime.UnlockOSThread()
	})
}

func chmod(t *testing.T, name string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
}

func TestWhatCannotBeMovedIsNotTouchedAndNothingElseIs(t *testing.T) {
	p := kept(t)
	asSomebody(t, p)
	checkpoints := filepath.Join(p.Data, "workspaces", "one", "checkpoints")
	write(t, filepath.Join(checkpoints, "packs", "a"))
	write(t, filepath.Join(p.Data, "workspaces", "another", "checkpoints", "a"))
	chmod(t, checkpoints, 0o555)
	defer chmod(t, checkpoints, 0o755)
	if gone, err := clearKinds(t, p, "checkpoints"); err == nil || len(gone) != 0 {
		t.Errorf("removed %v, %v; want it refused", gone, err)
	}
	for _, name := range []string{"one/checkpoints/lock", "one/checkpoints/packs/a", "another/checkpoints/a"} {
		if !exists(t, filepath.Join(p.Data, "workspaces", name)) {
			t.Errorf("%s has gone", name)
		}
	}
	if left := aside(t, p); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

func TestWhatCannotBeDeletedIsSaidAndGoesTheNextTime(t *testing.T) {
	p := kept(t)
	asSomebody(t, p)
	stuck := filepath.Join(p.Data, "workspaces", "one", "sessions", "kept")
	write(t, filepath.Join(stuck, "a"))
	chmod(t, stuck, 0o555)
	kind, _ := data.Named("sessions")
	done, err := data.Clear(t.Context(), p, []data.Kind{kind})
	if err == nil || len(done.Gone) != 1 || done.Gone[0].Folder != "two" || len(done.Partly) != 1 {
		t.Fatalf("%+v, %v; want one removed and one in part", done, err)
	}
	rest := done.Partly[0]
	if rest.Item.Path != filepath.Dir(stuck) || exists(t, rest.Item.Path) || !exists(t, filepath.Join(rest.Path, "kept", "a")) {
		t.Errorf("what is said of it: %+v", rest)
	}
	if !strings.Contains(err.Error(), rest.Path) {
		t.Errorf("the error does not name it: %v", err)
	}
	left, err := data.Leftovers(t.Context(), p)
	if err != nil || len(left) != 1 || left[0].Path != filepath.Dir(rest.Path) || left[0].Size != 5 {
		t.Errorf("left are %+v, %v", left, err)
	}
	chmod(t, filepath.Join(rest.Path, "kept"), 0o755)
	if _, err := clearKinds(t, p, "logs"); err != nil || len(aside(t, p)) != 0 {
		t.Errorf("the next time: %v, %v", aside(t, p), err)
	}
}

// A disk that is mounted within cannot be moved: what is on it goes in its place.
func TestWhatLiesOnADiskOfItsOwnGoes(t *testing.T) {
	runtime.LockOSThread() // the thread ends with the test, and what is mounted with it
	if err := syscall.Unshare(syscall.CLONE_NEWNS); err != nil {
		runtime.UnlockOSThread()
		t.Skipf("mounting needs rights that this system does not give: %v", err)
	}
	p := kept(t)
	disk := filepath.Join(p.Data, "workspaces", "one", "checkpoints")
	if err := syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Skipf("keeping what is mounted to this test: %v", err)
	}
	if err := syscall.Mount("keel-test", disk, "tmpfs", 0, ""); err != nil {
		t.Skipf("mounting: %v", err)
	}
	write(t, filepath.Join(disk, "packs", "a"))
	write(t, filepath.Join(p.Data, "workspaces", "two", "checkpoints", "a"))
	gone, err := clearKinds(t, p, "checkpoints")
	if err != nil || len(gone) != 2 {
		t.Errorf("removed %v, %v", gone, err)
	}
	if entries, err := os.ReadDir(disk); err != nil || len(entries) != 0 {
		t.Errorf("on the disk is %v, %v", entries, err)
	}
	if err := syscall.Unmount(disk, 0); err != nil {
		t.Error(err)
	}
	if left := aside(t, p); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}
