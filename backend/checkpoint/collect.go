package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
	"github.com/keel-ide/keel/backend/checkpoint/internal/scan"
)

// compactBelow is how much of a segment must be needed for it to stay.
const compactBelow = 0.6

// collect gives back the room of what nothing needs. A content goes once it was
// not needed at two clean-ups, or, with atOnce, now. The caller holds the lock.
func (s *Store) collect(ctx context.Context, atOnce bool) error {
	live, err := s.live(ctx)
	if err != nil {
		return err
	}
	var before map[node.ID]bool
	err = s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		before, err = tx.Dead()
		return err
	})
	if err != nil {
		return err
	}
	dead, gone := map[node.ID]bool{}, map[node.ID]bool{}
	s.packs.All(func(id node.ID, _ pack.Kind, _ int64) {
		switch {
		case live[id]:
		case before[id] || atOnce:
			gone[id] = true
		default:
			dead[id] = true
		}
	})
	compact := s.compact
	if atOnce {
		compact = s.erase
	}
	if err := compact(ctx, gone); err != nil {
		return err
	}
	for id := range gone {
		if s.packs.Has(id) { // its segment is not worth copying yet
			dead[id] = true
		}
	}
	s.work.check(s.packs)
	if !atOnce && maps.Equal(dead, before) {
		return nil
	}
	return s.db.Write(func(tx *meta.Tx) error {
		if atOnce {
			if err := tx.SetPurging(false); err != nil {
				return err
			}
		}
		return tx.SetDead(dead)
	})
}

