package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// TestCleaningUpKeepsWhatOldTreesNeed has folders that are kept as changes of
// older ones: what only the older ones hold is needed as well.
func TestCleaningUpKeepsWhatOldTreesNeed(t *testing.T) {
	root := t.TempDir()
	now := time.Now()
	s, err := Open(t.Context(), t.TempDir(), root, Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range 40 {
		put(t, filepath.Join(root, fmt.Sprintf("file-%02d", i)), fmt.Sprint(i))
	}
	var kept []string
	for i := range 12 {
		put(t, filepath.Join(root, "file-07"), fmt.Sprintf("version %d", i))
		if err := os.Remove(filepath.Join(root, fmt.Sprintf("file-%02d", 10+i))); err != nil {
			t.Fatal(err)
		}
		reason := PreTool
		if i%5 == 0 {
			reason = Manual
		}
		made, err := s.Create(t.Context(), CreateRequest{Reason: reason, SessionID: "s", TurnID: fmt.Sprint(i / 6)})
		if err != nil {
			t.Fatal(err)
		}
		if reason == Manual {
			kept = append(kept, made.ID)
		}
	}
	now = now.Add(200 * 24 * time.Hour)
	for range 3 {
		if _, err := s.Prune(t.Context(), PruneRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Purge(t.Context(), "file-39"); err != nil {
		t.Fatal(err)
	}
	report, err := s.Verify(t.Context(), VerifyRequest{ReadData: true})
	if err != nil || len(report.Damages) > 0 {
		t.Fatalf("damages: %+v, %v", report.Damages, err)
	}
	for i, id := range kept {
		if _, err := s.Restore(t.Context(), RestoreRequest{ID: id}); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(root, "file-07"))
		if want := fmt.Sprintf("version %d", i*5); err != nil || string(got) != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
}

// damageFolder flips a bit of the stored folder that a checkpoint begins with.
func damageFolder(t *testing.T, s *Store, id string) {
	t.Helper()
	made, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	root, err := node.Parse(made.Tree)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.dir, packsName, "00000001.pack")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at+len(root) < len(data); at++ {
		if node.ID(data[at:at+len(root)]) == root {
			data[at+len(root)+14] ^= 1 // in what it holds
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			s.nodes.clear()
			return
		}
	}
	t.Fatal("the folder is not there")
}

// TestADamagedFolderOfThePresentIsKeptAnew goes on after a flipped bit in what
// the next checkpoint would be compared with and based on.
func TestADamagedFolderOfThePresentIsKeptAnew(t *testing.T) {
	root := t.TempDir()
	s, err := Open(t.Context(), t.TempDir(), root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range 40 {
		put(t, filepath.Join(root, fmt.Sprintf("file-%02d", i)), fmt.Sprint(i))
	}
	first, err := s.Create(t.Context(), CreateRequest{})
	if err != nil {
		t.Fatal(err)
	}
	damageFolder(t, s, first.ID)
	for i := range 3 {
		put(t, filepath.Join(root, "file-07"), fmt.Sprintf("version %d", i))
		made, err := s.Create(t.Context(), CreateRequest{})
		if err != nil {
			t.Fatalf("checkpoint %d: %v", i, err)
		}
		got, _, err := s.ReadFile(t.Context(), made.ID, "file-07")
		if want := fmt.Sprintf("version %d", i); err != nil || string(got) != want {
			t.Fatalf("%q, %v; want %q", got, err, want)
		}
	}
}

// TestRescueWithADamagedFolder finds what can still be found.
func TestRescueWithADamagedFolder(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	s, err := Open(t.Context(), dir, root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, content := range []string{"one", "two", "two", "three"} {
		put(t, filepath.Join(root, content, "file"), content)
		made, err := s.Create(t.Context(), CreateRequest{Label: content})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, made.ID)
	}
	damageFolder(t, s, ids[0])
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{databaseName, databaseName + "-wal", databaseName + "-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if _, err := Open(t.Context(), dir, root, Options{}); !errors.Is(err, ErrNoRecord) {
		t.Fatalf("opening without a record: %v", err)
	}
	rescued, err := Rescue(t.Context(), dir, Options{})
	if err != nil || rescued.Checkpoints != 3 || rescued.Lost != 1 {
		t.Fatalf("rescued %+v, %v", rescued, err)
	}
	s, err = Open(t.Context(), dir, root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, id := range ids[1:] {
		if _, _, err := s.ReadFile(t.Context(), id, "two/file"); err != nil {
			t.Errorf("checkpoint %d: %v", i+1, err)
		}
	}
}
