package workspace

import (
	"errors"
	"os"
	"path"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// renameNew moves source to target, which must be free; that it is and the
// move are one step.
func (w *Workspace) renameNew(source, target string) error {
	from, err := w.root.Open(filepath.FromSlash(path.Dir(source)))
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := w.root.Open(filepath.FromSlash(path.Dir(target)))
	if err != nil {
		return err
	}
	defer to.Close()
	err = renameat(from, path.Base(source), to, path.Base(target))
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return w.renameLook(source, target) // a file system without RENAME_NOREPLACE
	}
	return err
}

func renameat(from *os.File, source string, to *os.File, target string) error {
	fromConn, err := from.SyscallConn()
	if err != nil {
		return err
	}
	toConn, err := to.SyscallConn()
	if err != nil {
		return err
	}
	var renameErr, innerErr error
	err = fromConn.Control(func(fromFD uintptr) {
		innerErr = toConn.Control(func(toFD uintptr) {
			renameErr = unix.Renameat2(int(fromFD), source, int(toFD), target, unix.RENAME_NOREPLACE)
		})
	})
	return errors.Join(err, innerErr, renameErr)
}
