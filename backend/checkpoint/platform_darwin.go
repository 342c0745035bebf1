package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// foldsNames tells whether names are usually compared without case.
const foldsNames = true

func identify(info fs.FileInfo) identity {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}
	}
	return identity{device: uint64(stat.Dev), inode: stat.Ino, changed: stat.Ctimespec.Nano()}
}

func rename(from *os.Root, fromName string, to *os.Root, toName string, flags uint32) error {
	return withFolders(from, to, func(a, b int) error {
		err := unix.RenameatxNp(a, fromName, b, toName, flags)
		if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
			return fmt.Errorf("renaming %q: %w", fromName, errUnsupported)
		}
		return err
	})
}

// exchange swaps what two names stand for, at once.
func exchange(from *os.Root, fromName string, to *os.Root, toName string) error {
	return rename(from, fromName, to, toName, unix.RENAME_SWAP)
}

// moveNew renames to a name that must be free.
func moveNew(from *os.Root, fromName string, to *os.Root, toName string) error {
	err := rename(from, fromName, to, toName, unix.RENAME_EXCL)
	if !errors.Is(err, errUnsupported) {
		return err
	}
	if _, err := to.Lstat(toName); err == nil {
		return fs.ErrExist
	}
	return rename(from, fromName, to, toName, 0)
}

// syncFileSystem is not to be had: files are synced one by one.
func syncFileSystem(*os.File) (bool, error) { return false, nil }

// leadsTo is not to be had: a path is looked up name by name.
func leadsTo(*os.File, string, fs.FileInfo) (bool, error) { return false, errUnsupported }

// isReadOnly tells whether an error says that a file system cannot be written to.
func isReadOnly(err error) bool { return errors.Is(err, unix.EROFS) }

func touch(file *os.File) (int64, error) { return touchByWriting(file) }

// tellsChanges is of no interest without a watcher.
func tellsChanges(string) bool { return true }
