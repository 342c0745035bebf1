package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/sourcegraph/conc/pool"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
)

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

// keepTexts keeps what the plan brings along, and what editors hold.
func (s *Store) keepTexts(id string, p *plan) error {
	if len(p.brought) == 0 && len(p.texts) == 0 {
		return nil
	}
	keep := s.packs.Begin(s.marks)
	var extras []meta.Extra
	for raw, content := range p.texts {
		extras = append(extras, meta.Extra{Kind: meta.Unsaved, Path: raw, Content: node.Sum(content), Size: int64(len(content))})
	}
	for _, content := range slices.AppendSeq(slices.Collect(maps.Values(p.texts)), maps.Values(p.brought)) {
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
