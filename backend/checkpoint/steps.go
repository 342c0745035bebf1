package checkpoint

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// newJournal puts the goals in the order in which they are met: what is written
// from the top down, then deletions from the bottom up.
func (s *Store) newJournal(id string, p *plan) *journal {
	j := &journal{ID: id, Stage: s.stagePath(id), Steps: []step{}, Modes: []mode{}}
	var removals []step
	for i, g := range p.goals {
		if g.swallower != nil || g.wants(KindFolder) && g.has(KindFolder) {
			continue
		}
		one := step{Path: EncodePath(g.path), Slot: slot(i, len(p.goals)), Want: save(g.want), Now: save(g.now)}
		if g.want == nil {
			removals = append(removals, one)
		} else {
			j.Steps = append(j.Steps, one)
		}
	}
	slices.Reverse(removals)
	j.Steps = append(j.Steps, removals...)
	j.Modes = p.modes()
	return j
}

// fewSlots is up to how many lie in the stage itself; of more, so many share a
// folder of their own. Systems such as ext4 keep what lies in one folder close
// together, and look for each free place from the start again: on a disk that is
// well used, a thousand files in one folder took five times as long.
const fewSlots = 8

// slot is the place in the stage of one goal of so many.
func slot(i, of int) string {
	const together = 8
	if of <= fewSlots {
		return strconv.Itoa(i)
	}
	return path.Join(strconv.Itoa(i/together)+slotFolderSuffix, strconv.Itoa(i))
}

const slotFolderSuffix = "d"

// slotFolders lists the folders in the stage that its slots lie in.
func (j *journal) slotFolders() []string {
	folders := map[string]bool{}
	for _, one := range j.Steps {
		if folder := path.Dir(one.Slot); folder != "." {
			folders[folder] = true
		}
	}
	return slices.Sorted(maps.Keys(folders))
}

// stagePath is a new folder on the workspace's device.
func (s *Store) stagePath(id string) string {
	if s.stageInside {
		return filepath.Join(s.root, atomicfile.TemporaryName())
	}
	return filepath.Join(s.dir, stageName, id)
}

// modes lists the folders whose permissions are to be set once all else is
// done, the deepest first: those made or changed, and those that must be opened
// up to write in them.
func (p *plan) modes() []mode {
	byPath := map[string]mode{}
	for _, g := range p.goals {
		if g.wants(KindFolder) {
			from := uint32(0o700)
			if g.has(KindFolder) {
				from = g.now.mode
			}
			byPath[g.path] = mode{Path: EncodePath(g.path), From: from, To: g.want.mode}
		}
		if g.has(KindFolder) && g.want != nil && !g.wants(KindFolder) && g.now.mode&0o300 != 0o300 {
			byPath[g.path] = mode{Path: EncodePath(g.path), From: g.now.mode, To: g.now.mode} // should it stay
		}
		up := folderOf(g.path)
		if _, done := byPath[up]; done || up == "." {
			continue
		}
		if parent := p.byPath[up]; parent != nil && parent.wants(KindFolder) {
			continue // it gets its own
		}
		if _, now := p.now.find(up); now != nil && now.kind == KindFolder && now.mode&0o300 != 0o300 {
			byPath[up] = mode{Path: EncodePath(up), From: now.mode, To: now.mode}
		}
	}
	out := make([]mode, 0, len(byPath))
	for _, raw := range slices.SortedFunc(maps.Keys(byPath), comparePaths) {
		out = append(out, byPath[raw])
	}
	slices.Reverse(out)
	return out
}
