package codemap

import (
	"cmp"
	"context"
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

// find returns the symbols that fit a query, best first. When ctx ends, it returns
// early with what it has.
func (x *index) find(ctx context.Context, query string, most int) []Symbol {
	q := newQuery(query)
	most = min(most, mostFound)
	if len(q.pieces) == 0 || most <= 0 {
		return nil
	}
	const fewest = 10_000 // symbols for which another worker is worth its start
	workers := max(1, min(runtime.GOMAXPROCS(0), len(x.entries)/fewest))
	found := make([][]candidate, workers)
	var group sync.WaitGroup
	for worker := range workers {
		from, to := worker*len(x.entries)/workers, (worker+1)*len(x.entries)/workers
		group.Go(func() { found[worker] = x.findPart(ctx, q, from, to, most) })
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

// query is what is looked for.
type query struct{ pieces []piece }

// piece is a part of a query.
type piece struct {
	text, folded string
	mask         uint64 // which characters it has, see maskOf
	head         uint64 // which it begins with
}

func newQuery(text string) query {
	var q query
	words := strings.Fields(text)
	for _, word := range words[:min(len(words), mostPieces)] {
		folded := fold(word)
		q.pieces = append(q.pieces, piece{text: word, folded: folded, mask: maskOf(folded), head: maskOf(folded[:1])})
	}
	return q
}

// inPath has a bit for each piece that stands in a folded path. A query of one piece
// is for names only.
func (q query) inPath(path string) (found uint) {
	if len(q.pieces) == 1 {
		return 0
	}
	for i := range q.pieces {
		if strings.Contains(path, q.pieces[i].folded) {
			found |= 1 << i
		}
	}
	return found
}

func (x *index) findPart(ctx context.Context, q query, from, to, most int) []candidate {
	const often = 4096 // symbols between two looks at ctx
	var found []candidate
	bar := 0
	inPath, needed, until := uint(0), uint64(0), from // of the file at hand, and where its symbols end
	for i := from; i < to; i++ {
		if (i-from)%often == 0 && ctx.Err() != nil {
			break
		}
		if i >= until {
			file := x.entries[i].file
			inPath = q.inPath(x.paths[file])
			needed = q.needed(inPath)
			until = int(x.ends[file])
		}
		if needed&^x.masks[i] != 0 {
			continue
		}
		score := q.score(&x.entries[i], x.masks[i], inPath, bar)
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

// needed is which characters a name must have: those of the pieces that do not stand
// in the path.
func (q query) needed(inPath uint) (mask uint64) {
	for i := range q.pieces {
		if inPath&(1<<i) == 0 {
			mask |= q.pieces[i].mask
		}
	}
	return mask
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
// or stand in the path, and one of them the name. It may be 0 as well where it could
// not be over the bar.
func (q query) score(e *entry, mask uint64, inPath uint, bar int) int {
	total, named := 0, false
	if e.does {
		total = scoreDoes
	}
	if bar > 0 {
		ceiling := total
		for i := range q.pieces {
			ceiling += ceilingOf(e, &q.pieces[i], mask)
		}
		if ceiling <= bar {
			return 0
		}
	}
	for i := range q.pieces {
		p := &q.pieces[i]
		fits := 0
		if p.mask&^mask == 0 {
			fits = fit(e, p, bar-(len(q.pieces)-1)*(scoreWhole+scoreMore))
		}
		switch {
		case fits > 0:
			named = true
			total += fits
		case inPath&(1<<i) != 0:
			total += scoreIn / 2
		default:
			return 0
		}
	}
	if !named {
		return 0
	}
	return total
}

// ceilingOf is what a piece adds to a score at most, seen at a glance.
func ceilingOf(e *entry, p *piece, mask uint64) int {
	switch {
	case p.mask&^mask != 0:
		return scoreIn / 2 // in the path
	case e.heads&p.head == 0:
		return scoreIn + scoreCase + shareOf(e, p.text)
	case !strings.HasPrefix(e.folded, p.folded):
		return scoreWord + scoreCase + shareOf(e, p.text)
	case len(e.folded) == len(p.folded):
		return scoreWhole + scoreCase + shareOf(e, p.text)
	}
	return scoreBegin + scoreCase + shareOf(e, p.text)
}

// fit scores a name against one piece. It may be 0 as well where it could not be
// over the bar.
func fit(e *entry, p *piece, bar int) int {
	heads := e.heads&p.head != 0 // without, it is at the beginning of no word
	at := strings.Index(e.folded, p.folded)
	if at < 0 {
		part := shareOf(e, p.text) // it is not written like that anywhere in the name
		switch {
		case heads && bar < scoreHumps+part+scoreDoes && humps(e.name, e.folded, p.folded):
			return scoreHumps + part
		case bar < scoreLoose+part+scoreDoes && len(p.text) > 1 && inOrder(e.folded, p.folded):
			return scoreLoose + part
		}
		return 0
	}
	switch {
	case at == 0 && len(e.folded) == len(p.folded):
		return scoreWhole + share(e, p.text)
	case at == 0:
		return scoreBegin + share(e, p.text)
	case bar >= scoreWord+scoreMore:
		return 0
	case !heads:
		return scoreIn + share(e, p.text)
	}
	for from := at; from > 0; {
		if begins(e.name, from) {
			return scoreWord + share(e, p.text)
		}
		next := strings.Index(e.folded[from+1:], p.folded)
		if next < 0 {
			break
		}
		from += 1 + next
	}
	if humps(e.name, e.folded, p.folded) {
		return scoreHumps + share(e, p.text)
	}
	return scoreIn + share(e, p.text)
}

// shareOf scores how much of a name a piece is.
func shareOf(e *entry, piece string) int {
	return scoreShare * min(len(piece), len(e.name)) / len(e.name)
}

// share scores how much of a name a piece is, and whether it is written like it.
func share(e *entry, piece string) int {
	score := shareOf(e, piece)
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
		for at++; at < len(name) && (!begins(name, at) || folded[at] != piece[i]); at++ {
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
