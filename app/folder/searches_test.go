package folder

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/workspace"
)

func TestSearchesForgetWhatHasEndedAndEndWithTheFolder(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	ripgrep, err := search.Locate(here)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "a.txt"), []byte("keel\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	engine := search.New(ripgrep)
	defer engine.Close()
	ctx, cancel := context.WithCancel(t.Context())
	batches := make(chan wire.TextMatches, 8)
	s := &Searches{
		ctx:     ctx,
		engine:  func() (*search.Engine, error) { return engine, nil },
		root:    root,
		send:    func(batch wire.TextMatches) { batches <- batch },
		fail:    func(err error) *wire.Error { return &wire.Error{Message: err.Error()} },
		running: map[string]context.CancelFunc{},
	}
	if err := s.Start(wire.TextSearch{ID: "1", Pattern: "keel", Folder: "."}); err != nil {
		t.Fatal(err)
	}
	files := 0
	for batch := range batches {
		files += len(batch.Files)
		if batch.Done {
			break
		}
	}
	if files != 1 {
		t.Errorf("%d files have matches, want 1", files)
	}
	cancel()
	s.Close()
	if len(s.running) != 0 {
		t.Errorf("searches that have ended are still known: %d", len(s.running))
	}
	if err := s.Start(wire.TextSearch{ID: "2", Pattern: "keel", Folder: "."}); !errors.Is(err, workspace.ErrClosed) {
		t.Errorf("a search after closing gives %v, want ErrClosed", err)
	}
}
