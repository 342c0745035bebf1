package workspace

import "os"

// notifier tells of changes directly in the folders added to it. All of it but
// ready is used by one goroutine.
type notifier interface {
	// add starts to watch an open folder, which has the given workspace path.
	add(folder *os.File, name string) error
	// remove ends the watch of a path, if it has one.
	remove(name string)
	// ready gets a value when there is something to take.
	ready() <-chan struct{}
	// take returns the events since the last call; lost says that some are missing.
	take() (events []event, lost bool)
	close() error
}

type operation int

const (
	created   operation = iota // made, or moved to this name
	removed                    // deleted, or moved away
	modified                   // bytes or attributes
	unwatched                  // the system has ended the watch of this folder
)

// event is what happened to a path.
type event struct {
	path string
	op   operation
}

// noNotifier stands in where the system gives none: everything is polled.
type noNotifier struct{ err error }

func (n noNotifier) add(*os.File, string) error { return n.err }
func (noNotifier) remove(string)                {}
func (noNotifier) ready() <-chan struct{}       { return nil }
func (noNotifier) take() ([]event, bool)        { return nil, false }
func (noNotifier) close() error                 { return nil }
