package checkpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/sourcegraph/conc/pool"

	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
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
	content := collector{}
	stamp, err := readStable(parent, name, info, &content)
	if err != nil {
		return nil, e.export(), fmt.Errorf("reading %q: %w", at, err)
	}
	e.hash, e.size, e.mode = node.Sum(content), stamp.size, stamp.mode
	return content, e.export(), nil
}

// Preview says what [Store.Restore] would do if nothing changed until then.
func (s *Store) Preview(ctx context.Context, r RestoreRequest) (Plan, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return Plan{}, err
	}
	defer leave()
	makePlan, at, err := s.planner(ctx, r)
	if err != nil {
		return Plan{}, err
	}
	now, err := s.presentFor(ctx, at)
	if err != nil {
		return Plan{}, err
	}
	p, err := makePlan(now)
	if err != nil {
		return Plan{}, err
	}
	return p.export(), nil
}

// planner reads what a request refers to; the plan is made of the state before.
func (s *Store) planner(ctx context.Context, r RestoreRequest) (func(now *tree) (*plan, error), *aim, error) {
	in, err := newScope(r.Paths)
	if err != nil {
		return nil, nil, err
	}
	texts, err := unsavedTexts(r.Unsaved)
	if err != nil {
		return nil, nil, err
	}
	target, err := s.treeOf(ctx, r.ID)
	if err != nil {
		return nil, nil, err
	}
	at, err := s.aimAt(ctx, r.ID, in)
	if err != nil {
		return nil, nil, err
	}
	trees := []*tree{target}
	make := func(p *plan) { p.exact(target, in) }
	switch r.Verb {
	case Exact, "":
	case Agent:
		after, err := s.treeOf(ctx, r.After)
		if err != nil {
			return nil, nil, fmt.Errorf("the state after the changes: %w", err)
		}
		trees = append(trees, after)
		make = func(p *plan) { p.agent(target, after, in) }
	default:
		return nil, nil, fmt.Errorf("restoring: unknown verb %q", r.Verb)
	}
	return func(now *tree) (*plan, error) {
		p := newPlan(now)
		p.texts, p.mergeToo, p.content = texts, r.Merge, s.bytes
		p.disk = func(raw string) ([]byte, error) {
			content, _, err := s.readDisk(raw)
			return content, err
		}
		make(p)
		return p, p.check(append(trees, now)...)
	}, at, nil
}

// unsavedTexts is what editors hold, by raw path.
func unsavedTexts(all []Unsaved) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, u := range all {
		raw, err := given(u.Path)
		if err != nil {
			return nil, fmt.Errorf("unsaved text: %w", err)
		}
		out[raw] = u.Content
	}
	return out, nil
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
	makePlan, at, err := s.planner(ctx, r)
	if err != nil {
		return Result{}, err
	}
	return s.restore(ctx, "before restoring "+r.ID, at, makePlan)
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

// paths are those that the restore touched, raw.
func (u undoRecord) paths() []string {
	out := make([]string, len(u.Paths))
	for i, one := range u.Paths {
		out[i] = DecodePath(one.Path)
	}
	return out
}

// Undo takes a restore back, or an undo; id is the result's Undo. Paths that
// were changed since are conflicts and stay. The error is [ErrNothingToUndo]
// where no restore has this id.
func (s *Store) Undo(ctx context.Context, id string) (Result, error) {
	release, err := s.begin(ctx)
	if err != nil {
		return Result{}, err
	}
	defer release()
	record, err := s.undoRecord(ctx, id)
	if err != nil {
		return Result{}, err
	}
	before, err := s.treeOf(ctx, id)
	if err != nil {
		return Result{}, err
	}
	var at *aim
	if paths := record.paths(); len(paths) > 0 {
		if at, err = s.aimAt(ctx, id, scopeOf(paths)); err != nil {
			return Result{}, err
		}
	}
	after := make([]*entry, len(record.Paths))
	for i, one := range record.Paths {
		if after[i], err = one.After.entry(DecodePath(one.Path)); err != nil {
			return Result{}, fmt.Errorf("undoing %q: %w", id, err)
		}
	}
	return s.restore(ctx, "before undoing "+id, at, func(now *tree) (*plan, error) {
		p := newPlan(now)
		for i, one := range record.Paths {
			raw := DecodePath(one.Path)
			covered, was := before.find(raw)
			if covered == unknown {
				p.unknown[EncodePath(raw)] = true // as when it was purged since
				continue
			}
			p.threeWay(raw, was, after[i])
		}
		p.settle(before)
		return p, p.check(before, now)
	})
}

