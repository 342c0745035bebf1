//go:build unix

package instance

import (
	"io/fs"
	"os"
	"syscall"
)

func identify(path string) (Identity, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Identity{}, err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return Identity{Device: uint64(stat.Dev), File: stat.Ino}, nil //nolint:unconvert // of another type on other systems
	}
	return Identity{}, nil
}

// private tells whether only this user can enter a folder.
func private(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.Mode().Perm() == 0o700 && int(stat.Uid) == os.Getuid()
}
