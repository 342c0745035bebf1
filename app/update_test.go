package app

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/backend/data"
	"github.com/keel-ide/keel/backend/update"
)

// A window or a command that is at work finds its program in its place to the end.
func TestTheNewVersionWaitsUntilNobodyIsAtWork(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	home := t.TempDir()
	paths := folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}
	register, err := instance.Open(paths.Data, instance.Options{})
	if err != nil {
		t.Fatal(err)
	}
	kept := update.New(update.Options{Folder: updatesFolder(paths)})
	if err := kept.Keep(update.Staged{Version: "1.3.0", Folder: filepath.Join(home, "keel")}); err != nil {
		t.Fatal(err)
	}
	waits := func(when string) {
		t.Helper()
		if err := startNewVersion(t.Context(), paths, register, nil); err != nil {
			t.Errorf("%s: %v", when, err)
		}
		if _, ok, err := update.Pending(updatesFolder(paths)); !ok || err != nil {
			t.Errorf("%s: it waits no more, %v", when, err)
		}
	}
	claim, err := register.Join(t.Context(), "", newRequests(instance.Folder{}).receive)
	if err != nil {
		t.Fatal(err)
	}
	waits("while a window is open")
	if err := claim.Close(); err != nil {
		t.Fatal(err)
	}
	release, err := data.Use(t.Context(), paths.Data)
	if err != nil {
		t.Fatal(err)
	}
	waits("while a command is at work")
	if err := release(); err != nil {
		t.Fatal(err)
	}
	// Then it is tried; this program is not the one that it is for.
	if err := startNewVersion(t.Context(), paths, register, nil); !errors.Is(err, update.ErrArchive) {
		t.Errorf("tried: %v", err)
	}
	if err := startNewVersion(t.Context(), paths, register, nil); err != nil {
		t.Errorf("nothing waits: %v", err)
	}
}
