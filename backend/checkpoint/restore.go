package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// readDisk is ReadFile of the present state.
func (s *Store) readDisk(raw string) ([]byte, Entry, error) {
	at := EncodePath(raw)
	if raw == "." {
		return nil, Entry{}, fmt.Errorf("reading %q: %w", at, ErrNotFile)
	}
	root, err := os.OpenRoot(s.root)
	if err != nil {
		return nil, Entry{}, fmt.Errorf("opening workspace: %w", err)
	}
	defer root.Close()
	parent, name, err := openParent(root, raw)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Entry{}, fmt.Errorf("reading %q: %w", at, ErrNotInCheckpoint)
	}
	if err != nil {
		return nil, Entry{}, err
	}
	defer parent.Close()
	e, err := describe(parent, name, s.o.MaxFile)
	if err != nil {
		return nil, Entry{}, fmt.Errorf("reading %q: %w", at, err)
	}
	if e == nil {
		return nil, Entry{}, fmt.Errorf("reading %q: %w", at, ErrNotInCheckpoint)
	}
	e.path = raw
	switch {
	case !e.known() || isGit(name):
		return nil, e.export(), fmt.Errorf("reading %q: %w", at, ErrNotCovered)
	case e.kind == KindFolder:
		return nil, e.export(), fmt.Errorf("reading %q: %w", at, ErrNotFile)
	case e.kind == KindSymlink:
		return []byte(e.target), e.export(), nil
	}
	info, err := parent.Lstat(name)
	if err != nil {
		return nil, e.export(), fmt.Errorf("reading %q: %w", at, err)
	}
	content, stamp, err := readStable(parent, name, info, noFault)
	if err != nil {
		return nil, e.export(), fmt.Errorf("reading %q: %w", at, err)
	}
	e.hash, e.size, e.mode = sumOf(content), stamp.size, stamp.mode
	return content, e.export(), nil
}

// Preview says what [Store.Restore] would do if nothing changed until then.
func (s *Store) Preview(ctx context.Context, r RestoreRequest) (Plan, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return Plan{}, err
	}
	defer leave()
	makePlan, err := s.planner(r)
	if err != nil {
		return Plan{}, err
	}
	now, err := s.scan(ctx, nil)
	if err != nil {
		return Plan{}, fmt.Errorf("reading workspace: %w", err)
	}
	return makePlan(now).export(), nil
}

// planner reads what a request refers to; the plan is made of the state before.
func (s *Store) planner(r RestoreRequest) (func(now *manifest) *plan, error) {
	in, err := newScope(r.Paths)
	if err != nil {
		return nil, err
	}
	target, err := s.treeOf(r.ID)
	if err != nil {
		return nil, err
	}
	switch r.Verb {
	case Exact, "":
		return func(now *manifest) *plan { return exactPlan(target, now, in) }, nil
	case Agent:
		after, err := s.treeOf(r.After)
		if err != nil {
			return nil, fmt.Errorf("the state after the changes: %w", err)
		}
		return func(now *manifest) *plan { return agentPlan(target, after, now, in) }, nil
	}
	return nil, fmt.Errorf("restoring: unknown verb %q", r.Verb)
}

// Restore brings files back. It first takes a checkpoint, whose id the result
// carries for [Store.Undo]. What changed after that checkpoint, and everything
// that is not covered, is left alone and listed.
//
// Ending ctx before the first path is changed changes nothing; later the
// restore is carried to its end. An error means that nothing was changed, or
// that the process could not even finish: then the next operation does.
func (s *Store) Restore(ctx context.Context, r RestoreRequest) (Result, error) {
	release, err := s.begin(ctx)
	if err != nil {
		return Result{}, err
	}
	defer release()
	makePlan, err := s.planner(r)
	if err != nil {
		return Result{}, err
	}
	return s.restore(ctx, "before restoring "+r.ID, makePlan)
}

// undoRecord lists the paths a restore touched, with what it left there. The
// checkpoint of the same id has what was there before.
type undoRecord struct {
	Paths []undoPath `json:"paths"`
}

type undoPath struct {
	Path  string `json:"path"` // encoded
	After *saved `json:"after,omitempty"`
}

