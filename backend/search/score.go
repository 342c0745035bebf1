package search

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// mostLetters is how many letters of a piece are scored: its first.
const mostLetters = 64

// reach is how well the letters of a piece up to one of them are found in the part of
// a target that was looked at.
type reach struct {
	best int32 // none: not at all
	last int32 // the best with the letter at the place below
	run  int32 // how many letters in a row end there
	at   int32 // the last place where the letter can be
}

// none is less than any score.
const none = int32(-1 << 30)

// scorer scores files. What it holds is used again: scoring a file allocates nothing.
type scorer struct {
	fits    []fit // of one file, a piece each
	reached [mostLetters]reach
	folders []folderReach // a piece each: those of the last file
}

// folderReach is how far a piece gets in the path of a folder: the files in it go on
// from there.
type folderReach struct {
	folder  string // with the slash at its end
	reached [mostLetters]reach
}

func newScorer(wanted []piece) *scorer {
	return &scorer{fits: make([]fit, 0, len(wanted)), folders: make([]folderReach, len(wanted))}
}

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
			total += s.letters(one, &wanted[i], found.from, &s.folders[i])
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

// letters scores the best way to find a piece's letters in the end of a path that has
// them in order.
func (s *scorer) letters(one *file, p *piece, from int, folder *folderReach) int {
	reached := s.reached[:len(p.scored)]
	switch {
	case len(one.path)-from > longestScored:
		target, folded := one.path[len(one.path)-longestScored:], one.folded[len(one.path)-longestScored:]
		if !isSubsequence(p.folded, folded) {
			return scoreLetter // it needs letters from the part cut off
		}
		begin(reached)
		p.walk(reached, target, folded, 0)
	case from > 0 || one.name == 0:
		begin(reached)
		p.walk(reached, one.path[from:], one.folded[from:], 0)
	default:
		name := int(one.name)
		if folder.folder != one.path[:name] {
			folder.folder = one.path[:name]
			begin(folder.reached[:len(p.scored)])
			p.walk(folder.reached[:], one.path[:name], one.folded[:name], 0)
		}
		copy(reached, folder.reached[:])
		p.walk(reached, one.path, one.folded, name)
	}
	return int(reached[len(reached)-1].best)
}

// begin has no letter reached.
func begin(reached []reach) {
	for i := range reached {
		reached[i] = reach{best: none, at: -2}
	}
}

// walk goes through a target from a place on. At each place the later letters come
// first: what is reached of the letter before one is then still what lies before.
func (p *piece) walk(reached []reach, target, folded string, from int) {
	for at := from; at < len(folded); at++ {
		for left := p.places[folded[at]]; left != 0; {
			i := bits.Len64(left) - 1
			left &^= 1 << i
			own := worth(target, at, p.scored[i])
			score, run := own, int32(1)
			if i > 0 {
				before := &reached[i-1]
				if before.best == none {
					continue
				}
				score += before.best
				if before.at == int32(at)-1 {
					if follow := before.last + own + scoreRun*min(before.run, longestRun); follow > score {
						score, run = follow, before.run+1
					}
				}
			}
			reached[i] = reach{best: max(reached[i].best, score), last: score, run: run, at: int32(at)}
		}
	}
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
