package bench

import (
	"context"
	"path/filepath"
	"time"
)

// Name is a contender's.
type Name string

const (
	Floor        Name = "floor"          // the least that any program must do
	Keel         Name = "keel"           // with its watcher, as it is used
	KeelScan     Name = "keel-scan"      // reading every folder at each checkpoint
	Git          Name = "git"            // a second repository: add -A && commit
	GitWriteTree Name = "git-write-tree" // an index of its own: add -A, write-tree, commit-tree
)

// title is how a table calls it.
func (n Name) title() string {
	switch n {
	case KeelScan:
		return "keel, no watcher"
	case Git:
		return "shadow git"
	case GitWriteTree:
		return "git write-tree"
	}
	return string(n)
}

// contender is one way to save and restore a tree.
type contender interface {
	// reset begins with nothing saved.
	reset(ctx context.Context) error
	// capture saves the tree. The edits are those since the last time; first
	// says that there was none. Only the floor looks at them.
	capture(ctx context.Context, first bool, edits []edit) error
	// restore puts the tree back to what it was before the last capture, whose
	// edits these were. What it returns takes that back.
	restore(ctx context.Context, edits []edit) (undo func(ctx context.Context) error, err error)
	// folder is what it keeps on the disk; empty when it keeps nothing.
	folder() string
	// close lets go of all it holds in memory.
	close() error
}

// lane is a contender with its own copy of the tree.
type lane struct {
	contender
	name Name
	root string // of its tree
	undo func(ctx context.Context) error

	times   map[Operation][]time.Duration
	inexact map[Operation]string // what was wrong the first time
	disk    map[Operation]int64  // bytes it took on the disk, all rounds together
	heap    int64                // bytes in memory, while it is open
}

// lanes makes the contenders, in the order of the table. Their trees are to be
// made yet.
func lanes(o Options, top string) []*lane {
	names := []Name{Floor, Keel, KeelScan}
	if o.Git {
		names = append(names, Git, GitWriteTree)
	}
	out := make([]*lane, len(names))
	for i, name := range names {
		own := filepath.Join(top, string(name))
		l := &lane{
			name: name, root: filepath.Join(own, "tree"),
			times: map[Operation][]time.Duration{}, inexact: map[Operation]string{}, disk: map[Operation]int64{},
		}
		kept := filepath.Join(own, "store")
		switch name {
		case Floor:
			l.contender = &floor{root: l.root, log: filepath.Join(own, "log")}
		case Keel, KeelScan:
			l.contender = &keel{dir: kept, root: l.root, noWatch: name == KeelScan, grace: graces * o.Settle}
		case Git:
			l.contender = &shadow{repository: newRepository(own, l.root)}
		case GitWriteTree:
			l.contender = &writeTree{repository: newRepository(own, l.root)}
		}
		out[i] = l
	}
	return out
}
