package checkpoint

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
)

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
	return s.restore(ctx, restoring{before: "before undoing " + id, after: "after restoring"}, at, func(now *tree) (*plan, error) {
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
