package scan

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
)

// finish makes the folder's new state of what was found, or returns the old one
// where nothing differs.
func (v *visit) finish() (found, error) {
	for i := range v.kids {
		v.settle(&v.kids[i])
	}
	if v.old != nil && len(v.items) == len(v.old.Node.Entries) && !slices.ContainsFunc(v.results, func(r *result) bool { return r != nil }) &&
		v.old.ignored == v.inside.ignored {
		v.cache(v.old)
		return found{dir: v.old}, nil
	}
	dir := v.build()
	v.cache(dir)
	if err := v.keep(dir); err != nil {
		return found{}, err
	}
	return found{dir: dir}, nil
}

// cache notes what makes the next scan faster.
func (v *visit) cache(dir *Dir) {
	dir.above, dir.rules, dir.ruled = v.in.rules, v.inside.rules, true
	if v.scan.Watch != nil && !v.through {
		dir.watched = v.scan.Watcher
	}
}

// settle takes in what came of a folder inside.
func (v *visit) settle(k *kid) {
	one := &v.items[k.item]
	if k.gone {
		v.set(k.item, &result{gone: true})
		return
	}
	var before *node.Entry
	var stamp *Stamp
	if one.old >= 0 {
		before, stamp = &v.old.Node.Entries[one.old], &v.old.Stamps[one.old]
	}
	if k.found.dir != nil && k.found.dir == k.old && before.Mode == one.mode && stamp.Inode == one.inode {
		return
	}
	r := &result{dir: k.found.dir, stamp: Stamp{Inode: one.inode}}
	if r.dir == nil {
		r.entry = k.found.entry
		r.entry.Name = one.name
		if before != nil && before.Same(&r.entry) && stamp.Inode == one.inode {
			return
		}
	} else {
		r.entry = r.dir.Node.Sum(r.dir.ID)
		r.entry.Name, r.entry.Mode = one.name, one.mode
	}
	v.set(k.item, r)
}

// build puts the entries in their order.
func (v *visit) build() *Dir {
	order := make([]uint32, 0, len(v.items))
	for i := range v.items {
		if v.results == nil || v.results[i] == nil || !v.results[i].gone {
			order = append(order, uint32(i))
		}
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(v.items[a].name, v.items[b].name) })
	dir := &Dir{
		Node:    &node.Node{Entries: make([]node.Entry, len(order))},
		Stamps:  make([]Stamp, len(order)),
		ignored: v.inside.ignored,
		order:   make([]uint32, len(order)),
	}
	gone := len(order) != len(v.items)
	for to, i := range order {
		v.place(dir, to, int(i))
		if !gone {
			dir.order[i] = uint32(to)
		}
	}
	if gone {
		dir.order = nil // the next listing finds it
	}
	dir.sum()
	return dir
}

// place puts what is known of an item into the new state.
func (v *visit) place(dir *Dir, to, i int) {
	var kid *Dir
	if r := v.resultOf(i); r != nil {
		dir.Node.Entries[to], dir.Stamps[to], kid = r.entry, r.stamp, r.dir
	} else {
		old := v.items[i].old
		dir.Node.Entries[to], dir.Stamps[to] = v.old.Node.Entries[old], v.old.Stamps[old]
		if v.old.Kids != nil {
			kid = v.old.Kids[old]
		}
	}
	if kid != nil {
		if dir.Kids == nil {
			dir.Kids = make([]*Dir, len(dir.Node.Entries))
		}
		dir.Kids[to] = kid
	}
}

func (v *visit) resultOf(i int) *result {
	if v.results == nil {
		return nil
	}
	return v.results[i]
}

// sum sets what a state says of itself and all below.
func (d *Dir) sum() {
	var policy []byte
	for i := range d.Node.Entries {
		e, s := &d.Node.Entries[i], &d.Stamps[i]
		if e.Name == IgnoreFile && e.Kind == node.File {
			policy = append(policy, e.ID[:]...)
		}
		if s.ignored {
			d.ignoredBytes += s.Size
		}
		d.linked = d.linked || s.linked
		if d.Kids == nil || d.Kids[i] == nil {
			continue
		}
		kid := d.Kids[i]
		if !kid.Policy.IsZero() {
			policy = append(fmt.Appendf(policy, "\n%q ", e.Name), kid.Policy[:]...)
		}
		d.ignoredBytes += kid.ignoredBytes
		d.linkedBelow = d.linkedBelow || kid.linkedBelow
	}
	d.linkedBelow = d.linkedBelow || d.linked
	if policy != nil {
		d.Policy = node.Sum(policy)
	}
}

// keep names the new state and keeps it.
func (v *visit) keep(dir *Dir) error {
	if v.old != nil && slices.EqualFunc(v.old.Node.Entries, dir.Node.Entries, func(a, b node.Entry) bool { return a.Name == b.Name && a.Same(&b) }) {
		dir.Node, dir.ID = v.old.Node, v.old.ID // only stamps differ
		return nil
	}
	encoded := dir.Node.Encode()
	dir.ID = encoded.ID
	v.note(dir)
	if v.scan.Keep == nil {
		return nil
	}
	var old node.Encoded
	if v.old != nil {
		old = v.old.Node.Encode()
	}
	if err := Keep(v.scan.Keep, encoded, old); err != nil {
		return fmt.Errorf("%w %q: %w", ErrKeeping, v.way.path(), err)
	}
	return nil
}

// Keep keeps a folder's encoding, as the change of an older one where that is
// shorter.
func Keep(keep *pack.Batch, next, old node.Encoded) error {
	for _, part := range next.Parts {
		base := node.Encoded{}
		for _, was := range old.Parts {
			if bytes.HasPrefix(was.Bytes, part.Bytes[:min(len(part.Bytes), 8)]) {
				base = was
				break
			}
		}
		if err := keep.AddFolder(part.ID, part.Bytes, base.ID, base.Bytes); err != nil {
			return err
		}
	}
	return keep.AddFolder(next.ID, next.Bytes, old.ID, old.Bytes)
}

// note remembers a state that is new.
func (v *visit) note(dir *Dir) {
	s := v.scan
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Keep == nil {
		s.overlay[dir.ID] = dir.Node
	}
	if v.old != nil && v.ownDiffers(dir) {
		s.differs = append(s.differs, v.way.path())
	}
}

// ownDiffers tells whether more differs than what is below folders inside.
func (v *visit) ownDiffers(dir *Dir) bool {
	return !slices.EqualFunc(v.old.Node.Entries, dir.Node.Entries, func(a, b node.Entry) bool {
		if a.Kind == node.Folder && b.Kind == node.Folder {
			return a.Name == b.Name && a.Mode == b.Mode
		}
		return a.Name == b.Name && a.Same(&b)
	})
}
