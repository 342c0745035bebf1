package search

import (
	"strings"
	"unicode/utf8"
)

// spot is a place in a target where a letter of a piece can be.
type spot struct {
	at    int32 // in the target
	score int32 // the best, with the letter here
	upTo  int32 // the best, with the letter here or before
	run   int32 // how many letters in a row end here
}

// scorer scores files. It holds the spots of two letters, to be used again: scoring
// a file allocates nothing.
type scorer struct {
	spots [2][longestScored]spot
	fits  []fit // of one file, a piece each
}

func newScorer() *scorer { return new(scorer) }

// fit is how a piece is found in a file, before its letters are scored.
type fit struct {
	base int // known without looking closer
	most int // what the letters add at most
	from int // where the target begins in the path; -1: the letters add nothing
}

// all scores a file for all pieces; each must match. Where the score is certain to be
// under the bar, it may be any that is.
func (s *scorer) all(one *file, wanted []piece, bar int) (int, bool) {
	for i := range wanted {
		if wanted[i].mask&^one.mask != 0 {
			return 0, false
		}
	}
	s.fits = s.fits[:0]
	ceiling := 0
	for i := range wanted {
		found, ok := fitting(one, &wanted[i])
		if !ok {
			return 0, false
		}
		s.fits = append(s.fits, found)
		ceiling += found.base + found.most
	}
	if ceiling < bar {
		return ceiling, true
	}
	total := 0
	for i, found := range s.fits {
		total += found.base
		if found.from >= 0 {
			total += s.letters(one.path[found.from:], one.folded[found.from:], &wanted[i])
		}
	}
	return total, true
}

// fitting finds a piece in a file.
func fitting(one *file, p *piece) (fit, bool) {
	if p.wide {
		score, ok := wide(one, p)
		return fit{base: score, from: -1}, ok
	}
	if len(one.folded) == len(p.folded) && one.folded == p.folded {
		return fit{base: scoreIdentity, from: -1}, true
	}
	if !p.path {
		name := one.folded[one.name:]
		if strings.HasPrefix(name, p.folded) {
			return fit{base: scorePrefix + scoreName + 100*len(p.folded)/len(name), most: p.most, from: int(one.name)}, true
		}
		if isSubsequence(p.folded, name) {
			return fit{base: scoreName, most: p.most, from: int(one.name)}, true
		}
	}
	return fit{most: p.most}, isSubsequence(p.folded, one.folded)
}

// wide scores a piece with letters outside ASCII: rare, so by simple means.
func wide(one *file, p *piece) (int, bool) {
	folded := one.wide
	if folded == "" {
		if !p.plain {
			return 0, false
		}
		folded = one.folded
	}
	name := folded[strings.LastIndexByte(folded, '/')+1:]
	switch {
	case folded == p.folded:
		return scoreIdentity, true
	case !p.path && strings.HasPrefix(name, p.folded):
		return scorePrefix + scoreName + 100*len(p.folded)/len(name), true
	case !p.path && strings.Contains(name, p.folded):
		return scoreName + scoreRun*len(p.folded), true
	case !p.path && isRuneSubsequence(p.folded, name):
		return scoreName, true
	case strings.Contains(folded, p.folded):
		return scoreRun * len(p.folded), true
	case isRuneSubsequence(p.folded, folded):
		return scoreLetter, true
	}
	return 0, false
}

// mostOf is what the letters of a piece can add to a score at most: each at the best
// place there is, following on the one before it.
func mostOf(letters int) int {
	most := 0
	for i := range letters {
		most += scoreLetter + scoreCase + scoreStart + scoreRun*min(i, longestRun)
	}
	return most
}

// letters scores the best way to find a piece's letters in a target that has them in
// order. For each letter it looks only at the places where the letter is, and of those
// only at the ones behind the first place of the letter before.
func (s *scorer) letters(target, folded string, p *piece) int {
	if cut := len(target) - longestScored; cut > 0 {
		target, folded = target[cut:], folded[cut:]
		if !isSubsequence(p.folded, folded) {
			return scoreLetter // it needs letters from the part cut off
		}
	}
	before, count := s.first(target, folded, p)
	for i := 1; i < len(p.folded); i++ {
		count = follow(before[:count], s.spots[i%2][:], target, folded, p, i)
		before = &s.spots[i%2]
	}
	return int(before[count-1].upTo)
}

// first finds the spots of the first letter.
func (s *scorer) first(target, folded string, p *piece) (spots *[longestScored]spot, count int) {
	spots = &s.spots[0]
	best := none
	for at := next(folded, p.folded[0], 0); at >= 0; at = next(folded, p.folded[0], at+1) {
		score := worth(target, at, p.text[0])
		best = max(best, score)
		spots[count] = spot{at: int32(at), score: score, upTo: best, run: 1}
		count++
	}
	return spots, count
}

// follow finds the spots of letter i, after those of the letter before it, and returns
// how many there are.
func follow(before, spots []spot, target, folded string, p *piece, i int) int {
	count, behind := 0, 0 // behind counts the spots before the place looked at
	best := none
	for at := next(folded, p.folded[i], int(before[0].at)+1); at >= 0; at = next(folded, p.folded[i], at+1) {
		for behind < len(before) && before[behind].at < int32(at) {
			behind++
		}
		last := &before[behind-1]
		own := worth(target, at, p.text[i])
		found := spot{at: int32(at), score: last.upTo + own, run: 1}
		if last.at == int32(at)-1 {
			if score := last.score + own + scoreRun*min(last.run, longestRun); score > found.score {
				found.score, found.run = score, last.run+1
			}
		}
		best = max(best, found.score)
		found.upTo = best
		spots[count] = found
		count++
	}
	return count
}

// none is less than any score.
const none = int32(-1 << 30)

// next is the place of a letter from a place on; -1 when there is none.
func next(folded string, letter byte, from int) int {
	at := strings.IndexByte(folded[from:], letter)
	if at < 0 {
		return -1
	}
	return from + at
}

// worth is what a letter at a place is worth by itself.
func worth(target string, at int, typed byte) int32 {
	score := scoreLetter + boundary(target, at)
	if target[at] == typed {
		score += scoreCase
	}
	return score
}

// boundary is the bonus of a place where something begins.
func boundary(target string, j int) int32 {
	if j == 0 {
		return scoreStart
	}
	switch target[j-1] {
	case '/', '\\':
		return scoreSeparator
	case '_', '-', '.', ' ', '\'', '"', ':', '(', '[', '@', '#', '+':
		return scoreWord
	}
	if isUpper(target[j]) && !isUpper(target[j-1]) {
		return scoreCamel
	}
	return 0
}

func isSubsequence(letters, text string) bool {
	for i := range len(letters) {
		at := strings.IndexByte(text, letters[i])
		if at < 0 {
			return false
		}
		text = text[at+1:]
	}
	return true
}

func isRuneSubsequence(letters, text string) bool {
	for _, r := range letters {
		_, after, ok := strings.Cut(text, string(r))
		if !ok {
			return false
		}
		text = after
	}
	return true
}

// maskOf has a bit for each letter and digit in folded text, and some shared by
// the rest: a quick way to see that a path lacks one.
func maskOf(folded string) uint64 {
	var mask uint64
	for i := range len(folded) {
		mask |= 1 << bitOf(folded[i])
	}
	return mask
}

func bitOf(c byte) int {
	switch {
	case c >= 'a' && c <= 'z':
		return int(c - 'a')
	case c >= '0' && c <= '9':
		return int(26 + c - '0')
	}
	return int(36 + c%28)
}

func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if isUpper(c) {
		return c + 'a' - 'A'
	}
	return c
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
