package checkpoint

import (
	"context"
	"path/filepath"
	"testing"
)

// TestEveryChangeOfTheListIsTold compares what is told with what List returns.
func TestEveryChangeOfTheListIsTold(t *testing.T) {
	ctx, root := t.Context(), t.TempDir()
	s, err := Open(ctx, t.TempDir(), root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	events := s.Subscribe(ctx)
	defer events.Close()
	told := func(what string) {
		t.Helper()
		for {
			e, err := events.Next(ctx)
			if err != nil {
				t.Fatalf("%s: waiting for the event: %v", what, err)
			}
			if e.Listed {
				return
			}
		}
	}
	put(t, filepath.Join(root, "file"), "one")
	made, err := s.Create(ctx, CreateRequest{Reason: Manual, Label: "first"})
	if err != nil {
		t.Fatal(err)
	}
	told("creating")
	if err := s.Pin(ctx, made.ID, true); err != nil {
		t.Fatal(err)
	}
	told("pinning")
	if _, err := s.SetLabel(ctx, made.ID, "renamed"); err != nil {
		t.Fatal(err)
	}
	told("naming")
	if err := s.Pin(ctx, "none", true); err == nil {
		t.Error("there is no such checkpoint, and it was pinned")
	}
	if _, err := s.Forget(ctx); err != nil {
		t.Fatal(err)
	}
	told("forgetting")
	none, cancel := context.WithCancel(ctx)
	cancel()
	if e, err := events.Next(none); err == nil && e.Listed {
		t.Error("something was told of that did not happen")
	}
}
