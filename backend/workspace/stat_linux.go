package workspace

import (
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
func statAt(folder *os.File, name string) (status, error) {
	return statx(folder, name, unix.AT_SYMLINK_NOFOLLOW)
}

// statFile describes an open file.
func statFile(file *os.File) (status, error) {
	return statx(file, "", unix.AT_EMPTY_PATH)
}

func statx(file *os.File, name string, flags int) (status, error) {
	conn, err := file.SyscallConn()
	if err != nil {
		return status{}, err
	}
	var raw unix.Statx_t
	var statErr error
	err = conn.Control(func(fd uintptr) {
		for {
			statErr = unix.Statx(int(fd), name, flags, unix.STATX_BASIC_STATS|unix.STATX_BTIME, &raw)
			if statErr != unix.EINTR {
				return
			}
		}
	})
	if err != nil {
		return status{}, err
	}
	if statErr != nil {
		return status{}, statErr
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
