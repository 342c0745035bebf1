package codemap

import (
	"fmt"
	"testing"

	"github.com/keel-ide/keel/backend/codemap/outline"
)

// many is an index of 100,000 files with ten symbols each.
func many() *index {
	verbs := []string{"Read", "Write", "open", "close", "Parse", "render", "New", "handle", "update", "Delete"}
	nouns := []string{"File", "Session", "_request", "User", "Config", "Widget", "Buffer", "Message", "Index", "Token", "Page"}
	files := make([]*file, 100_000)
	for i := range files {
		f := &file{path: fmt.Sprintf("pkg%03d/sub%02d/file%d.go", i%500, i%37, i)}
		for j := range 10 {
			f.symbols = append(f.symbols, outline.Symbol{
				Name: fmt.Sprintf("%s%s%d", verbs[(i+j)%len(verbs)], nouns[(i*7+j)%len(nouns)], i%1000), Kind: "function", From: j + 1, To: j + 1,
			})
		}
		files[i] = f
	}
	return newIndex(files, nil)
}

// BenchmarkSymbols is one letter typed in the picker.
func BenchmarkSymbols(b *testing.B) {
	x := many()
	for _, query := range []string{"r", "read", "rf", "ReadFile77", "request", "pkg007 write", "zzz"} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				x.find(query, 50)
			}
		})
	}
}

// BenchmarkFirst is the first map of this repository, BenchmarkAgain the next one.
func BenchmarkFirst(b *testing.B) {
	needParser(b)
	for b.Loop() {
		m := open(b, "../..", nil)
		if _, err := m.fresh(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(m.now.files)), "files")
		b.ReportMetric(float64(len(m.now.entries)), "symbols")
	}
}

func BenchmarkAgain(b *testing.B) {
	needParser(b)
	m := open(b, "../..", nil)
	if _, err := m.fresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := m.Codebase(b.Context(), "Where is a failed model request retried, and with which delays?", 0); err != nil {
			b.Fatal(err)
		}
	}
}