func (s *Store) recordPath(id string) string { return filepath.Join(s.dir, "restores", id+".json") }

// Undo takes a restore back, or an undo; id is the result's Undo. Paths that
// were changed since are conflicts and stay. The error is [ErrNothingToUndo]
// where no restore has this id.
func (s *Store) Undo(ctx context.Context, id string) (Result, error) {
	release, err := s.begin(ctx)
	if err != nil {
		return Result{}, err
	}
	defer release()
	if !validID(id) {
		return Result{}, fmt.Errorf("undoing %q: %w", id, ErrNothingToUndo)
	}
	var record undoRecord
	if err := readChecked(s.recordPath(id), &record); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return Result{}, fmt.Errorf("undoing %q: %w", id, ErrNothingToUndo)
		}
		return Result{}, fmt.Errorf("undoing %q: %w", id, err)
	}
	before, err := s.treeOf(id)
	if err != nil {
		return Result{}, err
	}
	after := make([]*entry, len(record.Paths))
	for i, one := range record.Paths {
		if after[i], err = one.After.entry(DecodePath(one.Path)); err != nil {
			return Result{}, fmt.Errorf("undoing %q: %w", id, err)
		}
	}
	return s.restore(ctx, "before undoing "+id, func(now *manifest) *plan {
		p := newPlan(now)
		for i, one := range record.Paths {
			raw := DecodePath(one.Path)
			_, was := before.find(raw)
			p.threeWay(raw, was, after[i])
		}
		p.settle(before)
		return p
	})
}

// restore takes the checkpoint before, plans and carries out. The caller holds
// the lock.
func (s *Store) restore(ctx context.Context, label string, makePlan func(now *manifest) *plan) (Result, error) {
	before, p, err := s.secure(ctx, label, makePlan)
	if err != nil {
		return Result{}, fmt.Errorf("saving the present state: %w", err)
	}
	if err := s.recordUndo(before.ID, p); err != nil {
		return Result{}, err
	}
	failed := map[string]string{}
	if len(p.goals) > 0 {
		j := s.newJournal(before.ID, p)
		if err := s.stageAll(ctx, j); err != nil {
			return Result{}, s.rollBack(j, err)
		}
		// From here on it is shorter to finish than to turn back.
		ctx = context.WithoutCancel(ctx)
		outcome, err := s.apply(ctx, j)
		if err != nil {
			return Result{}, err
		}
		if err := s.endJournal(j); err != nil {
			return Result{}, err
		}
		failed = outcome.failed
		if _, _, err := s.capture(ctx, CreateRequest{Reason: PostRestore, Label: "after restoring"}, false); err != nil {
			s.o.Log.ErrorContext(ctx, "saving the state after a restore", "error", err)
		}
	}
	return p.result(before.ID, failed), nil
}

// secure takes the checkpoint before a restore and plans the restore. Whatever
// the plan displaces is read back from the store: a blob that was there already
// may have been damaged since, and is then kept anew.
func (s *Store) secure(ctx context.Context, label string, makePlan func(now *manifest) *plan) (Checkpoint, *plan, error) {
	const tries = 3
	for range tries {
		before, now, err := s.capture(ctx, CreateRequest{Reason: PreRestore, Label: label}, true)
		if err != nil {
			return Checkpoint{}, nil, err
		}
		p := makePlan(now)
		ok, err := s.kept(before, p)
		if ok || err != nil {
			return before, p, err
		}
		s.o.Log.WarnContext(ctx, "damaged contents were found and kept anew", "checkpoint", before.ID)
		if err := ctx.Err(); err != nil {
			return Checkpoint{}, nil, err
		}
	}
	return Checkpoint{}, nil, fmt.Errorf("writing contents that can be read again: %w", ErrDamaged)
}

// kept tells whether the store can give back all that a plan displaces.
func (s *Store) kept(before Checkpoint, p *plan) (bool, error) {
	tree, err := parseHash(before.Tree)
	if err != nil {
		return false, err
	}
	all, err := s.blobs.sound(tree)
	if err != nil {
		return false, err
	}
	for _, g := range p.goals {
		if !g.has(KindFile) {
			continue
		}
		ok, err := s.blobs.sound(g.now.hash)
		if err != nil {
			return false, err
		}
		all = all && ok
	}
	return all, nil
}

