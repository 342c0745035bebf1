package scan

import (
	"errors"
	"io/fs"
	"os"
)

// kind is what stands at a name, as a scan sees it.
type kind uint8

const (
	kindOther kind = iota
	kindFile
	kindFolder
	kindLink
	kindSocket
	kindPipe
	kindDevice
)

// stat is what the system says of a name. Two of one open file are equal unless
// it was written to in between.
type stat struct {
	device, inode     uint64
	size              int64
	modified, changed int64 // Unix nanoseconds
	uid, gid          uint32
	links             uint32
	mode              uint16 // twelve bits
	kind              kind
}

func (s *stat) special() string {
	switch s.kind {
	case kindSocket:
		return "a socket"
	case kindPipe:
		return "a named pipe"
	case kindDevice:
		return "a device"
	}
	return "not a file, folder or link"
}

// reasonOf says in words why a path could not be read, without its name.
func reasonOf(err error) string {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err.Error()
	}
	if at, ok := errors.AsType[*os.SyscallError](err); ok {
		return at.Err.Error()
	}
	return err.Error()
}