func (s *Store) undoRecord(ctx context.Context, id string) (undoRecord, error) {
	var record undoRecord
	var body []byte
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		body, err = tx.Undo(id)
		return err
	})
	switch {
	case err != nil:
		return record, fmt.Errorf("undoing %q: %w", id, err)
	case body == nil:
		return record, fmt.Errorf("undoing %q: %w", id, ErrNothingToUndo)
	}
	if err := json.Unmarshal(body, &record); err != nil {
		return record, fmt.Errorf("undoing %q: %w: %w", id, ErrDamaged, err)
	}
	return record, nil
}

// restore takes the checkpoint before, plans and carries out. The caller holds
// the lock.
func (s *Store) restore(ctx context.Context, label string, at *aim, makePlan func(now *tree) (*plan, error)) (Result, error) {
	before, p, err := s.secure(ctx, label, at, makePlan)
	if err != nil {
		return Result{}, fmt.Errorf("saving the present state: %w", err)
	}
	if err := s.recordUndo(before.ID, p); err != nil {
		return Result{}, err
	}
	failed := map[string]string{}
	if len(p.goals) > 0 {
		j := s.newJournal(before.ID, p)
		// Each is staged, done and verified.
		done := s.report(Restoring, &j.counted, 3*int64(len(j.Steps)))
		defer done()
		if err := s.stageAll(ctx, j); err != nil {
			return Result{}, s.rollBack(j, err)
		}
		// From here on it is shorter to finish than to turn back.
		ctx = context.WithoutCancel(ctx)
		outcome, err := s.apply(ctx, j)
		if err != nil {
			return Result{}, err
		}
		if err := s.release(ctx, j); err != nil {
			if fault.Stop(err) {
				return Result{}, err
			}
			s.o.Log.WarnContext(ctx, "tidying up after a restore", "error", err) // the next operation does
		}
		failed = outcome.failed
		if _, _, err := s.capture(ctx, CreateRequest{Reason: PostRestore, Label: "after restoring"}, false); err != nil {
			if fault.Stop(err) {
				return Result{}, err
			}
			s.o.Log.ErrorContext(ctx, "saving the state after a restore", "error", err)
		}
	}
	return p.result(before.ID, failed), nil
}

// secure takes the checkpoint before a restore and plans the restore. Whatever
// the plan displaces is read back from the store: content that was there already
// may have been damaged since, and is then kept anew.
func (s *Store) secure(ctx context.Context, label string, at *aim, makePlan func(now *tree) (*plan, error)) (Checkpoint, *plan, error) {
	const tries = 3
	for range tries {
		before, now, err := s.heal(ctx, func() (Checkpoint, *tree, error) {
			return s.capture(ctx, CreateRequest{Reason: PreRestore, Label: label, aim: at}, true)
		})
		if err != nil {
			return Checkpoint{}, nil, err
		}
		p, err := makePlan(now)
		if err != nil {
			return Checkpoint{}, nil, err
		}
		ok, err := s.sound(ctx, p)
		if err != nil {
			return Checkpoint{}, nil, err
		}
		if ok {
			return before, p, s.keepTexts(before.ID, p)
		}
		s.work.dir = nil // so that it is all read again
		s.notify(ctx, Notice{Kind: Damaged, Checkpoint: before.ID, Text: "Some of what was stored is damaged. What is needed for this restore could be stored anew; older checkpoints may have lost something: keel checkpoint verify tells."})
		if err := ctx.Err(); err != nil {
			return Checkpoint{}, nil, err
		}
	}
	return Checkpoint{}, nil, fmt.Errorf("writing contents that can be read again: %w", ErrDamaged)
}

