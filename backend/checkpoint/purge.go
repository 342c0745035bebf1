package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
	"github.com/keel-ide/keel/backend/checkpoint/internal/scan"
)

// reasonPurged is what checkpoints say of a path that was taken out.
const reasonPurged = "taken out of the history"

// Purge takes a path, and all below it, out of every checkpoint, as for a
// secret that should never have been kept. It is unknown there from then on. A
// content that stands elsewhere too stays for that place. The file in the
// workspace is not touched, and is captured again by the next checkpoint unless
// it is gone by then.
func (s *Store) Purge(ctx context.Context, path string) (Purged, error) {
	raw, err := given(path)
	if err != nil {
		return Purged{}, err
	}
	if raw == "." {
		return Purged{}, fmt.Errorf("purging %q: that is everything; delete the history instead", path)
	}
	release, err := s.begin(ctx)
	if err != nil {
		return Purged{}, orFull(err)
	}
	defer release()
	if err := s.settleAll(ctx); err != nil { // what restores displaced may be what is to go
		return Purged{}, fmt.Errorf("purging %q: %w", path, err)
	}
	before := s.size()
	var out Purged
	err = s.withRoom(ctx, func() (err error) {
		if s.purging { // it is out of all checkpoints: only erasing it was not possible
			return s.clean(ctx)
		}
		p := &purge{store: s, path: raw, contents: map[node.ID]bool{}, folders: map[node.ID]bool{}, roots: map[node.ID]node.ID{}}
		out, err = p.run(ctx)
		return err
	})
	out.Freed = max(0, before-s.size())
	return out, orFull(err)
}

// finishPurge erases what a purge that was cut off has left. Should that not be
// possible, it must not keep people from working: the next process tries again.
func (s *Store) finishPurge(ctx context.Context) error {
	if !s.purging {
		return nil
	}
	err := s.clean(ctx)
	switch {
	case err == nil:
		s.notify(ctx, Notice{Kind: Recovered, Text: "Taking something out of the history was interrupted. It has been finished: nothing of it is left."})
	case fault.Stop(err) || ctx.Err() != nil:
		return err
	default:
		s.purging = false
		s.o.Log.ErrorContext(ctx, "finishing an interrupted purge", "error", err)
	}
	return nil
}

// purge takes one path out of all checkpoints.
type purge struct {
	store    *Store
	path     string              // raw
	contents map[node.ID]bool    // what stood there
	folders  map[node.ID]bool    // the folders that said so
	roots    map[node.ID]node.ID // old root -> new one
	keep     *pack.Batch
	sums     map[node.ID]node.Entry // of new roots
}

func (p *purge) run(ctx context.Context) (Purged, error) {
	s := p.store
	var rows []meta.Row
	var extras map[string][]meta.Extra
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		if rows, err = tx.List(); err != nil {
			return err
		}
		extras, err = tx.ExtrasByCheckpoint()
		return err
	})
	if err != nil {
		return Purged{}, err
	}
	p.keep, p.sums = s.packs.Begin(s.marks), map[node.ID]node.Entry{}
	out := Purged{}
	for _, row := range rows {
		changed, err := p.root(row.Root)
		if err != nil {
			return out, s.uncommit(p.keep, fmt.Errorf("purging %q: %w", EncodePath(p.path), err))
		}
		if changed {
			out.Checkpoints++
		}
	}
	if err := p.record(ctx, rows, extras); err != nil {
		return out, err
	}
	live, err := s.live(ctx)
	if err != nil {
		return out, err
	}
	for id := range p.contents {
		if !live[id] {
			out.Contents++
		}
	}
	return out, s.clean(ctx)
}

// describeAll writes descriptions of the checkpoints that have none.
func (s *Store) describeAll(ctx context.Context) error {
	var rows []meta.Row
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		rows, err = tx.WithoutHeader()
		return err
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	keep := s.packs.Begin(s.marks)
	for i := range rows {
		if rows[i].Header, err = s.keepHeader(keep, rows[i]); err != nil {
			return s.uncommit(keep, err)
		}
	}
	s.last = nil
	return s.record(keep, func(tx *meta.Tx) error { return tx.SetHeaders(rows) })
}

// root finds the new root of a tree, and tells whether the path was in it.
func (p *purge) root(id node.ID) (bool, error) {
	if to, known := p.roots[id]; known {
		return to != id, nil
	}
	e, err := p.folder(id, p.path)
	if err != nil {
		return false, err
	}
	p.roots[id] = e.ID
	p.sums[e.ID] = e
	return e.ID != id, nil
}

