//go:build unix

package app

import (
	"fmt"
	"os"
)

// quieten lets go of the file that standard error leads to.
func quieten() error {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("closing standard error: %w", err)
	}
	defer null.Close()
	if err := duplicate(null.Fd(), os.Stderr.Fd()); err != nil {
		return fmt.Errorf("closing standard error: %w", err)
	}
	return nil
}
