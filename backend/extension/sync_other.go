//go:build !linux

package extension

import (
	"errors"
	"os"
	"syscall"
)

// syncFolder has everything below a folder on the disk.
func syncFolder(root *os.Root, files []packed) error {
	for _, each := range files {
		opened, err := root.OpenFile(each.name, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		err = opened.Sync()
		if closed := opened.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) }

// syncDir does nothing: not every system can do that for a folder.
func syncDir(string) error { return nil }
