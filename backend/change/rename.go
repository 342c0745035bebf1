package change

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
)

// What makes a file that is gone and one that came a renamed one. The checkpoint
// store already joins those of the very same content.
const (
	mostRenames = 100       // of either; where there are more, none are looked for
	largest     = 512 << 10 // bytes of either
	fewestLines = 3         // that both have, blank ones not counted
	alike       = 60        // of 100 lines
)

// mayBeRenamed tells which changes may be half of a rename with edits: where a
// file is gone and another one with its name or its extension came.
func mayBeRenamed(changes []checkpoint.Change) []bool {
	likely := make([]bool, len(changes))
	var gone, come []int
	for i, c := range changes {
		switch {
		case c.Kind == diff.Deleted && c.OldKind == checkpoint.KindFile && c.OldSize <= largest:
			gone = append(gone, i)
		case c.Kind == diff.Added && c.NewKind == checkpoint.KindFile && c.NewSize <= largest:
			come = append(come, i)
		}
	}
	if len(gone) > mostRenames || len(come) > mostRenames {
		return likely
	}
	for _, i := range gone {
		for _, j := range come {
			if related(changes[i].Path, changes[j].Path) && 2*min(changes[i].OldSize, changes[j].NewSize) >= max(changes[i].OldSize, changes[j].NewSize) {
				likely[i], likely[j] = true, true
			}
		}
	}
	return likely
}

func related(from, to string) bool {
	return path.Base(from) == path.Base(to) || path.Ext(from) != "" && path.Ext(from) == path.Ext(to)
}

// rename is two changes that may be one.
type rename struct{ from, to, alike int }

// withRenames joins the pairs that are most alike; of equal ones those with the
// same name, then the first in order.
func withRenames(found []compared) []FileChange {
	partner := map[int]int{}
	for _, r := range renames(found) {
		if _, taken := partner[r.from]; taken {
			continue
		}
		if _, taken := partner[r.to]; !taken {
			partner[r.from], partner[r.to] = r.to, r.from
		}
	}
	out := make([]FileChange, 0, len(found))
	for i, c := range found {
		if other, ok := partner[i]; ok {
			if c.Kind == diff.Deleted {
				continue
			}
			old := found[other]
			lines := diff.Compute(c.Path, []byte(old.content), []byte(c.content))
			c.From, c.Kind, c.OldSize = old.Path, diff.Renamed, old.OldSize
			c.Added, c.Removed = lines.Added, lines.Removed
		}
		out = append(out, c.FileChange)
	}
	return out
}

func renames(found []compared) []rename {
	lines := make([][]string, len(found))
	for i, c := range found {
		if c.content != "" {
			lines[i] = sorted(c.content)
		}
	}
	var out []rename
	for i, gone := range found {
		for j, come := range found {
			if gone.Kind != diff.Deleted || come.Kind != diff.Added || lines[i] == nil || lines[j] == nil || !related(gone.Path, come.Path) {
				continue
			}
			if same := common(lines[i], lines[j]); same >= fewestLines {
				out = append(out, rename{i, j, 100 * same / max(len(lines[i]), len(lines[j]))})
			}
		}
	}
	out = slices.DeleteFunc(out, func(r rename) bool { return r.alike < alike })
	slices.SortStableFunc(out, func(a, b rename) int {
		named := func(r rename) int {
			if path.Base(found[r.from].Path) == path.Base(found[r.to].Path) {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.alike, a.alike), cmp.Compare(named(a), named(b)))
	})
	return out
}

// sorted returns a text's lines in order, without blank ones.
func sorted(content string) []string {
	lines := slices.DeleteFunc(strings.Split(content, "\n"), func(line string) bool { return strings.TrimSpace(line) == "" })
	slices.Sort(lines)
	return lines
}

// common counts the lines that both have.
func common(a, b []string) int {
	count := 0
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] == b[0]:
			count++
			a, b = a[1:], b[1:]
		case a[0] < b[0]:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return count
}
