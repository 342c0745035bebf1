//go:build linux && (amd64 || arm64)

package scan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The scanner's own way to the file system: folders are descriptors, names are
// looked up in them and never as paths, and nothing is allocated for a name
// that is known.

// foldsNames tells whether names are usually compared without case.
const foldsNames = false

// folder is an open folder.
type folder struct{ fd int }

// file is an open file.
type file struct{ fd int }

// openFlags keep an open from following a link and from waiting for a pipe's
// other end.
const openFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC

// again calls what a signal may interrupt.
func again(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

func openTop(path string) (folder, stat, error) {
	fd, err := again(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return folder{}, stat{}, fmt.Errorf("%q: %w", path, err)
	}
	var s stat
	err = file{fd}.stat(&s)
	return folder{fd}, s, err
}

// stillThere tells whether a path still leads to what was opened.
func stillThere(path string, was stat) error {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return errors.Join(ErrGone, err)
	}
	if uint64(st.Dev) != was.device || st.Ino != was.inode {
		return ErrGone
	}
	return nil
}

func (f folder) close()              { _ = unix.Close(f.fd) } // only read from
func (f folder) descriptor() uintptr { return uintptr(f.fd) }

// folder opens a folder inside.
func (f folder) folder(name string) (folder, error) {
	fd, err := again(func() (int, error) { return unix.Openat(f.fd, name, openFlags|unix.O_DIRECTORY, 0) })
	if errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
		return folder{}, errSwapped
	}
	return folder{fd}, err
}

// open opens a file inside.
func (f folder) open(name string) (file, stat, error) {
	var s stat
	fd, err := again(func() (int, error) { return unix.Openat(f.fd, name, openFlags, 0) })
	if err != nil {
		return file{}, s, err
	}
	if err := (file{fd}).stat(&s); err != nil {
		file{fd}.close()
		return file{}, s, err
	}
	return file{fd}, s, nil
}

func (f folder) stat(name string, s *stat) error {
	var st unix.Stat_t
	if err := unix.Fstatat(f.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	s.take(&st)
	return nil
}

func (f folder) readLink(name string) (string, error) {
	buffer := make([]byte, 256)
	for {
		n, err := unix.Readlinkat(f.fd, name, buffer)
		if err != nil {
			return "", err
		}
		if n < len(buffer) {
			return string(buffer[:n]), nil
		}
		buffer = make([]byte, 2*len(buffer))
	}
}

// small reads a file that should be small.
func (f folder) small(name string, limit int64) ([]byte, error) {
	at, s, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer at.close()
	if s.kind != kindFile || s.size > limit {
		return nil, errUnstable
	}
	content := make([]byte, s.size)
	n, err := at.readFull(content)
	return content[:n], err
}

func (f file) close() { _ = unix.Close(f.fd) } // only read from

func (f file) stat(s *stat) error {
	var st unix.Stat_t
	if err := unix.Fstat(f.fd, &st); err != nil {
		return err
	}
	s.take(&st)
	return nil
}

// readFull reads until the buffer is full or the file ends.
func (f file) readFull(buffer []byte) (int, error) {
	total := 0
	for total < len(buffer) {
		n, err := again(func() (int, error) { return unix.Read(f.fd, buffer[total:]) })
		if err != nil {
			return total, err
		}
		if n == 0 {
			break
		}
		total += n
	}
	return total, nil
}

func (s *stat) take(st *unix.Stat_t) {
	s.device, s.inode, s.size = uint64(st.Dev), st.Ino, st.Size
	s.modified = int64(st.Mtim.Sec)*1e9 + int64(st.Mtim.Nsec)
	s.changed = int64(st.Ctim.Sec)*1e9 + int64(st.Ctim.Nsec)
	s.uid, s.gid, s.links = st.Uid, st.Gid, uint32(st.Nlink)
	s.mode = uint16(st.Mode & 0o7777)
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		s.kind = kindFile
	case unix.S_IFDIR:
		s.kind = kindFolder
	case unix.S_IFLNK:
		s.kind = kindLink
	case unix.S_IFSOCK:
		s.kind = kindSocket
	case unix.S_IFIFO:
		s.kind = kindPipe
	case unix.S_IFBLK, unix.S_IFCHR:
		s.kind = kindDevice
	default:
		s.kind = kindOther
	}
}

// buffer holds what a listing needs.
type buffer struct {
	names []byte
	st    unix.Stat_t
	now   stat
}

// list calls visit for each name in a folder, in the order of the disk, with
// what stands there. Name and stat are only lent. A name that vanishes
// meanwhile is left out.
func (b *buffer) list(at folder, visit func(name []byte, s *stat)) error {
	if b.names == nil {
		b.names = make([]byte, 1<<16)
	}
	for {
		n, err := again(func() (int, error) { return unix.Getdents(at.fd, b.names) })
		if err != nil {
			return err
		}
		if n <= 0 {
			return nil
		}
		for rest := b.names[:n]; len(rest) > nameAt; {
			length := int(binary.NativeEndian.Uint16(rest[16:]))
			name := rest[nameAt:length]
			rest = rest[length:]
			end := bytes.IndexByte(name, 0)
			if end < 0 || isDots(name[:end]) {
				continue
			}
			if errno := statAt(at.fd, &name[0], &b.st); errno != 0 {
				if errno == unix.ENOENT {
					continue
				}
				b.now = stat{kind: kindOther}
			} else {
				b.now.take(&b.st)
			}
			visit(name[:end], &b.now)
		}
	}
}

// nameAt is where the name begins in the kernel's struct linux_dirent64: inode,
// offset, length and type come before it.
const nameAt = 8 + 8 + 2 + 1

func isDots(name []byte) bool {
	return name[0] == '.' && (len(name) == 1 || len(name) == 2 && name[1] == '.')
}

// statAt is fstatat of a name that ends with a NUL, without a copy of it.
func statAt(fd int, name *byte, st *unix.Stat_t) unix.Errno {
	for {
		_, _, errno := unix.Syscall6(sysStatAt, uintptr(fd), uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(st)), unix.AT_SYMLINK_NOFOLLOW, 0, 0)
		if errno != unix.EINTR {
			return errno
		}
	}
}
