package bench

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMarkdown(t *testing.T) {
	row := Row{Operation: Restore, Unit: Milliseconds, Cells: []Cell{
		{Contender: Floor, Value: 100}, {Contender: Keel, Value: 212.4, Floors: 2.124},
		{Contender: Git, Value: 90, Floors: 0.9, Inexact: "3 folders gone"},
	}}
	row.Goals = reached(row)
	memory := Row{Operation: Memory, Unit: Bytes, Cells: []Cell{{Contender: Keel, Value: 401}}}
	memory.Goals = reached(memory)
	disk := Row{Operation: DiskOne, Unit: Bytes, Cells: []Cell{{Contender: Floor, Value: 4000}, {Contender: Keel, Value: 8192, Floors: 2.048}, {Contender: Git, Value: 0}}}
	disk.Goals = reached(disk)
	report := Report{System: "linux/amd64", CPUs: 2, Git: "2.39.5", Rounds: 5, Corpora: []Corpus{
		{Files: 12345, Folders: 1000, Bytes: 40_300_000, Many: 1000, Rows: []Row{row, disk, memory}},
	}}
	want := `**12,345 files** in 1,000 folders, 40 MB:

| | floor | keel | shadow git | to reach | reached |
| --- | ---: | ---: | ---: | --- | --- |
| restore these 1,000 | 100 ms | 212 ms (2.1×) | not exact: 3 folders gone (90 ms (0.90×)) | ≤ 300 ms | yes |
| disk, one file changed (mean of 40) | 4.0 kB | 8.2 kB (2.0×) | 0.00 B | ≤ 2× | **no** |
| memory, a file more |  | 401 bytes |  | ≤ 400 bytes | **no** |

linux/amd64, 2 processors, git 2.39.5. Times are the median of 5 rounds with a warm cache; (n×) is the multiple of the floor measured in the same run, of disk the multiple of the files' own bytes.
`
	if d := cmp.Diff(want, report.Markdown()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestInexactReachesNothing: what is not exact is not fast either.
func TestInexactReachesNothing(t *testing.T) {
	row := Row{Operation: Restore, Cells: []Cell{{Contender: Keel, Value: 1, Inexact: "1 path gone"}}}
	if got := reached(row); len(got) != 1 || got[0].Reached {
		t.Errorf("goals: %+v", got)
	}
	report := Report{Corpora: []Corpus{{Files: 5, Many: 1, Rows: []Row{row}}}}
	if d := cmp.Diff([]string{"keel, 5 files, restore these 1: 1 path gone"}, report.Failed()); d != "" {
		t.Errorf("failed (-want +got):\n%s", d)
	}
}

func TestDigits(t *testing.T) {
	tests := map[float64]string{0: "0.00", 0.004: "0.00", 0.126: "0.13", 0.996: "1.0", 9.94: "9.9", 9.96: "10", 99.4: "99", 99.6: "100", 1234.5: "1,235", 1234567: "1,234,567", -5.2: "-5.2"}
	for n, want := range tests {
		if got := digits(n); got != want {
			t.Errorf("digits(%v) = %q, want %q", n, got, want)
		}
	}
	sizes := map[float64]string{0: "0.00 B", 12: "12 B", 999: "999 B", 1000: "1.0 kB", 4_100_000: "4.1 MB", 2e9: "2.0 GB", 5e12: "5,000 GB"}
	for n, want := range sizes {
		if got := size(n); got != want {
			t.Errorf("size(%v) = %q, want %q", n, got, want)
		}
	}
}

func TestMedian(t *testing.T) {
	for want, samples := range map[float64][]float64{0: nil, 3: {9, 1, 3}, 2.5: {4, 1, 3, 2}} {
		if got := median(samples); got != want {
			t.Errorf("median(%v) = %v, want %v", samples, got, want)
		}
	}
}