// compact copies what is needed out of segments of which little is, and removes
// them.
func (s *Store) compact(ctx context.Context, gone map[node.ID]bool) error {
	keep := func(id node.ID) bool { return !gone[id] }
	going := map[uint32]bool{}
	for _, use := range s.packs.Uses(keep) {
		if float64(use.Live) < compactBelow*float64(use.Bytes) {
			going[use.Segment] = true
		}
	}
	if err := s.protect(gone, going); err != nil {
		return err
	}
	for _, segment := range slices.Sorted(maps.Keys(going)) {
		err := s.compactOne(ctx, segment, going, keep)
		if errors.Is(err, ErrDamaged) {
			s.o.Log.WarnContext(ctx, "a damaged segment stays", "segment", segment, "error", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// protect takes off what goes whatever records need that stay where they are:
// they still count as kept, and may be needed again.
func (s *Store) protect(gone map[node.ID]bool, going map[uint32]bool) error {
	for id := range maps.Clone(gone) {
		if segment, ok := s.packs.Where(id); !ok || going[segment] {
			continue
		}
		m := &marking{store: s, live: map[node.ID]bool{}}
		kind, _ := s.packs.Kind(id)
		var err error
		switch kind {
		case pack.Folder:
			err = m.record(id)
		case pack.List:
			err = m.content(id)
		}
		if err != nil {
			return err
		}
		for needed := range m.live {
			if needed != id {
				delete(gone, needed)
			}
		}
	}
	return nil
}

// erase leaves nothing of what goes on the disk. What is damaged in the same
// segments goes with it.
func (s *Store) erase(ctx context.Context, gone map[node.ID]bool) error {
	going := s.packs.SegmentsOf(gone)
	keep := func(id node.ID) bool { return !gone[id] && s.packs.Sound(id) }
	for _, segment := range slices.Sorted(maps.Keys(going)) {
		if err := s.compactOne(ctx, segment, going, keep); err != nil {
			return err
		}
	}
	return nil
}

// compactOne needs room for one segment at a time.
func (s *Store) compactOne(ctx context.Context, segment uint32, going map[uint32]bool, keep func(node.ID) bool) error {
	batch := s.packs.Begin(s.marks)
	batch.Leave(slices.Collect(maps.Keys(going)))
	if err := batch.Copy(ctx, segment, keep); err != nil {
		return s.uncommit(batch, fmt.Errorf("copying what is needed of segment %d: %w", segment, err))
	}
	if err := s.record(batch, func(tx *meta.Tx) error { return tx.DropMarks([]uint32{segment}) }); err != nil {
		return err
	}
	s.marks = slices.DeleteFunc(s.marks, func(m pack.Mark) bool { return m.Segment == segment })
	return s.packs.Delete([]uint32{segment})
}

// live marks what checkpoints, restores under way and the present state need.
func (s *Store) live(ctx context.Context) (map[node.ID]bool, error) {
	live := map[node.ID]bool{}
	m := &marking{store: s, live: live, visited: map[node.ID]bool{}}
	var rows []meta.Row
	var extras []meta.Extra
	err := s.db.Read(ctx, func(tx *meta.Tx) (err error) {
		if rows, err = tx.List(); err != nil {
			return err
		}
		extras, err = tx.Extras("")
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		live[row.Header] = true
		if err := m.folder(ctx, row.Root); err != nil {
			return nil, err
		}
	}
	for _, e := range extras {
		if err := m.content(e.Content); err != nil {
			return nil, err
		}
	}
	if s.work.dir != nil {
		if err := m.dir(s.work.dir); err != nil {
			return nil, err
		}
	}
	return live, nil
}

// marking goes through trees. What cannot be read ends it: nothing may be
// removed on a guess.
type marking struct {
	store   *Store
	live    map[node.ID]bool // what is needed, also only for reading something else
	visited map[node.ID]bool // folders of which all that they hold is marked
}

// dir marks the present state, which is in memory.
func (m *marking) dir(d *scan.Dir) error {
	if err := m.record(d.ID); err != nil {
		return err
	}
	for i := range d.Node.Entries {
		if e := &d.Node.Entries[i]; e.Kind == node.File {
			if err := m.content(e.ID); err != nil {
				return err
			}
		}
		if d.Kids != nil && d.Kids[i] != nil {
			if err := m.dir(d.Kids[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *marking) folder(ctx context.Context, id node.ID) error {
	if m.visited[id] {
		return nil
	}
	m.visited[id] = true
	if err := ctx.Err(); err != nil {
		return err
	}
	n, err := m.store.folder(id)
	if errors.Is(err, ErrDamaged) {
		m.live[id] = true // it stays damaged; its neighbours may still be read
		return nil
	}
	if err != nil {
		return err
	}
	if err := m.record(id); err != nil {
		return err
	}
	for i := range n.Entries {
		e := &n.Entries[i]
		switch e.Kind {
		case node.File:
			err = m.content(e.ID)
		case node.Folder:
			err = m.folder(ctx, e.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// record marks a folder's own record, its parts, and what they are based on.
func (m *marking) record(id node.ID) error {
	for at := id; !m.live[at]; {
		m.live[at] = true
		base, ok, err := m.store.packs.Base(at)
		if err != nil && !errors.Is(err, ErrDamaged) {
			return err
		}
		if !ok {
			break
		}
		at = base
	}
	data, _, err := m.store.content(id)
	if errors.Is(err, ErrDamaged) {
		return nil // one that is damaged has nothing to mark
	}
	if err != nil {
		return err
	}
	parts, err := node.PartsOf(data)
	if err != nil {
		return fmt.Errorf("reading folder %s: %w", id, err)
	}
	for _, part := range parts {
		if err := m.record(part); err != nil {
			return err
		}
	}
	return nil
}

func (m *marking) content(id node.ID) error {
	if m.live[id] {
		return nil
	}
	m.live[id] = true
	if kind, ok := m.store.packs.Kind(id); !ok || kind != pack.List {
		return nil
	}
	list, _, err := m.store.content(id)
	if errors.Is(err, ErrDamaged) {
		return nil
	}
	for ; err == nil && len(list) >= len(id); list = list[len(id):] {
		m.live[node.ID(list[:len(id)])] = true
	}
	return err
}
