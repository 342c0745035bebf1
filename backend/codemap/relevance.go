package codemap

import (
	"cmp"
	"math/bits"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/codemap/outline"
)

// What a word of the prompt is worth, in a file, by where it stands.
const (
	worthName    = 2.2 // in the file's own name
	worthFolder  = 0.7
	worthSymbol  = 1.3 // in the name of something it defines
	worthWhole   = 2.4 // something it defines is called just so
	worthExact   = 4.0 // it defines just this
	worthPath    = 30.0
	worthCentral = 0.35 // of the best: what the best files lead to
)

// ranked is a file with what it is worth.
type ranked struct {
	file  *file
	score float64
}

// rank orders the files of an index for a question, best first; files that have
// nothing to do with it are not among them.
func (x *index) rank(q question, found hits) []ranked {
	direct := x.direct(q, found)
	start := make([]float64, len(direct))
	best, total := 0.0, 0.0
	for _, score := range direct {
		best = max(best, score)
	}
	for i, score := range direct {
		if score > best/4 {
			start[i] = score * score
			total += start[i]
		}
	}
	if total == 0 { // the prompt says nothing about where to look: what is central counts
		for i := range start {
			start[i] = 1
		}
		total = float64(len(start))
	}
	for i := range start {
		start[i] /= total
	}
	central := x.links().rank(start)
	most := slices.Max(append(slices.Clone(central), 0))
	var all []ranked
	for i, f := range x.files {
		score := 0.0
		if best > 0 {
			score = direct[i] / best
		}
		if most > 0 {
			score += worthCentral * central[i] / most * kindOf(f.path, q)
		}
		if score > 0.02 {
			all = append(all, ranked{f, score})
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(a.file.path, b.file.path))
	})
	return all
}

// direct is what each file has to do with a question by itself.
func (x *index) direct(q question, found hits) []float64 {
	scores := make([]float64, len(x.files))
	average := 1.0
	for _, f := range x.files {
		average += float64(max(f.size, 0)) / float64(len(x.files))
	}
	for i := range x.files {
		scores[i] = x.directOf(i, q, found, average)
	}
	return scores
}

func (x *index) directOf(i int, q question, found hits, average float64) float64 {
	f := x.files[i]
	folder, base := path.Split(f.path)
	inName, inFolder := found.stems.in(strings.TrimSuffix(base, path.Ext(base))), found.stems.in(folder)
	symbols := named(f, found.stems)
	score, covered := 0.0, 0.0
	for w := range q.words {
		worth := symbols[w]
		if n := float64(found.counts[w][i]); n > 0 {
			worth += n * 2.2 / (n + 1.2*(0.4+0.6*float64(f.size)/average)) // BM25
		}
		if inName&(1<<w) != 0 {
			worth += worthName
		}
		if inFolder&(1<<w) != 0 {
			worth += worthFolder
		}
		if worth > 0 {
			covered += found.weights[w]
		}
		score += found.weights[w] * worth
	}
	if found.sum > 0 {
		score *= 0.4 + 0.6*covered/found.sum // a file with all the words before one with a single one often
	}
	for _, name := range q.exact {
		if slices.ContainsFunc(f.symbols, func(s outline.Symbol) bool { return s.Name == name }) {
			score += worthExact
		}
	}
	score *= kindOf(f.path, q)
	folded := fold(f.path)
	for _, named := range q.paths {
		switch {
		case folded == named || strings.HasSuffix(folded, "/"+named):
			score += worthPath
		case strings.Contains("/"+folded, "/"+named+"/"):
			score += worthPath / 6
		}
	}
	return score
}

// named is what each word is worth as a part of the names of a file's symbols.
func named(f *file, wanted *stems) [mostWords]float64 {
	var worth [mostWords]float64
	for _, s := range f.symbols {
		for set := wanted.in(s.Name); set != 0; set &= set - 1 {
			w := bits.TrailingZeros32(set)
			worth[w] = max(worth[w], worthSymbol)
			if len(parts(s.Name)) == 1 {
				worth[w] = worthWhole
			}
		}
	}
	return worth
}

var (
	testLike = regexp.MustCompile(`(?i)(^|/)(tests?|spec|specs|__tests__|testdata|fixtures?|e2e|mocks?|testing|examples?|benchmarks?)/|[._-](test|spec|bench|stories)\.[a-z]+$|(^|/)(test_|conftest)[^/]*\.py$|Tests?\.(java|cs|php)$`)
	madeLike = regexp.MustCompile(`(?i)(\.min\.(js|css)|\.gen\.[a-z]+|\.pb\.go|_generated\.[a-z]+|\.generated\.[a-z]+|\.map|\.snap|\.svg|\.csv|\.tsv|\.lock|lock\.json|lock\.ya?ml|go\.sum|(^|/)(vendor|third_party|dist|generated)/.*)$`)
	docLike  = regexp.MustCompile(`(?i)\.(md|mdx|rst|adoc|txt|tex|html?)$`)
	dataLike = regexp.MustCompile(`(?i)\.(json|ya?ml|toml|ini|xml|css|scss|less|properties)$`)
)

// kindOf is how likely a file of this kind is the one that a person would open, by
// its path.
func kindOf(name string, q question) float64 {
	worth := 1.0
	if madeLike.MatchString(name) {
		worth *= 0.15
	}
	if testLike.MatchString(name) && !q.tests {
		worth *= 0.4
	}
	switch {
	case docLike.MatchString(name) && !q.docs:
		worth *= 0.35
	case dataLike.MatchString(name):
		worth *= 0.6
	}
	return worth
}
