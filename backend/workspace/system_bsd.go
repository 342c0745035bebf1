//go:build unix && !linux

package workspace

import (
	"io/fs"
	"syscall"
)

// fileNumber is what tells a file from another of the same name.
func fileNumber(info fs.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Ino)
	}
	return 0
}
