//go:build unix

package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// readFlags keep an open from following a link and from waiting for a pipe's
// other end.
const readFlags = os.O_RDONLY | syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// withFolders calls act with the descriptors of two folders.
func withFolders(from, to *os.Root, act func(from, to int) error) error {
	a, err := from.Open(".")
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := to.Open(".")
	if err != nil {
		return err
	}
	defer b.Close()
	return act(int(a.Fd()), int(b.Fd()))
}

// removeFolder removes an empty folder, and nothing that is not one.
func removeFolder(parent *os.Root, name string) error {
	return withFolders(parent, parent, func(at, _ int) error {
		return unix.Unlinkat(at, name, unix.AT_REMOVEDIR)
	})
}

func notEmpty(err error) bool {
	return errors.Is(err, unix.ENOTEMPTY) || errors.Is(err, fs.ErrExist)
}

func sameDevice(a, b string) bool {
	one, err := os.Lstat(a)
	if err != nil {
		return false
	}
	other, err := os.Lstat(b)
	return err == nil && identify(one).device == identify(other).device
}

// hardLinked tells whether a file has more than one name.
func hardLinked(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink > 1
}

// openToSync follows no link and does not wait for a pipe's other end.
func openToSync(folder *os.Root, name string) (*os.File, error) {
	return folder.OpenFile(name, readFlags, 0)
}

// lockFile takes the lock or says ErrBusy at once. It dies with the process.
func lockFile(file *os.File) error {
	err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrBusy
	}
	return err
}

// diskSize is how large a folder's file system is, in bytes; 0 if unknown.
func diskSize(folder string) int64 {
	var at unix.Statfs_t
	if err := unix.Statfs(folder, &at); err != nil {
		return 0
	}
	return int64(at.Blocks) * int64(at.Bsize)
}
