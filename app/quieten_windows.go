package app

import (
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// quieten lets go of the file that standard error leads to.
func quieten() error {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("closing standard error: %w", err)
	}
	if err := windows.SetStdHandle(windows.STD_ERROR_HANDLE, windows.Handle(null.Fd())); err != nil {
		return fmt.Errorf("closing standard error: %w", err)
	}
	before := os.Stderr
	os.Stderr = null
	return before.Close()
}
