// Package watch tells which folders may have changed since it was last asked,
// so that a capture need not look at all of them. On Linux it is inotify;
// elsewhere [New] gives [errors.ErrUnsupported].
//
// # How a capture uses it
//
// The capture drains the watcher first. It opens each folder it is told of, or
// has not known, adds it and only then lists it: what happens between the two
// is told by the next Drain. It may do so from several goroutines. Folders that
// are gone it removes. If it does not succeed, it returns what it drained.
//
//   - [Dirty].All: every folder is added again and listed again. The watches are
//     kept, but some may have ended without a word.
//   - A folder in [Dirty].Folders: it is listed again; those of its subfolders
//     that are known and not dirty themselves stay as they are.
//   - A folder that is dirty as a whole: it and everything below it is treated
//     as never seen, because another folder may stand at its path now, with
//     subfolders of the same names.
//   - A dirty folder that is not there, or that the capture does not cover, is
//     passed over: had it ever been covered, its parent is dirty too.
//
// # Promises
//
// What a system call did that had returned before Drain was called is told by
// this Drain, by an earlier one, or it is older than the adding of its folder;
// unless it is among what the kernel does not tell, below. What the watcher
// cannot vouch for is All, never nothing: lost events, a file system taken away,
// a cookie that does not come back. Telling of too much is allowed. Memory is
// bounded by the number of watches, however much happens.
//
// Folders have their paths from Add; a path is what the folder was found under,
// not where it is. One folder may have several, as with bind mounts; events
// then count for all of them.
//
// # What the kernel does not tell
//
// Stores through a memory mapping are told when the mapping ends, not before.
// Writes to a file with several hard links are told only for the folder through
// which it was opened, and for none if that is elsewhere; that a file got or lost
// another link, which changes its ctime, is told where that link is. Mounting
// something onto a folder is not told, nor what other machines do on a network
// mount. For these the capture has its full scans.
package watch

import (
	"errors"
	"maps"
)

// Top is the path of the workspace itself.
const Top = "."

// ErrLimit says that the system allows no more watches.
var ErrLimit = errors.New("the system allows no more watches (fs.inotify.max_user_watches)")

// Dirty is what may have changed. The zero value says: nothing.
type Dirty struct {
	// All: anything may have. Folders is nil then, and Why says the reason, for a log.
	All bool
	Why string
	// Folders has the folders to list again, by path; true stands for the folder
	// and everything below it.
	Folders map[string]bool
}

// Clean tells whether nothing can have changed.
func (d *Dirty) Clean() bool { return !d.All && len(d.Folders) == 0 }

// mostFolders is how many dirty folders are kept apart before new names are
// put down to the folder they are in.
const mostFolders = 1 << 16

// mark notes that a folder is dirty, or whole.
func (d *Dirty) mark(folder string, whole bool) {
	if d.All {
		return
	}
	was, known := d.Folders[folder]
	if known && (was || !whole) {
		return
	}
	if d.Folders == nil {
		d.Folders = map[string]bool{}
	}
	d.Folders[folder] = whole
}

// markInside does so for a folder that need not be watched. Of names there is
// no end, of watched folders there is.
func (d *Dirty) markInside(parent, folder string, whole bool) {
	if _, known := d.Folders[folder]; !known && len(d.Folders) >= mostFolders {
		folder, whole = parent, true
	}
	d.mark(folder, whole)
}

func (d *Dirty) markAll(why string) {
	if !d.All {
		*d = Dirty{All: true, Why: why}
	}
}

func (d *Dirty) merge(other Dirty) {
	if other.All {
		d.markAll(other.Why)
	}
	if len(d.Folders) == 0 && !d.All {
		d.Folders = maps.Clone(other.Folders)
		return
	}
	for folder, whole := range other.Folders {
		d.mark(folder, whole)
	}
}

// Options adjusts a watcher; the zero value is good for use.
type Options struct {
	// Filter lets tests make the watcher lie: it gets each batch of events as the
	// kernel gave them and returns those to go by. It must not call the watcher.
	Filter func([]Event) []Event
}

// Event is one event of the kernel, for a Filter to drop, repeat, hold back or
// change.
type Event struct {
	Folder string // as added; "" for one of ours, or one that is not watched any more
	Name   string // in the folder; "" for the folder itself
	Mask   uint32 // as in inotify(7)
	Cookie bool   // of the cookie files: without them every Drain says All
	watch  int32
}

// Overflow is the event that says that events were lost.
func Overflow() Event { return Event{Mask: overflowMask, watch: -1} }

// overflowMask is IN_Q_OVERFLOW.
const overflowMask = 0x4000
