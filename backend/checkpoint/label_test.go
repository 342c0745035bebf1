package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestLabelsAreShortLines keeps labels from being anything but a line to show.
func TestLabelsAreShortLines(t *testing.T) {
	root := t.TempDir()
	store, err := Open(t.Context(), t.TempDir(), root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for name, test := range map[string]struct{ given, want string }{
		"as it is":           {"before the rename", "before the rename"},
		"many lines":         {"\tone\r\ntwo\u2028three\x1b[31m\n", "one  two three [31m"},
		"not UTF-8":          {"a\xff\xfeb", "a\ufffdb"},
		"just short enough":  {strings.Repeat("é", 200), strings.Repeat("é", 200)},
		"one character more": {strings.Repeat("é", 201), strings.Repeat("é", 199) + "…"},
		"a whole book":       {strings.Repeat("日本", 1<<16), strings.Repeat("日本", 99) + "日…"},
	} {
		made, err := store.Create(t.Context(), CreateRequest{Label: test.given})
		if err != nil {
			t.Fatal(err)
		}
		kept, err := store.Get(t.Context(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if made.Label != test.want || kept.Label != test.want || !utf8.ValidString(kept.Label) {
			t.Errorf("%s: made %q, kept %q; want %q", name, made.Label, kept.Label, test.want)
		}
	}
}

// named reads a checkpoint's label and name back.
func named(t *testing.T, store *Store, id string) [2]string {
	t.Helper()
	c, err := store.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return [2]string{c.Label, c.Name}
}

func TestNamesAreKept(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	open := func() *Store {
		store, err := Open(t.Context(), dir, root, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	store := open()
	agents, err := store.Create(t.Context(), CreateRequest{Reason: PostTool, Label: "edit_file"})
	if err != nil {
		t.Fatal(err)
	}
	mine, err := store.Create(t.Context(), CreateRequest{Label: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		id, label string
		want      [2]string
	}{
		{agents.ID, " works\nat last ", [2]string{"edit_file", "works at last"}},
		{agents.ID, "another", [2]string{"edit_file", "another"}},
		{agents.ID, "works at last", [2]string{"edit_file", "works at last"}},
		{mine.ID, "better", [2]string{"better", ""}},
		{mine.ID, "", [2]string{"", ""}},
		{mine.ID, "mine", [2]string{"mine", ""}},
	}
	for _, step := range steps {
		given, err := store.SetLabel(t.Context(), step.id, step.label)
		if err != nil {
			t.Fatal(err)
		}
		if got := named(t, store, step.id); got != step.want || got != [2]string{given.Label, given.Name} {
			t.Errorf("naming it %q: %q, want %q; returned %+v", step.label, got, step.want, given)
		}
	}
	if c, err := store.Get(t.Context(), agents.ID); err != nil || c.Reason != PostTool {
		t.Errorf("the reason: %+v, %v", c, err)
	}
	if err := store.Pin(t.Context(), agents.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := store.SetLabel(t.Context(), "none", "x"); !errors.Is(err, ErrNotFound) {
		t.Errorf("naming what is not there: %v", err)
	}
	if _, err := store.Create(t.Context(), CreateRequest{}); err != nil {
		t.Fatal(err)
	}
	if report, err := store.Verify(t.Context(), VerifyRequest{ReadData: true}); err != nil || len(report.Damages) > 0 {
		t.Errorf("verifying: %+v, %v", report, err)
	}
	look := func(store *Store, when string) {
		for id, want := range map[string][2]string{agents.ID: {"edit_file", "works at last"}, mine.ID: {"mine", ""}} {
			if got := named(t, store, id); got != want {
				t.Errorf("%s: %q, want %q", when, got, want)
			}
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	look(store, "at once")
	look(open(), "after a restart")
	for _, suffix := range databaseSuffixes() {
		if err := os.Remove(filepath.Join(dir, databaseName+suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if rescued, err := Rescue(t.Context(), dir, Options{}); err != nil || rescued.Checkpoints != 3 {
		t.Fatalf("rescued: %+v, %v", rescued, err)
	}
	look(open(), "rescued")
}

// TestNamedIsNotThinnedOut lets time pass over checkpoints of one turn.
func TestNamedIsNotThinnedOut(t *testing.T) {
	day := 0
	store, err := Open(t.Context(), t.TempDir(), t.TempDir(), Options{Now: func() time.Time { return time.Now().AddDate(0, 0, day) }})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var ids []string
	for range 4 {
		made, err := store.Create(t.Context(), CreateRequest{Reason: PostTool, SessionID: "s", TurnID: "t"})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, made.ID)
	}
	if _, err := store.SetLabel(t.Context(), ids[1], "this one"); err != nil {
		t.Fatal(err)
	}
	day = 200
	pruned, err := store.Prune(t.Context(), PruneRequest{})
	if err != nil || !slices.Equal(pruned.Removed, ids[2:3]) {
		t.Errorf("pruned: %+v, %v; want %q", pruned, err, ids[2:3])
	}
}
