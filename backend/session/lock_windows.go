package session

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock takes file for this process; the lock dies with it. The locked byte is
// far beyond the journal's end, because Windows keeps others from reading it.
func lock(file *os.File) error {
	far := &windows.Overlapped{OffsetHigh: 1 << 30}
	flags := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY)
	err := windows.LockFileEx(windows.Handle(file.Fd()), flags, 0, 1, 0, far)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrBusy
	}
	return err
}

// syncFolder does nothing: Windows has no such call and needs none.
func syncFolder(string) error { return nil }
