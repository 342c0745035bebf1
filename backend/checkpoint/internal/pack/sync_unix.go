//go:build unix

package pack

import (
	"errors"
	"os"
)

// syncFolder makes new names durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
