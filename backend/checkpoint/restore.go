package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
)

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
	return s.restore(ctx, restoring{before: "before restoring " + r.ID, after: "after restoring"}, at, makePlan)
}

// restoring labels the checkpoints around a restore.
type restoring struct{ before, after string }

// restore takes the checkpoint before, plans and carries out. The caller holds
// the lock.
func (s *Store) restore(ctx context.Context, label restoring, at *aim, makePlan func(now *tree) (*plan, error)) (Result, error) {
	before, p, err := s.secure(ctx, label.before, at, makePlan)
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
		done := s.report(Restoring, &j.counted, int64(len(j.Steps)), 3)
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
		if _, _, err := s.capture(ctx, CreateRequest{Reason: PostRestore, Label: label.after}, false); err != nil {
			if fault.Stop(err) {
				return Result{}, err
			}
			s.o.Log.ErrorContext(ctx, "saving the state after a restore", "error", err)
		}
	}
	return p.result(before.ID, failed), nil
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
		if p.merged[g.path] && done(g) {
			r.Merged++
		}
		if p.replacesText(g) && done(g) {
			r.Unsaved = append(r.Unsaved, EncodePath(g.path))
		}
	}
	if len(p.reread) > 0 {
		r.Unsaved = slices.SortedFunc(slices.Values(append(r.Unsaved, encoded(p.reread)...)), comparePaths)
	}
	for _, one := range slices.SortedFunc(maps.Keys(failed), comparePaths) {
		r.Conflicts = append(r.Conflicts, Conflict{Path: one, Reason: failed[one]})
	}
	return r
}

// rollBack ends a restore that has changed nothing yet.
func (s *Store) rollBack(j *journal, why error) error {
	if fault.Stop(why) {
		return why
	}
	return errors.Join(why, s.endJournal(j))
}
