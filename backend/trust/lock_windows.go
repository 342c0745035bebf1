package trust

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock keeps other windows from changing what is trusted; it dies with its
// process.
type lock struct{ path string }

// take waits for the lock.
func (l lock) take() (release func(), err error) {
	file, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &windows.Overlapped{})
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil
}
