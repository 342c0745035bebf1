package codemap

import (
	"slices"
	"strings"
	"sync"
)

// index is what is known of a workspace at one time. It never changes.
type index struct {
	files    []*file // by path
	byPath   map[string]*file
	names    *names
	entries  []entry
	left     int    // files that there was no room for
	late     bool   // there was no time to read all
	unparsed string // why no file has symbols; empty where they have

	links func() *graph
}

// entry is a symbol as it is looked for.
type entry struct {
	folded       string // the name with A-Z as a-z
	mask         uint64 // which characters it has, see maskOf
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
	x.entries = make([]entry, 0, count)
	for i, f := range files {
		for j, s := range f.symbols {
			folded := fold(s.Name)
			x.entries = append(x.entries, entry{folded: folded, mask: maskOf(folded), file: int32(i), symbol: int32(j)})
		}
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

// parts cuts a name or a path into its words, folded: "readFile_v2" is read, file
// and v2.
func parts(name string) []string {
	var words []string
	from := 0
	end := func(at int) {
		if at > from {
			words = append(words, fold(name[from:at]))
		}
		from = at
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case !isLetter(c) && (c < '0' || c > '9') || c == '_' || c == '$':
			end(i)
			from = i + 1
		case isUpper(c) && i > from && (!isUpper(name[i-1]) || i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z'):
			end(i)
		}
	}
	end(len(name))
	return slices.Clip(words)
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
