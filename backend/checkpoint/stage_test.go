//go:build unix

package checkpoint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStageInTheWorkspace does as if the store were on another device: files
// are then staged in the workspace itself, out of everyone's sight.
func TestStageInTheWorkspace(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "a")
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	seen := ""
	var s *Store
	o := Options{Grace: -1, Faults: Faults{Step: func(step string) error {
		if step == "place a" {
			listed, err := os.ReadDir(root)
			if err != nil {
				return err
			}
			seen = listed[0].Name()
			// A capture at this moment would not see it.
			seen, err := s.look(t.Context(), nil)
			if err != nil || len(seen.Dir.Node.Entries) != 1 {
				t.Errorf("seen: %+v, %v", seen, err)
			}
		}
		return nil
	}}}
	s, err := Open(t.Context(), t.TempDir(), root, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.stageInside = true
	write("1")
	made, err := s.Create(t.Context(), CreateRequest{})
	if err != nil {
		t.Fatal(err)
	}
	write("2")
	if _, err := s.Restore(t.Context(), RestoreRequest{ID: made.ID}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "1" {
		t.Errorf("a: %q, %v", got, err)
	}
	listed, err := os.ReadDir(root)
	if err != nil || len(listed) != 1 || !strings.HasPrefix(seen, ".keel-") {
		t.Errorf("staged in %q, left: %v, %v", seen, listed, err)
	}
}
