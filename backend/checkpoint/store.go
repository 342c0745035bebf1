package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Store keeps the checkpoints of one workspace. Its methods may be called from
// any goroutine; those that read or change the workspace run one at a time.
// Several processes may have the same store open: what changes it takes a lock
// for as long as it lasts, waiting for others for [Options.LockWait].
type Store struct {
	dir, root string
	o         Options
	blobs     *blobs
	headers   headers

	stageInside bool // stage in the workspace: the store is on another device

	// busy holds a token while an operation runs; it guards what follows.
	busy       chan struct{}
	closed     bool
	cache      map[string]cached
	cacheDirty bool
	trees      map[hash]*manifest // the last few read or written
}

const formatName, format = "format", "keel checkpoints 1\n"

// Open opens the store in dir, made where it is missing, for the workspace at
// root. Both are absolute. A restore that a crash cut off is finished or
// dropped, unless another process is at work: then the next operation does it.
func Open(ctx context.Context, dir, root string, o Options) (*Store, error) {
	o = o.withDefaults()
	if info, err := os.Stat(root); err != nil {
		return nil, fmt.Errorf("opening workspace: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("opening workspace %q: not a folder", root)
	}
	for _, name := range []string{"", "checkpoints", "restores", "stage"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return nil, fmt.Errorf("making checkpoint store: %w", err)
		}
	}
	if err := checkFormat(dir); err != nil {
		return nil, err
	}
	kept, err := openBlobs(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{
		dir: dir, root: root, o: o, blobs: kept, busy: make(chan struct{}, 1),
		headers: headers{folder: filepath.Join(dir, "checkpoints"), log: o.Log, known: map[string]header{}},
		cache:   loadStatCache(dir),
		trees:   map[hash]*manifest{},
	}
	s.stageInside = !sameDevice(dir, root)
	release, err := s.lock(ctx, 0)
	switch {
	case errors.Is(err, ErrBusy):
	case err != nil:
		return nil, errors.Join(err, s.Close())
	default:
		if err := s.recover(ctx); err != nil {
			if _, cut := errors.AsType[*stopped](err); cut || ctx.Err() != nil {
				release()
				return nil, errors.Join(err, s.Close())
			}
			o.Log.ErrorContext(ctx, "finishing an interrupted restore", "error", err)
		}
		release()
	}
	return s, nil
}

func checkFormat(dir string) error {
	path := filepath.Join(dir, formatName)
	got, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		got = []byte(format)
		err = os.WriteFile(path, got, 0o600)
	}
	if err != nil {
		return fmt.Errorf("opening checkpoint store: %w", err)
	}
	if string(got) != format {
		return fmt.Errorf("opening checkpoint store %q: written by another version of Keel (%q)", dir, strings.TrimSpace(string(got)))
	}
	return nil
}

// Close waits for a running operation and lets go of the store. Closing twice
// is fine.
func (s *Store) Close() error {
	s.busy <- struct{}{}
	defer func() { <-s.busy }()
	if s.closed {
		return nil
	}
	s.closed = true
	s.blobs.close()
	return nil
}

// Create saves the workspace as it is now. Paths that cannot be read do not
// make it fail: they are the checkpoint's problems. On an error nothing was
// saved.
func (s *Store) Create(ctx context.Context, r CreateRequest) (Checkpoint, error) {
	release, err := s.begin(ctx)
	if err != nil {
		return Checkpoint{}, err
	}
	defer release()
	made, _, err := s.capture(ctx, r, false)
	return made, err
}

// capture makes a checkpoint; the caller holds the lock.
func (s *Store) capture(ctx context.Context, r CreateRequest, pinned bool) (Checkpoint, *manifest, error) {
	started := s.o.Now()
	parent, hasParent, err := s.headers.newest()
	if err != nil {
		return Checkpoint{}, nil, err
	}
	keep := s.blobs.batch()
	defer keep.drop()
	now, err := s.scan(ctx, keep)
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("capturing workspace: %w", err)
	}
	made := Checkpoint{
		ID: s.o.NewID(), Reason: r.Reason, SessionID: r.SessionID, TurnID: r.TurnID, ToolCallID: r.ToolCallID, Label: r.Label,
		CreatedAt: started.UnixMilli(), Problems: now.problems(), Files: now.files(), Changed: now.files(),
		Pinned: pinned, Policy: now.policy.String(),
	}
	made.Complete = len(made.Problems) == 0
	if made.Reason == "" {
		made.Reason = Manual
	}
	if hasParent {
		made.Parent = parent.ID
		before, err := s.tree(parent.Checkpoint)
		if err == nil {
			made.Changed = len(changes(before, now))
		} else {
			s.o.Log.ErrorContext(ctx, "comparing with the checkpoint before", "id", parent.ID, "error", err)
		}
	}
	if made.Tree, err = s.keepTree(keep, now); err != nil {
		return Checkpoint{}, nil, err
	}
	made.DurationMs = s.o.Now().Sub(started).Milliseconds()
	if err := s.headers.add(header{Checkpoint: made, Number: parent.Number + 1}); err != nil {
		return Checkpoint{}, nil, err
	}
	s.keepCache(ctx)
	return made, now, nil
}