// sound tells whether the store can give back all that a plan displaces, and
// forgets what it cannot.
func (s *Store) sound(ctx context.Context, p *plan) (bool, error) {
	work := pool.NewWithResults[bool]().WithErrors().WithContext(ctx).WithMaxGoroutines(s.atOnce())
	for _, g := range p.goals {
		if !g.has(KindFile) {
			continue
		}
		work.Go(func(context.Context) (bool, error) {
			err := s.copyTo(io.Discard, g.now.hash)
			if errors.Is(err, ErrDamaged) {
				s.forget(g.now.hash)
				return false, nil
			}
			return err == nil, err
		})
	}
	all, err := work.Wait()
	return !slices.Contains(all, false), err
}

// forget makes a content count as missing, with all its pieces.
func (s *Store) forget(id node.ID) {
	if list, kind, err := s.packs.Read(id); err == nil && kind == pack.List {
		for ; len(list) >= len(id); list = list[len(id):] {
			piece := node.ID(list[:len(id)])
			if _, _, err := s.packs.Read(piece); err != nil {
				s.packs.Forget(piece)
			}
		}
	}
	s.packs.Forget(id)
}

// keepTexts keeps what the plan makes itself, and what editors hold.
func (s *Store) keepTexts(id string, p *plan) error {
	if len(p.merged) == 0 && len(p.texts) == 0 {
		return nil
	}
	keep := s.packs.Begin(s.marks)
	var extras []meta.Extra
	for raw, content := range p.texts {
		extras = append(extras, meta.Extra{Kind: meta.Unsaved, Path: raw, Content: node.Sum(content), Size: int64(len(content))})
	}
	for _, content := range slices.AppendSeq(slices.Collect(maps.Values(p.texts)), maps.Values(p.merged)) {
		if err := keep.Add(pack.Blob, node.Sum(content), content); err != nil {
			return s.uncommit(keep, err)
		}
	}
	if err := s.flush(keep); err != nil {
		return s.uncommit(keep, err)
	}
	err := s.db.Write(func(tx *meta.Tx) error {
		for _, e := range extras {
			if err := tx.AddExtra(id, e); err != nil {
				return err
			}
		}
		return tx.SetMarks(s.unrecorded)
	})
	if err != nil {
		return s.uncommit(keep, err)
	}
	s.recorded()
	return nil
}

// result counts what was done; failed holds reasons by encoded path.
func (p *plan) result(undo string, failed map[string]string) Result {
	done := func(g *goal) bool {
		if g.swallower != nil {
			g = g.swallower
		}
		_, ok := failed[EncodePath(g.path)]
		return !ok
	}
	count := func(goals []*goal) int {
		n := 0
		for _, g := range goals {
			if done(g) {
				n++
			}
		}
		return n
	}
	write, remove := p.shown()
	r := Result{
		Written: count(write), Deleted: count(remove), Undo: undo,
		Conflicts: p.allConflicts(),
		Unknown:   p.unknownPaths(),
		Unsaved:   []string{},
	}
	for _, g := range p.goals {
		if _, merged := p.merged[g.path]; merged && done(g) {
			r.Merged++
		}
		if p.replacesText(g) && done(g) {
			r.Unsaved = append(r.Unsaved, EncodePath(g.path))
		}
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
	body, err := json.Marshal(record)
	if err == nil {
		err = s.db.Write(func(tx *meta.Tx) error { return tx.SetUndo(id, body) })
	}
	if err != nil {
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
		if g.swallower != nil || g.wants(KindFolder) && g.has(KindFolder) {
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
	return filepath.Join(s.dir, stageName, id)
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
		up := folderOf(g.path)
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
	if fault.Stop(why) {
		return why
	}
	return errors.Join(why, s.endJournal(j))
}
