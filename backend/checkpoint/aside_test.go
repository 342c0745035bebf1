//go:build unix

package checkpoint_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// TestSetAside ends setting a history aside at each of its steps. What is left
// is refused or whole, never half a history; tried again it succeeds, and with
// everything moved back the history is as it was.
func TestSetAside(t *testing.T) {
	for n := 1; ; n++ {
		root, dir := t.TempDir(), t.TempDir()
		write(t, filepath.Join(root, "a"), "1")
		store, err := checkpoint.Open(t.Context(), dir, root, checkpoint.Options{})
		must(t, err)
		id := create(t, store)
		must(t, store.Close())
		write(t, filepath.Join(dir, "format"), "keel checkpoints 99\n")
		steps := 0
		_, err = checkpoint.SetAside(t.Context(), dir, checkpoint.Options{Faults: checkpoint.Faults{Step: func(string) error {
			if steps++; steps == n {
				return errors.New("killed")
			}
			return nil
		}}})
		if err != nil {
			if store, err := checkpoint.Open(t.Context(), dir, root, checkpoint.Options{}); !errors.Is(err, checkpoint.ErrNewer) && !errors.Is(err, checkpoint.ErrNoRecord) {
				t.Fatalf("cut off at step %d: opened %v, %v", n, store, err)
			}
			_, err := checkpoint.SetAside(t.Context(), dir, checkpoint.Options{})
			must(t, err)
		}
		store, err = checkpoint.Open(t.Context(), dir, root, checkpoint.Options{})
		must(t, err)
		if list, err := store.List(t.Context()); err != nil || len(list) > 0 {
			t.Errorf("cut off at step %d: %v, %v", n, list, err)
		}
		create(t, store)
		must(t, store.Close())
		back := t.TempDir()
		moved, err := filepath.Glob(filepath.Join(dir, "aside-*", "*"))
		must(t, err)
		for _, path := range moved {
			if info, err := os.Stat(path); err == nil && info.IsDir() && os.Remove(path) == nil {
				continue // an empty folder, which Open has made meanwhile
			}
			must(t, os.Rename(path, filepath.Join(back, filepath.Base(path))))
		}
		write(t, filepath.Join(back, "format"), "keel checkpoints 2\n")
		old := opened(t, back, root, checkpoint.Options{})
		if got, _, err := old.ReadFile(t.Context(), id, "a"); err != nil || string(got) != "1" {
			t.Errorf("cut off at step %d, moved back: %q, %v", n, got, err)
		}
		if steps < n {
			break
		}
	}
}

// TestWhatIsSetAsideIsNotThinnedFor keeps a history that was set aside from
// making clean-ups take the new one, and lets it be deleted with it.
func TestWhatIsSetAsideIsNotThinnedFor(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	write(t, filepath.Join(root, "a"), "1")
	o := checkpoint.Options{Cap: 1 << 20}
	create(t, opened(t, dir, root, o))
	write(t, filepath.Join(dir, "aside-20260101-000000", "packs", "00000001.pack"), string(make([]byte, 2<<20)))
	store := opened(t, dir, root, o)
	pruned, err := store.Prune(t.Context(), checkpoint.PruneRequest{})
	must(t, err)
	if d := cmp.Diff(checkpoint.Pruned{Removed: []string{}, Kept: 1}, pruned); d != "" {
		t.Errorf("pruned (-want +got):\n%s", d)
	}
	if usage, err := store.Usage(t.Context()); err != nil || usage.Bytes < 2<<20 {
		t.Errorf("usage: %+v, %v", usage, err)
	}
	gone, err := store.Forget(t.Context())
	if err != nil || gone.Freed < 2<<20 {
		t.Errorf("deleted: %+v, %v", gone, err)
	}
}
