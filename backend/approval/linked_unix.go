//go:build unix

package approval

import (
	"io/fs"
	"syscall"
)

// linked tells whether a regular file has more than one name.
func linked(_ string, info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink > 1
}
