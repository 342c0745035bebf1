package checkpoint

import (
	"fmt"
	"path"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

func fileEntry(at, content string) *entry {
	return &entry{path: at, kind: KindFile, size: int64(len(content)), hash: node.Sum([]byte(content))}
}

// pairsPlainly is pairs as it is told: for each new file, in order, the first
// old one of its name and content that is left; then the first of its content.
func pairsPlainly(gone, come []*entry) map[string]*entry {
	from := map[string]*entry{}
	left := slices.DeleteFunc(slices.Clone(gone), func(e *entry) bool { return e.size == 0 })
	for _, sameName := range []bool{true, false} {
		for _, e := range come {
			i := slices.IndexFunc(left, func(old *entry) bool {
				return old.hash == e.hash && (!sameName || path.Base(old.path) == path.Base(e.path))
			})
			if i >= 0 && from[e.path] == nil {
				from[e.path] = left[i]
				left = slices.Delete(left, i, i+1)
			}
		}
	}
	return from
}

func TestRenamesArePairedAsTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := func(folder string) []*entry {
			return rapid.Map(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *entry {
				at := fmt.Sprintf("%s%d/%s", folder, rapid.IntRange(0, 5).Draw(t, "folder"), rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name"))
				return fileEntry(at, rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "content"))
			}), 0, 30), func(all []*entry) []*entry {
				slices.SortFunc(all, func(a, b *entry) int { return comparePaths(a.path, b.path) })
				return slices.CompactFunc(all, func(a, b *entry) bool { return a.path == b.path })
			}).Draw(t, folder)
		}
		gone, come := entries("old"), entries("new")
		told := map[string]string{}
		for at, old := range pairsPlainly(gone, come) {
			told[at] = old.path
		}
		got := map[string]string{}
		for at, old := range pairs(gone, come) {
			got[at] = old.path
		}
		if d := cmp.Diff(told, got); d != "" {
			t.Fatalf("renamed from (-told +got):\n%s", d)
		}
	})
}

func BenchmarkPairs(b *testing.B) {
	for _, count := range []int{3_000, 12_000, 48_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			var gone, come []*entry
			for i := range count {
				gone = append(gone, fileEntry(fmt.Sprintf("old/%06d", i), "same"))
				come = append(come, fileEntry(fmt.Sprintf("new/%06d", count-i), "same"))
			}
			for b.Loop() {
				if got := pairs(gone, come); len(got) != count {
					b.Fatalf("%d of %d", len(got), count)
				}
			}
		})
	}
}
