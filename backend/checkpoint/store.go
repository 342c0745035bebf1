package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
	"github.com/keel-ide/keel/backend/checkpoint/internal/scan"
	"github.com/keel-ide/keel/backend/event"
)

// Store keeps the checkpoints of one workspace. Its methods may be called from
// any goroutine; those that read or change the workspace run one at a time, the
// others at any time. Several processes may have the same store open: what
// changes it takes a lock for as long as it lasts, waiting for others for
// [Options.LockWait].
type Store struct {
	dir, root string
	o         Options
	faults    *fault.Calls
	db        *meta.DB
	packs     *pack.Packs
	nodes     *nodeCache
	names     *lookups
	feed      *event.Feed[Event]
	unread    unread

	alone       bool       // the database says nothing yet of what the packs hold
	recordAt    scan.Place // of the database that is open
	stageInside bool       // stage in the workspace: the store is on another device
	lent        string     // a copy of the database, as the store cannot be written to; else ""
	barred      error      // why it cannot be

	yield atomic.Pointer[context.CancelCauseFunc] // ends a clean-up that gives way; nil without one

	// busy holds a token while an operation runs; it guards what follows.
	busy       chan struct{}
	marks      []pack.Mark // as recorded
	purging    bool        // what was taken out of the history has still to be erased
	changes    int64       // of the database, when marks and last were read
	last       *last       // nil when not known
	clock      clock
	unrecorded []pack.Mark // flushed, and not recorded yet
	work       work
	settling   map[string]time.Time // journals whose displaced files are kept until then

	alive  sync.RWMutex // held for reading by whoever reads
	closed bool         // guarded by alive

	ending  chan struct{} // closed when the store is: ends what runs in the background
	endOnce sync.Once
	group   sync.WaitGroup
	warming warming
}

// Close waits for a running operation and lets go of the store. Closing twice
// is fine.
func (s *Store) Close() error {
	s.endOnce.Do(func() { close(s.ending) })
	s.group.Wait()
	s.busy <- struct{}{}
	defer func() { <-s.busy }()
	s.alive.Lock()
	defer s.alive.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.feed.Close()
	var failed error
	if s.db != nil && s.packs != nil && s.lent == "" {
		s.saveLate(context.Background())
	}
	s.work.unwatch()
	s.clock.close()
	if s.packs != nil {
		failed = errors.Join(failed, s.packs.Close())
	}
	if s.db != nil {
		failed = errors.Join(failed, s.db.Close())
	}
	if s.lent != "" {
		failed = errors.Join(failed, os.RemoveAll(s.lent))
	}
	return failed
}

// saveLate writes what makes the next start faster, unless another process is at
// work: what it has changed meanwhile must not be written over. The caller holds
// busy.
func (s *Store) saveLate(ctx context.Context) {
	release, err := s.exclude(ctx, s.o.LockWait)
	if err != nil {
		return
	}
	defer release()
	if err := s.refresh(); err != nil {
		s.o.Log.InfoContext(ctx, "nothing is saved for a faster start", "error", err)
		return
	}
	s.saveWork(ctx)
	s.saveIndexes(ctx)
}

func (s *Store) saveIndexes(ctx context.Context) {
	if err := s.packs.SaveIndexes(); err != nil && !fault.Stop(err) {
		s.o.Log.WarnContext(ctx, "saving indexes", "error", err)
	}
}

// refresh takes in what other processes have recorded. The caller holds the
// lock.
func (s *Store) refresh() error {
	changes, err := s.db.Changes()
	if err != nil {
		return err
	}
	if at, err := placeOf(filepath.Join(s.dir, databaseName)); err != nil || at != s.recordAt {
		return errors.Join(fmt.Errorf("checkpoint store %q: %w", s.dir, ErrReplaced), err)
	}
	if changes == s.changes && s.changes != 0 {
		return nil
	}
	err = s.db.Read(context.Background(), func(tx *meta.Tx) (err error) {
		if s.marks, err = tx.Marks(); err != nil {
			return err
		}
		s.purging, err = tx.Purging()
		return err
	})
	if err != nil {
		return err
	}
	if err := s.packs.Refresh(s.marks); err != nil {
		return err
	}
	s.changes, s.last = changes, nil
	s.work.check(s.packs)
	return nil
}

