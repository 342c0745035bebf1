package checkpoint

import (
	"maps"
	"path"
	"slices"
)

// goal is what should stand at a path after a restore, and what stands there
// before; nil is nothing.
type goal struct {
	path      string
	want, now *entry
}

func (g *goal) wants(kind Kind) bool { return g.want != nil && g.want.kind == kind }
func (g *goal) has(kind Kind) bool   { return g.now != nil && g.now.kind == kind }

// plan is what a restore would do, its goals in the order of comparePaths.
type plan struct {
	now       *manifest // the state before
	goals     []*goal
	byPath    map[string]*goal
	conflicts []Conflict
	unknown   map[string]bool // encoded
}

func newPlan(now *manifest) *plan {
	return &plan{now: now, byPath: map[string]*goal{}, unknown: map[string]bool{}}
}

// Why a path is a conflict.
const (
	whyChanged  = "it was changed since"
	whyHolds    = "it is a folder that holds files which are not part of this restore"
	whyNoFolder = "its folder is not there and something else stands in its place"
	whyDuring   = "it was changed during the restore"
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
		git = git && s.entry != nil && s.entry.cause == causeGit
	}
	if uncaptured && !git {
		p.unknown[EncodePath(raw)] = true
	}
}

// exactPlan makes everything covered in scope what it is in target.
func exactPlan(target, now *manifest, in scope) *plan {
	p := newPlan(now)
	compare(target, now, func(raw string, t, n state) {
		switch {
		case t.coverage == unknown || n.coverage == unknown:
			p.leave(raw, in, t, n)
		case in.holds(raw):
			p.add(raw, t.entry, n.entry)
		}
	})
	p.settle(target)
	return p
}

// agentPlan takes back what changed from before to after and was not changed
// again since.
func agentPlan(before, after, now *manifest, in scope) *plan {
	p := newPlan(now)
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
	return p
}

// threeWay adds the goal of one path: before, unless it is no longer after.
func (p *plan) threeWay(raw string, before, after *entry) {
	covered, now := p.now.find(raw)
	switch {
	case covered == unknown:
		p.unknown[EncodePath(raw)] = true
	case same(now, before):
	case same(now, after):
		p.add(raw, before, now)
	case before != nil && now != nil && after != nil && before.kind == KindFolder && now.kind == KindFolder && after.kind == KindFolder,
		before == nil && now != nil && now.kind == KindFolder && after != nil && after.kind == KindFolder:
		p.conflict(raw, "its permissions were changed since")
	default:
		p.conflict(raw, whyChanged)
	}
}

// settle makes the goals possible together: folders that keep something stay,
// and what is written has a folder to be in. origin tells the modes of folders
// to be made on the way.
func (p *plan) settle(origin *manifest) {
	p.keepHeldFolders()
	p.makeParents(origin)
	slices.SortFunc(p.goals, func(a, b *goal) int { return comparePaths(a.path, b.path) })
	slices.SortFunc(p.conflicts, func(a, b Conflict) int { return comparePaths(a.Path, b.Path) })
}

// keepHeldFolders drops the removal of folders in which something stays. Where
// a file should take the folder's place that is a conflict, and the whole
// folder is left alone.
func (p *plan) keepHeldFolders() {
	for _, g := range slices.Backward(slices.Clone(p.goals)) { // inner folders first
		if !g.has(KindFolder) || g.wants(KindFolder) || !p.holds(g.path) {
			continue
		}
		p.drop(g)
		if g.want == nil {
			continue
		}
		p.conflict(g.path, whyHolds)
		for _, inner := range p.now.below(g.path) {
			if held := p.byPath[inner.path]; held != nil {
				p.drop(held)
			}
		}
	}
}

// holds tells whether something in a folder stays.
func (p *plan) holds(folder string) bool {
	for _, inner := range p.now.below(folder) {
		if g := p.byPath[inner.path]; g == nil || g.want != nil {
			return true
		}
	}
	return false
}

func (p *plan) drop(g *goal) {
	delete(p.byPath, g.path)
	p.goals = slices.DeleteFunc(p.goals, func(other *goal) bool { return other == g })
}

// makeParents adds the folders that what is written needs.
func (p *plan) makeParents(origin *manifest) {
	for _, g := range slices.Clone(p.goals) {
		if g.want == nil {
			continue
		}
		missing, ok := p.missingParents(g.path)
		if !ok {
			p.drop(g)
			p.conflict(g.path, whyNoFolder)
			continue
		}
		for _, up := range missing {
			folder := &entry{path: up, kind: KindFolder, mode: 0o755}
			if _, known := origin.find(up); known != nil && known.kind == KindFolder {
				folder.mode = known.mode
			}
			p.add(up, folder, nil)
		}
	}
}

// missingParents lists the folders above a path that would still be missing; it
// is not ok where something else stands in the place of one.
func (p *plan) missingParents(raw string) (missing []string, ok bool) {
	for up := path.Dir(raw); up != "."; up = path.Dir(up) {
		if parent := p.byPath[up]; parent != nil {
			if !parent.wants(KindFolder) {
				return nil, false
			}
			continue
		}
		switch covered, now := p.now.find(up); {
		case covered == absent:
			missing = append(missing, up)
		case covered == unknown || now.kind != KindFolder:
			return nil, false
		}
	}
	return missing, true
}

// swallower returns the goal that meets g by replacing its folder whole, or
// nil.
func (p *plan) swallower(g *goal) *goal {
	if g.want != nil {
		return nil
	}
	for up := path.Dir(g.path); up != "."; up = path.Dir(up) {
		if parent := p.byPath[up]; parent != nil && parent.has(KindFolder) && parent.want != nil && !parent.wants(KindFolder) {
			return parent
		}
	}
	return nil
}

// shown returns the goals a person is told of: a folder that is only made or
// removed shows by what it holds.
func (p *plan) shown() (write, remove []*goal) {
	for i, g := range p.goals {
		next := func(fits func(*goal) bool) bool {
			for _, inner := range p.goals[i+1:] {
				if !below(inner.path, g.path) {
					return false
				}
				if fits(inner) {
					return true
				}
			}
			return false
		}
		switch {
		case g.want == nil && !(g.has(KindFolder) && next(func(o *goal) bool { return o.want == nil })):
			remove = append(remove, g)
		case g.want != nil && !(g.now == nil && g.wants(KindFolder) && next(func(o *goal) bool { return o.want != nil })):
			write = append(write, g)
		}
	}
	return write, remove
}

// export is the plan as a caller sees it.
func (p *plan) export() Plan {
	write, remove := p.shown()
	return Plan{
		Write:     encodedPaths(write),
		Delete:    encodedPaths(remove),
		Conflicts: append([]Conflict{}, p.conflicts...),
		Unknown:   p.unknownPaths(),
	}
}

func (p *plan) unknownPaths() []string {
	return slices.AppendSeq([]string{}, slices.Values(slices.SortedFunc(maps.Keys(p.unknown), comparePaths)))
}

func encodedPaths(goals []*goal) []string {
	out := make([]string, len(goals))
	for i, g := range goals {
		out[i] = EncodePath(g.path)
	}
	return out
}
