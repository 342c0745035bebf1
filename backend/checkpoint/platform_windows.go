package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// foldsNames tells whether names are usually compared without case.
const foldsNames = true

const readFlags = os.O_RDONLY

// identify has nothing to say: size and time of change must do.
func identify(fs.FileInfo) identity { return identity{} }

func exchange(*os.Root, string, *os.Root, string) error { return errUnsupported }

// moveNew renames to a name that must be free. The folders are named by their
// paths, which a program that works against us could swap for links.
func moveNew(from *os.Root, fromName string, to *os.Root, toName string) error {
	if _, err := to.Lstat(toName); err == nil {
		return fs.ErrExist
	}
	return os.Rename(filepath.Join(from.Name(), fromName), filepath.Join(to.Name(), toName))
}

// removeFolder removes an empty folder, and nothing that is not one.
func removeFolder(parent *os.Root, name string) error {
	info, err := parent.Lstat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return windows.ERROR_DIRECTORY
	}
	return parent.Remove(name)
}

func notEmpty(err error) bool { return errors.Is(err, windows.ERROR_DIR_NOT_EMPTY) }

func sameDevice(a, b string) bool {
	return strings.EqualFold(filepath.VolumeName(a), filepath.VolumeName(b))
}

func syncFileSystem(*os.File) (bool, error) { return false, nil }

// leadsTo is not to be had: a path is looked up name by name.
func leadsTo(*os.File, string, fs.FileInfo) (bool, error) { return false, errUnsupported }

// hardLinked cannot be told without opening the file.
func hardLinked(fs.FileInfo) bool { return false }

// openToSync returns nil for a folder: Windows cannot sync one.
func openToSync(folder *os.Root, name string) (*os.File, error) {
	info, err := folder.Lstat(name)
	if err != nil || info.IsDir() {
		return nil, err
	}
	return folder.OpenFile(name, os.O_RDWR, 0)
}

// lockFile takes the lock or says ErrBusy at once. It dies with the process.
func lockFile(file *os.File) error {
	err := windows.LockFileEx(windows.Handle(file.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrBusy
	}
	return err
}

// isReadOnly tells whether an error says that a file system cannot be written to.
func isReadOnly(err error) bool { return errors.Is(err, windows.ERROR_WRITE_PROTECT) }

func touch(file *os.File) (int64, error) { return touchByWriting(file) }

// diskSize is how large a folder's file system is, in bytes; 0 if unknown.
func diskSize(folder string) int64 {
	at, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0
	}
	var total uint64
	if err := windows.GetDiskFreeSpaceEx(at, nil, &total, nil); err != nil {
		return 0
	}
	return int64(total)
}

// tellsChanges is of no interest without a watcher.
func tellsChanges(string) bool { return true }
