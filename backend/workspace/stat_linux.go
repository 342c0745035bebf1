package workspace

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

func currentUser() user {
	u := user{id: uint32(os.Geteuid()), groups: map[uint32]bool{uint32(os.Getegid()): true}}
	u.all = u.id == 0
	if groups, err := os.Getgroups(); err == nil {
		for _, group := range groups {
			u.groups[uint32(group)] = true
		}
	}
	return u
}

// statAt describes name in an open folder, without following a link.
func statAt(folder *os.File, name string) (s status, err error) {
	statErr := withFD(folder, func(fd int) { s, err = statx(fd, name, unix.AT_SYMLINK_NOFOLLOW) })
	return s, errors.Join(statErr, err)
}

// statEach is statAt for many names, until do returns false.
func statEach(folder *os.File, names []string, do func(i int, s status, err error) bool) error {
	return withFD(folder, func(fd int) {
		for i, name := range names {
			if s, err := statx(fd, name, unix.AT_SYMLINK_NOFOLLOW); !do(i, s, err) {
				return
			}
		}
	})
}

// statFile describes an open file.
func statFile(file *os.File) (s status, err error) {
	statErr := withFD(file, func(fd int) { s, err = statx(fd, "", unix.AT_EMPTY_PATH) })
	return s, errors.Join(statErr, err)
}

func withFD(file *os.File, do func(fd int)) error {
	conn, err := file.SyscallConn()
	if err != nil {
		return err
	}
	return conn.Control(func(fd uintptr) { do(int(fd)) })
}

func statx(fd int, name string, flags int) (status, error) {
	var raw unix.Statx_t
	for {
		err := unix.Statx(fd, name, flags, unix.STATX_BASIC_STATS|unix.STATX_BTIME, &raw)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return status{}, err
		}
	}
	s := status{
		file: raw.Ino, size: int64(raw.Size), mode: uint32(raw.Mode), uid: raw.Uid, gid: raw.Gid,
		modified: nanoseconds(raw.Mtime), changed: nanoseconds(raw.Ctime),
	}
	if raw.Mask&unix.STATX_BTIME != 0 {
		s.created = nanoseconds(raw.Btime)
	}
	return s, nil
}

func nanoseconds(t unix.StatxTimestamp) int64 { return t.Sec*1_000_000_000 + int64(t.Nsec) }
