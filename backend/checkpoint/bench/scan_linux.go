//go:build linux && (amd64 || arm64)

package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// rawScan looks at every path of a tree once, as fast as the system can tell:
// getdents64 and newfstatat straight into buffers, by as many workers as there
// are processors. With read it also reads every file. It returns the number of
// paths.
func rawScan(ctx context.Context, root string, read bool) (int64, error) {
	fd, err := unix.Open(root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("scanning %q: %w", root, err)
	}
	s := &scan{read: read, waiting: append(make([]int32, 0, 1024), int32(fd)), open: 1}
	s.more.L = &s.mu
	var wait sync.WaitGroup
	for range runtime.NumCPU() {
		wait.Go(func() { s.work(ctx) })
	}
	wait.Wait()
	for _, fd := range s.waiting {
		s.err = errors.Join(s.err, unix.Close(int(fd)))
	}
	if s.err != nil {
		return 0, fmt.Errorf("scanning %q: %w", root, s.err)
	}
	return s.paths, nil
}

// scan is a scan under way.
type scan struct {
	read bool

	mu      sync.Mutex // guards what follows
	more    sync.Cond
	waiting []int32 // open folders that nobody has looked into
	open    int     // folders that are waiting or looked into
	paths   int64
	err     error
}

// scanner is what one worker needs; nothing is allocated for a path.
type scanner struct {
	*scan
	entries [64 << 10]byte
	content [64 << 10]byte
	stat    unix.Stat_t
	paths   int64
}

func (s *scan) work(ctx context.Context) {
	w := &scanner{scan: s}
	for {
		fd, ok := s.next()
		if !ok {
			break
		}
		err := w.folder(int(fd))
		if err == nil {
			err = ctx.Err()
		}
		s.done(errors.Join(err, unix.Close(int(fd))))
	}
	s.mu.Lock()
	s.paths += w.paths
	s.mu.Unlock()
}

// next waits for a folder, and tells when there will be none any more.
func (s *scan) next() (int32, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waiting) == 0 && s.open > 0 && s.err == nil {
		s.more.Wait()
	}
	if len(s.waiting) == 0 || s.err != nil {
		return 0, false
	}
	fd := s.waiting[len(s.waiting)-1]
	s.waiting = s.waiting[:len(s.waiting)-1]
	return fd, true
}

func (s *scan) add(fd int32) {
	s.mu.Lock()
	s.waiting = append(s.waiting, fd)
	s.open++
	s.mu.Unlock()
	s.more.Signal()
}

func (s *scan) done(err error) {
	s.mu.Lock()
	s.open--
	if err != nil && s.err == nil {
		s.err = err
	}
	last := s.open == 0 || s.err != nil
	s.mu.Unlock()
	if last {
		s.more.Broadcast()
	}
}

// The head of an entry as getdents64 gives it: inode, offset, length, type, name.
const lengthAt, nameAt = 16, 19

// folder looks at all that is in a folder.
func (w *scanner) folder(fd int) error {
	for {
		n, err := unix.Getdents(fd, w.entries[:])
		if err != nil {
			return os.NewSyscallError("getdents64", err)
		}
		if n == 0 {
			return nil
		}
		for at := 0; at < n; {
			entry := w.entries[at:n]
			at += int(binary.NativeEndian.Uint16(entry[lengthAt:]))
			name := entry[nameAt:]
			if name[0] == '.' && (name[1] == 0 || name[1] == '.' && name[2] == 0) {
				continue
			}
			if err := w.path(fd, &name[0]); err != nil {
				return err
			}
		}
	}
}

// path looks at one path; its name ends with a zero byte.
func (w *scanner) path(fd int, name *byte) error {
	w.paths++
	_, _, failed := unix.RawSyscall6(unix.SYS_NEWFSTATAT, uintptr(fd), uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&w.stat)), unix.AT_SYMLINK_NOFOLLOW, 0, 0)
	if failed != 0 {
		return os.NewSyscallError("newfstatat", failed)
	}
	switch w.stat.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		opened, err := openAt(fd, name, unix.O_DIRECTORY)
		if err != nil {
			return err
		}
		w.add(int32(opened))
	case unix.S_IFREG:
		if w.read {
			return w.readFile(fd, name)
		}
	}
	return nil
}

// readFile reads one file to its end.
func (w *scanner) readFile(fd int, name *byte) error {
	opened, err := openAt(fd, name, 0)
	if err != nil {
		return err
	}
	for left := w.stat.Size; left > 0; {
		n, err := unix.Read(opened, w.content[:])
		if err != nil || n == 0 {
			return errors.Join(os.NewSyscallError("read", err), unix.Close(opened))
		}
		left -= int64(n)
	}
	return unix.Close(opened)
}

func openAt(fd int, name *byte, flags int) (int, error) {
	opened, _, failed := unix.Syscall6(unix.SYS_OPENAT, uintptr(fd), uintptr(unsafe.Pointer(name)), uintptr(unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC|flags), 0, 0, 0)
	if failed != 0 {
		return 0, os.NewSyscallError("openat", failed)
	}
	return int(opened), nil
}
