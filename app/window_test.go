package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/workspace"
)

// window is an App on a fresh folder, without its window.
func window(t *testing.T) *App {
	t.Helper()
	home := t.TempDir()
	a := registered(t, folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")})
	if err := a.paths.Make(); err != nil {
		t.Fatal(err)
	}
	areas, err := folder.OpenAreas(t.Context(), a.paths)
	if err != nil {
		t.Fatal(err)
	}
	a.areas = areas
	t.Cleanup(func() {
		if err := areas.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := a.start(t.TempDir(), false); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	return a
}

// registered is an App that is in the register of windows, and nothing more.
func registered(t *testing.T, paths folder.Paths) *App {
	t.Helper()
	a := &App{
		ctx: t.Context(), log: slog.New(slog.DiscardHandler), paths: paths, events: &events{},
		requests: newRequests(instance.Folder{}), crashes: &crashes{},
	}
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	register, err := instance.Open(paths.Data, instance.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a.windows = launcher{register: register}
	if a.claim, err = register.Join(t.Context(), "", a.requests.receive); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.claim.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func TestAFolderThatCannotBeOpenedLeavesTheOneBefore(t *testing.T) {
	a := window(t)
	before := a.Folder()
	if err := a.OpenFolder(t.Context(), wire.OpenFolderRequest{Path: filepath.Join(t.TempDir(), "missing")}); err == nil {
		t.Fatal("a missing folder was opened")
	}
	if a.Folder() != before {
		t.Fatal("the folder before is gone")
	}
	if _, err := before.Agent.CreateSession(t.Context()); err != nil {
		t.Errorf("the folder before no longer works: %v", err)
	}
}

// What the page asked for just before another folder came is not lost where it is
// Keel's own, unsaved text above all; in the folder that is gone it is refused.
func TestWhatIsAskedForWhileAnotherFolderOpens(t *testing.T) {
	a := window(t)
	before := a.Folder()
	trees := map[wire.Area]*workspace.Workspace{}
	for _, area := range []wire.Area{wire.AreaConfig, wire.AreaData, wire.AreaWorkspace} {
		tree, err := before.Area(area)
		if err != nil {
			t.Fatal(err)
		}
		trees[area] = tree
	}
	if err := a.OpenFolder(t.Context(), wire.OpenFolderRequest{Path: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	for _, area := range []wire.Area{wire.AreaConfig, wire.AreaData} {
		if _, err := trees[area].WriteFile(t.Context(), "below/unsaved", []byte("typed"), workspace.WriteOptions{Create: true}); err != nil {
			t.Errorf("%s: %v", area, err)
		}
		tree, err := a.Folder().Area(area)
		if err != nil {
			t.Fatal(err)
		}
		if entry, err := tree.Stat(t.Context(), "below/unsaved"); err != nil || entry.Size != 5 {
			t.Errorf("%s: %+v, %v", area, entry, err)
		}
	}
	_, err := trees[wire.AreaWorkspace].WriteFile(t.Context(), "below/unsaved", []byte("typed"), workspace.WriteOptions{Create: true})
	if !errors.Is(err, workspace.ErrClosed) {
		t.Errorf("saving into the folder that is gone: %v", err)
	}
	if _, err := trees[wire.AreaWorkspace].Stat(t.Context(), "."); !errors.Is(err, workspace.ErrClosed) {
		t.Errorf("looking at the folder that is gone: %v", err)
	}
}

// Two requests at once must not leave a folder open that no one shows.
func TestFoldersReplaceOneAnotherInTurn(t *testing.T) {
	a := window(t)
	opened := []*folder.Folder{a.Folder()}
	var mu sync.Mutex
	var group sync.WaitGroup
	for range 4 {
		path := t.TempDir()
		group.Go(func() {
			if err := a.OpenFolder(context.WithoutCancel(t.Context()), wire.OpenFolderRequest{Path: path}); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			opened = append(opened, a.Folder())
		})
	}
	group.Wait()
	recent := folder.ReadRecent(a.paths)
	if len(recent) != 5 {
		t.Fatalf("%d folders are remembered, want 5", len(recent))
	}
	for _, f := range opened {
		_, err := f.Agent.CreateSession(t.Context())
		if shown := f == a.Folder(); shown != (err == nil) {
			t.Errorf("%s: shown %v, yet using it gives %v", f.Workspace.Path(), shown, err)
		}
	}
}

func TestStartSaysWhyItHasNoFolder(t *testing.T) {
	home := t.TempDir()
	a := registered(t, folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")})
	missing := filepath.Join(home, "missing")
	if err := a.start(missing, false); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	if state := a.State(); state.Message != missing+" is not open: This folder does not exist." || state.Hint == "" {
		t.Errorf("message %q, hint %q", state.Message, state.Hint)
	}
	// And where not even that works, it is an error.
	file := filepath.Join(home, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a.paths.Data = filepath.Join(file, "data")
	if err := a.start("", false); err == nil {
		t.Error("it started without a place for its data")
	}
}
