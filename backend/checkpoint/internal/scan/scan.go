// Package scan reads a workspace into the tree of a checkpoint.
//
// # Promises
//
// A scan changes nothing in the workspace, follows no symbolic link, stays on
// one device and does not look below any .git. What cannot be read becomes an
// entry that says why; only a failure of the store, the workspace's own
// absence, and the end of its context end a scan.
//
// A file is taken as unchanged only if its whole stamp is, and the stamp is
// older than the moment the file was read, on the file system's own clock, by
// more than the clock's grain. Otherwise it is read again, until it holds still
// while it is read.
//
// The state of the scan before is not changed: what is equal is shared with it,
// so that an unchanged workspace gives the very same [Dir].
package scan

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
	"github.com/keel-ide/keel/backend/ignore"
)

// Version changes whenever other paths are covered than before.
const Version = "keel policy 2\n"

// What a scan may end with.
var (
	// ErrGone is a workspace that was moved or deleted meanwhile.
	ErrGone = errors.New("it was moved or deleted meanwhile")
	// ErrHint is a hint that does not fit the state before: read everything.
	ErrHint = errors.New("the hint does not fit")
	// ErrKeeping is a failure of the store, not of a path.
	ErrKeeping = errors.New("keeping the content of")
)

// Stamp is what must be equal for a file to be taken as unchanged. Times are
// nanoseconds; ReadAt is when it was read, on the disk's clock.
type Stamp struct {
	Inode             uint64
	Modified, Changed int64
	ReadAt            int64
	UID, GID          uint32
	Size              int64
	Mode              uint16
	ignored           bool // by rules: of those there is an upper limit
	linked            bool // it has other names
}

// Dir is a folder as it was read. It is not changed once made, but for what
// only speeds up the next scan.
type Dir struct {
	Node   *node.Node
	ID     node.ID
	Stamps []Stamp // one for each entry
	Kids   []*Dir  // one for each entry, nil for what is no folder; nil without folders
	Policy node.ID // of the ignore files in it and below

	order        []uint32      // the entries in the order of the disk
	above, rules *ignore.Rules // in force around and in it, once needed
	ruled        bool          // rules is set
	ignored      bool          // rules ignore the folder itself
	ignoredBytes int64         // of captured files that rules ignore, also below
	linked       bool          // a file in it has other names
	linkedBelow  bool          // so has one in it or below
	watched      uint32        // generation of the watcher that knows it
}

// Files is how many files and links the tree holds.
func (d *Dir) Files() int { return int(d.Node.Sum(d.ID).Files) }

// Options says what to read. Root, MaxFile and Clock are required.
type Options struct {
	Root     string // absolute
	Old      *Dir   // the state before, if there is one
	Dirty    *Dirt  // the folders that may have changed since; nil for all
	Then     *Then  // a state that is to come back, nil for most; without Dirty
	Keep     *pack.Batch
	Own      []Place  // folders that are never captured
	OwnPaths []string // the same, raw, where the system has no numbers for them
	MaxFile  int64    // bytes
	Slack    int64    // nanoseconds
	Clock    int64    // the disk's time, at the start of the scan or before
	Workers  int      // one for each processor when 0

	Read    func(path string) error                 // may fail the reading of a path; nil
	Reading func(path string)                       // called in the middle of it; nil
	Watch   func(folder uintptr, path string) error // nil without a watcher
	Watcher uint32                                  // its generation
	Counted *atomic.Int64                           // files looked at, for a progress bar; nil
}

// scanning is one reading of a workspace.
type scanning struct {
	Options

	device  uint64
	idle    chan struct{} // holds a token for each worker that has nothing to do
	budget  atomic.Int64  // bytes of ignored files
	unwatch atomic.Pointer[error]

	mu      sync.Mutex
	overlay map[node.ID]*node.Node // what was not kept
	differs []string               // folders whose content is not as before
	spare   []*worker
	newest  int64
}

