package data_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/data"
)

func write(t *testing.T, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// kept are the two folders with something of each kind in them.
func kept(t *testing.T) data.Places {
	t.Helper()
	p := data.Places{Config: filepath.Join(t.TempDir(), "keel"), Data: filepath.Join(t.TempDir(), "keel")}
	write(t, filepath.Join(p.Config, "settings.json"))
	for _, name := range []string{
		"window.lock", "windows/a.lock", "recent.json", "workbench/User/a", "trusted-folders.json", "extensions/extensions.json",
		"secrets/a", "accounts.json", "gallery-cache/a", "gallery-cache/b/c", "logs/keel.log", "crashes/a.txt", "updates/a",
		"no-folder/audit/1", "no-folder/storage.json",
		"workspaces/one/sessions/s.jsonl", "workspaces/one/checkpoints/lock", "workspaces/one/audit/lock", "workspaces/one/storage.json",
		"workspaces/two/sessions/s.jsonl", "workspaces/two/window.json", "workspaces/window.json", "no-folder/window.json",
		"windows/register.lock", "crashes/1-2.running", "in-use.lock",
	} {
		write(t, filepath.Join(p.Data, filepath.FromSlash(name)))
	}
	return p
}

func clearKinds(t *testing.T, p data.Places, names ...string) ([]data.Item, error) {
	t.Helper()
	var kinds []data.Kind
	for _, name := range names {
		kind, ok := data.Named(name)
		if !ok {
			t.Fatalf("no kind %q", name)
		}
		kinds = append(kinds, kind)
	}
	done, err := data.Clear(t.Context(), p, kinds)
	if err == nil && len(done.Partly) > 0 {
		t.Errorf("removed in part, without an error: %+v", done.Partly)
	}
	return done.Gone, err
}

func TestEverythingThatIsKeptIsCountedOnce(t *testing.T) {
	entries, err := data.List(t.Context(), kept(t))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, entry := range entries {
		if entry.Size != int64(5*entry.Files) {
			t.Errorf("%s: %d bytes in %d files", entry.Kind.Name, entry.Size, entry.Files)
		}
		got[entry.Kind.Name] = entry.Files
	}
	want := map[string]int{
		"settings": 1, "sessions": 2, "checkpoints": 1, "trust": 1, "extensions": 1, "secrets": 2, "audit": 2,
		"window": 8, "crashes": 2, "caches": 2, "updates": 1, "logs": 1, "other": 1,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNothingIsThereBeforeTheFirstStart(t *testing.T) {
	p := data.Places{Config: filepath.Join(t.TempDir(), "a"), Data: filepath.Join(t.TempDir(), "b")}
	entries, err := data.List(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Size != 0 || len(entry.Items) != 0 {
			t.Errorf("%+v", entry)
		}
	}
	if gone, err := clearKinds(t, p, "sessions", "caches"); err != nil || len(gone) != 0 {
		t.Errorf("cleared %v, %v", gone, err)
	}
}

func TestClearingRemovesThatKindOnly(t *testing.T) {
	p := kept(t)
	gone, err := clearKinds(t, p, "sessions")
	if err != nil {
		t.Fatal(err)
	}
	if len(gone) != 2 || gone[0].Folder != "one" || gone[0].Size != 5 {
		t.Errorf("removed %+v", gone)
	}
	if _, err := clearKinds(t, p, "window"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(p.Data, "workspaces/two")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the empty folder is still there: %v", err)
	}
	for _, name := range []string{"workspaces/one/checkpoints/lock", "workspaces/one/audit/lock", "accounts.json"} {
		if _, err := os.Lstat(filepath.Join(p.Data, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestNothingGoesWhileItIsInUse(t *testing.T) {
	for _, test := range []struct{ lock, kind string }{
		{"window.lock", "logs"},
		{"windows/a.lock", "settings"},
		{"windows/a.lock", "window"},
		{"workspaces/one/checkpoints/lock", "checkpoints"},
		{"workspaces/two/sessions/s.jsonl", "sessions"},
		{"workspaces/one/audit/lock", "audit"},
	} {
		t.Run(test.kind+" and "+filepath.Base(test.lock), func(t *testing.T) {
			p := kept(t)
			lock := flock.New(filepath.Join(p.Data, test.lock))
			if ok, err := lock.TryLock(); !ok || err != nil {
				t.Fatal(ok, err)
			}
			gone, err := clearKinds(t, p, test.kind)
			if !errors.Is(err, data.ErrInUse) || len(gone) != 0 {
				t.Errorf("removed %v, %v; want it refused", gone, err)
			}
			if _, err := clearKinds(t, p, "caches", "crashes"); err != nil {
				t.Errorf("what can be made again: %v", err)
			}
			if err := lock.Close(); err != nil {
				t.Fatal(err)
			}
			if gone, err := clearKinds(t, p, test.kind); err != nil || len(gone) == 0 {
				t.Errorf("afterwards: removed %v, %v", gone, err)
			}
		})
	}
}

// A link inside Keel's folders leads to what is not Keel's.
func TestLinksAreRemovedAndNotFollowed(t *testing.T) {
	p := kept(t)
	outside := t.TempDir()
	write(t, filepath.Join(outside, "sessions", "mine.jsonl"))
	for name, target := range map[string]string{
		"gallery-cache/out": outside, "crashes/out": outside, "workspaces/three": outside,
	} {
		if err := os.Symlink(target, filepath.Join(p.Data, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(p.Data, "logs")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(p.Data, "logs")); err != nil {
		t.Fatal(err)
	}
	if _, err := clearKinds(t, p, "caches", "crashes", "sessions", "logs"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(outside, "sessions", "mine.jsonl")); err != nil {
		t.Errorf("what the links led to: %v", err)
	}
	if _, err := os.Lstat(filepath.Join(p.Data, "logs")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the link itself: %v", err)
	}
}
