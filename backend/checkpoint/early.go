package checkpoint

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
	"github.com/keel-ide/keel/backend/checkpoint/internal/scan"
)

// earlier is a checkpoint of some targets that waits for the rest.
type earlier struct {
	row     meta.Row
	targets []scan.Target
}

// complete makes the tree of an early checkpoint: what was read now, with its
// targets as they were then.
func (s *Store) complete(ctx context.Context, keep *pack.Batch, seen sighting, e *earlier) error {
	root := seen.Dir.Node.Sum(seen.Dir.ID)
	for _, t := range e.targets {
		var err error
		if root, err = s.place(keep, root.ID, t.Path, t.Entry); err != nil {
			return fmt.Errorf("completing checkpoint %q: %w", e.row.ID, err)
		}
		if err := s.flush(keep); err != nil {
			return err
		}
	}
	row := &e.row
	row.Root, row.Policy, row.Files, row.EndedAt, row.Problems = root.ID, s.policy(seen.Dir), int(root.Files), s.o.Now().UnixMilli(), ""
	now := s.tree(root.ID)
	if root.Below&node.HoldsProblem != 0 {
		text, err := json.Marshal(now.problems())
		if err != nil {
			return err
		}
		row.Problems = string(text)
	}
	row.Changed = row.Files
	if row.Parent != "" {
		before, err := s.treeOf(ctx, row.Parent)
		if err != nil {
			return err
		}
		row.Changed = len(changes(before, now))
	}
	return now.failed
}

// place puts an entry at a path of a tree, or nothing, and returns the new root.
// A folder on the way that has gone since is there again.
func (s *Store) place(keep *pack.Batch, root node.ID, path string, e *node.Entry) (node.Entry, error) {
	n, err := s.folder(root)
	if err != nil {
		return node.Entry{}, err
	}
	return s.placeIn(keep, root, n, path, e)
}

func (s *Store) placeIn(keep *pack.Batch, id node.ID, n *node.Node, path string, e *node.Entry) (node.Entry, error) {
	next := &node.Node{Entries: slices.Clone(n.Entries), Partial: n.Partial}
	name, deeper, more := strings.Cut(path, "/")
	i, found := next.Index(name)
	isFolder := found && next.Entries[i].Kind == node.Folder
	var to *node.Entry
	switch {
	case e == nil && (!found || more && !isFolder):
		return n.Sum(id), nil // nothing is there now either
	case more:
		inner, mode := &node.Node{Partial: true}, uint16(0o755) // what else is in it is not known
		innerID := node.ID{}
		if isFolder {
			mode, innerID = next.Entries[i].Mode, next.Entries[i].ID
			kept, err := s.folder(innerID)
			if err != nil {
				return node.Entry{}, err
			}
			inner = kept
		}
		made, err := s.placeIn(keep, innerID, inner, deeper, e)
		if err != nil {
			return node.Entry{}, err
		}
		made.Name, made.Mode = name, mode
		to = &made
	default:
		to = e
	}
	switch {
	case to == nil:
		next.Entries = slices.Delete(next.Entries, i, i+1)
	case found:
		next.Entries[i] = *to
	default:
		next.Entries = slices.Insert(next.Entries, i, *to)
	}
	encoded := next.Encode()
	if err := scan.Keep(keep, encoded, n.Encode()); err != nil {
		return node.Entry{}, err
	}
	return next.Sum(encoded.ID), s.flush(keep)
}

