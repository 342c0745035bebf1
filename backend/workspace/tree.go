package workspace

import (
	"context"
	"hash/maphash"
	"log/slog"
	"os"
	"path"
	"strings"
	"time"
)

// tree is what a watch knows of the workspace: its folders, and of each one the
// names in it, so that a file renamed over another is told from a new one. All
// of it belongs to the goroutine in run.
type tree struct {
	workspace *Workspace
	source    notifier
	pending   *pending
	exclude   exclusion
	log       *slog.Logger
	seed      maphash.Seed
	since     time.Time // when the watch was opened, less a clock tick

	top    *node
	polled map[*node]struct{} // folders the system does not watch for us
	urgent []job              // folders that have just come
	later  []job              // the first walk, repairs and polls
	warned bool
	repair bool      // later holds a repair
	again  bool      // events were lost during the repair
	gone   bool      // the workspace itself is not where it was
	polls  bool      // later holds a round of polls
	began  time.Time // when the round of polls began
	due    time.Time // when the next one shall
}

// node is one folder.
type node struct {
	name     string
	read     bool
	file     uint64 // the folder's own number, once it has been read
	parent   *node
	children map[string]*node
	watched  bool
	bulk     bool                // the folders in it are not watched
	names    map[uint64]struct{} // hashes of the names in it
	polled   map[string]uint64   // name -> hash of its version, of a folder that is polled
	detached bool
}

// job is a folder to be read, and why.
type job struct {
	node   *node
	reason reason
}

type reason int

const (
	walk  reason = iota // the first time: what has not changed since the watch was opened is not told
	fresh               // the folder is new, and so is all that is in it
	poll                // look for differences
	mend                // events were lost: learn anew, the reader knows it must
)

func newTree(w *Workspace, source notifier, p *pending, exclude exclusion, log *slog.Logger, now time.Time) *tree {
	top := &node{name: "."}
	return &tree{
		workspace: w, source: source, pending: p, exclude: exclude, log: log,
		seed: maphash.MakeSeed(), since: now.Add(-clockTick),
		top: top, polled: map[*node]struct{}{}, later: []job{{top, walk}},
	}
}

// run serves the watch until ctx ends, and closes ready after the first walk.
func (t *tree) run(ctx context.Context, ready chan struct{}) {
	walking := true
	timer := time.NewTimer(idle)
	defer timer.Stop()
	for ctx.Err() == nil {
		events, lost := t.source.take()
		if lost {
			t.mend()
		}
		for _, e := range events {
			t.handle(e)
		}
		if j, ok := t.next(); ok {
			t.scan(ctx, j)
			continue
		}
		if walking {
			walking = false
			close(ready)
		}
		if t.repair {
			t.mended()
			continue
		}
		timer.Reset(t.rest(time.Now()))
		select {
		case <-ctx.Done():
		case <-t.source.ready():
		case <-timer.C:
			t.look(time.Now())
		}
	}
}

// next takes the job that matters most.
func (t *tree) next() (job, bool) {
	for _, queue := range []*[]job{&t.urgent, &t.later} {
		for len(*queue) > 0 {
			j := (*queue)[0]
			*queue = (*queue)[1:]
			if !j.node.detached {
				return j, true
			}
		}
	}
	return job{}, false
}

// mend starts to read everything again, or notes that this must be done once
// more when it is under way.
func (t *tree) mend() {
	t.pending.overflowed()
	if t.repair {
		t.again = true
		return
	}
	t.repair = true
	t.urgent, t.later = nil, []job{{t.top, mend}}
}

// mended ends a repair. What happened in a folder before the repair reached it
// is unknown, so the reader is told again.
func (t *tree) mended() {
	t.repair = false
	t.pending.overflowed()
	if t.again {
		t.again = false
		t.mend()
	}
}

