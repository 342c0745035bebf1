package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func BenchmarkDrain(b *testing.B) {
	for _, folders := range []int{1, 10_000} {
		b.Run(fmt.Sprintf("folders=%d", folders), func(b *testing.B) {
			top := filepath.Join(b.TempDir(), "top")
			for i := range folders {
				must(b, os.MkdirAll(fmt.Sprintf("%s/%d/%d", top, i/100, i), 0o755))
			}
			m := newMirror(b, top, Options{})
			defer m.watcher.Close()
			for b.Loop() {
				if dirty := m.drain(b); !dirty.Clean() {
					b.Fatal(dirty)
				}
			}
		})
	}
}

func BenchmarkDrainOneDirty(b *testing.B) {
	m := start(b, Options{})
	file, err := os.OpenFile(m.top+"/a/file", os.O_WRONLY, 0)
	must(b, err)
	defer file.Close()
	for b.Loop() {
		_, err := file.WriteAt([]byte("x"), 0)
		must(b, err)
		if dirty := m.drain(b); len(dirty.Folders) != 1 {
			b.Fatal(dirty)
		}
	}
}

func BenchmarkAddAgain(b *testing.B) {
	m := start(b, Options{})
	folder, err := os.Open(m.top + "/a")
	must(b, err)
	defer folder.Close()
	for b.Loop() {
		must(b, m.watcher.Add(folder.Fd(), "a"))
	}
}
