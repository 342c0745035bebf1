package atomicfile

import (
	"io/fs"
	"os"
	"syscall"
)

// errQuota is ERROR_DISK_FULL, the Windows name of a full disk.
const errQuota = syscall.Errno(112)

func (s *Staged) keepOwner(fs.FileInfo) {}

// syncFolder has nothing to do: NTFS journals renames.
func syncFolder(*os.Root, string) error { return nil }
