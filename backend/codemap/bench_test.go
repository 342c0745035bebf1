package codemap

import "testing"

// BenchmarkSymbols is one letter typed in the picker: 100,000 files with ten symbols
// each.
func BenchmarkSymbols(b *testing.B) {
	x := newIndex(symbolsOf(100_000), nil)
	for _, query := range []string{"r", "read", "rf", "ReadFile77", "request", "pkg007 write", "r u", "e e", "zzz"} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				x.find(b.Context(), query, 50)
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
