package search

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// The scores follow the ideas of VS Code's quick open (fuzzyScorer.ts): the
// whole path above all, then the beginning of the file's name, then the name,
// then the path; and in each, runs of letters and beginnings of words.
const (
	scoreIdentity = 1 << 22
	scorePrefix   = 1 << 17
	scoreName     = 1 << 16

	scoreLetter    = 1
	scoreCase      = 1
	scoreRun       = 6 // for each letter that follows on its predecessor, growing up to longestRun times
	longestRun     = 3
	scoreStart     = 8
	scoreSeparator = 5 // after a slash
	scoreWord      = 4 // after another separator
	scoreCamel     = 2 // a capital after a small letter
)

// longestScored is how many bytes at the end of a path are scored.
const longestScored = 512

// mostPieces is how many pieces of a pattern count: a text that was pasted is no
// pattern.
const mostPieces = 16

// piece is one part of a pattern.
type piece struct {
	text   string // as typed
	folded string
	wide   bool // has letters outside ASCII, which are compared one by one
	plain  bool // folded has none
	path   bool // has a slash: matched with whole paths only
	mask   uint64
	scored string       // the letters that are scored, as typed
	places *[256]uint64 // for each letter of a path, which of those it is: a bit each
	most   int          // what they add to a score at most
}

// pieces cuts a pattern up. What VS Code ignores is ignored: quotes, and stars,
// which mean what is meant anyway.
func pieces(pattern string) []piece {
	if runtime.GOOS == "windows" {
		pattern = strings.ReplaceAll(pattern, `\`, "/")
	}
	pattern = strings.NewReplacer("*", "", `"`, "").Replace(pattern)
	var list []piece
	words := strings.Fields(pattern)
	for _, text := range words[:min(len(words), mostPieces)] {
		text = strings.TrimPrefix(text, "./")
		if text == "" {
			continue
		}
		p := piece{text: text, path: strings.Contains(text, "/")}
		p.wide = !isPlain(text)
		if p.wide {
			p.folded = strings.ToLower(text)
		} else {
			p.folded = strings.Map(func(r rune) rune { return rune(lower(byte(r))) }, text)
			p.mask = maskOf(p.folded)
			p.count()
		}
		p.plain = isPlain(p.folded)
		list = append(list, p)
	}
	return list
}

// count prepares a piece for being scored.
func (p *piece) count() {
	p.scored = p.text[:min(len(p.text), mostLetters)]
	p.places = new([256]uint64)
	for i := range len(p.scored) {
		p.places[p.folded[i]] |= 1 << i
	}
	p.most = mostOf(len(p.scored))
}

// find returns the best matches of a pattern.
func (l *listing) find(ctx context.Context, pattern string, most int) FileResult {
	wanted := pieces(pattern)
	if len(wanted) == 0 {
		result := FileResult{LimitHit: len(l.files) > most}
		for _, one := range l.files[:min(most, len(l.files))] {
			result.Paths = append(result.Paths, one.path)
		}
		return result
	}
	all, count := l.candidates(ctx, wanted, most)
	result := FileResult{LimitHit: count > most}
	for _, c := range all[:min(most, len(all))] {
		result.Paths = append(result.Paths, l.files[c.index].path)
	}
	return result
}

// candidates returns the best matches, at least as many as are wanted if there are
// so many, and how many there are in all. When ctx ends it returns early, with what it
// has.
func (l *listing) candidates(ctx context.Context, wanted []piece, most int) (all []candidate, count int) {
	const fewest = 2000 // files for which another worker is worth its start
	workers := max(1, min(runtime.GOMAXPROCS(0), len(l.files)/fewest))
	bests := make([]*best, workers)
	var group sync.WaitGroup
	for worker := range workers {
		from, to := worker*len(l.files)/workers, (worker+1)*len(l.files)/workers
		group.Go(func() { bests[worker] = l.findPart(ctx, wanted, from, to, most) })
	}
	group.Wait()
	for _, b := range bests {
		all = append(all, b.candidates...)
		count += b.count
	}
	slices.SortFunc(all, candidate.compare)
	return all, count
}

func (l *listing) findPart(ctx context.Context, wanted []piece, from, to, most int) *best {
	const often = 1024 // files between two looks at ctx
	b := &best{most: most}
	s := newScorer(wanted)
	for i := from; i < to; i++ {
		if (i-from)%often == 0 && ctx.Err() != nil {
			break
		}
		if score, ok := s.all(&l.files[i], wanted, b.bar.score); ok {
			b.offer(candidate{score: score, length: len(l.files[i].path), index: i})
		}
	}
	return b
}

// candidate is a file that matches. Equal scores go to the shorter path, then
// to the one that sorts first.
type candidate struct{ score, length, index int }

// compare is negative when c is better than other.
func (c candidate) compare(other candidate) int {
	switch {
	case c.score != other.score:
		return other.score - c.score
	case c.length != other.length:
		return c.length - other.length
	}
	return c.index - other.index
}

// best keeps the best candidates: as many as are wanted, and room for as many
// again before they are sorted and the worse half goes.
type best struct {
	candidates []candidate
	most       int
	count      int       // how many were offered
	bar        candidate // once full: what is not better is not among the best
	full       bool
}

func (b *best) offer(c candidate) {
	b.count++
	if b.full && c.compare(b.bar) >= 0 {
		return
	}
	b.candidates = append(b.candidates, c)
	if len(b.candidates) < 2*b.most {
		return
	}
	slices.SortFunc(b.candidates, candidate.compare)
	b.candidates = b.candidates[:b.most]
	b.bar, b.full = b.candidates[b.most-1], true
}
