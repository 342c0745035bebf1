package codemap

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/keel-ide/keel/backend/search"
)

const (
	// mostHits: a word that stands on more lines is too common to tell anything.
	mostHits = 20_000
	// atOnce is how many searches run beside each other.
	atOnce = 2
	// longestLine is how much of a line is kept.
	longestLine = 200
)

// hits is what ripgrep finds of one word.
type hits struct {
	common bool
	counts map[string]int // lines by path
	lines  []line
}

// line is a line with words of the prompt.
type line struct {
	path   string
	number int
	text   string
}

// search looks for every word of a question; the answers are in its order.
func (m *Map) search(ctx context.Context, x *index, words []string) ([]hits, error) {
	engine, err := m.options.Search()
	if err != nil {
		return nil, err
	}
	all := make([]hits, len(words))
	errs := make([]error, len(words))
	slots := make(chan struct{}, atOnce)
	var group sync.WaitGroup
	for i, word := range words {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			all[i], errs[i] = m.searchWord(ctx, engine, x, word)
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (m *Map) searchWord(ctx context.Context, engine *search.Engine, x *index, word string) (hits, error) {
	found := hits{counts: map[string]int{}}
	summary, err := engine.Text(ctx, m.options.Root, search.TextQuery{
		// At the beginning of a word: after anything that is no letter, or as the
		// hump of a name.
		Pattern:        `(?:\b|_|\d)(?i:` + regexp.QuoteMeta(word) + `)|[a-z](?-i:` + regexp.QuoteMeta(strings.ToUpper(word[:1])+word[1:]) + `)`,
		Regex:          true,
		CaseSensitive:  true,
		UseIgnoreFiles: true,
		Hidden:         true,
		MaxResults:     mostHits,
	}, func(files []search.FileMatch) error {
		for _, file := range files {
			if x.byPath[file.Path] == nil {
				continue // it is kept from the agent, or has just come
			}
			found.counts[file.Path] += len(file.Lines)
			for _, l := range file.Lines {
				found.lines = append(found.lines, line{path: file.Path, number: l.Line, text: oneLine(l.Text, longestLine)})
			}
		}
		return nil
	})
	if err != nil {
		return hits{}, err
	}
	if summary.LimitHit {
		return hits{common: true}, nil // which lines came first is chance
	}
	slices.SortFunc(found.lines, func(a, b line) int { return cmp.Or(strings.Compare(a.path, b.path), a.number-b.number) })
	return found, nil
}
