package checkpoint

import (
	"os"
	"path/filepath"
	"testing"
)

// TestOwnFoldersAreNeverTouched has the program's own data inside the workspace,
// as in a home folder: no restore may bring it back to what it was.
func TestOwnFoldersAreNeverTouched(t *testing.T) {
	root := t.TempDir()
	own := filepath.Join(root, ".local", "share", "keel")
	journal := filepath.Join(own, "sessions", "one.jsonl")
	put(t, journal, "first")
	put(t, filepath.Join(root, "mine.txt"), "first")
	store, err := Open(t.Context(), filepath.Join(own, "checkpoints"), root, Options{Own: []string{own, filepath.Join(root, "not there")}})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	made, err := store.Create(t.Context(), CreateRequest{Reason: Manual})
	if err != nil {
		t.Fatal(err)
	}
	put(t, journal, "second")
	put(t, filepath.Join(own, "sessions", "two.jsonl"), "new")
	put(t, filepath.Join(root, "mine.txt"), "second")
	changes, err := store.Diff(t.Context(), made.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) != 1 || changes[0].Path != "mine.txt" {
		t.Errorf("changes = %+v, want mine.txt only", changes)
	}
	if _, err := store.Restore(t.Context(), RestoreRequest{ID: made.ID, Verb: Exact}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		journal:                                  "second",
		filepath.Join(own, "sessions/two.jsonl"): "new",
		filepath.Join(root, "mine.txt"):          "first",
	} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s = %q, %v; want %q", path, got, err, want)
		}
	}
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
