package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkList100000 lists one folder of 100,000 files.
func BenchmarkList100000(b *testing.B) {
	top := b.TempDir()
	makeFiles(b, top, 100_000)
	w := open(b, top)
	b.ReportAllocs()
	for b.Loop() {
		entries, err := w.List(b.Context(), ".")
		if err != nil || len(entries) != 100_000 {
			b.Fatalf("%d entries, %v", len(entries), err)
		}
	}
}

// BenchmarkWatch starts to watch 100,000 files until every folder is watched;
// "returns" is what the caller waits for.
func BenchmarkWatch(b *testing.B) {
	for _, folders := range []int{100, 10_000} {
		top := b.TempDir()
		for i := range folders {
			folder := filepath.Join(top, fmt.Sprint(i%97), fmt.Sprint(i))
			makeFolders(b, folder)
			makeFiles(b, folder, 100_000/folders)
		}
		w := open(b, top)
		b.Run(fmt.Sprintf("%d folders ready", folders), func(b *testing.B) {
			for b.Loop() {
				watch, err := w.Watch(b.Context(), WatchOptions{})
				if err != nil {
					b.Fatal(err)
				}
				<-watch.Ready()
				watch.Close()
			}
		})
		b.Run(fmt.Sprintf("%d folders returns", folders), func(b *testing.B) {
			for b.Loop() {
				watch, err := w.Watch(b.Context(), WatchOptions{})
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				watch.Close()
				b.StartTimer()
			}
		})
	}
}

func BenchmarkReadFile(b *testing.B) {
	top := b.TempDir()
	if err := os.WriteFile(filepath.Join(top, "file"), make([]byte, 16<<20), 0o644); err != nil {
		b.Fatal(err)
	}
	w := open(b, top)
	b.SetBytes(16 << 20)
	for b.Loop() {
		if _, _, err := w.ReadFile(b.Context(), "file", 0); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteFile(b *testing.B) {
	w := open(b, b.TempDir())
	data := make([]byte, 64<<10)
	for b.Loop() {
		if _, err := w.WriteFile(b.Context(), "file", data, WriteOptions{Create: true, Overwrite: true}); err != nil {
			b.Fatal(err)
		}
	}
}

func makeFiles(b *testing.B, folder string, count int) {
	b.Helper()
	for i := range count {
		file, err := os.Create(filepath.Join(folder, fmt.Sprintf("file%06d.go", i)))
		if err != nil {
			b.Fatal(err)
		}
		file.Close()
	}
}
