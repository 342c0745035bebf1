package search

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestTheBestAreThoseOfAPlainRanking compares what is found with scoring every letter
// at every place of every path, and sorting all of them.
func TestTheBestAreThoseOfAPlainRanking(t *testing.T) {
	name := rapid.StringMatching(`[abAB12_.-]{1,9}|[aKé日\x{212a}İ]{1,4}|[ab]{0,3}ü[ab]{0,3}`)
	path := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(name, 1, 4).Draw(t, "names"), "/")
	})
	pattern := rapid.StringMatching(`([abABk12_./é日ü\x{212a}]{1,5} ?){1,3}`)
	rapid.Check(t, func(rt *rapid.T) {
		paths := rapid.SliceOfNDistinct(path, 1, 60, rapid.ID[string]).Draw(rt, "paths")
		slices.Sort(paths)
		typed := pattern.Draw(rt, "pattern")
		most := rapid.IntRange(1, 9).Draw(rt, "most")
		want := plainFind(paths, typed, most)
		got := prepare(paths).find(t.Context(), typed, most)
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("%q (-want +got):\n%s", typed, diff)
		}
	})
}

// TestTheBestOfManyAreThoseOfAPlainRanking does so with paths as projects have them,
// for each letter of what is typed.
func TestTheBestOfManyAreThoseOfAPlainRanking(t *testing.T) {
	paths := manyPaths(5000)
	paths = append(paths, strings.Repeat("deep/", 120)+"main_server.go", strings.Repeat("s", 700), "日本/サーバー_main.go")
	slices.Sort(paths)
	l := prepare(paths)
	for _, typed := range []string{"handler_main", "Terminal", "srv/model main", "storage  .css", strings.Repeat("s", 100), "zz", "サ main"} {
		for end := range typed {
			want := plainFind(paths, typed[:end], 50)
			if diff := cmp.Diff(want, l.find(t.Context(), typed[:end], 50)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", typed[:end], diff)
			}
		}
	}
}

func plainFind(paths []string, pattern string, most int) FileResult {
	wanted := pieces(pattern)
	var all []candidate
	for i, path := range paths {
		if score, ok := plainScore(path, wanted); ok {
			all = append(all, candidate{score: score, length: len(path), index: i})
		}
	}
	if len(wanted) > 0 {
		slices.SortFunc(all, candidate.compare)
	}
	result := FileResult{LimitHit: len(all) > most}
	for _, c := range all[:min(most, len(all))] {
		result.Paths = append(result.Paths, paths[c.index])
	}
	return result
}

func plainScore(path string, wanted []piece) (total int, ok bool) {
	for _, p := range wanted {
		score, ok := plainPiece(path, p)
		if !ok {
			return 0, false
		}
		total += score
	}
	return total, true
}

func plainPiece(path string, p piece) (int, bool) {
	folded := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, path)
	if p.wide {
		return wide(&file{folded: folded, wide: strings.Map(unicode.ToLower, path)}, &p)
	}
	if folded == p.folded {
		return scoreIdentity, true
	}
	from := strings.LastIndexByte(path, '/') + 1
	name := folded[from:]
	switch {
	case !p.path && strings.HasPrefix(name, p.folded):
		return scorePrefix + scoreName + 100*len(p.folded)/len(name) + plainLetters(path[from:], name, p), true
	case !p.path && isSubsequence(p.folded, name):
		return scoreName + plainLetters(path[from:], name, p), true
	case isSubsequence(p.folded, folded):
		return plainLetters(path, folded, p), true
	}
	return 0, false
}

// plainLetters fills the whole table: a row for each letter of the piece, in it a
// place for each letter of the target, place 0 before it.
func plainLetters(target, folded string, p piece) int {
	if cut := len(target) - longestScored; cut > 0 {
		target, folded = target[cut:], folded[cut:]
		if !isSubsequence(p.folded, folded) {
			return scoreLetter
		}
	}
	places := len(folded) + 1
	last, lastRun, lastBest := make([]int32, places), make([]int32, places), make([]int32, places)
	for i := range min(len(p.folded), mostLetters) {
		at, run, best := make([]int32, places), make([]int32, places), make([]int32, places)
		best[0], at[0] = none, none
		for j := range len(folded) {
			at[j+1] = none
			if folded[j] == p.folded[i] {
				own := worth(target, j, p.text[i])
				if i == 0 || lastBest[j] > none {
					at[j+1], run[j+1] = lastBest[j]+own, 1
				}
				if i > 0 && last[j] > none {
					if score := last[j] + own + scoreRun*min(lastRun[j], longestRun); score > at[j+1] {
						at[j+1], run[j+1] = score, lastRun[j]+1
					}
				}
			}
			best[j+1] = max(best[j], at[j+1])
		}
		last, lastRun, lastBest = at, run, best
	}
	return int(lastBest[len(folded)])
}

// TestFilesAndFoldersRankTogether compares them with a plain ranking of both.
func TestFilesAndFoldersRankTogether(t *testing.T) {
	files := map[string]string{}
	for _, path := range manyPaths(300) {
		files[path] = ""
	}
	root := tree(t, files)
	e := engine(t)
	for _, typed := range []string{"s", "server", "main", "model vi", "config/", "Terminal_http"} {
		wanted := pieces(typed)
		var all []match
		seen := map[string]bool{}
		for file := range files {
			for path := file; path != "."; path = filepath.ToSlash(filepath.Dir(path)) {
				score, ok := plainScore(path, wanted)
				if ok && !seen[path] {
					all = append(all, match{candidate{score: score, length: len(path)}, Entry{Path: path, Folder: path != file}})
				}
				seen[path] = true
			}
		}
		slices.SortFunc(all, match.compare)
		for _, most := range []int{1, 20} {
			want := EntryResult{LimitHit: len(all) > most}
			for _, m := range all[:min(most, len(all))] {
				want.Entries = append(want.Entries, m.entry)
			}
			got, err := e.Entries(t.Context(), root, FileQuery{Pattern: typed, Max: most, CacheKey: "picker"}, true, true)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q, %d (-want +got):\n%s", typed, most, diff)
			}
		}
	}
}
