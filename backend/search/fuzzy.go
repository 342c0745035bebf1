package search

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
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

// piece is one part of a pattern.
type piece struct {
	text   string // as typed
	folded string
	wide   bool // has letters outside ASCII, which are compared one by one
	path   bool // has a slash: matched with whole paths only
	mask   uint64
}

// pieces cuts a pattern up. What VS Code ignores is ignored: quotes, and stars,
// which mean what is meant anyway.
func pieces(pattern string) []piece {
	if runtime.GOOS == "windows" {
		pattern = strings.ReplaceAll(pattern, `\`, "/")
	}
	pattern = strings.NewReplacer("*", "", `"`, "").Replace(pattern)
	var list []piece
	for _, text := range strings.Fields(pattern) {
		text = strings.TrimPrefix(text, "./")
		if text == "" {
			continue
		}
		p := piece{text: text, path: strings.Contains(text, "/")}
		p.wide = strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
		if p.wide {
			p.folded = strings.ToLower(text)
		} else {
			p.folded = strings.Map(func(r rune) rune { return rune(lower(byte(r))) }, text)
			p.mask = maskOf(p.folded)
		}
		list = append(list, p)
	}
	return list
}

// find returns the best matches of a pattern.
func (l *listing) find(pattern string, most int) FileResult {
	wanted := pieces(pattern)
	if len(wanted) == 0 {
		result := FileResult{LimitHit: len(l.files) > most}
		for _, one := range l.files[:min(most, len(l.files))] {
			result.Paths = append(result.Paths, one.path)
		}
		return result
	}
	all, count := l.candidates(wanted, most)
	result := FileResult{LimitHit: count > most}
	for _, c := range all[:min(most, len(all))] {
		result.Paths = append(result.Paths, l.files[c.index].path)
	}
	return result
}

// candidates returns the best matches, at least as many as are wanted if there are
// so many, and how many there are in all.
func (l *listing) candidates(wanted []piece, most int) (all []candidate, count int) {
	const fewest = 2000 // files for which another worker is worth its start
	workers := max(1, min(runtime.GOMAXPROCS(0), len(l.files)/fewest))
	bests := make([]*best, workers)
	var group sync.WaitGroup
	for worker := range workers {
		from, to := worker*len(l.files)/workers, (worker+1)*len(l.files)/workers
		group.Go(func() { bests[worker] = l.findPart(wanted, from, to, most) })
	}
	group.Wait()
	for _, b := range bests {
		all = append(all, b.candidates...)
		count += b.count
	}
	slices.SortFunc(all, candidate.compare)
	return all, count
}

func (l *listing) findPart(wanted []piece, from, to, most int) *best {
	b := &best{most: most}
	s := newScorer()
	for i := from; i < to; i++ {
		if score, ok := s.all(&l.files[i], wanted); ok {
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

// row is what is known for one letter of a piece, for each place in a target.
// Place 0 is before the target.
type row struct {
	at   [longestScored + 1]int32 // the best score with the letter at the place before
	upTo [longestScored + 1]int32 // the best with the letter anywhere up to there
	run  [longestScored + 1]int32 // how many letters in a row end there
}

// scorer holds two rows of the score table, to be used again.
type scorer struct{ last, next *row }

func newScorer() *scorer { return &scorer{last: new(row), next: new(row)} }

// all scores a file for all pieces; each must match.
func (s *scorer) all(one *file, wanted []piece) (int, bool) {
	total := 0
	for i := range wanted {
		if wanted[i].mask&^one.mask != 0 {
			return 0, false
		}
	}
	for i := range wanted {
		score, ok := s.piece(one, &wanted[i])
		if !ok {
			return 0, false
		}
		total += score
	}
	return total, true
}

func (s *scorer) piece(one *file, p *piece) (int, bool) {
	if p.wide {
		return s.wide(one, p)
	}
	if one.folded == p.folded {
		return scoreIdentity, true
	}
	if !p.path {
		name := one.folded[one.name:]
		if strings.HasPrefix(name, p.folded) {
			return scorePrefix + scoreName + s.letters(one.path[one.name:], name, p) + 100*len(p.folded)/len(name), true
		}
		if isSubsequence(p.folded, name) {
			return scoreName + s.letters(one.path[one.name:], name, p), true
		}
	}
	if !isSubsequence(p.folded, one.folded) {
		return 0, false
	}
	return s.letters(one.path, one.folded, p), true
}

// wide scores a piece with letters outside ASCII: rare, so by simple means.
func (s *scorer) wide(one *file, p *piece) (int, bool) {
	folded := strings.Map(unicode.ToLower, one.path)
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

// letters scores the best way to find a piece's letters in a target that has
// them in order.
func (s *scorer) letters(target, folded string, p *piece) int {
	if cut := len(target) - longestScored; cut > 0 {
		target, folded = target[cut:], folded[cut:]
		if !isSubsequence(p.folded, folded) {
			return scoreLetter // it needs letters from the part cut off
		}
	}
	for i := range len(p.folded) {
		s.next.at[0], s.next.upTo[0], s.next.run[0] = none, none, 0
		for j := range len(folded) {
			score, run := none, int32(0)
			if folded[j] == p.folded[i] {
				score, run = s.letter(target, j, i == 0)
				if target[j] == p.text[i] && score > none {
					score += scoreCase
				}
			}
			s.next.at[j+1], s.next.run[j+1] = score, run
			s.next.upTo[j+1] = max(s.next.upTo[j], score)
		}
		s.last, s.next = s.next, s.last
	}
	return int(s.last.upTo[len(folded)])
}

// none is the score of what cannot be.
const none = int32(-1 << 30)

// letter scores a letter found at a place: after a jump, or following on the
// letter before it.
func (s *scorer) letter(target string, j int, first bool) (score, run int32) {
	before := int32(0)
	if !first {
		before = s.last.upTo[j]
	}
	score = none
	worth := scoreLetter + boundary(target, j)
	if before > none {
		score, run = before+worth, 1
	}
	if !first && s.last.at[j] > none {
		if follow := s.last.at[j] + worth + scoreRun*min(s.last.run[j], longestRun); follow > score {
			score, run = follow, s.last.run[j]+1
		}
	}
	return score, run
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

func lower(c byte) byte {
	if isUpper(c) {
		return c + 'a' - 'A'
	}
	return c
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
