package folder

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/search"
)

// noSymbols has no symbols: backend/codemap measures its own part.
type noSymbols struct{}

func (noSymbols) Symbols(context.Context, string, int, bool) ([]wire.ReferenceMatch, bool, error) {
	return nil, false, nil
}

// benchReferences are those of a folder with 100,000 files.
func benchReferences(b *testing.B) *References {
	b.Helper()
	root := b.TempDir()
	for folder := range 1000 {
		dir := filepath.Join(root, fmt.Sprintf("packages/group%02d/package%03d", folder%40, folder))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		for file := range 100 {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("component_%d_service.go", file)), nil, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	ripgrep, err := search.Locate(".")
	if err != nil {
		b.Fatal(err)
	}
	engine := search.New(ripgrep)
	b.Cleanup(func() { _ = engine.Close() })
	return &References{root: root, engine: func() (*search.Engine, error) { return engine, nil }, symbols: noSymbols{}, looks: map[string]*looking{}, ctx: b.Context()}
}

// BenchmarkReferencesFind types words into an open picker over 100,000 files, key by
// key, each answer as it crosses to the page; worst-ms is the slowest key.
func BenchmarkReferencesFind(b *testing.B) {
	r := benchReferences(b)
	if _, err := r.Find(b.Context(), wire.ReferenceQuery{CacheKey: "picker", Whole: true}); err != nil {
		b.Fatal(err)
	}
	for _, typed := range []string{"", "component_", "package517", "pkgservice9", "service comp", "group07/comp", "nothing_like_it"} {
		b.Run("typed="+typed, func(b *testing.B) {
			var worst time.Duration
			keys := 0
			for b.Loop() {
				for end := range len(typed) + 1 {
					began := time.Now()
					found, err := r.Find(b.Context(), wire.ReferenceQuery{Text: typed[:end], Max: 100, CacheKey: "picker"})
					if err != nil {
						b.Fatal(err)
					}
					if _, err := json.Marshal(found); err != nil {
						b.Fatal(err)
					}
					worst = max(worst, time.Since(began))
					keys++
				}
			}
			b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(keys), "ms/key")
		})
	}
}

// BenchmarkReferencesOpen opens the picker, which looks at the disk: first-ms is until
// it answers from what it knew before, the whole is until it has looked.
func BenchmarkReferencesOpen(b *testing.B) {
	r := benchReferences(b)
	var first time.Duration
	for b.Loop() {
		for _, whole := range []bool{false, true} {
			began := time.Now()
			if _, err := r.Find(b.Context(), wire.ReferenceQuery{Text: "comp", Max: 100, CacheKey: "picker", Whole: whole}); err != nil {
				b.Fatal(err)
			}
			if !whole {
				first = max(first, time.Since(began))
			}
		}
		r.Forget("picker")
	}
	b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
}
