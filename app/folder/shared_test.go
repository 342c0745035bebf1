package folder_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
)

// Two windows store what they share at the same time: neither takes back what the
// other has stored, nor what it has removed.
func TestWindowsShareStorage(t *testing.T) {
	files := map[string]string{"profile": filepath.Join(t.TempDir(), "storage", "profile.json")}
	windows := []*folder.Storage{folder.NewStorage(files), folder.NewStorage(files)}
	if err := windows[0].Update(t.Context(), "profile", map[string]string{"0": "old", "1": "old", "gone": "old"}, nil); err != nil {
		t.Fatal(err)
	}
	for _, window := range windows { // both have seen it
		if _, err := window.Load(t.Context(), "profile"); err != nil {
			t.Fatal(err)
		}
	}
	if err := windows[0].Update(t.Context(), "profile", nil, []string{"gone"}); err != nil {
		t.Fatal(err)
	}
	const rounds = 30
	var group sync.WaitGroup
	for i, window := range windows {
		group.Go(func() {
			for round := range rounds {
				set := map[string]string{strconv.Itoa(i): strconv.Itoa(round), fmt.Sprintf("%d/%d", i, round): "new"}
				if err := window.Update(t.Context(), "profile", set, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	want := map[string]string{}
	for i := range windows {
		want[strconv.Itoa(i)] = strconv.Itoa(rounds - 1)
		for round := range rounds {
			want[fmt.Sprintf("%d/%d", i, round)] = "new"
		}
	}
	for _, window := range windows {
		got, err := window.Load(t.Context(), "profile")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
}

// Windows that open folders at the same time are all remembered.
func TestWindowsShareTheRecentFolders(t *testing.T) {
	home := t.TempDir()
	paths := folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}
	if err := paths.Make(); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	want := map[string]bool{}
	for range 4 {
		path, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		want[path] = true
		group.Go(func() {
			opened, err := folder.Open(t.Context(), path, folder.Options{Paths: paths, Explain: bind.Explain, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Error(err)
				return
			}
			if err := opened.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	got := map[string]bool{}
	for _, each := range folder.ReadRecent(paths) {
		got[each.Path] = true
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
