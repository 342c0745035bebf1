//go:build unix

package trust

import (
	"errors"
	"os"
	"syscall"
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
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil
}
