package workspace

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/keel-ide/keel/backend/inotify"
)

// watchMask is what is asked of inotify for each folder. What happens to a file
// that is open but no longer has a name is of no interest.
const watchMask = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_DELETE | unix.IN_MOVED_FROM |
	unix.IN_MODIFY | unix.IN_ATTRIB | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF |
	unix.IN_ONLYDIR | unix.IN_EXCL_UNLINK

// mostRaw is how many events wait for the reader before they count as lost.
const mostRaw = 200_000

// kernelNotifier is the Linux notifier.
type kernelNotifier struct {
	root  string
	queue *inotify.Instance
	group sync.WaitGroup
	wake  chan struct{}

	paths   map[int32]string // watch -> workspace path; used by the tree's goroutine only
	watches map[string]int32

	mu   sync.Mutex
	raw  []inotify.Event // guarded by mu
	lost bool            // guarded by mu
}

func newNotifier(root string) (notifier, error) {
	queue, err := inotify.Open()
	if err != nil {
		return nil, err
	}
	n := &kernelNotifier{
		root: root, queue: queue, wake: make(chan struct{}, 1),
		paths: map[int32]string{}, watches: map[string]int32{},
	}
	n.group.Go(n.read)
	return n, nil
}

func (n *kernelNotifier) add(folder *os.File, name string) error {
	watch, err := n.addWatch(folder, name)
	if err != nil {
		return fmt.Errorf("watching %q: %w", name, err)
	}
	if old, ok := n.paths[watch]; ok && old != name {
		delete(n.watches, old) // the folder has been moved here
	}
	n.paths[watch] = name
	n.watches[name] = watch
	return nil
}

// addWatch names the folder by its descriptor, so that the one watched is the
// one that is open, whatever has been put in its place since.
func (n *kernelNotifier) addWatch(folder *os.File, name string) (watch int32, err error) {
	conn, err := folder.SyscallConn()
	if err != nil {
		return 0, err
	}
	controlErr := conn.Control(func(fd uintptr) { watch, err = n.queue.Add(fd, watchMask) })
	if controlErr != nil {
		return 0, controlErr
	}
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.EACCES) { // no /proc
		watch, err = n.queue.AddPath(filepath.Join(n.root, name), watchMask|unix.IN_DONT_FOLLOW)
	}
	return watch, err
}

func (n *kernelNotifier) remove(name string) {
	watch, ok := n.watches[name]
	if !ok {
		return
	}
	delete(n.watches, name)
	delete(n.paths, watch)
	// An error says that the kernel ended it before us.
	_ = n.queue.Remove(watch)
}

func (n *kernelNotifier) ready() <-chan struct{} { return n.wake }

func (n *kernelNotifier) close() error {
	err := n.queue.Close() // ends read
	n.group.Wait()
	return err
}

// read empties the kernel's queue, which is short (16,384 events).
func (n *kernelNotifier) read() {
	var events []inotify.Event
	for n.queue.Wait() == nil {
		var err error
		if events, err = n.queue.Poll(events[:0]); err != nil {
			return // closed
		}
		n.note(events)
		select {
		case n.wake <- struct{}{}:
		default:
		}
	}
}

func (n *kernelNotifier) note(events []inotify.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range events {
		switch {
		case e.Mask&unix.IN_Q_OVERFLOW != 0 || len(n.raw) >= mostRaw:
			n.lost, n.raw = true, nil
		case len(n.raw) > 0 && n.raw[len(n.raw)-1] == e: // one more write of many
		default:
			n.raw = append(n.raw, e)
		}
	}
}

func (n *kernelNotifier) take() ([]event, bool) {
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

func (n *kernelNotifier) translate(r inotify.Event) (event, bool) {
	folder, ok := n.paths[r.Watch]
	if !ok {
		return event{}, false // left over from a watch that has been removed
	}
	if r.Mask&unix.IN_IGNORED != 0 {
		delete(n.paths, r.Watch)
		delete(n.watches, folder)
		return event{folder, unwatched}, true
	}
	if r.Name == "" {
		// About the folder itself, which its parent's watch reports; the top has none.
		gone := folder == "." && r.Mask&(unix.IN_DELETE_SELF|unix.IN_MOVE_SELF) != 0
		return event{folder, removed}, gone
	}
	name := path.Join(folder, r.Name)
	switch {
	case r.Mask&(unix.IN_CREATE|unix.IN_MOVED_TO) != 0:
		return event{name, created}, true
	case r.Mask&(unix.IN_DELETE|unix.IN_MOVED_FROM) != 0:
		return event{name, removed}, true
	}
	return event{name, modified}, true
}
