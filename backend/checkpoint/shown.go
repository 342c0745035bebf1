package checkpoint

import (
	"maps"
	"slices"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

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
	out := Plan{
		Write:     encodedPaths(write),
		Delete:    encodedPaths(remove),
		Merge:     []string{},
		Conflicts: p.allConflicts(),
		Unknown:   p.unknownPaths(),
		Unsaved:   []string{},
	}
	for _, raw := range p.merge {
		out.Merge = append(out.Merge, EncodePath(raw))
	}
	for _, g := range p.goals {
		if p.replacesText(g) {
			out.Unsaved = append(out.Unsaved, EncodePath(g.path))
		}
	}
	out.Large = p.large(len(write) + len(remove))
	return out
}

// large tells whether a person should be asked twice: about more than 500 paths,
// or more than a fifth of all unless these are few.
func (p *plan) large(paths int) bool {
	const most, few = 500, 20
	if paths > most {
		return true
	}
	n := p.now.node(p.now.root)
	return paths >= few && n != nil && paths > int(n.Sum(p.now.root).Files)/5
}

// replacesText tells whether a goal puts something else in the place of a text
// that an editor holds.
func (p *plan) replacesText(g *goal) bool {
	text, held := p.texts[g.path]
	return held && (!g.wants(KindFile) || g.want.hash != node.Sum(text))
}

// allConflicts also has what could be merged and is not.
func (p *plan) allConflicts() []Conflict {
	out := append([]Conflict{}, p.conflicts...)
	if !p.mergeToo {
		for _, raw := range p.merge {
			out = append(out, Conflict{Path: EncodePath(raw), Reason: whyMerge})
		}
		slices.SortFunc(out, func(a, b Conflict) int { return comparePaths(a.Path, b.Path) })
	}
	return out
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

func encoded(raw []string) []string {
	out := make([]string, len(raw))
	for i, p := range raw {
		out[i] = EncodePath(p)
	}
	return out
}
