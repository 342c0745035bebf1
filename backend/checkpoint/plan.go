package checkpoint

import (
	"cmp"
	"fmt"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/diff"
)

// goal is what should stand at a path after a restore, and what stands there
// before; nil is nothing.
type goal struct {
	path      string
	want, now *entry
	swallower *goal // meets this one by replacing its folder whole; nil for most
}

func (g *goal) wants(kind Kind) bool { return g.want != nil && g.want.kind == kind }
func (g *goal) has(kind Kind) bool   { return g.now != nil && g.now.kind == kind }

// plan is what a restore would do, its goals in the order of comparePaths.
type plan struct {
	now       *tree // the state before
	goals     []*goal
	byPath    map[string]*goal
	conflicts []Conflict
	unknown   map[string]bool // encoded

	texts    map[string][]byte // what editors hold and have not saved, by raw path
	mergeToo bool              // also do what can be merged
	content  func(node.ID) ([]byte, error)
	merge    []string                         // raw paths that can be merged
	merged   map[string]bool                  // those that are, when that is to be done
	brought  map[node.ID][]byte               // what is wanted and may not be kept yet
	reread   []string                         // raw paths that are as wanted, while an editor holds something else
	disk     func(raw string) ([]byte, error) // reads what stands there now
	failed   error                            // of reading a content
}

func newPlan(now *tree) *plan {
	return &plan{now: now, byPath: map[string]*goal{}, unknown: map[string]bool{}, merged: map[string]bool{}, brought: map[node.ID][]byte{}}
}

// check is the first failure of what the plan was made of.
func (p *plan) check(trees ...*tree) error {
	failed := p.failed
	for _, t := range trees {
		failed = cmp.Or(failed, t.failed)
	}
	if failed != nil {
		return fmt.Errorf("planning the restore: %w", failed)
	}
	return nil
}

// Why a path is a conflict.
const (
	whyChanged  = "it was changed since"
	whyHolds    = "it is a folder that holds files which are not part of this restore"
	whyNoFolder = "its folder is not there and something else stands in its place"
	whyDuring   = "it was changed during the restore"
	whyMerge    = "it was changed since, in other places: merging would keep both"
	whyUnsaved  = "an editor holds changes of it that are not saved"
)

func (p *plan) conflict(raw, reason string) {
	p.conflicts = append(p.conflicts, Conflict{Path: EncodePath(raw), Reason: reason})
}

func (p *plan) add(raw string, want, now *entry) {
	if same(want, now) {
		return
	}
	g := &goal{path: raw, want: want, now: now}
	p.goals = append(p.goals, g)
	p.byPath[raw] = g
}

// leave notes a path that is not covered and therefore left alone. Git's own
// data is not worth a word unless it is all that remains of a repository.
func (p *plan) leave(raw string, in scope, states ...state) {
	if !in.meets(raw) {
		return
	}
	git, uncaptured := true, false
	for _, s := range states {
		uncaptured = uncaptured || s.entry != nil && !s.entry.known()
		git = git && s.entry != nil && s.entry.cause == node.Git
	}
	if uncaptured && !git {
		p.unknown[EncodePath(raw)] = true
	}
}

// exact makes everything covered in scope what it is in target.
func (p *plan) exact(target *tree, in scope) {
	compare(target, p.now, func(raw string, t, n state) {
		switch {
		case t.coverage == unknown || n.coverage == unknown:
			p.leave(raw, in, t, n)
		case in.holds(raw):
			p.add(raw, t.entry, n.entry)
		}
	})
	p.settle(target)
}

// agent takes back what changed from before to after and was not changed again
// since.
func (p *plan) agent(before, after *tree, in scope) {
	compare(before, after, func(raw string, b, a state) {
		if b.coverage == unknown || a.coverage == unknown {
			p.leave(raw, in, b, a)
			return
		}
		if in.holds(raw) {
			p.threeWay(raw, b.entry, a.entry)
		}
	})
	p.settle(before)
}

// threeWay adds the goal of one path: before, unless it is no longer after.
func (p *plan) threeWay(raw string, before, after *entry) {
	covered, now := p.now.find(raw)
	switch {
	case covered == unknown:
		p.unknown[EncodePath(raw)] = true
	case p.edited(raw, before, after):
		p.conflict(raw, whyUnsaved)
	case same(now, before):
	case same(now, after):
		p.add(raw, before, now)
	case before != nil && now != nil && after != nil && before.kind == KindFolder && now.kind == KindFolder && after.kind == KindFolder,
		before == nil && now != nil && now.kind == KindFolder && after != nil && after.kind == KindFolder:
		p.conflict(raw, "its permissions were changed since")
	case p.mergeable(raw, before, after, now):
	default:
		p.conflict(raw, whyChanged)
	}
}

// edited tells whether an editor holds text that is neither what it was before
// nor what it was after.
func (p *plan) edited(raw string, before, after *entry) bool {
	text, held := p.texts[raw]
	if !held {
		return false
	}
	sum := node.Sum(text)
	is := func(e *entry) bool { return e != nil && e.kind == KindFile && e.hash == sum }
	return !is(before) && !is(after)
}

// mergeable notes a file whose newer changes and whose change back do not touch,
// and plans the merge if that is wanted.
func (p *plan) mergeable(raw string, before, after, now *entry) bool {
	if p.content == nil || before == nil || after == nil || now == nil || before.kind != KindFile || after.kind != KindFile || now.kind != KindFile {
		return false
	}
	if max(before.size, after.size, now.size) > mergeLimit {
		return false
	}
	var contents [3][]byte
	for i, e := range []*entry{after, now, before} {
		content, err := p.content(e.hash)
		if err != nil {
			// Of a preview, what is on the disk now is not in the store.
			if e != now || p.disk == nil {
				p.failed = cmp.Or(p.failed, err)
				return false
			}
			if content, err = p.disk(raw); err != nil || node.Sum(content) != now.hash {
				return false
			}
		}
		contents[i] = content
	}
	merged, clean := diff.Merge(contents[0], contents[1], contents[2])
	if !clean {
		return false
	}
	p.merge = append(p.merge, raw)
	if !p.mergeToo {
		return true
	}
	want := *now
	want.hash, want.size = node.Sum(merged), int64(len(merged))
	if now.mode == after.mode {
		want.mode = before.mode
	}
	p.merged[raw], p.brought[want.hash] = true, merged
	p.add(raw, &want, now)
	return true
}

// mergeLimit is the size above which files are not merged.
const mergeLimit = 4 << 20
