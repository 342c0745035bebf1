//go:build unix

package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// errQuota is a user's own limit, to a person the same as a full disk.
const errQuota = syscall.EDQUOT

// keepOwner gives the new file the old one's owner and group. Only root may do
// so in full; for anyone else the file becomes theirs, as with every program
// that replaces files.
func (s *Staged) keepOwner(old fs.FileInfo) {
	if stat, ok := old.Sys().(*syscall.Stat_t); ok {
		_ = s.file.Chown(int(stat.Uid), int(stat.Gid))
	}
}

// syncFolder makes a rename inside a folder durable.
func syncFolder(root *os.Root, name string) error {
	folder, err := root.Open(name)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a folder one may write to but not read cannot be synced
	}
	if err != nil {
		return fmt.Errorf("syncing folder %q: %w", name, err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && !syncUnsupported(err) {
		return fmt.Errorf("syncing folder %q: %w", name, err)
	}
	return nil
}

// syncUnsupported reports whether err is a file system's way to say that it
// has no folder sync (some network and user-space file systems).
func syncUnsupported(err error) bool {
	return errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP)
}
