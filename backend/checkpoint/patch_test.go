//go:build unix

package checkpoint_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint"
)

func sumOf(content string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(content))) }

// TestPatchTellsHowFarItHasCome holds a patch until somebody was told of it.
func TestPatchTellsHowFarItHasCome(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	told := make(chan checkpoint.Progress, 1)
	store := opened(t, t.TempDir(), t.TempDir(), checkpoint.Options{Faults: checkpoint.Faults{Step: func(step string) error {
		if step != "place 7" {
			return nil
		}
		select {
		case p := <-told:
			if p.Total != 20 || p.Done < 1 || p.Done > 20 {
				t.Errorf("progress: %+v", p)
			}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}})
	events := store.Subscribe(ctx)
	go func() {
		for {
			e, err := events.Next(ctx)
			if err != nil {
				return
			}
			if p := e.Progress; p != nil && p.Work == checkpoint.Restoring && p.Done > 0 {
				told <- *p
				return
			}
		}
	}()
	var files []checkpoint.Patched
	for i := range 20 {
		files = append(files, checkpoint.Patched{Path: fmt.Sprint(i), Content: []byte(fmt.Sprint(i))})
	}
	_, err := store.Patch(ctx, checkpoint.PatchRequest{Files: files})
	must(t, err)
}

// BenchmarkPatch changes 1,000 of 10,000 files, and restores them by their
// checkpoint for comparison.
func BenchmarkPatch(b *testing.B) {
	store, root := benchmarkTree(b, 10_000)
	name := func(i int) string { return fmt.Sprintf("d%d/e%d/file%d.go", i%10, i/10%20, i) }
	id := create(b, store)
	back := make([]checkpoint.Patched, 1000)
	for i := range back {
		content, err := os.ReadFile(filepath.Join(root, name(i)))
		must(b, err)
		back[i] = checkpoint.Patched{Path: name(i), Expect: sumOf("changed"), Content: content}
	}
	work := map[string]func() (checkpoint.Result, error){
		"patch": func() (checkpoint.Result, error) {
			return store.Patch(b.Context(), checkpoint.PatchRequest{Files: back})
		},
		"restore": func() (checkpoint.Result, error) {
			return store.Restore(b.Context(), checkpoint.RestoreRequest{ID: id})
		},
	}
	for _, what := range []string{"patch", "restore"} {
		b.Run(what, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				for i := range back {
					write(b, filepath.Join(root, name(i)), "changed")
				}
				b.StartTimer()
				result, err := work[what]()
				must(b, err)
				if result.Written != len(back) || len(result.Conflicts) > 0 {
					b.Fatalf("result: %+v", result)
				}
			}
		})
	}
}
