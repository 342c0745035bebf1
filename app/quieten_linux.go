package app

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// quieten lets go of the file that standard error leads to.
func quieten() error {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("closing standard error: %w", err)
	}
	defer null.Close()
	if err := unix.Dup3(int(null.Fd()), int(os.Stderr.Fd()), 0); err != nil {
		return fmt.Errorf("closing standard error: %w", err)
	}
	return nil
}
