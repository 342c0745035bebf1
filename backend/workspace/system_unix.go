//go:build unix

package workspace

import (
	"errors"
	"io/fs"
	"syscall"
)

// openNoWait keeps the opening of a named pipe from waiting for its writer.
const openNoWait = syscall.O_NONBLOCK

// specialError names what the system says on opening a socket or a device
// without a driver.
func specialError(err error) error {
	if errors.Is(err, syscall.ENXIO) || errors.Is(err, syscall.ENODEV) {
		return ErrSpecial
	}
	return err
}

func isDiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// fileNumber is what tells a file from another of the same name.
func fileNumber(info fs.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Ino)
	}
	return 0
}
