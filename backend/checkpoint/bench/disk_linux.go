package bench

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// syncAll makes everything on the disk that holds at durable, where the system
// can.
func syncAll(at string) (done bool, err error) {
	folder, err := os.Open(at)
	if err != nil {
		return false, fmt.Errorf("opening %q: %w", at, err)
	}
	defer folder.Close()
	if err := unix.Syncfs(int(folder.Fd())); err != nil {
		return true, fmt.Errorf("syncing the disk: %w", err)
	}
	return true, nil
}

// allocated is what a file takes on the disk.
func allocated(info fs.FileInfo) int64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Blocks * 512
	}
	return info.Size()
}
