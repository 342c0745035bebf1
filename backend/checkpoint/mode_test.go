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

// A kill after folders got their final permissions finds them so, and has to
// open them up again: that is no change by anybody else.
func TestRecoverFolderMode(t *testing.T) {
	dir, root := t.TempDir(), t.TempDir()
	tight := filepath.Join(root, "tight")
	t.Cleanup(func() { _ = os.Chmod(tight, 0o755) })
	write(t, filepath.Join(tight, "file"), "1")
	must(t, os.Chmod(tight, 0o555))
	killed := errors.New("killed")
	on := false
	store, err := checkpoint.Open(t.Context(), dir, root, checkpoint.Options{Grace: -1, Faults: checkpoint.Faults{Step: func(step string) error {
		if on && step == "sync folders" {
			return killed
		}
		return nil
	}}})
	must(t, err)
	id, want := create(t, store), walk(t, root)
	must(t, os.Chmod(tight, 0o750))
	write(t, filepath.Join(tight, "file"), "2")
	on = true
	if _, err := store.Restore(t.Context(), checkpoint.RestoreRequest{ID: id}); !errors.Is(err, killed) {
		t.Fatalf("restore was not cut off: %v", err)
	}
	_ = store.Close() // as a killed process would
	_ = create(t, opened(t, dir, root, checkpoint.Options{Grace: -1}))
	if diff := cmp.Diff(want, walk(t, root)); diff != "" {
		t.Errorf("after the restore was finished: %s", diff)
	}
}
