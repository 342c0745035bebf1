package review_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/review"
)

// changed returns a file of so many lines, one with some of them changed, and
// one a user edited on top.
func changed(lines, hunks int) (before, after, now []byte) {
	old := make([]string, lines)
	for i := range old {
		old[i] = fmt.Sprintf("\tline %d of %d;\n", i%(lines/2+1), lines)
		if i%7 == 0 {
			old[i] = "}\n"
		}
	}
	made := bytes.Split([]byte(strings.Join(old, "")), []byte("\n"))
	for i := range hunks {
		made[i*lines/hunks] = fmt.Appendf(nil, "\tchanged %d;", i)
	}
	after = bytes.Join(made, []byte("\n"))
	made[lines/2] = []byte("\tthe user's;")
	return []byte(strings.Join(old, "")), after, bytes.Join(made, []byte("\n"))
}

// benchmark is of two files of 5,000 lines with 400 hunks, and of 1,000 small
// ones.
func benchmark(b *testing.B, run func(b *testing.B, before, after, now []byte)) {
	b.Run("5000 lines", func(b *testing.B) {
		before, after, now := changed(5000, 400)
		b.ReportAllocs()
		for b.Loop() {
			run(b, before, after, now)
		}
	})
	b.Run("1000 files", func(b *testing.B) {
		before, after, now := changed(60, 3)
		b.ReportAllocs()
		for b.Loop() {
			for range 1000 {
				run(b, before, after, now)
			}
		}
	})
}

func BenchmarkHunks(b *testing.B) {
	benchmark(b, func(b *testing.B, before, after, _ []byte) {
		if _, err := review.Hunks(before, after); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkLocate(b *testing.B) {
	benchmark(b, func(b *testing.B, before, after, now []byte) {
		if _, err := review.Locate(before, after, now); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkTakeBack(b *testing.B) {
	benchmark(b, func(b *testing.B, before, after, now []byte) {
		ids := idsOf(b, before, after)
		if _, _, err := review.TakeBack(before, after, now, ids); err != nil {
			b.Fatal(err)
		}
	})
}
