package checkpoint

import (
	"context"
	"fmt"
	"maps"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
	"github.com/keel-ide/keel/backend/checkpoint/internal/scan"
)

// aim is a state that a restore is to bring back. The ignore rules may have
// changed since: then the checkpoint before the restore also captures what was
// covered under the rules of that state, or would be once they are back, so that
// one restore brings all of it back and may be undone.
type aim struct {
	root, policy node.ID
	within       scope
}

func (s *Store) aimAt(ctx context.Context, id string, in scope) (*aim, error) {
	row, err := s.row(ctx, id)
	if err != nil {
		return nil, err
	}
	return &aim{root: row.Root, policy: row.Policy, within: in}, nil
}

// lookFor is look, and another look where the rules are not those of the aim and
// leave anything out.
func (s *Store) lookFor(ctx context.Context, keep *pack.Batch, at *aim) (sighting, error) {
	seen, err := s.look(ctx, keep)
	if err != nil || at == nil || s.policy(seen.Dir) == at.policy || seen.Dir.Node.Sum(seen.Dir.ID).Below&node.HoldsUnknown == 0 {
		return seen, err
	}
	wide, err := s.lookWide(ctx, keep, seen.Dir, at)
	if err != nil {
		s.giveBack(seen)
		return sighting{}, err
	}
	if wide.Dir.ID != seen.Dir.ID {
		seen.wide = wide.Dir
		maps.Copy(seen.Overlay, wide.Overlay)
	}
	return seen, nil
}

func (s *Store) lookWide(ctx context.Context, keep *pack.Batch, seen *scan.Dir, at *aim) (scan.Result, error) {
	o, err := s.scanOptions(keep)
	if err != nil {
		return scan.Result{}, err
	}
	o.Old, o.Watch = seen, nil
	o.Then = &scan.Then{Root: at.root, Folder: s.folder, Content: s.bytes, Within: at.within.meets}
	done := s.progress(Capturing, &o)
	defer done()
	return scan.Run(ctx, o)
}

// whole is the state that a checkpoint is made of. Later ones go on from Dir.
func (seen sighting) whole() *scan.Dir {
	if seen.wide != nil {
		return seen.wide
	}
	return seen.Dir
}

// policyFor names the rules that decided what is covered.
func (s *Store) policyFor(seen sighting, at *aim) node.ID {
	policy := s.policy(seen.Dir)
	if seen.wide == nil {
		return policy
	}
	return node.Sum(fmt.Appendf(nil, "%s and %s", policy, at.policy))
}

// presentFor is the workspace as it is now, with what a restore needs of it; it
// keeps nothing. The caller holds s.busy.
func (s *Store) presentFor(ctx context.Context, at *aim) (*tree, error) {
	seen, err := s.lookFor(ctx, nil, at)
	if err != nil {
		return nil, fmt.Errorf("reading workspace: %w", err)
	}
	s.giveBack(seen)
	return s.treeWith(seen.whole().ID, seen.Overlay), nil
}