// last is what is recorded of the newest checkpoint.
type last struct {
	row       meta.Row
	has       bool
	unwritten int     // checkpoints that have no description in the packs
	written   node.ID // the tree of the newest one that has
}

// newest returns what is recorded of the newest checkpoint. The caller holds the
// lock.
func (s *Store) newest(ctx context.Context) (*last, error) {
	if s.last != nil {
		return s.last, nil
	}
	var found last
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		if found.row, found.has, err = tx.Newest(); err != nil {
			return err
		}
		found.unwritten, found.written, err = tx.Unwritten()
		return err
	})
	if err != nil {
		return nil, err
	}
	s.last = &found
	return s.last, nil
}

// reading keeps the store open while something is read from it.
func (s *Store) reading(ctx context.Context) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.alive.RLock()
	if s.closed {
		s.alive.RUnlock()
		return nil, ErrClosed
	}
	return s.alive.RUnlock, nil
}

// content reads what is kept, taking in what other processes have added.
// It must not be called from within a transaction.
func (s *Store) content(id node.ID) ([]byte, pack.Kind, error) {
	data, kind, err := s.packs.Read(id)
	if s.alone || !errors.Is(err, ErrDamaged) {
		return data, kind, err
	}
	var marks []pack.Mark
	if readErr := s.db.Read(context.Background(), func(tx *meta.Tx) (err error) {
		marks, err = tx.Marks()
		return err
	}); readErr != nil {
		return nil, 0, err
	}
	if s.packs.Extend(marks) != nil {
		return nil, 0, err
	}
	return s.packs.Read(id)
}

// folder reads a folder of any checkpoint.
func (s *Store) folder(id node.ID) (*node.Node, error) {
	if n := s.nodes.get(id); n != nil {
		return n, nil
	}
	part := func(id node.ID) ([]byte, error) {
		data, kind, err := s.content(id)
		if err == nil && kind != pack.Folder {
			err = fmt.Errorf("reading folder %s: %w: it is something else", id, ErrDamaged)
		}
		return data, err
	}
	data, err := part(id)
	if err != nil {
		return nil, err
	}
	n, err := node.Decode(data, part)
	if err != nil {
		return nil, fmt.Errorf("reading folder %s: %w: %w", id, ErrDamaged, err)
	}
	s.nodes.put(id, n)
	return n, nil
}

func (s *Store) tree(root node.ID) *tree { return &tree{root: root, load: s.folder} }

// treeWith also knows folders that were not kept.
func (s *Store) treeWith(root node.ID, overlay map[node.ID]*node.Node) *tree {
	return &tree{root: root, load: func(id node.ID) (*node.Node, error) {
		if n := overlay[id]; n != nil {
			return n, nil
		}
		return s.folder(id)
	}}
}

// row reads what is recorded of a checkpoint.
func (s *Store) row(ctx context.Context, id string) (meta.Row, error) {
	var row meta.Row
	var ok bool
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		row, ok, err = tx.Get(id)
		return err
	})
	if err == nil && !ok {
		err = fmt.Errorf("checkpoint %q: %w", id, ErrNotFound)
	}
	return row, err
}

// treeOf is the tree of a checkpoint by its id.
func (s *Store) treeOf(ctx context.Context, id string) (*tree, error) {
	root, ok, err := s.db.Root(ctx, id)
	if err == nil && !ok {
		err = fmt.Errorf("checkpoint %q: %w", id, ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	t := s.tree(root)
	if t.node(t.root) == nil {
		return nil, fmt.Errorf("reading checkpoint %q: %w", id, t.failed)
	}
	return t, nil
}
