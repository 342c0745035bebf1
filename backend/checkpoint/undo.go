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

// UndoRequest takes a restore back, or an undo.
type UndoRequest struct {
	ID string // the Undo of its result
	// Unsaved and Merge are as in [RestoreRequest]: text that an editor holds is
	// never replaced unless it is what the restore left, or found.
	// What an editor held, unsaved, when the restore was done is not merged: it was
	// written then, and is not in the file from before.
	Unsaved []Unsaved
	Merge   bool
}

// Undo is [Store.TakeBack] where no editor holds anything and nothing is merged.
func (s *Store) Undo(ctx context.Context, id string) (Result, error) {
	return s.TakeBack(ctx, UndoRequest{ID: id})
}

// TakeBack takes a restore back, or an undo. Paths that were changed since are
// conflicts and stay, but for those that are merged. The error is
// [ErrNothingToUndo] where no restore has this id.
func (s *Store) TakeBack(ctx context.Context, r UndoRequest) (Result, error) {
	id := r.ID
	texts, err := unsavedTexts(r.Unsaved)
	if err != nil {
		return Result{}, err
	}
	release, err := s.begin(ctx)
	if err != nil {
		return Result{}, err
	}
	defer release()
	record, held, err := s.undoRecord(ctx, id)
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
		p.texts, p.mergeToo = texts, r.Merge
		for i, one := range record.Paths {
			raw := DecodePath(one.Path)
			if p.content = nil; r.Merge && !held[raw] {
				p.content = s.bytes
			}
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

// undoRecord returns also the raw paths that an editor held unsaved text of.
func (s *Store) undoRecord(ctx context.Context, id string) (record undoRecord, held map[string]bool, err error) {
	var body []byte
	held = map[string]bool{}
	err = s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		if body, err = tx.Undo(id); err != nil {
			return err
		}
		extras, err := tx.Extras(id)
		for _, e := range extras {
			held[e.Path] = held[e.Path] || e.Kind == meta.Unsaved
		}
		return err
	})
	switch {
	case err != nil:
		return record, held, fmt.Errorf("undoing %q: %w", id, err)
	case body == nil:
		return record, held, fmt.Errorf("undoing %q: %w", id, ErrNothingToUndo)
	}
	if err := json.Unmarshal(body, &record); err != nil {
		return record, held, fmt.Errorf("undoing %q: %w: %w", id, ErrDamaged, err)
	}
	return record, held, nil
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
