package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Entry is a file or a folder.
type Entry struct {
	Path   string // relative to the root, with forward slashes
	Folder bool
}

// EntryResult is the files and folders found, best first; with an empty pattern the
// higher ones first, by path.
type EntryResult struct {
	Entries  []Entry
	LimitHit bool // there are more than Max
	Reading  bool // the folder is still being looked through, see [FileQuery].NoWait
}

// Entries finds files and folders below root by their paths, as [Engine.Files] finds
// files. A folder is known by the files in it: an empty one is not found.
func (e *Engine) Entries(ctx context.Context, root string, q FileQuery, files, folders bool) (EntryResult, error) {
	if _, err := start(ctx, root, "."); err != nil {
		return EntryResult{}, err
	}
	f, err := newFilter(q.Include, q.Exclude)
	if err != nil {
		return EntryResult{}, err
	}
	where := scope{root: root, folder: "./", useIgnoreFiles: q.UseIgnoreFiles, hidden: q.Hidden}
	var l *listing
	reading := false
	if q.NoWait && q.CacheKey != "" {
		l, reading, err = e.known(ctx, where, f, q.CacheKey)
	} else {
		l, err = e.listing(ctx, where, f, q.CacheKey)
	}
	if err != nil {
		return EntryResult{}, err
	}
	most := q.Max
	if most <= 0 {
		most = DefaultMaxFiles
	}
	wanted := pieces(q.Pattern)
	var found []match
	count := 0
	add := func(from *listing, folder bool) {
		some, n := from.matches(ctx, wanted, most)
		for _, c := range some {
			found = append(found, match{c, Entry{Path: from.files[c.index].path, Folder: folder}})
		}
		count += n
	}
	if files {
		add(l, false)
	}
	if folders {
		add(l.folders(), true)
	}
	slices.SortStableFunc(found, match.compare)
	result := EntryResult{LimitHit: l.cut || count > most, Reading: reading}
	for _, m := range found[:min(most, len(found))] {
		result.Entries = append(result.Entries, m.entry)
	}
	return result, ctx.Err()
}

// match is a candidate with what it stands for.
type match struct {
	candidate
	entry Entry
}

// compare is negative when m is better than other. Places in a listing mean nothing
// between two of them.
func (m match) compare(other match) int {
	return cmp.Or(other.score-m.score, m.length-other.length, strings.Compare(m.entry.Path, other.entry.Path))
}

// matches returns the best candidates for a pattern; without one those that lie
// highest, for which the score is how high.
func (l *listing) matches(ctx context.Context, wanted []piece, most int) ([]candidate, int) {
	if len(wanted) > 0 {
		all, count := l.candidates(ctx, wanted, most)
		return all[:min(most, len(all))], count
	}
	var levels [][]candidate
	for i, one := range l.files {
		depth := strings.Count(one.path, "/")
		for len(levels) <= depth {
			levels = append(levels, nil)
		}
		if len(levels[depth]) < most {
			levels[depth] = append(levels[depth], candidate{score: -depth, index: i})
		}
	}
	var all []candidate
	for _, level := range levels {
		all = append(all, level[:min(len(level), most-len(all))]...)
	}
	return all, len(l.files)
}

// folders is the listing of the folders that the files are in.
func (l *listing) folders() *listing {
	l.once.Do(func() {
		seen := map[string]struct{}{}
		var paths []string
		for _, one := range l.files {
			for end := strings.LastIndexByte(one.path, '/'); end > 0; end = strings.LastIndexByte(one.path[:end], '/') {
				folder := one.path[:end]
				if _, known := seen[folder]; known {
					break // and so are those above it
				}
				seen[folder] = struct{}{}
				paths = append(paths, folder)
			}
		}
		slices.Sort(paths)
		l.parents = prepare(paths)
	})
	return l.parents
}
