package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
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

// syncFileSystem makes everything on an open folder's file system durable.
func syncFileSystem(folder *os.File) (bool, error) { return true, unix.Syncfs(int(folder.Fd())) }

// leadsTo tells whether a path inside an open folder leads to a folder that was
// looked at before, by way of no link. The system looks the path up at once,
// or in runs that are short enough for it.
func leadsTo(top *os.File, at string, was fs.FileInfo) (bool, error) {
	const longest = unix.PathMax - 1
	how := &unix.OpenHow{Flags: unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_SYMLINKS}
	fd := int(top.Fd())
	for at != "" {
		run, rest := at, ""
		if len(at) > longest {
			cut := strings.LastIndexByte(at[:longest], '/')
			if cut < 0 {
				return false, errUnsupported
			}
			run, rest = at[:cut], at[cut+1:]
		}
		next, err := unix.Openat2(fd, run, how)
		if fd != int(top.Fd()) {
			_ = unix.Close(fd) // only looked up in
		}
		switch {
		case errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM): // an old kernel, or a sandbox
			return false, errUnsupported
		case err != nil:
			return false, err
		}
		fd, at = next, rest
	}
	var stat unix.Stat_t
	err := unix.Fstat(fd, &stat)
	if fd != int(top.Fd()) {
		_ = unix.Close(fd)
	}
	id := identify(was)
	return err == nil && uint64(stat.Dev) == id.device && stat.Ino == id.inode, err
}

// isReadOnly tells whether an error says that a file system cannot be written to.
func isReadOnly(err error) bool { return errors.Is(err, unix.EROFS) }

// touch sets a file's time to the file system's present one, and returns it.
func touch(file *os.File) (int64, error) {
	now := unix.Timespec{Nsec: unix.UTIME_NOW}
	if err := unix.UtimesNanoAt(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", file.Fd()), []unix.Timespec{now, now}, 0); err != nil {
		return touchByWriting(file)
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.ModTime().UnixNano(), nil
}

// tellsChanges tells whether a folder's file system is one of this machine's own,
// of which the kernel knows every change. The numbers are those of statfs(2).
func tellsChanges(folder string) bool {
	var at unix.Statfs_t
	if err := unix.Statfs(folder, &at); err != nil {
		return false
	}
	switch int64(at.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, zfsMagic, bcachefsMagic:
		return true
	}
	return false
}

const (
	zfsMagic      = 0x2fc12fc1
	bcachefsMagic = 0xca451a4e
)
