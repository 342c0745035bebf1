package workspace

import (
	"io/fs"
	"strconv"
)

// Kind is what a path names.
type Kind string

const (
	File    Kind = "file"
	Folder  Kind = "folder"
	Symlink Kind = "symlink"
	Other   Kind = "other" // a device, pipe or socket: listed, never opened
)

// Entry describes one path. Times are Unix milliseconds. For a symlink whose
// Target is set, everything from Size on describes what it leads to.
type Entry struct {
	Path       string
	Name       string
	Kind       Kind
	Target     Kind // of a symlink that leads to something inside the workspace; else empty
	Size       int64
	ModifiedAt int64
	CreatedAt  int64 // 0 where the file system does not keep it
	Mode       uint32
	ReadOnly   bool // its permission bits keep this user from writing it
	// Version changes whenever the bytes may have changed. It is made from the
	// file's number, size and times, so a file touched without a change of its
	// bytes has a new one too.
	Version string
}

// status is what the system says about one file.
type status struct {
	file     uint64
	size     int64
	mode     uint32 // the system's st_mode on Unix
	uid, gid uint32
	modified int64 // nanoseconds
	changed  int64 // nanoseconds
	created  int64 // nanoseconds, 0 when unknown
}

const (
	modeBits   = 0o7777
	typeBits   = 0o170000
	typeFile   = 0o100000
	typeFolder = 0o040000
	typeLink   = 0o120000
)

func (s status) kind() Kind {
	switch s.mode & typeBits {
	case typeFile:
		return File
	case typeFolder:
		return Folder
	case typeLink:
		return Symlink
	}
	return Other
}

func (s status) version() string {
	text := make([]byte, 0, 64)
	for _, part := range []uint64{s.file, uint64(s.size), uint64(s.modified), uint64(s.changed)} {
		if len(text) > 0 {
			text = append(text, '-')
		}
		text = strconv.AppendUint(text, part, 36)
	}
	return string(text)
}

// fill sets everything of an entry that s knows.
func (s status) fill(e *Entry, u user) {
	const millisecond = 1_000_000
	e.Size = s.size
	e.ModifiedAt = s.modified / millisecond
	e.CreatedAt = s.created / millisecond
	e.Mode = s.mode & modeBits
	e.ReadOnly = !u.mayWrite(s)
	e.Version = s.version()
}

// user is whom permission bits are compared with.
type user struct {
	id     uint32
	groups map[uint32]bool
	all    bool // permission bits do not bind this user
}

func (u user) mayWrite(s status) bool {
	switch {
	case u.all:
		return true
	case s.uid == u.id:
		return s.mode&0o200 != 0
	case u.groups[s.gid]:
		return s.mode&0o020 != 0
	}
	return s.mode&0o002 != 0
}

// fileMode is the standard library's form of 12 Unix mode bits.
func fileMode(bits uint32) fs.FileMode {
	mode := fs.FileMode(bits & 0o777)
	if bits&0o4000 != 0 {
		mode |= fs.ModeSetuid
	}
	if bits&0o2000 != 0 {
		mode |= fs.ModeSetgid
	}
	if bits&0o1000 != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}
