//go:build unix

package checkpointtest

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// unknown tells whether a checkpoint of the tree does not cover a path.
func (t Tree) unknown(path string) bool {
	for up := path; up != "."; up = filepath.Dir(up) {
		if t.unknownItself(up) {
			return true
		}
	}
	return false
}

// unknownItself leaves out what a path is in.
func (t Tree) unknownItself(path string) bool {
	item := t[path]
	switch {
	case filepath.Base(path) == ".git" && item.Type != "":
		return true
	case item.Type == "-":
		return len(item.Content) > modelCap
	case item.Type == "d":
		return t.bulk(path)
	}
	return item.Type != "" && item.Type != "L"
}

func (t Tree) bulk(path string) bool {
	return filepath.Base(path) == "node_modules" && t[path].Type == "d" && t.ignores(path)
}

// ignores tells whether ignore rules exclude a folder: itself, or one it is in.
func (t Tree) ignores(folder string) bool {
	steps := strings.Split(folder, "/")
	for i := range steps {
		if t.excludes(steps[:i+1]) {
			return true
		}
	}
	return false
}

// excludes looks for the rule about one folder: the last one of the innermost
// file that has any. The rules are names, maybe bound to the file's own folder
// by a slash in front or within, maybe reversed.
func (t Tree) excludes(steps []string) bool {
	for i := len(steps) - 1; i >= 0; i-- {
		file := t[filepath.Join(filepath.Join(steps[:i]...), ".gitignore")]
		if file.Type != "-" {
			continue
		}
		rules := strings.Fields(file.Content)
		for _, rule := range slices.Backward(rules) {
			rule, reversed := strings.CutPrefix(rule, "!")
			rule = strings.TrimSuffix(rule, "/")
			matches := rule == steps[len(steps)-1]
			if strings.Contains(rule, "/") {
				matches = strings.TrimPrefix(rule, "/") == strings.Join(steps[i:], "/")
			}
			if matches {
				return !reversed
			}
		}
	}
	return false
}

// seen is a workspace with what a checkpoint of it does not cover.
type seen struct {
	Tree
	unknown func(path string) bool
}

func plainly(t Tree) seen { return seen{t, t.unknown} }

// before is what the checkpoint before a restore covers: what the rules of now
// do and, in scope, what those of the state that is to come back do.
func (t Tree) before(aim seen, in []string) seen {
	then := Tree{} // the rules once it is back
	for path := range union(aim.Tree, t) {
		if filepath.Base(path) == ".gitignore" {
			then.set(path, aim.Tree[path])
			if aim.unknown(path) || t.unknown(path) && t[path].Type != "" {
				then.set(path, t[path])
			}
		}
	}
	return seen{t, func(path string) bool {
		if !t.unknown(path) {
			return false
		}
		for up := path; up != "."; up = filepath.Dir(up) {
			if !t.unknownItself(up) {
				continue
			}
			comesBack := t.bulk(up) && meetsScope(up, in) && !aim.unknown(up) && (aim.Tree[up].Type == "d" || !then.ignores(up))
			if !comesBack {
				return true
			}
		}
		return false
	}}
}

func meetsScope(path string, in []string) bool {
	return inScope(path, in) || slices.ContainsFunc(in, func(one string) bool {
		return strings.HasPrefix(checkpoint.DecodePath(one), path+"/")
	})
}

// inScope tells whether a restore of some paths, or of all, is about a path.
func inScope(path string, in []string) bool {
	return len(in) == 0 || slices.ContainsFunc(in, func(one string) bool {
		one = checkpoint.DecodePath(one)
		return path == one || strings.HasPrefix(path, one+"/")
	})
}

// expectExact is what an exact restore of target should leave of now.
func expectExact(target Tree, now seen, in []string) Tree {
	want := maps.Clone(now.Tree)
	for path := range union(target, now.Tree) {
		if inScope(path, in) && !target.unknown(path) && !now.unknown(path) {
			want.set(path, target[path])
		}
	}
	return settle(want, now, target)
}

// expectAgent is what taking back before..after should leave of now.
func expectAgent(before, after Tree, now seen, in []string) Tree {
	want := maps.Clone(now.Tree)
	for path := range union(before, after) {
		if !inScope(path, in) || before.unknown(path) || after.unknown(path) || now.unknown(path) {
			continue
		}
		if before[path] != after[path] && now.Tree[path] == after[path] {
			want.set(path, before[path])
		}
	}
	return settle(want, now, before)
}

// expectUndo is what taking a restore back should leave of now. What is covered
// is decided by now alone, as the restore left all else as it was.
func expectUndo(one restored, now seen) Tree {
	want := maps.Clone(now.Tree)
	for _, path := range one.paths() {
		if !now.unknown(path) && now.Tree[path] == one.after[path] {
			want.set(path, one.before.Tree[path])
		}
	}
	return settle(want, now, one.before.Tree)
}

// paths are those that the restore changed.
func (r restored) paths() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(union(r.before.Tree, r.after))), func(path string) bool {
		return r.before.Tree[path] == r.after[path]
	})
}

func union(a, b Tree) Tree {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func (t Tree) set(path string, item Item) {
	if item.Type == "" {
		delete(t, path)
	} else {
		t[path] = item
	}
}

// settle makes want a tree that can be: a folder that holds something stays one,
// and what has no folder to be in is not written, or gets its folder from
// origin where nothing is in the way.
func settle(want Tree, now seen, origin Tree) Tree {
	all := slices.SortedFunc(maps.Keys(union(want, now.Tree)), func(a, b string) int { return strings.Compare(slashFirst(b), slashFirst(a)) })
	for _, path := range all { // inner ones first
		if now.Tree[path].Type != "d" || want[path].Type == "d" || !want.holds(path) {
			continue
		}
		if want[path].Type == "" {
			want[path] = now.Tree[path]
			continue
		}
		for inner := range union(want, now.Tree) {
			if inner == path || strings.HasPrefix(inner, path+"/") {
				want.set(inner, now.Tree[inner])
			}
		}
	}
	slices.Reverse(all)
	for _, path := range all {
		if _, ok := want[path]; !ok {
			continue
		}
		var missing []string
		for up := filepath.Dir(path); up != "."; up = filepath.Dir(up) {
			switch want[up].Type {
			case "d":
				continue
			case "":
				if !now.unknown(up) {
					missing = append(missing, up)
					continue
				}
			}
			want.set(path, now.Tree[path])
			missing = nil
			break
		}
		for _, up := range missing {
			item := origin[up]
			if item.Type != "d" {
				item = Item{Type: "d", Mode: 0o755}
			}
			want[up] = item
		}
	}
	return want
}

func (t Tree) holds(folder string) bool {
	for path := range t {
		if strings.HasPrefix(path, folder+"/") {
			return true
		}
	}
	return false
}

func slashFirst(path string) string { return strings.ReplaceAll(path, "/", "\x00") }

// String keeps failures short.
func (i Item) String() string { return fmt.Sprintf("%s %#o %q", i.Type, i.Mode, i.Content) }
