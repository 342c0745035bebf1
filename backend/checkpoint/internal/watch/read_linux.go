package watch

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/keel-ide/keel/backend/inotify"
)

// read empties the queue, which is short (16,384 events), between two Drains.
func (w *Watcher) read() {
	for {
		err := w.queue.Wait()
		w.mu.Lock()
		if err != nil {
			w.end(err)
		}
		for w.ended == nil && w.poll() {
		}
		ended := w.ended != nil
		w.mu.Unlock()
		if ended {
			return
		}
	}
}

// end says why nothing is read any more.
func (w *Watcher) end(err error) {
	if w.ended == nil {
		w.ended = err
	}
	w.signal()
}

func (w *Watcher) signal() {
	select {
	case w.arrived <- struct{}{}:
	default:
	}
}

// poll takes in what one read gives; more says that it gave something.
func (w *Watcher) poll() (more bool) {
	events, err := w.queue.Poll(w.events[:0])
	if err != nil {
		w.end(err)
		return false
	}
	w.events = events
	more = len(events) > 0
	if w.filter != nil && more {
		events = w.filtered(events)
	}
	for _, e := range events {
		w.handle(e)
	}
	return more
}

func (w *Watcher) filtered(events []inotify.Event) []inotify.Event {
	seen := make([]Event, len(events))
	for i, e := range events {
		seen[i] = Event{w.folders.paths[e.Watch], e.Name, e.Mask, w.cookies.is(e.Watch, e.Name), e.Watch}
	}
	var kept []inotify.Event
	for _, e := range w.filter(seen) {
		kept = append(kept, inotify.Event{Watch: e.watch, Mask: e.Mask, Name: e.Name})
	}
	return kept
}

// handle notes what an event says. Events of watches that have been removed
// meanwhile have no path any more and say nothing.
func (w *Watcher) handle(e inotify.Event) {
	switch {
	case e.Mask&unix.IN_Q_OVERFLOW != 0:
		clear(w.leaving) // what is awaited for them may be among what is lost
		w.lose("more happened at once than the kernel's queue holds")
	case e.Mask&unix.IN_UNMOUNT != 0:
		w.unmounted(e.Watch)
	case w.cookies.is(e.Watch, e.Name):
		if e.Name == w.cookies.awaited {
			w.cookies.awaited = ""
			w.signal()
		}
	case e.Mask&unix.IN_IGNORED != 0:
		w.ignored(e.Watch)
	case e.Name == "":
		w.folders.each(e.Watch, func(folder string) { w.changedItself(folder, e.Mask) })
	default:
		w.folders.each(e.Watch, func(folder string) { w.changedInside(folder, e.Name, e.Mask) })
	}
}

// lose says that anything may have changed. No cookie need be waited for then,
// and it may be lost as well.
func (w *Watcher) lose(why string) {
	w.dirty.markAll(why)
	w.signal()
}

func (w *Watcher) unmounted(watch int32) {
	folder, watched := w.folders.paths[watch]
	switch {
	case watched:
		w.lose(fmt.Sprintf("the file system of %q was unmounted", folder))
	case watch == w.cookies.watch:
		w.lose(fmt.Sprintf("the file system of %q was unmounted", w.cookies.path))
	}
}

// ignored takes in that a watch has ended. If it was not us who ended it, the
// folder is gone, or what became of it since is not known, nor which folders
// are below it now. Of those that were below it we still hear.
func (w *Watcher) ignored(watch int32) {
	if ours := w.leaving[watch]; ours > 1 {
		w.leaving[watch]--
		return
	} else if ours == 1 { // a new watch may have got its number meanwhile
		delete(w.leaving, watch)
		return
	}
	if watch == w.cookies.watch {
		w.cookies.watch = -1
	}
	w.folders.each(watch, func(folder string) {
		if folder == Top {
			w.lose("the workspace is not watched any more")
			return
		}
		w.dirty.mark(folder, true)
		w.dirty.mark(parent(folder), false)
	})
	w.folders.drop(watch)
}

// changedItself marks the parent as well: that a folder is there and what mode
// it has is kept there, and nobody may be watching the parent.
func (w *Watcher) changedItself(folder string, mask uint32) {
	switch {
	case folder != Top:
		w.dirty.mark(folder, false)
		w.dirty.mark(parent(folder), false)
	case mask&(unix.IN_DELETE_SELF|unix.IN_MOVE_SELF) != 0:
		w.lose("the workspace was moved or deleted")
	default:
		w.dirty.mark(folder, false)
	}
}

// changedInside marks a folder that came to a name as a whole: another one may
// have been there, and folders of the same names below it.
func (w *Watcher) changedInside(folder, name string, mask uint32) {
	w.dirty.mark(folder, false)
	if mask&unix.IN_ISDIR == 0 {
		return
	}
	inner := join(folder, name)
	switch {
	case mask&(unix.IN_CREATE|unix.IN_MOVED_TO) != 0:
		w.dirty.markInside(folder, inner, true)
	case mask&unix.IN_ATTRIB != 0: // perhaps it can be read, and so watched, only now
		_, watched := w.folders.watches[inner]
		w.dirty.markInside(folder, inner, !watched)
	}
}

func join(folder, name string) string {
	if folder == Top {
		return name
	}
	return folder + "/" + name
}

func parent(folder string) string {
	if i := strings.LastIndexByte(folder, '/'); i >= 0 {
		return folder[:i]
	}
	return Top
}
