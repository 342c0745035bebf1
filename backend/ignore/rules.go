// Package ignore matches paths against .gitignore files as git does.
//
// Each line is compiled once: what is a plain name, a plain path or an ending
// such as *.o is looked up, and only the rest is tried one by one, the last
// first.
//
// # Promises
//
// The answers are those of git 2.39 with core.ignoreCase off, also for bytes
// that are not UTF-8, for malformed lines and for what git's manual leaves
// open. In particular a carriage return before a line feed or at the end of the
// file does not count, a line ends at a NUL, and a run of stars that follows
// the plain beginning of a pattern with a slash and comes before a slash or the
// end crosses folders: "a/b**/c" matches "a/bc" and "a/bx/y/c".
//
// Matching allocates nothing. For each pattern its time is bounded by the
// square of the path's length, whatever the pattern.
//
// What makes a file ignored when a folder above it is ignored is up to the
// caller, who goes down folder by folder and stops there.
package ignore

import "strings"

// Rules are the ignore rules in force inside one folder. They never change, and
// are safe for concurrent use; nil has none.
type Rules struct {
	outer  *Rules
	prefix string // of the paths inside: "", or the folder and a slash
	table  table
	all    bool
}

// Enter returns the rules inside a folder, given the text of its ignore file:
// those in force around it and its own. The folder is a raw path relative to
// the workspace with forward slashes, "." for the workspace itself. When the
// text has no pattern that could match, that is r itself.
func (r *Rules) Enter(folder string, text []byte) *Rules {
	patterns := parse(text)
	if len(patterns) == 0 {
		return r
	}
	inner := &Rules{outer: r, table: newTable(patterns), all: r.IgnoresAll() || ignoresAll(patterns)}
	if folder != "." {
		inner.prefix = folder + "/"
	}
	return inner
}

// Match tells whether a path inside the folder is ignored by these rules,
// looking at it alone and not at the folders above it. The last pattern that
// matches decides, those of deeper ignore files before those of higher ones.
// The path is raw and relative to the workspace.
func (r *Rules) Match(path string, isFolder bool) bool {
	return r.find(path, isFolder) == ignored
}

// IgnoresAll tells whether the folder's own ignore file, or one above it,
// ignores everything in its folder without exception, as the "*" in a virtual
// environment does.
func (r *Rules) IgnoresAll() bool { return r != nil && r.all }

type verdict int

const (
	unmatched verdict = iota
	ignored
	included // by a pattern with a "!"
)

func (r *Rules) find(path string, isFolder bool) verdict {
	name := path[strings.LastIndexByte(path, '/')+1:]
	if name == "" || path == "." {
		return unmatched
	}
	for ; r != nil; r = r.outer {
		inside, ok := strings.CutPrefix(path, r.prefix)
		if !ok {
			continue
		}
		if found := r.table.find(inside, name, isFolder); found != unmatched {
			return found
		}
	}
	return unmatched
}

// ignoresAll tells whether the patterns of a file ignore everything. What is
// included again before everything is ignored is no exception.
func ignoresAll(patterns []pattern) bool {
	for i := len(patterns) - 1; i >= 0 && !patterns[i].negated; i-- {
		if patterns[i].matchesAll() {
			return true
		}
	}
	return false
}