// result counts what was done; failed holds reasons by encoded path.
func (p *plan) result(undo string, failed map[string]string) Result {
	count := func(goals []*goal) int {
		n := 0
		for _, g := range goals {
			done := g
			if swap := p.swallower(g); swap != nil {
				done = swap
			}
			if _, ok := failed[EncodePath(done.path)]; !ok {
				n++
			}
		}
		return n
	}
	write, remove := p.shown()
	r := Result{
		Written: count(write), Deleted: count(remove), Undo: undo,
		Conflicts: append([]Conflict{}, p.conflicts...),
		Unknown:   p.unknownPaths(),
	}
	for _, one := range slices.SortedFunc(maps.Keys(failed), comparePaths) {
		r.Conflicts = append(r.Conflicts, Conflict{Path: one, Reason: failed[one]})
	}
	return r
}

func (s *Store) recordUndo(id string, p *plan) error {
	record := undoRecord{Paths: make([]undoPath, len(p.goals))}
	for i, g := range p.goals {
		record.Paths[i] = undoPath{Path: EncodePath(g.path), After: save(g.want)}
	}
	if err := writeChecked(s.recordPath(id), record); err != nil {
		return fmt.Errorf("writing undo record: %w", err)
	}
	return nil
}

// newJournal puts the goals in the order in which they are met: what is written
// from the top down, then deletions from the bottom up.
func (s *Store) newJournal(id string, p *plan) *journal {
	j := &journal{ID: id, Stage: s.stagePath(id), Steps: []step{}, Modes: []mode{}}
	var removals []step
	for i, g := range p.goals {
		if p.swallower(g) != nil || g.wants(KindFolder) && g.has(KindFolder) {
			continue
		}
		one := step{Path: EncodePath(g.path), Slot: strconv.Itoa(i), Want: save(g.want), Now: save(g.now)}
		if g.want == nil {
			removals = append(removals, one)
		} else {
			j.Steps = append(j.Steps, one)
		}
	}
	slices.Reverse(removals)
	j.Steps = append(j.Steps, removals...)
	j.Modes = p.modes()
	return j
}

// stagePath is a new folder on the workspace's device.
func (s *Store) stagePath(id string) string {
	if s.stageInside {
		return filepath.Join(s.root, atomicfile.TemporaryName())
	}
	return filepath.Join(s.dir, "stage", id)
}

// modes lists the folders whose permissions are to be set once all else is
// done, the deepest first: those made or changed, and those that must be opened
// up to write in them.
func (p *plan) modes() []mode {
	byPath := map[string]mode{}
	for _, g := range p.goals {
		if g.wants(KindFolder) {
			from := uint32(0o700)
			if g.has(KindFolder) {
				from = g.now.mode
			}
			byPath[g.path] = mode{Path: EncodePath(g.path), From: from, To: g.want.mode}
		}
		if g.has(KindFolder) && g.want != nil && !g.wants(KindFolder) && g.now.mode&0o300 != 0o300 {
			byPath[g.path] = mode{Path: EncodePath(g.path), From: g.now.mode, To: g.now.mode} // should it stay
		}
		up := path.Dir(g.path)
		if _, done := byPath[up]; done || up == "." {
			continue
		}
		if parent := p.byPath[up]; parent != nil && parent.wants(KindFolder) {
			continue // it gets its own
		}
		if _, now := p.now.find(up); now != nil && now.kind == KindFolder && now.mode&0o300 != 0o300 {
			byPath[up] = mode{Path: EncodePath(up), From: now.mode, To: now.mode}
		}
	}
	out := make([]mode, 0, len(byPath))
	for _, raw := range slices.SortedFunc(maps.Keys(byPath), comparePaths) {
		out = append(out, byPath[raw])
	}
	slices.Reverse(out)
	return out
}

// rollBack ends a restore that has changed nothing yet.
func (s *Store) rollBack(j *journal, why error) error {
	if _, cut := errors.AsType[*stopped](why); cut {
		return why
	}
	return errors.Join(why, s.endJournal(j))
}
