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
		item := t[up]
		name := filepath.Base(up)
		switch {
		case name == ".git" && item.Type != "":
			return true
		case name == "node_modules" && item.Type == "d" && t.ignores(up):
			return true
		case item.Type == "-" && len(item.Content) > modelCap:
			return true
		case item.Type != "" && item.Type != "-" && item.Type != "d" && item.Type != "L":
			return true
		}
	}
	return false
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

// inScope tells whether a restore of some paths, or of all, is about a path.
func inScope(path string, in []string) bool {
	return len(in) == 0 || slices.ContainsFunc(in, func(one string) bool {
		one = checkpoint.DecodePath(one)
		return path == one || strings.HasPrefix(path, one+"/")
	})
}

// expectExact is what an exact restore of target should leave of now.
func expectExact(target, now Tree, in []string) Tree {
	want := maps.Clone(now)
	for path := range union(target, now) {
		if inScope(path, in) && !target.unknown(path) && !now.unknown(path) {
			want.set(path, target[path])
		}
	}
	return settle(want, now, target)
}

// expectAgent is what taking back before..after should leave of now.
func expectAgent(before, after, now Tree, in []string) Tree {
	want := maps.Clone(now)
	for path := range union(before, after) {
		if !inScope(path, in) || before.unknown(path) || after.unknown(path) || now.unknown(path) {
			continue
		}
		if before[path] != after[path] && now[path] == after[path] {
			want.set(path, before[path])
		}
	}
	return settle(want, now, before)
}

// expectUndo is what taking a restore back should leave of now. What is covered
// is decided by now alone, as the restore left all else as it was.
func expectUndo(one restored, now Tree) Tree {
	want := maps.Clone(now)
	for path := range union(one.before, one.after) {
		if !now.unknown(path) && one.before[path] != one.after[path] && now[path] == one.after[path] {
			want.set(path, one.before[path])
		}
	}
	return settle(want, now, one.before)
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
func settle(want, now, origin Tree) Tree {
	all := slices.SortedFunc(maps.Keys(union(want, now)), func(a, b string) int { return strings.Compare(slashFirst(b), slashFirst(a)) })
	for _, path := range all { // inner ones first
		if now[path].Type != "d" || want[path].Type == "d" || !want.holds(path) {
			continue
		}
		if want[path].Type == "" {
			want[path] = now[path]
			continue
		}
		for inner := range union(want, now) {
			if inner == path || strings.HasPrefix(inner, path+"/") {
				want.set(inner, now[inner])
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
			want.set(path, now[path])
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
