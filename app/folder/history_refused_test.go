package folder_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
)

// TestCheckpointsThatAreRefused opens a folder whose checkpoints cannot be used
// as they are: not before the user has agreed to what is done about it.
func TestCheckpointsThatAreRefused(t *testing.T) {
	lose := func(t *testing.T, dir string) { put(t, filepath.Join(dir, "meta.db"), "nonsense") }
	for _, test := range []struct {
		name    string
		spoil   func(t *testing.T, dir string)
		agreed  folder.Options
		refused error // nil: it opens
		code    wire.Code
		found   int // checkpoints
		aside   bool
	}{
		{"nothing is wrong", func(*testing.T, string) {}, folder.Options{Rescue: true, SetAside: true}, nil, "", 1, false},
		{"the record is lost", lose, folder.Options{}, checkpoint.ErrNoRecord, wire.CodeNoRecord, 0, false},
		{"the record is lost, and found again", lose, folder.Options{Rescue: true}, nil, "", 1, false},
		{"the record is lost, and set aside", lose, folder.Options{SetAside: true}, nil, "", 0, true},
		{"it cannot be found again", loseAll, folder.Options{Rescue: true}, checkpoint.ErrNotRescued, wire.CodeSetAside, 0, false},
		{"it cannot be found again, and is set aside", loseAll, folder.Options{Rescue: true, SetAside: true}, nil, "", 0, true},
		{"a newer version wrote it", newer, folder.Options{Rescue: true}, checkpoint.ErrNewer, wire.CodeSetAside, 0, false},
		{"a newer version wrote it, and it is set aside", newer, folder.Options{SetAside: true}, nil, "", 0, true},
		{"only its format is damaged", garble, folder.Options{Rescue: true}, nil, "", 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			home, path := t.TempDir(), t.TempDir()
			put(t, filepath.Join(path, "mine.txt"), "mine")
			o := folder.Options{
				Paths:    folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
				Headless: true, Explain: bind.Explain, Log: slog.New(slog.DiscardHandler),
			}
			made, err := folder.Open(t.Context(), path, o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := made.Checkpoints.Create(t.Context(), checkpoint.CreateRequest{}); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(o.Paths.Workspace(made.Workspace.ID()), "checkpoints")
			if err := made.Close(); err != nil {
				t.Fatal(err)
			}
			test.spoil(t, dir)
			o.Rescue, o.SetAside = test.agreed.Rescue, test.agreed.SetAside
			f, err := folder.Open(t.Context(), path, o)
			if test.refused != nil {
				explained, ok := errors.AsType[*wire.Error](bind.Explain(err))
				if !errors.Is(err, test.refused) || !ok || explained.Code != test.code || explained.Hint == "" {
					t.Fatalf("refused with %v, explained as %+v", err, explained)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			list, err := f.Checkpoints.List(t.Context())
			if err != nil || len(list) != test.found {
				t.Errorf("found %d checkpoints, %v; want %d", len(list), err, test.found)
			}
			if _, err := f.Checkpoints.Create(t.Context(), checkpoint.CreateRequest{}); err != nil {
				t.Error(err)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
			kept, err := filepath.Glob(filepath.Join(dir, "aside-*", "meta.db"))
			if err != nil || len(kept) == 1 != test.aside {
				t.Errorf("set aside: %q, %v", kept, err)
			}
		})
	}
}

// loseAll also makes a segment that cannot be read, as on a disk that fails.
func loseAll(t *testing.T, dir string) {
	put(t, filepath.Join(dir, "meta.db"), "nonsense")
	segment := filepath.Join(dir, "packs", "00000001.pack")
	if err := errors.Join(os.Remove(segment), os.Mkdir(segment, 0o700)); err != nil {
		t.Fatal(err)
	}
}

func newer(t *testing.T, dir string) {
	put(t, filepath.Join(dir, "format"), "keel checkpoints 99\n")
}

func garble(t *testing.T, dir string) { put(t, filepath.Join(dir, "format"), "nonsense") }

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
