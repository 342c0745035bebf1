package workspace

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// watchMask is what is asked of inotify for each folder. What happens to a file
// that is open but no longer has a name is of no interest.
const watchMask = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_DELETE | unix.IN_MOVED_FROM |
	unix.IN_MODIFY | unix.IN_ATTRIB | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF |
	unix.IN_ONLYDIR | unix.IN_EXCL_UNLINK

// mostRaw is how many events wait for the reader before they count as lost.
const mostRaw = 200_000

// inotify is the Linux notifier. It is not fsnotify's, because that one keeps a
// renamed folder under its old name when it is added again before the rename
// has been read, and names folders by path where here an open folder is meant.
type inotify struct {
	root  string
	fd    int
	file  *os.File
	group sync.WaitGroup
	wake  chan struct{}

	paths   map[int32]string // watch -> workspace path; used by the tree's goroutine only
	watches map[string]int32

	mu   sync.Mutex
	raw  []rawEvent // guarded by mu
	lost bool       // guarded by mu
}

type rawEvent struct {
	watch int32
	mask  uint32
	name  string
}

func newNotifier(root string) (notifier, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("opening inotify: %w", err)
	}
	n := &inotify{
		root: root, fd: fd, file: os.NewFile(uintptr(fd), "inotify"), wake: make(chan struct{}, 1),
		paths: map[int32]string{}, watches: map[string]int32{},
	}
	n.group.Go(n.read)
	return n, nil
}

func (n *inotify) add(folder *os.File, name string) error {
	watch, err := n.addWatch(folder, name)
	if err != nil {
		return fmt.Errorf("watching %q: %w", name, err)
	}
	if old, ok := n.paths[int32(watch)]; ok && old != name {
		delete(n.watches, old) // the folder has been moved here
	}
	n.paths[int32(watch)] = name
	n.watches[name] = int32(watch)
	return nil
}

// addWatch names the folder by its descriptor, so that the one watched is the
// one that is open, whatever has been put in its place since.
func (n *inotify) addWatch(folder *os.File, name string) (watch int, err error) {
	conn, err := folder.SyscallConn()
	if err != nil {
		return 0, err
	}
	controlErr := conn.Control(func(fd uintptr) {
		watch, err = unix.InotifyAddWatch(n.fd, "/proc/self/fd/"+strconv.Itoa(int(fd)), watchMask)
	})
	if controlErr != nil {
		return 0, controlErr
	}
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.EACCES) { // no /proc
		watch, err = unix.InotifyAddWatch(n.fd, filepath.Join(n.root, name), watchMask|unix.IN_DONT_FOLLOW)
	}
	return watch, err
}

func (n *inotify) remove(name string) {
	watch, ok := n.watches[name]
	if !ok {
		return
	}
	delete(n.watches, name)
	delete(n.paths, watch)
	// An error says that the kernel ended it before us.
	_, _ = unix.InotifyRmWatch(n.fd, uint32(watch))
}

func (n *inotify) ready() <-chan struct{} { return n.wake }

func (n *inotify) close() error {
	err := n.file.Close() // ends read
	n.group.Wait()
	return err
}

// read drains the kernel's queue, which is short (16,384 events).
func (n *inotify) read() {
	buffer := make([]byte, 1<<16)
	for {
		size, err := n.file.Read(buffer)
		if err != nil {
			return // closed
		}
		n.parse(buffer[:size])
		select {
		case n.wake <- struct{}{}:
		default:
		}
	}
}

func (n *inotify) parse(buffer []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for len(buffer) >= unix.SizeofInotifyEvent {
		head := (*unix.InotifyEvent)(unsafe.Pointer(&buffer[0]))
		end := unix.SizeofInotifyEvent + int(head.Len)
		name := strings.TrimRight(string(buffer[unix.SizeofInotifyEvent:end]), "\x00")
		buffer = buffer[end:]
		e := rawEvent{watch: head.Wd, mask: head.Mask, name: name}
		switch {
		case head.Mask&unix.IN_Q_OVERFLOW != 0 || len(n.raw) >= mostRaw:
			n.lost, n.raw = true, nil
		case len(n.raw) > 0 && n.raw[len(n.raw)-1] == e: // one more write of many
		default:
			n.raw = append(n.raw, e)
		}
	}
}

func (n *inotify) take() ([]event, bool) {
	n.mu.Lock()
	raw, lost := n.raw, n.lost
	n.raw, n.lost = nil, false
	n.mu.Unlock()
	events := make([]event, 0, len(raw))
	for _, r := range raw {
		if e, ok := n.translate(r); ok {
			events = append(events, e)
		}
	}
	return events, lost
}

func (n *inotify) translate(r rawEvent) (event, bool) {
	folder, ok := n.paths[r.watch]
	if !ok {
		return event{}, false // left over from a watch that has been removed
	}
	if r.mask&unix.IN_IGNORED != 0 {
		delete(n.paths, r.watch)
		delete(n.watches, folder)
		return event{folder, unwatched}, true
	}
	if r.name == "" {
		// About the folder itself, which its parent's watch reports; the top has none.
		gone := folder == "." && r.mask&(unix.IN_DELETE_SELF|unix.IN_MOVE_SELF) != 0
		return event{folder, removed}, gone
	}
	name := path.Join(folder, r.name)
	switch {
	case r.mask&(unix.IN_CREATE|unix.IN_MOVED_TO) != 0:
		return event{name, created}, true
	case r.mask&(unix.IN_DELETE|unix.IN_MOVED_FROM) != 0:
		return event{name, removed}, true
	}
	return event{name, modified}, true
}