// early takes a checkpoint of some targets while the first reading still runs.
// It is not ok when it does not.
func (s *Store) early(ctx context.Context, r CreateRequest) (Checkpoint, bool, error) {
	if len(r.Targets) == 0 {
		return Checkpoint{}, false, nil
	}
	done, err := s.reading(ctx)
	if err != nil {
		return Checkpoint{}, false, err
	}
	defer done()
	w := &s.warming
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.on {
		return Checkpoint{}, false, nil
	}
	e := earlier{row: s.newRow(r, s.o.Now(), false)}
	for _, path := range r.Targets {
		raw, err := given(path)
		if err != nil {
			return Checkpoint{}, false, err
		}
		if raw == "." {
			return Checkpoint{}, false, nil // that is everything
		}
		t, err := scan.One(ctx, s.targetOptions(w.keep), raw)
		if err != nil {
			return Checkpoint{}, false, fmt.Errorf("capturing %q: %w", path, err)
		}
		e.targets = append(e.targets, t)
	}
	if err := s.recordEarly(ctx, w.keep, &e); err != nil {
		return Checkpoint{}, false, err
	}
	w.early = append(w.early, e)
	return checkpointOf(e.row), true, nil
}

func (s *Store) targetOptions(keep *pack.Batch) scan.Options {
	return scan.Options{Root: s.root, Keep: keep, MaxFile: s.o.MaxFile, Slack: s.clock.slack, Read: s.o.Faults.Read, Reading: s.o.Faults.Reading, Workers: 1}
}

// recordEarly records a checkpoint that says nothing yet but of its targets.
func (s *Store) recordEarly(ctx context.Context, keep *pack.Batch, e *earlier) error {
	s.last = nil
	root := partial(e.targets)
	id, err := root.keep(keep)
	if err != nil {
		return err
	}
	if err := s.flush(keep); err != nil {
		return err
	}
	e.row.Root = id
	text, err := json.Marshal([]Problem{{Path: ".", Reason: reasonPending}})
	if err != nil {
		return err
	}
	e.row.Problems, e.row.Files = string(text), len(e.targets)
	err = s.db.Read(ctx, func(tx *meta.Tx) error {
		parent, has, err := tx.Newest()
		if has {
			e.row.Parent = parent.ID
		}
		return err
	})
	if err != nil {
		return err
	}
	e.row.EndedAt = s.o.Now().UnixMilli()
	e.row.DurationMs = e.row.EndedAt - e.row.CreatedAt
	err = s.db.Write(func(tx *meta.Tx) error {
		if err := tx.SetMarks(s.unrecorded); err != nil {
			return err
		}
		return tx.Add(&e.row)
	})
	if err == nil {
		s.recorded()
		s.listed()
	}
	return err
}

// sprout is a folder of a partial tree that grows.
type sprout struct {
	entry *node.Entry // of what is no such folder
	kids  map[string]*sprout
}

// partial makes the tree of some targets.
func partial(targets []scan.Target) *sprout {
	top := &sprout{kids: map[string]*sprout{}}
	for _, t := range targets {
		if t.Entry == nil {
			continue // a partial folder cannot say so; the whole one will
		}
		at := top
		for name := range strings.SplitSeq(t.Path, "/") {
			if at.kids[name] == nil {
				at.kids[name] = &sprout{kids: map[string]*sprout{}}
			}
			at = at.kids[name]
		}
		at.entry = t.Entry
	}
	return top
}

func (p *sprout) keep(keep *pack.Batch) (node.ID, error) {
	n := &node.Node{Partial: true}
	for name, kid := range p.kids {
		e, err := kid.at(keep)
		if err != nil {
			return node.ID{}, err
		}
		e.Name = name
		at, _ := n.Index(name)
		n.Entries = append(n.Entries[:at], append([]node.Entry{e}, n.Entries[at:]...)...)
	}
	encoded := n.Encode()
	return encoded.ID, scan.Keep(keep, encoded, node.Encoded{})
}

// at is the entry of what stands there.
func (p *sprout) at(keep *pack.Batch) (node.Entry, error) {
	if p.entry != nil {
		return *p.entry, nil
	}
	id, err := p.keep(keep)
	return node.Entry{ID: id, Kind: node.Folder, Mode: 0o755, Below: node.HoldsUnknown | node.HoldsProblem}, err
}
