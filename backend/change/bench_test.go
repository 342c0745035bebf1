package change_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/change"
	"github.com/keel-ide/keel/backend/checkpoint"
)

func BenchmarkCompute(b *testing.B) {
	root := b.TempDir()
	store, err := checkpoint.Open(b.Context(), b.TempDir(), root, checkpoint.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	write := func(round int) string {
		for i := range 1000 {
			var text strings.Builder
			for line := range 200 {
				fmt.Fprintf(&text, "line %d of file %d, %d\n", line, i, round*(line%40/39))
			}
			if err := os.WriteFile(filepath.Join(root, fmt.Sprintf("file%d.go", i)), []byte(text.String()), 0o600); err != nil {
				b.Fatal(err)
			}
		}
		made, err := store.Create(b.Context(), checkpoint.CreateRequest{})
		if err != nil {
			b.Fatal(err)
		}
		return made.ID
	}
	before, after := write(1), write(2)
	sets := change.New(store)
	for name, to := range map[string]string{"checkpoints": after, "disk": ""} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if changes, err := sets.Compute(b.Context(), before, to); err != nil || len(changes) != 1000 {
					b.Fatal(len(changes), err)
				}
			}
		})
	}
}
