//go:build !linux

package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/fsnotify/fsnotify"
)

// fsNotifier is the notifier of every system but Linux.
type fsNotifier struct {
	root    string
	watcher *fsnotify.Watcher
	group   sync.WaitGroup
	wake    chan struct{}

	mu     sync.Mutex
	events []event // guarded by mu
	lost   bool    // guarded by mu
}

func newNotifier(root string) (notifier, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("opening watcher: %w", err)
	}
	n := &fsNotifier{root: root, watcher: watcher, wake: make(chan struct{}, 1)}
	n.group.Go(n.read)
	return n, nil
}

func (n *fsNotifier) path(name string) string { return filepath.Join(n.root, filepath.FromSlash(name)) }

func (n *fsNotifier) add(_ *os.File, name string) error {
	if err := n.watcher.Add(n.path(name)); err != nil {
		return fmt.Errorf("watching %q: %w", name, err)
	}
	return nil
}

func (n *fsNotifier) remove(name string) { _ = n.watcher.Remove(n.path(name)) }

func (n *fsNotifier) ready() <-chan struct{} { return n.wake }

func (n *fsNotifier) close() error {
	err := n.watcher.Close()
	n.group.Wait()
	return err
}

func (n *fsNotifier) take() ([]event, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	events, lost := n.events, n.lost
	n.events, n.lost = nil, false
	return events, lost
}

func (n *fsNotifier) read() {
	errs := n.watcher.Errors
	for {
		select {
		case e, ok := <-n.watcher.Events:
			if !ok {
				return
			}
			n.note(e)
		case _, ok := <-errs:
			if !ok {
				errs = nil
				continue
			}
			n.mu.Lock()
			n.lost = true // whatever the error: better looked at again
			n.mu.Unlock()
		}
		select {
		case n.wake <- struct{}{}:
		default:
		}
	}
}

func (n *fsNotifier) note(e fsnotify.Event) {
	relative, err := filepath.Rel(n.root, e.Name)
	if err != nil || strings.HasPrefix(relative, "..") {
		return
	}
	op := modified
	switch {
	case e.Has(fsnotify.Remove), e.Has(fsnotify.Rename):
		op = removed
	case e.Has(fsnotify.Create):
		op = created
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.events = append(n.events, event{filepath.ToSlash(relative), op})
}