// folder makes the folder without what stands at the rest of the path.
func (p *purge) folder(id node.ID, rest string) (node.Entry, error) {
	n, err := p.store.folder(id)
	if errors.Is(err, ErrDamaged) {
		return node.Entry{ID: id}, nil // nothing can be read of it any more
	}
	if err != nil {
		return node.Entry{}, err
	}
	name, deeper, more := strings.Cut(rest, "/")
	i, found := n.Index(name)
	if !found || !n.Entries[i].Known() || more && n.Entries[i].Kind != node.Folder {
		return n.Sum(id), nil
	}
	next := &node.Node{Entries: append([]node.Entry{}, n.Entries...), Partial: n.Partial}
	e := &next.Entries[i]
	if more {
		inner, err := p.folder(e.ID, deeper)
		if err != nil {
			return node.Entry{}, err
		}
		if inner.ID == e.ID {
			return n.Sum(id), nil
		}
		inner.Name, inner.Mode = e.Name, e.Mode
		*e = inner
	} else {
		if err := p.collect(e); err != nil {
			return node.Entry{}, err
		}
		*e = node.Entry{Name: name, Kind: node.Uncaptured, Cause: node.Purged, More: &node.More{Reason: reasonPurged}}
	}
	p.folders[id] = true
	encoded := next.Encode()
	if err := scan.Keep(p.keep, encoded, node.Encoded{}); err != nil {
		return node.Entry{}, err
	}
	return next.Sum(encoded.ID), nil
}

// collect notes the contents of what is taken out.
func (p *purge) collect(e *node.Entry) error {
	switch e.Kind {
	case node.File:
		p.contents[e.ID] = true
	case node.Folder:
		n, err := p.store.folder(e.ID)
		if errors.Is(err, ErrDamaged) {
			return nil
		}
		if err != nil {
			return err
		}
		p.folders[e.ID] = true
		for i := range n.Entries {
			if err := p.collect(&n.Entries[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// record gives all checkpoints their new trees, at once.
func (p *purge) record(ctx context.Context, rows []meta.Row, extras map[string][]meta.Extra) error {
	s := p.store
	s.last = nil
	err := s.record(p.keep, func(tx *meta.Tx) error {
		for _, row := range rows {
			if to := p.roots[row.Root]; to != row.Root {
				if err := tx.SetRoot(row.ID, to, int(p.sums[to].Files)); err != nil {
					return err
				}
			}
			for _, e := range extras[row.ID] {
				if e.Path != p.path && !below(e.Path, p.path) {
					continue
				}
				p.contents[e.Content] = true
				if err := tx.RemoveExtra(row.ID, e); err != nil {
					return err
				}
			}
		}
		// Should this be cut off, whoever works on the store next goes on with it.
		if err := tx.SetPurging(true); err != nil {
			return err
		}
		dead, err := tx.Dead()
		if err != nil {
			return err
		}
		maps.Copy(dead, p.contents)
		maps.Copy(dead, p.folders)
		return tx.SetDead(dead)
	})
	if err != nil {
		return err
	}
	s.purging = true
	// The state to go on from refers to what goes.
	s.work.dir, s.work.saved = nil, nil
	s.nodes.clear()
	s.names.clear()
	return ctx.Err()
}

// clean erases what a purge took out of the checkpoints, if nothing else needs
// it. All that is not needed goes at once: descriptions of checkpoints, which
// name the trees they had, and whatever a purge before has left.
func (s *Store) clean(ctx context.Context) error {
	if err := s.describeAll(ctx); err != nil {
		return fmt.Errorf("purging: %w", err)
	}
	s.work.dir, s.work.saved = nil, nil
	s.nodes.clear()
	s.names.clear()
	if err := s.faults.Before("remove stat cache"); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(s.dir, cacheName)); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("purging: %w", err)
	}
	for _, name := range s.leftAside() {
		if err := s.removeTree(filepath.Join(s.dir, name)); err != nil {
			return fmt.Errorf("purging: %w", err)
		}
	}
	if err := s.packs.Stray(s.marks); err != nil { // of a purge that was cut off between two of them
		return fmt.Errorf("purging: %w", err)
	}
	if err := s.collect(ctx, true); err != nil {
		return fmt.Errorf("purging: %w", err)
	}
	s.purging = false
	return nil
}
