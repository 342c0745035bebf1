package workspace

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asOrdinaryUser runs do as someone whom permission bits bind. For root that is
// another user on this thread only, so do must not start goroutines that touch
// files.
func asOrdinaryUser(t *testing.T, do func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		do()
		return
	}
	const nobody = 65534
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, set := range []struct {
		call func(int) error
		back int
	}{{setFSGID, 0}, {setFSUID, 0}} {
		if err := set.call(nobody); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := set.call(set.back); err != nil {
				t.Fatal(err)
			}
		}()
	}
	do()
}

func setFSUID(id int) error { _, err := unix.SetfsuidRetUid(id); return err }
func setFSGID(id int) error { _, err := unix.SetfsgidRetGid(id); return err }

func makePipe(t *testing.T, path string) {
	t.Helper()
	if err := unix.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
}

// smallDisk mounts a file system of 1 MiB at folder. Where this user may not
// mount, it reports false.
func smallDisk(t *testing.T, folder string) bool {
	t.Helper()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"); err != nil {
		t.Logf("mounting a small disk is not allowed here: %v", err)
		return false
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return true
}

// queueLength is how many events the kernel keeps for a watcher.
func queueLength(t *testing.T) int {
	t.Helper()
	data, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	if err != nil {
		t.Fatal(err)
	}
	length, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return length
}
