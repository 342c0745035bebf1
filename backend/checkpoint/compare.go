package checkpoint

import (
	"path"
	"slices"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/diff"
)

// changes lists what differs between two trees as [Store.Diff] promises it.
func changes(a, b *tree) []Change {
	var out []Change
	var gone, come []*entry // files that a rename may explain
	compare(a, b, func(p string, x, y state) {
		if x.coverage == unknown || y.coverage == unknown || implied(a, x, y) || implied(b, y, x) {
			return
		}
		switch {
		case y.entry == nil && x.entry.kind == KindFile:
			gone = append(gone, x.entry)
		case x.entry == nil && y.entry.kind == KindFile:
			come = append(come, y.entry)
		}
		out = append(out, newChange(p, x.entry, y.entry))
	})
	return withRenames(out, gone, come)
}

// implied tells whether a folder that is only on this side shows by what it
// holds.
func implied(t *tree, here, there state) bool {
	if there.coverage != absent || here.entry == nil || here.entry.kind != KindFolder {
		return false
	}
	// What is known deeper inside is in a folder that is known.
	n := t.node(here.entry.inside)
	return n != nil && slices.ContainsFunc(n.Entries, func(e node.Entry) bool { return e.Known() })
}

func newChange(p string, a, b *entry) Change {
	c := Change{Path: EncodePath(p), Kind: diff.Modified}
	if a == nil {
		c.Kind = diff.Added
	} else {
		c.OldKind, c.OldMode, c.OldSize = a.kind, a.mode, a.size
	}
	if b == nil {
		c.Kind = diff.Deleted
	} else {
		c.NewKind, c.NewMode, c.NewSize = b.kind, b.mode, b.size
	}
	return c
}

// withRenames joins deleted and added files of the very same content, which
// must not be empty, to renamed ones. Of several candidates the one with the
// same name is taken, else the first in order, so that the result is always
// the same.
func withRenames(all []Change, gone, come []*entry) []Change {
	from := pairs(gone, come)
	if len(from) == 0 {
		return all
	}
	used := map[string]bool{}
	for _, old := range from {
		used[EncodePath(old.path)] = true
	}
	var out []Change
	for _, c := range all {
		if c.Kind == diff.Deleted && used[c.Path] {
			continue
		}
		if old, ok := from[c.Path]; ok && c.Kind == diff.Added {
			c.Kind, c.From = diff.Renamed, EncodePath(old.path)
			c.OldKind, c.OldMode, c.OldSize = old.kind, old.mode, old.size
		}
		out = append(out, c)
	}
	return out
}

// pairs finds the old entry of each renamed file, by its encoded new path.
func pairs(gone, come []*entry) map[string]*entry {
	named := map[nameAndContent][]*entry{}
	same := map[node.ID][]*entry{}
	for _, e := range gone {
		if e.size > 0 {
			of := nameAndContent{path.Base(e.path), e.hash}
			named[of], same[e.hash] = append(named[of], e), append(same[e.hash], e)
		}
	}
	from, used := map[string]*entry{}, map[*entry]bool{}
	for _, e := range come {
		of := nameAndContent{path.Base(e.path), e.hash}
		if left := named[of]; len(left) > 0 {
			from[EncodePath(e.path)], used[left[0]] = left[0], true
			named[of] = left[1:]
		}
	}
	for _, e := range come {
		if from[EncodePath(e.path)] != nil {
			continue
		}
		left := same[e.hash]
		for len(left) > 0 && used[left[0]] {
			left = left[1:]
		}
		if len(left) > 0 {
			from[EncodePath(e.path)] = left[0]
			left = left[1:]
		}
		same[e.hash] = left
	}
	return from
}

// nameAndContent is what two files have in common that are most likely one.
type nameAndContent struct {
	name    string
	content node.ID
}
