//go:build darwin || (linux && !amd64 && !arm64)

package scan

import (
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// foldsNames tells whether names are usually compared without case.
const foldsNames = runtime.GOOS == "darwin"

// openFlags keep an open from following a link and from waiting for a pipe's
// other end.
const openFlags = os.O_RDONLY | syscall.O_NOFOLLOW | syscall.O_NONBLOCK

func identify(info fs.FileInfo, s *stat) {
	at, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	s.device, s.inode, s.uid, s.gid, s.links = uint64(at.Dev), at.Ino, at.Uid, at.Gid, uint32(at.Nlink)
	s.changed = changedAt(at)
}
