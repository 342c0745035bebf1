package extension

import (
	"os"
	"path/filepath"

	"github.com/fsnotify/fsnotify"
)

// watch starts to look for what other processes do to the list. Where that cannot
// be, their changes show as soon as something asks for the list.
func (e *Extensions) watch() {
	e.mu.Lock()
	begun := e.watched
	e.watched = true
	e.mu.Unlock()
	if begun {
		return
	}
	watcher, err := fsnotify.NewWatcher()
	if err == nil {
		_ = os.MkdirAll(e.options.Folder, 0o700) // whether it is there shows next
		err = watcher.Add(e.options.Folder)
	}
	if err != nil {
		e.options.Log.Warn("watching the list of extensions", "error", err)
		if watcher != nil {
			_ = watcher.Close()
		}
		return
	}
	if !e.start(func() { e.follow(watcher) }) {
		_ = watcher.Close()
	}
}

func (e *Extensions) follow(watcher *fsnotify.Watcher) {
	defer func() { _ = watcher.Close() }()
	for {
		select {
		case <-e.ctx.Done():
			return
		case found, ok := <-watcher.Events:
			if !ok {
				return
			}
			if filepath.Base(found.Name) == listName && !found.Has(fsnotify.Chmod) {
				e.changes.Send(struct{}{})
			}
		case _, ok := <-watcher.Errors:
			if !ok {
				return
			}
			e.changes.Send(struct{}{}) // events may have been lost
		}
	}
}
