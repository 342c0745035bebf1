package inotify

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Event is one event as inotify(7) describes it. Watch is -1 for IN_Q_OVERFLOW;
// Name is "" where the event is about the watched folder itself.
type Event struct {
	Watch int32
	Mask  uint32
	Name  string
}

// Instance is one queue and its watches. Its methods may be called at the same
// time, but for Poll, which only one may call at a time.
type Instance struct {
	file   *os.File
	conn   syscall.RawConn
	buffer []byte // used by Poll
}

// Open makes a queue that nothing is watched by.
func Open() (*Instance, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("opening inotify: %w", err)
	}
	file := os.NewFile(uintptr(fd), "inotify")
	conn, err := file.SyscallConn()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening inotify: %w", err), file.Close())
	}
	return &Instance{file: file, conn: conn, buffer: make([]byte, 1<<16)}, nil
}

// Add watches what a descriptor is open for, whatever stands at its path now.
// Without a /proc the error is [os.ErrNotExist].
func (n *Instance) Add(folder uintptr, mask uint32) (watch int32, err error) {
	return n.AddPath("/proc/self/fd/"+strconv.FormatUint(uint64(folder), 10), mask)
}

// AddPath watches what stands at a path. One that is watched already keeps its
// watch, and gets the new mask.
func (n *Instance) AddPath(path string, mask uint32) (watch int32, err error) {
	controlErr := n.control(func(fd int) {
		var added int
		added, err = unix.InotifyAddWatch(fd, path, mask)
		watch = int32(added)
	})
	return watch, cmp.Or(controlErr, err)
}

// Remove ends a watch. Its last event, IN_IGNORED, is still to come.
func (n *Instance) Remove(watch int32) (err error) {
	controlErr := n.control(func(fd int) { _, err = unix.InotifyRmWatch(fd, uint32(watch)) })
	return cmp.Or(controlErr, err)
}

// Poll appends what one read gives, which is nothing when the queue is empty.
// It does not wait.
func (n *Instance) Poll(events []Event) ([]Event, error) {
	var size int
	var err error
	controlErr := n.control(func(fd int) {
		for {
			if size, err = unix.Read(fd, n.buffer); err != unix.EINTR {
				return
			}
		}
	})
	switch {
	case controlErr != nil:
		return events, controlErr
	case err == unix.EAGAIN:
		return events, nil
	case err != nil:
		return events, fmt.Errorf("reading inotify: %w", err)
	}
	return parse(events, n.buffer[:size]), nil
}

// Wait returns when the queue has something, or did a moment ago.
func (n *Instance) Wait() error {
	var err error
	readErr := n.conn.Read(func(fd uintptr) bool {
		var size int
		size, err = unix.IoctlGetInt(int(fd), unix.TIOCINQ)
		return size > 0 || err != nil
	})
	if readErr != nil {
		return os.ErrClosed
	}
	return err
}

// Close ends all watches.
func (n *Instance) Close() error { return n.file.Close() }

// control gives the descriptor, which stays ours for so long. It does not wait
// for a Wait, as a read through the file would.
func (n *Instance) control(do func(fd int)) error {
	if n.conn.Control(func(fd uintptr) { do(int(fd)) }) != nil {
		return os.ErrClosed
	}
	return nil
}

func parse(events []Event, buffer []byte) []Event {
	for len(buffer) >= unix.SizeofInotifyEvent {
		head := (*unix.InotifyEvent)(unsafe.Pointer(&buffer[0]))
		end := unix.SizeofInotifyEvent + int(head.Len)
		name, _, _ := bytes.Cut(buffer[unix.SizeofInotifyEvent:end], []byte{0})
		events = append(events, Event{head.Wd, head.Mask, string(name)})
		buffer = buffer[end:]
	}
	return events
}
