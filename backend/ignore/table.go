package ignore

import "strings"

// table finds the last pattern of one file that matches a path.
type table struct {
	names      map[string]ranks // patterns that are a plain name, at any depth
	paths      map[string]ranks // patterns that are a plain path
	extensions map[string]ranks // "*.o", under ".o"
	others     []ranked         // the last first
}

// rank orders the patterns of a file, later ones above earlier ones; 0 is none.
// Its lowest bit tells whether the pattern is negated.
type rank int

func newRank(index int, negated bool) rank {
	r := rank(index+1) << 1
	if negated {
		r++
	}
	return r
}

func (r rank) verdict() verdict {
	switch {
	case r == 0:
		return unmatched
	case r&1 != 0:
		return included
	}
	return ignored
}

// ranks are the ranks of the last of several patterns that all look for the
// same: among those that match folders, and among those that match files.
type ranks struct{ folder, file rank }

func (r ranks) of(isFolder bool) rank {
	if isFolder {
		return r.folder
	}
	return r.file
}

type ranked struct {
	pattern
	rank rank
}

func newTable(patterns []pattern) table {
	t := table{names: map[string]ranks{}, paths: map[string]ranks{}, extensions: map[string]ranks{}}
	for i := len(patterns) - 1; i >= 0; i-- {
		p := patterns[i]
		r := newRank(i, p.negated)
		if plain, ok := p.glob.plain(); ok && p.anchored {
			note(t.paths, plain, p, r)
		} else if ok {
			note(t.names, plain, p, r)
		} else if extension, ok := p.glob.extension(); ok && !p.anchored {
			note(t.extensions, extension, p, r)
		} else {
			t.others = append(t.others, ranked{p, r})
		}
	}
	return t
}

// note takes up a pattern, which comes before those already taken up.
func note(m map[string]ranks, key string, p pattern, r rank) {
	known := m[key]
	known.folder = max(known.folder, r)
	if !p.foldersOnly {
		known.file = max(known.file, r)
	}
	m[key] = known
}

// find looks up a path relative to the file's folder; name is its last part.
func (t *table) find(path, name string, isFolder bool) verdict {
	best := max(t.names[name].of(isFolder), t.paths[path].of(isFolder))
	if len(t.extensions) > 0 {
		if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
			best = max(best, t.extensions[name[dot:]].of(isFolder))
		}
	}
	for i := range t.others {
		other := &t.others[i]
		if other.rank < best {
			break
		}
		if other.match(path, name, isFolder) {
			return other.rank.verdict()
		}
	}
	return best.verdict()
}
