package checkpoint

import (
	"slices"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// settle makes the goals possible together: folders that keep something stay,
// and what is written has a folder to be in. origin tells the modes of folders
// to be made on the way. The goals are in the order of comparePaths already, but
// for folders that this adds.
func (p *plan) settle(origin *tree) {
	p.keepHeldFolders()
	p.makeParents(origin)
	p.goals = slices.DeleteFunc(p.goals, p.dropped)
	slices.SortFunc(p.goals, func(a, b *goal) int { return comparePaths(a.path, b.path) })
	slices.SortFunc(p.conflicts, func(a, b Conflict) int { return comparePaths(a.Path, b.Path) })
	p.swallow()
}

// keepHeldFolders drops the removal of folders in which something stays. Where
// a file should take the folder's place that is a conflict, and the whole
// folder is left alone.
func (p *plan) keepHeldFolders() {
	for _, g := range slices.Backward(p.goals) { // inner folders first
		if !g.has(KindFolder) || g.wants(KindFolder) || !p.holds(g) {
			continue
		}
		p.drop(g)
		if g.want == nil {
			continue
		}
		p.conflict(g.path, whyHolds)
		p.now.inside(g.path, g.now.inside, nil, func(inner *entry) bool {
			if held := p.byPath[inner.path]; held != nil {
				p.drop(held)
			}
			return true
		})
	}
}

// holds tells whether something in a folder stays. What stays deeper inside
// shows by the folders there, of which the removal is dropped already.
func (p *plan) holds(g *goal) bool {
	n := p.now.node(g.now.inside)
	return n != nil && slices.ContainsFunc(n.Entries, func(e node.Entry) bool {
		inner := p.byPath[join(g.path, e.Name)]
		return inner == nil || inner.want != nil
	})
}

func (p *plan) drop(g *goal) { delete(p.byPath, g.path) }

func (p *plan) dropped(g *goal) bool { return p.byPath[g.path] != g }

// makeParents adds the folders that what is written needs.
func (p *plan) makeParents(origin *tree) {
	standing := map[string]bool{".": true}
	for _, g := range slices.Clone(p.goals) {
		if g.want != nil && !p.dropped(g) && !p.housed(folderOf(g.path), origin, standing) {
			p.drop(g)
			p.conflict(g.path, whyNoFolder)
		}
	}
}

// housed tells whether a folder will stand, and adds it where it is missing;
// standing is what is known of others. It is not where something else stands in
// its place, or in that of one above it.
func (p *plan) housed(folder string, origin *tree, standing map[string]bool) bool {
	if stands, known := standing[folder]; known {
		return stands
	}
	stands := p.housed(folderOf(folder), origin, standing)
	if own := p.byPath[folder]; own != nil {
		stands = stands && own.wants(KindFolder)
	} else if covered, now := p.now.find(folder); stands {
		switch covered {
		case absent:
			p.add(folder, missingFolder(folder, origin), nil)
		case unknown:
			stands = false
		case present:
			stands = now.kind == KindFolder
		}
	}
	standing[folder] = stands
	return stands
}

// missingFolder is a folder that is to be made on the way.
func missingFolder(raw string, origin *tree) *entry {
	folder := &entry{path: raw, kind: KindFolder, mode: 0o755}
	if _, known := origin.find(raw); known != nil && known.kind == KindFolder {
		folder.mode = known.mode
	}
	return folder
}

// swallow finds the goals that are met by replacing a folder whole.
func (p *plan) swallow() {
	var whole *goal
	for _, g := range p.goals {
		switch {
		case whole != nil && below(g.path, whole.path):
			if g.want == nil {
				g.swallower = whole
			}
		case g.has(KindFolder) && g.want != nil && !g.wants(KindFolder):
			whole = g
		}
	}
}
