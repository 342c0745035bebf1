package account

import (
	"os"
	"path/filepath"

	"github.com/fsnotify/fsnotify"
)

// watch starts to look for what other processes do to the list. Where that
// cannot be, their changes show as soon as something else asks for the state.
func (a *Accounts) watch() {
	a.mu.Lock()
	begun := a.watched
	a.watched = true
	a.mu.Unlock()
	if begun {
		return
	}
	dir := filepath.Dir(a.options.File)
	watcher, err := fsnotify.NewWatcher()
	if err == nil {
		_ = os.MkdirAll(dir, 0o700) // whether it is there shows next
		err = watcher.Add(dir)
	}
	if err != nil {
		a.options.Log.Warn("watching the list of accounts", "error", err)
		if watcher != nil {
			_ = watcher.Close()
		}
		return
	}
	if !a.start(func() { a.follow(watcher) }) {
		_ = watcher.Close()
	}
}

func (a *Accounts) follow(watcher *fsnotify.Watcher) {
	defer func() { _ = watcher.Close() }()
	name := filepath.Base(a.options.File)
	for {
		select {
		case <-a.ctx.Done():
			return
		case found, ok := <-watcher.Events:
			if !ok {
				return
			}
			if filepath.Base(found.Name) == name && !found.Has(fsnotify.Chmod) {
				a.list()
			}
		case _, ok := <-watcher.Errors:
			if !ok {
				return
			}
			a.list() // events may have been lost
		}
	}
}
