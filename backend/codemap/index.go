package codemap

import (
	"strings"
	"sync"

	"github.com/keel-ide/keel/backend/codemap/outline"
)

// index is what is known of a workspace at one time. It never changes.
type index struct {
	files    []*file  // by path
	paths    []string // theirs, folded
	byPath   map[string]*file
	names    *names
	entries  []entry
	masks    []uint64 // which characters the names of the entries have, see maskOf
	ends     []int32  // where the entries of each file end
	left     int      // files that there was no room for
	late     bool     // there was no time to read all
	unparsed string   // why no file has symbols; empty where they have

	links func() *graph
}

// entry is a symbol as it is looked for.
type entry struct {
	name, folded string // folded is the name with A-Z as a-z
	heads        uint64 // which characters its words begin with, see maskOf
	does         bool   // it does something: it is not only a value
	file, symbol int32
}

func newIndex(files []*file, known *names) *index {
	if known == nil {
		known = newNames()
	}
	x := &index{files: files, names: known, byPath: make(map[string]*file, len(files))}
	count := 0
	for _, f := range files {
		x.byPath[f.path] = f
		count += len(f.symbols)
	}
	x.paths = make([]string, len(files))
	x.ends = make([]int32, len(files))
	x.entries = make([]entry, 0, count)
	x.masks = make([]uint64, 0, count)
	for i, f := range files {
		x.paths[i] = fold(f.path)
		for j, s := range f.symbols {
			folded := fold(s.Name)
			x.entries = append(x.entries, entry{name: s.Name, folded: folded, heads: headsOf(s.Name, folded), does: does(s), file: int32(i), symbol: int32(j)})
			x.masks = append(x.masks, maskOf(folded))
		}
		x.ends[i] = int32(len(x.entries))
	}
	x.links = sync.OnceValue(func() *graph { return newGraph(x) })
	return x
}

// fold lowers A-Z; a name that has none is not copied.
func fold(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r >= 'A' && r <= 'Z' }) {
		return name
	}
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

// maskOf has a bit for each letter and digit of a folded text, and some shared by
// the rest: a quick way to see that a name lacks one.
func maskOf(folded string) uint64 {
	var mask uint64
	for i := range len(folded) {
		switch c := folded[i]; {
		case c >= 'a' && c <= 'z':
			mask |= 1 << (c - 'a')
		case c >= '0' && c <= '9':
			mask |= 1 << (26 + c - '0')
		default:
			mask |= 1 << (36 + c%28)
		}
	}
	return mask
}

// headsOf is the mask of the characters that the words of a name begin with.
func headsOf(name, folded string) uint64 {
	var mask uint64
	for at := range len(name) {
		if begins(name, at) {
			mask |= maskOf(folded[at : at+1])
		}
	}
	return mask
}

// parts cuts a name or a path into its words, folded: "readFile_v2" is read, file
// and v2.
func parts(name string) []string {
	var words []string
	for at := 0; at < len(name); {
		from, to := nextName(name, at)
		at = to
		for begin := from; begin < to; {
			end := begin + 1
			for end < to && !begins(name, end) {
				end++
			}
			if word := strings.Trim(name[begin:end], "_$"); word != "" {
				words = append(words, fold(word))
			}
			begin = end
		}
	}
	return words
}

// does tells whether a symbol does something, or only is there.
func does(s outline.Symbol) bool {
	switch s.Kind {
	case "variable", "property", "constant":
		return false
	}
	return true
}
