package folder

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/codemap"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/session"
)

const (
	mostRecent  = 20
	mostMatches = 50  // where the page names no bound
	topMatches  = 500 // whatever bound it names
)

// symbols finds functions, types and the like by their names, best first.
type symbols interface {
	Symbols(ctx context.Context, text string, most int, wait bool) (found []wire.ReferenceMatch, limitHit bool, err error)
}

// Find returns files, folders and symbols whose names fit, best first. It ends the
// query before of the same cache key: another letter was typed.
func (r *References) Find(ctx context.Context, query wire.ReferenceQuery) (wire.ReferenceMatches, error) {
	ctx, done, err := r.begin(ctx, pickerKey(query.CacheKey))
	if err != nil {
		return wire.ReferenceMatches{}, err
	}
	defer done()
	return r.find(ctx, query)
}

func (r *References) find(ctx context.Context, query wire.ReferenceQuery) (wire.ReferenceMatches, error) {
	wanted := func(kind session.ReferenceKind) bool {
		return len(query.Kinds) == 0 || slices.Contains(query.Kinds, kind)
	}
	most := min(query.Max, topMatches)
	if most <= 0 {
		most = mostMatches
	}
	text := strings.TrimSpace(query.Text)
	result := wire.ReferenceMatches{Matches: []wire.ReferenceMatch{}}
	if text == "" {
		result.Matches = r.used(wanted)
	}
	if wanted(session.ReferenceFile) || wanted(session.ReferenceFolder) {
		engine, err := r.engine()
		if err != nil {
			return result, err
		}
		entries, err := engine.Entries(ctx, r.root, search.FileQuery{
			Pattern: text, UseIgnoreFiles: true, Hidden: true, Max: most, CacheKey: pickerKey(query.CacheKey), NoWait: !query.Whole,
		}, wanted(session.ReferenceFile), wanted(session.ReferenceFolder))
		if err != nil {
			return result, err
		}
		result.LimitHit, result.Partial = entries.LimitHit, entries.Reading
		result.Matches = append(result.Matches, matchesOf(entries.Entries)...)
	}
	if text != "" && wanted(session.ReferenceCode) {
		var reading *codemap.ReadingError
		found, limitHit, err := r.symbols.Symbols(ctx, text, most, query.Whole)
		switch {
		case ctx.Err() != nil:
			return result, ctx.Err()
		case errors.As(err, &reading):
			result.Partial = true
			result.Problem = "The symbols of the folder are still being read."
		case err != nil:
			result.Problem = "Symbols could not be looked for: " + strings.TrimSuffix(err.Error(), ".") + "."
		}
		result.LimitHit = result.LimitHit || limitHit || len(result.Matches)+len(found) > most
		result.Matches = joined(text, result.Matches, found, most)
	}
	result.Matches = distinct(result.Matches)
	if len(result.Matches) > most {
		result.Matches, result.LimitHit = result.Matches[:most], true
	}
	return result, nil
}

// Forget ends the picker that a cache key names.
func (r *References) Forget(cacheKey string) {
	if cacheKey == "" {
		return
	}
	r.StopLooking(pickerKey(cacheKey))
	if engine, err := r.engine(); err == nil {
		engine.ClearCache(pickerKey(cacheKey))
	}
}

// pickerKey keeps the keys of this picker apart from those of the workbench's.
func pickerKey(cacheKey string) string {
	if cacheKey == "" {
		return ""
	}
	return "reference " + cacheKey
}

// matchesOf leaves out what is not named in UTF-8: the page could not name it.
func matchesOf(entries []search.Entry) []wire.ReferenceMatch {
	out := make([]wire.ReferenceMatch, 0, len(entries))
	for _, e := range entries {
		if !utf8.ValidString(e.Path) {
			continue
		}
		kind := session.ReferenceFile
		if e.Folder {
			kind = session.ReferenceFolder
		}
		out = append(out, wire.ReferenceMatch{Kind: kind, Name: path.Base(e.Path), Path: e.Path})
	}
	return out
}

// joined puts symbols of exactly that name before files and folders, and leaves the
// others up to a third of the places behind them.
func joined(text string, files, symbols []wire.ReferenceMatch, most int) []wire.ReferenceMatch {
	var exact, other []wire.ReferenceMatch
	for _, symbol := range symbols {
		if strings.EqualFold(symbol.Name, text) {
			exact = append(exact, symbol)
		} else {
			other = append(other, symbol)
		}
	}
	room := max(0, most-len(exact))
	other = other[:min(len(other), max(room/3, room-len(files)))]
	files = files[:min(len(files), room-len(other))]
	return slices.Concat(exact, files, other)
}

// distinct leaves each match once, where it stands first.
func distinct(all []wire.ReferenceMatch) []wire.ReferenceMatch {
	seen := map[wire.ReferenceMatch]bool{}
	return slices.DeleteFunc(all, func(m wire.ReferenceMatch) bool {
		before := seen[m]
		seen[m] = true
		return before
	})
}

// remember notes what was sent, for the picker.
func (r *References) remember(ref session.Reference) {
	if ref.Path == "" || ref.Kind != session.ReferenceFile && ref.Kind != session.ReferenceFolder {
		return
	}
	clean := path.Clean(ref.Path)
	match := wire.ReferenceMatch{Kind: ref.Kind, Name: path.Base(clean), Path: clean}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recent = slices.DeleteFunc(r.recent, func(m wire.ReferenceMatch) bool { return m == match })
	r.recent = slices.Insert(r.recent, 0, match)
	r.recent = r.recent[:min(len(r.recent), mostRecent)]
}

// used returns what was sent last.
func (r *References) used(wanted func(session.ReferenceKind) bool) []wire.ReferenceMatch {
	r.mu.Lock()
	defer r.mu.Unlock()
	used := []wire.ReferenceMatch{}
	for _, m := range r.recent {
		if wanted(m.Kind) {
			used = append(used, m)
		}
	}
	return used
}
