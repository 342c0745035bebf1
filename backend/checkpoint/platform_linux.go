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
const foldsNames = false

func identify(info fs.FileInfo) identity {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}
	}
	return identity{
		device:  uint64(stat.Dev),
		inode:   stat.Ino,
		changed: int64(stat.Ctim.Sec)*1e9 + int64(stat.Ctim.Nsec),
	}
}

func rename(from *os.Root, fromName string, to *os.Root, toName string, flags uint) error {
	return withFolders(from, to, func(a, b int) error {
		err := unix.Renameat2(a, fromName, b, toName, flags)
		if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP) {
			return fmt.Errorf("renaming %q: %w", fromName, errUnsupported)
		}
		return err
	})
}

// exchange swaps what two names stand for, at once.
func exchange(from *os.Root, fromName string, to *os.Root, toName string) error {
	return rename(from, fromName, to, toName, unix.RENAME_EXCHANGE)
}

// moveNew renames to a name that must be free.
func moveNew(from *os.Root, fromName string, to *os.Root, toName string) error {
	err := rename(from, fromName, to, toName, unix.RENAME_NOREPLACE)
	if !errors.Is(err, errUnsupported) {
		return err
	}
	if _, err := to.Lstat(toName); err == nil {
		return fs.ErrExist
	}
	return rename(from, fromName, to, toName, 0)
}

// syncFileSystem makes everything on a folder's file system durable.
func syncFileSystem(folder string) (bool, error) {
	file, err := os.Open(folder)
	if err != nil {
		return true, err
	}
	defer file.Close()
	return true, unix.Syncfs(int(file.Fd()))
}