// Place is a folder, wherever it lies.
type Place struct{ Device, Inode uint64 }

// Result is a workspace as it was read.
type Result struct {
	Dir *Dir
	// Overlay holds the folders that are new since Old, by id, when nothing was
	// kept.
	Overlay map[node.ID]*node.Node
	// Differs lists the folders, raw, whose own entries are not as in Old.
	Differs []string
	// Newest is the newest time of a status change that was seen.
	Newest int64
	// Unwatched is why a folder could not be watched, if so.
	Unwatched error
}

// Run reads the workspace.
func Run(ctx context.Context, o Options) (Result, error) {
	s := &scanning{Options: o}
	top, at, err := openTop(s.Root)
	if err != nil {
		return Result{}, fmt.Errorf("opening workspace: %w", err)
	}
	defer top.close()
	s.prepare(at)
	w := s.hire()
	dir, err := w.top(ctx, top)
	s.dismiss(w)
	if err != nil {
		return Result{}, err
	}
	// An unlinked folder lists as empty, which would read as "all deleted".
	if err := stillThere(s.Root, at); err != nil {
		return Result{}, fmt.Errorf("reading workspace %q: %w", s.Root, err)
	}
	out := Result{Dir: dir, Overlay: s.overlay, Differs: s.differs, Newest: s.newest}
	if failed := s.unwatch.Load(); failed != nil {
		out.Unwatched = *failed
	}
	return out, nil
}

func (s *scanning) prepare(at stat) {
	if s.Workers <= 0 {
		s.Workers = min(4, runtime.GOMAXPROCS(0))
	}
	s.device = at.device
	s.idle = make(chan struct{}, s.Workers)
	for range s.Workers - 1 {
		s.idle <- struct{}{}
	}
	s.overlay = map[node.ID]*node.Node{}
	if s.Old != nil {
		s.budget.Store(s.Old.ignoredBytes)
	}
}

// hire returns a worker that nobody else uses.
func (s *scanning) hire() *worker {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.spare); n > 0 {
		w := s.spare[n-1]
		s.spare = s.spare[:n-1]
		return w
	}
	return &worker{scan: s}
}

func (s *scanning) dismiss(w *worker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spare = append(s.spare, w)
	s.newest = max(s.newest, w.newest)
}

func (w *worker) top(ctx context.Context, top folder) (*Dir, error) {
	dirt := w.scan.Dirty
	if dirt == nil || w.scan.Old == nil {
		dirt = everything()
	}
	then, err := w.scan.formerTop()
	if err != nil {
		return nil, err
	}
	got, err := w.folder(ctx, top, &trail{}, w.scan.Old, around{then: then}, dirt)
	if err != nil {
		return nil, err
	}
	if got.dir == nil {
		return nil, fmt.Errorf("listing workspace: %w", got.err)
	}
	return got.dir, nil
}

// trail is the way to a folder; the top's has no parent.
type trail struct {
	parent *trail
	name   string
}

// path is the folder's path, raw; "." for the top.
func (t *trail) path() string {
	if t.parent == nil {
		return "."
	}
	return t.parent.join(t.name)
}

// join is the path of a name in the folder. It is put together from its end, in
// time that its length takes.
func (t *trail) join(name string) string {
	if t.parent == nil {
		return name
	}
	length := len(name)
	for at := t; at.parent != nil; at = at.parent {
		length += len(at.name) + 1
	}
	out := make([]byte, length)
	end := length - len(name)
	copy(out[end:], name)
	for at := t; at.parent != nil; at = at.parent {
		end--
		out[end] = '/'
		end -= len(at.name)
		copy(out[end:], at.name)
	}
	return string(out)
}

// around is what a folder inherits.
type around struct {
	rules   *ignore.Rules
	changed bool // the rules are not those of the scan before
	ignored bool // the folder is
	within  bool // and so is the one it is in
	other   bool // it is not the one that stood at its path before
	then    *former
}
