package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// Errors that a caller tells apart, beside fs.ErrNotExist and fs.ErrPermission.
var (
	// ErrMissing: the folder to open does not exist.
	ErrMissing = errors.New("the folder does not exist")
	// ErrNotFolder: it is not a folder.
	ErrNotFolder = errors.New("it is not a folder")
	// ErrUnreadable: the folder to open may not be read by this user.
	ErrUnreadable = errors.New("the folder is not readable")
	// ErrNeedsConsent: the folder is the home folder or lies above it; ask first.
	ErrNeedsConsent = errors.New("the folder is a home folder or lies above one, and may be very large")
	// ErrOutside: the path, or a symbolic link on it, leads out of the workspace.
	ErrOutside = errors.New("it leads outside the workspace")
	// ErrChanged: the file on the disk is not the version the caller knows.
	ErrChanged = errors.New("the file on the disk has changed since it was read")
	// ErrExists: something is in the way and overwriting was not asked for.
	ErrExists = errors.New("it exists already")
	// ErrNotEmpty: a folder that is not empty is deleted only recursively.
	ErrNotEmpty = errors.New("the folder is not empty")
	// ErrTooLarge: the file has more bytes than the limit.
	ErrTooLarge = errors.New("the file is too large")
	// ErrIsFolder: a file was wanted and this is a folder.
	ErrIsFolder = errors.New("it is a folder")
	// ErrSpecial: a file was wanted and this is a device, pipe or socket.
	ErrSpecial = errors.New("it is a device, pipe or socket")
	// ErrTop: the workspace itself cannot be deleted, moved or replaced.
	ErrTop = errors.New("it is the workspace itself")
	// ErrIntoItself: a folder cannot be moved or copied into itself.
	ErrIntoItself = errors.New("the destination is inside the folder itself")
	// ErrDiskFull: nothing was written and the old file is unchanged.
	ErrDiskFull = atomicfile.ErrDiskFull
	// ErrClosed: the watch or its workspace has been closed.
	ErrClosed = errors.New("the workspace or its watch is closed")
)

// fail wraps err with what was done to which path. Operands of lower layers are
// dropped, so that a message names each path once.
func fail(doing, path string, err error) error {
	if err == nil {
		return nil
	}
	err = cause(err)
	switch {
	case isDiskFull(err) && !errors.Is(err, ErrDiskFull):
		err = fmt.Errorf("%w (%w)", ErrDiskFull, err)
	case errors.Is(err, syscall.ENOTEMPTY): // to the standard library also a kind of fs.ErrExist
		err = fmt.Errorf("%w (%w)", ErrNotEmpty, err)
	case errors.Is(err, fs.ErrExist) && !errors.Is(err, ErrExists):
		err = fmt.Errorf("%w (%w)", ErrExists, err)
	case errors.Is(err, fs.ErrClosed): // of the workspace's root: a file is never left open
		err = fmt.Errorf("%w (%w)", ErrClosed, err)
	case isNotFolder(err):
		err = fmt.Errorf("%w (%w)", ErrNotFolder, err)
	}
	return fmt.Errorf("%s %q: %w", doing, path, err)
}

// cause strips the standard library's operand from err.
func cause(err error) error {
	if pathErr, ok := err.(*fs.PathError); ok { //nolint:errorlint // only the outermost
		return pathErr.Err
	}
	if linkErr, ok := err.(*os.LinkError); ok { //nolint:errorlint // only the outermost
		return linkErr.Err
	}
	return err
}

func isNotFolder(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
