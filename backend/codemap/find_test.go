package codemap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/codemap/outline"
	"github.com/keel-ide/keel/backend/search"
)

// TestTheBestSymbolsAreThoseOfAPlainRanking compares what is found with scoring every
// symbol to the end and sorting all of them.
func TestTheBestSymbolsAreThoseOfAPlainRanking(t *testing.T) {
	x := newIndex(symbolsOf(2000), nil)
	piece := rapid.OneOf(
		rapid.StringMatching(`[rRwWeEfFsS_0-9é]{1,3}`),
		rapid.SampledFrom([]string{"read", "Read", "rf", "request", "_req", "ReadFile7", "pkg007", "Sub", "naïve", "zz", "日"}),
	)
	rapid.Check(t, func(rt *rapid.T) {
		query := strings.Join(rapid.SliceOfN(piece, 1, 3).Draw(rt, "pieces"), " ")
		most := rapid.IntRange(1, 60).Draw(rt, "most")
		if diff := gocmp.Diff(plainFind(x, query, most), x.find(rt.Context(), query, most)); diff != "" {
			rt.Fatalf("%q, %d (-want +got):\n%s", query, most, diff)
		}
	})
}

// TestFindingSymbolsEndsWithItsContext asks when the next key was typed already.
func TestFindingSymbolsEndsWithItsContext(t *testing.T) {
	x := newIndex(symbolsOf(3000), nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if found := x.find(ctx, "read", 10); len(found) != 0 {
		t.Errorf("%d symbols were looked for", len(found))
	}
}

func plainFind(x *index, text string, most int) []Symbol {
	q := newQuery(text)
	type scored struct {
		Symbol
		score, order int
	}
	var all []scored
	for i := range x.entries {
		e := &x.entries[i]
		f := x.files[e.file]
		total, named := 0, false
		for _, p := range q.pieces {
			switch fits := plainFit(e, p); {
			case fits > 0:
				total, named = total+fits, true
			case len(q.pieces) > 1 && strings.Contains(fold(f.path), p.folded):
				total += scoreIn / 2
			default:
				total = -1 << 30
			}
		}
		if !named || total <= 0 {
			continue
		}
		if e.does {
			total += scoreDoes
		}
		all = append(all, scored{Symbol: Symbol{Symbol: f.symbols[e.symbol], Path: f.path}, score: total, order: i})
	}
	slices.SortFunc(all, func(a, b scored) int {
		return cmp.Or(b.score-a.score, len(a.Name)-len(b.Name), len(a.Path)-len(b.Path), a.order-b.order)
	})
	found := []Symbol{}
	for _, one := range all[:min(most, len(all))] {
		found = append(found, one.Symbol)
	}
	return found
}

// plainFit tries everything, in order.
func plainFit(e *entry, p piece) int {
	at := strings.Index(e.folded, p.folded)
	switch {
	case e.folded == p.folded:
		return scoreWhole + share(e, p.text)
	case at == 0:
		return scoreBegin + share(e, p.text)
	}
	for from := 1; from < len(e.name); from++ {
		if begins(e.name, from) && strings.HasPrefix(e.folded[from:], p.folded) {
			return scoreWord + share(e, p.text)
		}
	}
	switch {
	case humps(e.name, e.folded, p.folded):
		return scoreHumps + share(e, p.text)
	case at > 0:
		return scoreIn + share(e, p.text)
	case len(p.text) > 1 && inOrder(e.folded, p.folded):
		return scoreLoose + share(e, p.text)
	}
	return 0
}

// symbolsOf are files with ten symbols each, whose names are like those in code.
func symbolsOf(count int) []*file {
	verbs := []string{"Read", "Write", "open", "close", "Parse", "render", "New", "handle", "update", "Delete", "naïve"}
	nouns := []string{"File", "Session", "_request", "User", "Config", "Widget", "Buffer", "Message", "Index", "Token", "Page"}
	kinds := []string{"function", "variable", "type"}
	files := make([]*file, count)
	for i := range files {
		f := &file{path: fmt.Sprintf("pkg%03d/Sub%02d/file%d.go", i%500, i%37, i)}
		for j := range 10 {
			f.symbols = append(f.symbols, outline.Symbol{
				Name: fmt.Sprintf("%s%s%d", verbs[(i+j)%len(verbs)], nouns[(i*7+j)%len(nouns)], i%1000),
				Kind: kinds[(i+j)%len(kinds)], From: j + 1, To: j + 1,
			})
		}
		files[i] = f
	}
	return files
}

// TestKnownNeverWaits for a look that takes long; Symbols does, for a moment.
func TestKnownNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		m := New(Options{Root: t.TempDir(), Search: func() (*search.Engine, error) {
			<-goOn
			return nil, errors.New("there is no ripgrep")
		}})
		began := time.Now()
		for _, ask := range []struct {
			find func(context.Context, string, int) ([]Symbol, error)
			took time.Duration
		}{{m.Known, 0}, {m.Symbols, firstWait}} {
			var reading *ReadingError
			if _, err := ask.find(t.Context(), "read", 10); !errors.As(err, &reading) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(began); took != ask.took {
				t.Errorf("it took %v, not %v", took, ask.took)
			}
		}
		close(goOn)
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
}
