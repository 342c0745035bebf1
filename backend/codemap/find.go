package codemap

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// The scores of a name that fits: how it fits comes first, then how much of it
// does, then what it is.
const (
	scoreWhole = 100_000
	scoreBegin = 80_000
	scoreWord  = 60_000 // at the beginning of a word of it
	scoreHumps = 50_000 // the beginnings of its words
	scoreIn    = 40_000
	scoreLoose = 20_000 // its letters in their order, with others between
	scoreShare = 400    // at most, for how much of the name the piece is
	scoreCase  = 500
	scoreDoes  = 50 // what does something comes before what only is there
	scoreMore  = scoreShare + scoreCase + scoreDoes
)

// mostFound bounds an answer whatever is asked for, mostPieces the pieces of a query.
const (
	mostFound  = 1000
	mostPieces = 8
)

// candidate is a symbol that fits.
type candidate struct {
	score int
	entry int
}

// find returns the symbols that fit a query, best first.
func (x *index) find(query string, most int) []Symbol {
	pieces := strings.Fields(query)
	pieces = pieces[:min(len(pieces), mostPieces)]
	most = min(most, mostFound)
	if len(pieces) == 0 || most <= 0 {
		return nil
	}
	const fewest = 10_000 // symbols for which another worker is worth its start
	workers := max(1, min(runtime.GOMAXPROCS(0), len(x.entries)/fewest))
	found := make([][]candidate, workers)
	var group sync.WaitGroup
	for worker := range workers {
		from, to := worker*len(x.entries)/workers, (worker+1)*len(x.entries)/workers
		group.Go(func() { found[worker] = x.findPart(pieces, from, to, most) })
	}
	group.Wait()
	best := x.best(slices.Concat(found...), most)
	symbols := make([]Symbol, len(best))
	for i, c := range best {
		f := x.files[x.entries[c.entry].file]
		symbols[i] = Symbol{Symbol: f.symbols[x.entries[c.entry].symbol], Path: f.path}
	}
	return symbols
}

func (x *index) findPart(pieces []string, from, to, most int) []candidate {
	folded := make([]string, len(pieces))
	masks := make([]uint64, len(pieces))
	for i, piece := range pieces {
		folded[i] = fold(piece)
		masks[i] = maskOf(folded[i])
	}
	var found []candidate
	bar := 0
	for i := from; i < to; i++ {
		e := &x.entries[i]
		score := 0
		if len(pieces) == 1 {
			if masks[0]&^e.mask == 0 {
				score = fit(e, pieces[0], folded[0], bar)
			}
			if score > 0 && e.does {
				score += scoreDoes
			}
		} else {
			score = x.score(e, pieces, folded, masks)
		}
		if score <= bar {
			continue
		}
		found = append(found, candidate{score: score, entry: i})
		if len(found) >= 4*most+1000 {
			found = x.best(found, most)
			bar = found[len(found)-1].score - 1 // an equal one may still be shorter
		}
	}
	return found
}

// best sorts candidates and keeps the first ones.
func (x *index) best(found []candidate, most int) []candidate {
	slices.SortFunc(found, func(a, b candidate) int {
		ea, eb := &x.entries[a.entry], &x.entries[b.entry]
		return cmp.Or(b.score-a.score, len(ea.folded)-len(eb.folded),
			len(x.files[ea.file].path)-len(x.files[eb.file].path), a.entry-b.entry)
	})
	return found[:min(most, len(found))]
}

// score says how well a symbol fits; 0 is not at all. Every piece must fit the name
// or stand in the path, and one of them the name.
func (x *index) score(e *entry, pieces, folded []string, masks []uint64) int {
	total, named := 0, 0
	for i := range pieces {
		if masks[i]&^e.mask != 0 {
			continue
		}
		if fits := fit(e, pieces[i], folded[i], 0); fits > 0 {
			named |= 1 << i
			total += fits
		}
	}
	if named == 0 {
		return 0
	}
	for i := range pieces {
		if named&(1<<i) != 0 {
			continue
		}
		if !strings.Contains(fold(x.files[e.file].path), folded[i]) {
			return 0
		}
		total += scoreIn / 2
	}
	if e.does {
		total += scoreDoes
	}
	return total
}

// fit scores a name against one piece. It may be 0 as well where it could not be
// over the bar.
func fit(e *entry, piece, folded string, bar int) int {
	at := strings.Index(e.folded, folded)
	if at < 0 {
		switch {
		case bar >= scoreHumps+scoreMore:
		case humps(e.name, e.folded, folded):
			return scoreHumps + share(e, piece)
		case bar < scoreLoose+scoreMore && len(piece) > 1 && inOrder(e.folded, folded):
			return scoreLoose + share(e, piece)
		}
		return 0
	}
	switch {
	case at == 0 && len(e.folded) == len(folded):
		return scoreWhole + share(e, piece)
	case at == 0:
		return scoreBegin + share(e, piece)
	case bar >= scoreWord+scoreMore:
		return 0
	}
	for from := at; from > 0; {
		if begins(e.name, from) {
			return scoreWord + share(e, piece)
		}
		next := strings.Index(e.folded[from+1:], folded)
		if next < 0 {
			break
		}
		from += 1 + next
	}
	if humps(e.name, e.folded, folded) {
		return scoreHumps + share(e, piece)
	}
	return scoreIn + share(e, piece)
}

// share scores how much of a name a piece is, and whether it is written like it.
func share(e *entry, piece string) int {
	score := scoreShare * min(len(piece), len(e.name)) / len(e.name)
	if strings.Contains(e.name, piece) {
		score += scoreCase
	}
	return score
}

// humps tells whether a piece is made of the beginnings of a name's words: "rf" and
// "refi" of readFile.
func humps(name, folded, piece string) bool {
	at := 0
	for i := 0; i < len(piece); {
		if at < len(name) && folded[at] == piece[i] && (i > 0 && at > 0 && folded[at-1] == piece[i-1] || begins(name, at)) {
			at, i = at+1, i+1
			continue
		}
		for at++; at < len(name) && !(begins(name, at) && folded[at] == piece[i]); at++ {
		}
		if at >= len(name) {
			return false
		}
	}
	return true
}

func inOrder(text, letters string) bool {
	for i := range len(letters) {
		at := strings.IndexByte(text, letters[i])
		if at < 0 {
			return false
		}
		text = text[at+1:]
	}
	return true
}