// handle takes in one event.
func (t *tree) handle(e event) {
	if e.path == "." {
		t.handleTop(e)
		return
	}
	if e.op == unwatched {
		if n := t.find(e.path); n != nil {
			n.watched = false
			t.urgent = append(t.urgent, job{n, mend}) // deleted, as a rule; else unmounted
		}
		return
	}
	parent := t.find(path.Dir(e.path))
	if parent == nil {
		return // of a folder that is gone, or not reached yet and then read whole
	}
	name := path.Base(e.path)
	switch e.op {
	case created:
		t.handleCreated(parent, name, e.path)
	case removed:
		t.handleRemoved(parent, name, e.path)
	case modified:
		t.report(e.path, Changed)
		if child := parent.children[name]; child != nil && !child.read {
			t.urgent = append(t.urgent, job{child, fresh}) // it may have become readable
		}
	}
}

// handleRemoved looks whether something stands there all the same: of two names
// that are exchanged, as a restore does, the system tells the coming before the
// going.
func (t *tree) handleRemoved(parent *node, name, full string) {
	if _, err := t.workspace.lstat(full); err == nil {
		t.handleCreated(parent, name, full)
		return
	}
	delete(parent.names, t.hash(name))
	delete(parent.polled, name)
	t.drop(parent.children[name])
	t.report(full, Deleted)
}

func (t *tree) handleTop(e event) {
	switch e.op {
	case removed:
		t.lookAtTop()
	case unwatched:
		t.top.watched = false
		t.urgent = append(t.urgent, job{t.top, mend})
	}
}

// lookAtTop tells when the workspace is deleted, moved away or back. The system
// does not: a folder that is held open is deleted without a word.
func (t *tree) lookAtTop() {
	there, err := os.Stat(t.workspace.path)
	open, openErr := t.workspace.root.Stat(".")
	gone := err != nil || openErr != nil || !os.SameFile(there, open)
	if gone == t.gone {
		return
	}
	t.gone = gone
	if gone {
		t.report(".", Deleted)
	} else {
		t.pending.overflowed()
	}
}

func (t *tree) handleCreated(parent *node, name, full string) {
	s, err := t.workspace.lstat(full)
	if err != nil {
		return // gone again; its removal follows
	}
	if marksBulk(name) {
		parent.bulk = true
	}
	kind := Added
	if _, known := parent.names[t.hash(name)]; known {
		kind = Changed
	}
	t.report(full, kind)
	t.learn(parent, name)
	if child := parent.children[name]; child != nil && s.kind() == Folder && (child.file == s.file || !child.read) {
		return // found already when the folder above was read
	}
	t.drop(parent.children[name]) // replaced by a rename over it
	if s.kind() == Folder && !parent.bulk && !t.exclude.prunes(full) {
		t.urgent = append(t.urgent, job{parent.child(name), fresh})
	}
}

func (t *tree) report(name string, kind ChangeKind) {
	if !t.exclude.hides(name) {
		t.pending.add(name, kind)
	}
}

func (t *tree) hash(name string) uint64 { return maphash.String(t.seed, name) }

func (t *tree) learn(n *node, name string) {
	if n.names == nil {
		n.names = map[uint64]struct{}{}
	}
	n.names[t.hash(name)] = struct{}{}
}

// find returns the node of a folder, or nil.
func (t *tree) find(name string) *node {
	n := t.top
	if name == "." {
		return n
	}
	for part := range strings.SplitSeq(name, "/") {
		if n = n.children[part]; n == nil {
			return nil
		}
	}
	return n
}

// drop forgets a folder and all below it.
func (t *tree) drop(n *node) {
	if n == nil {
		return
	}
	for _, child := range n.children {
		t.drop(child)
	}
	t.source.remove(n.path())
	delete(t.polled, n)
	delete(n.parent.children, n.name)
	n.detached = true
}

func (n *node) child(name string) *node {
	if child, ok := n.children[name]; ok {
		return child
	}
	if n.children == nil {
		n.children = map[string]*node{}
	}
	child := &node{name: name, parent: n}
	n.children[name] = child
	return child
}

func (n *node) path() string {
	if n.parent == nil {
		return "."
	}
	return path.Join(n.parent.path(), n.name)
}
