package codemap

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"os"
	"slices"
	"strings"
)

// stems is a question's words, prepared for being looked for in texts. A set of
// them is a bit for each.
type stems struct {
	words  []string
	firsts [256]uint32 // the words that begin with a byte, in either case
}

func newStems(words []string) *stems {
	s := &stems{words: words}
	for i, word := range words {
		s.firsts[word[0]] |= 1 << i
		if c := word[0]; c >= 'a' && c <= 'z' {
			s.firsts[c-'a'+'A'] |= 1 << i
		}
	}
	return s
}

// in returns the set of those with which a word of a name begins.
func (s *stems) in(name string) uint32 {
	var found uint32
	for at := range len(name) {
		set := s.firsts[name[at]] &^ found
		if set == 0 || !begins(name, at) {
			continue
		}
		for ; set != 0; set &= set - 1 {
			i := bits.TrailingZeros32(set)
			if hasFoldedPrefix(name[at:], s.words[i]) {
				found |= 1 << i
			}
		}
	}
	return found
}

func hasFoldedPrefix(text, folded string) bool {
	if len(text) < len(folded) {
		return false
	}
	for i := range len(folded) {
		c := text[i]
		if isUpper(c) {
			c += 'a' - 'A'
		}
		if c != folded[i] {
			return false
		}
	}
	return true
}

// hits is where the words of a question stand in the texts of an index.
type hits struct {
	stems   *stems
	counts  [][]uint32 // by word and file
	weights []float64  // by word: the fewer files have it, the more
	sum     float64    // of the weights
}

func (x *index) search(q question) hits {
	h := hits{stems: newStems(q.words), counts: make([][]uint32, len(q.words)), weights: make([]float64, len(q.words))}
	all := x.names.list()
	sets := make([]uint32, len(all))
	for i, name := range all {
		sets[i] = h.stems.in(name)
	}
	for w := range h.counts {
		h.counts[w] = make([]uint32, len(x.files))
	}
	holders := make([]int, len(q.words))
	for i, f := range x.files {
		for _, m := range f.mentions {
			for set := sets[m.name]; set != 0; set &= set - 1 {
				w := bits.TrailingZeros32(set)
				if h.counts[w][i] == 0 {
					holders[w]++
				}
				h.counts[w][i] += m.count
			}
		}
	}
	for w, n := range holders {
		h.weights[w] = math.Log(1 + (float64(len(x.files)-n)+0.5)/(float64(n)+0.5))
		h.sum += h.weights[w]
	}
	return h
}

// line is a line with words of the prompt.
type line struct {
	path   string
	number int
	text   string
	weight float64
}

const (
	// longestLine is how much of a line is kept.
	longestLine = 200
	// linesOf is how many lines are shown of one file, and linesFrom of how many
	// files.
	linesOf   = 3
	linesFrom = 20
)

// lines returns the lines of the best files that have the most and the rarest words.
func (m *Map) lines(ctx context.Context, files []ranked, h hits) ([]line, error) {
	root, err := os.OpenRoot(m.options.Root)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // it was only read
	var all []line
	for _, r := range files[:min(len(files), linesFrom)] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(r.file.mentions) == 0 {
			continue // binary, or too large
		}
		text, _, err := readFile(root, r.file.path)
		if err != nil {
			continue // it has gone since
		}
		all = append(all, h.best(r.file.path, string(text))...)
	}
	return all, nil
}

// best returns the best lines of a text in their order.
func (h hits) best(path, text string) []line {
	var found []line
	number := 0
	for content := range strings.Lines(text) {
		number++
		content = content[:min(len(content), 4*longestLine)]
		weight := 0.0
		set := h.stems.in(content)
		for ; set != 0; set &= set - 1 {
			weight += h.weights[bits.TrailingZeros32(set)]
		}
		if weight > 0 {
			found = append(found, line{path: path, number: number, text: content, weight: weight})
		}
	}
	slices.SortStableFunc(found, func(a, b line) int { return cmp.Compare(b.weight, a.weight) })
	found = found[:min(len(found), linesOf)]
	slices.SortFunc(found, func(a, b line) int { return a.number - b.number })
	for i := range found {
		found[i].text = oneLine(found[i].text, longestLine)
	}
	return found
}