// keepTree makes a manifest and all new contents durable.
func (s *Store) keepTree(keep *batch, m *manifest) (string, error) {
	encoded := m.encode()
	tree := sumOf(encoded)
	if err := keep.add(tree, encoded); err != nil {
		return "", err
	}
	if err := keep.flush(); err != nil {
		return "", err
	}
	s.remember(tree, m)
	return tree.String(), nil
}

// keepCache writes the stat cache; without it things are only slower.
func (s *Store) keepCache(ctx context.Context) {
	if !s.cacheDirty {
		return
	}
	if err := saveStatCache(s.dir, s.cache); err != nil {
		s.o.Log.WarnContext(ctx, "saving the stat cache", "error", err)
		return
	}
	s.cacheDirty = false
}

// tree reads a checkpoint's manifest. The caller holds s.busy.
func (s *Store) tree(c Checkpoint) (*manifest, error) {
	sum, err := parseHash(c.Tree)
	if err != nil {
		return nil, fmt.Errorf("reading checkpoint %q: %w", c.ID, err)
	}
	if m := s.trees[sum]; m != nil {
		return m, nil
	}
	encoded, err := s.blobs.read(sum)
	if err != nil {
		return nil, fmt.Errorf("reading checkpoint %q: %w", c.ID, err)
	}
	m, err := decodeManifest(encoded)
	if err != nil {
		return nil, fmt.Errorf("reading checkpoint %q: %w", c.ID, err)
	}
	s.remember(sum, m)
	return m, nil
}

// remember keeps a few manifests in memory, as the same ones are asked for
// again and again.
func (s *Store) remember(tree hash, m *manifest) {
	const most = 4
	if len(s.trees) >= most {
		clear(s.trees)
	}
	s.trees[tree] = m
}

// treeOf reads the manifest of a checkpoint by its id.
func (s *Store) treeOf(id string) (*manifest, error) {
	found, err := s.headers.get(id)
	if err != nil {
		return nil, err
	}
	return s.tree(found.Checkpoint)
}

// List returns all checkpoints, the newest first.
func (s *Store) List(ctx context.Context) ([]Checkpoint, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	all, err := s.headers.list()
	if err != nil {
		return nil, err
	}
	out := make([]Checkpoint, len(all))
	for i, h := range all {
		out[len(all)-1-i] = h.Checkpoint
	}
	return out, nil
}

// Get returns one checkpoint, or [ErrNotFound].
func (s *Store) Get(ctx context.Context, id string) (Checkpoint, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return Checkpoint{}, err
	}
	defer leave()
	found, err := s.headers.get(id)
	return found.Checkpoint, err
}

// Diff lists what differs between two checkpoints, sorted by path. An empty to
// is the disk as it is now. What either side does not cover is left out.
func (s *Store) Diff(ctx context.Context, from, to string) ([]Change, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	before, err := s.treeOf(from)
	if err != nil {
		return nil, err
	}
	var after *manifest
	if to == "" {
		after, err = s.scan(ctx, nil)
	} else {
		after, err = s.treeOf(to)
	}
	if err != nil {
		return nil, err
	}
	return changes(before, after), nil
}

// ReadFile returns the bytes of a file, or the target of a link, as they were
// at a checkpoint; an empty id is the disk as it is now. The error is
// [ErrNotInCheckpoint] where there was nothing, [ErrNotCovered] where the
// checkpoint does not know, [ErrNotFile] for a folder and [ErrDamaged] where
// the stored bytes are not those that were captured.
func (s *Store) ReadFile(ctx context.Context, id, path string) ([]byte, Entry, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, Entry{}, err
	}
	defer leave()
	raw, err := given(path)
	if err != nil {
		return nil, Entry{}, err
	}
	if id == "" {
		return s.readDisk(raw)
	}
	tree, err := s.treeOf(id)
	if err != nil {
		return nil, Entry{}, err
	}
	covered, e := tree.find(raw)
	var out Entry
	if e != nil {
		out = e.export()
	}
	switch {
	case covered == unknown:
		return nil, out, fmt.Errorf("reading %q: %w", path, ErrNotCovered)
	case covered == absent && raw != ".":
		return nil, out, fmt.Errorf("reading %q: %w", path, ErrNotInCheckpoint)
	case raw == "." || e.kind == KindFolder:
		return nil, out, fmt.Errorf("reading %q: %w", path, ErrNotFile)
	case e.kind == KindSymlink:
		return []byte(e.target), out, nil
	}
	content, err := s.blobs.read(e.hash)
	if err != nil {
		return nil, out, fmt.Errorf("reading %q: %w", path, err)
	}
	return content, out, nil
}
