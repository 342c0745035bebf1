//go:build unix

package workspace

import (
	"errors"
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
