package data_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/data"
)

func exists(t *testing.T, name string) bool {
	t.Helper()
	_, err := os.Lstat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

// On macOS, and where the XDG folders are one, settings lie beside all the rest.
func TestSettingsAreOnlySettingsWhereBothFoldersAreOne(t *testing.T) {
	for _, way := range []string{"same path", "link"} {
		t.Run(way, func(t *testing.T) {
			p := kept(t)
			p.Config = p.Data
			if way == "link" {
				p.Config = filepath.Join(t.TempDir(), "keel")
				if err := os.Symlink(p.Data, p.Config); err != nil {
					t.Fatal(err)
				}
			}
			settings := []string{"settings.json", "keybindings.json", "tasks.json", "snippets/go.json", ".settings.lock"}
			for _, name := range settings {
				write(t, filepath.Join(p.Data, name))
			}
			entries, err := data.List(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int{}
			for _, entry := range entries {
				got[entry.Kind.Name] = entry.Files
			}
			want := map[string]int{
				"settings": 5, "sessions": 2, "checkpoints": 1, "trust": 1, "extensions": 1, "secrets": 2, "audit": 2,
				"window": 8, "crashes": 2, "caches": 2, "updates": 1, "logs": 1, "other": 1,
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if _, err := clearKinds(t, p, "settings"); err != nil {
				t.Fatal(err)
			}
			for _, name := range settings {
				if exists(t, filepath.Join(p.Data, name)) {
					t.Errorf("%s is still there", name)
				}
			}
			for _, name := range []string{"workspaces/one/sessions/s.jsonl", "workspaces/one/checkpoints/lock", "accounts.json", "extensions/extensions.json"} {
				if !exists(t, filepath.Join(p.Data, name)) {
					t.Errorf("%s went with the settings", name)
				}
			}
		})
	}
}

func TestWhatIsNoSettingStaysInTheirFolder(t *testing.T) {
	p := data.Places{Config: filepath.Join(t.TempDir(), "keel")}
	p.Data = filepath.Join(p.Config, "keel") // one within the other
	for _, name := range []string{"settings.json", ".git/HEAD", "sessions/mine", "keel/workspaces/one/sessions/s.jsonl"} {
		write(t, filepath.Join(p.Config, name))
	}
	if _, err := clearKinds(t, p, "settings"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"settings.json": false, ".git/HEAD": true, "sessions/mine": true, "keel/workspaces/one/sessions/s.jsonl": true} {
		if exists(t, filepath.Join(p.Config, name)) != want {
			t.Errorf("%s is there: %v", name, !want)
		}
	}
}

// Commands lock the single things only while they write them.
func TestNothingGoesUnderACommandThatRuns(t *testing.T) {
	for _, kind := range []string{"checkpoints", "audit", "sessions", "secrets", "settings", "window"} {
		t.Run(kind, func(t *testing.T) {
			p := kept(t)
			release, err := data.Use(t.Context(), p.Data)
			if err != nil {
				t.Fatal(err)
			}
			if gone, err := clearKinds(t, p, kind); !errors.Is(err, data.ErrInUse) || len(gone) != 0 {
				t.Errorf("removed %v, %v", gone, err)
			}
			if err := release(); err != nil {
				t.Fatal(err)
			}
			if gone, err := clearKinds(t, p, kind); err != nil || len(gone) == 0 {
				t.Errorf("afterwards: removed %v, %v", gone, err)
			}
		})
	}
}

// What a command has written stays until it ends, however often is cleared beside it.
func TestACommandThatStartsWhileThingsGoFindsThemWholeOrNotAtAll(t *testing.T) {
	p := kept(t)
	ctx, stop := context.WithCancel(t.Context())
	var clearing sync.WaitGroup
	clearing.Go(func() {
		kind, _ := data.Named("checkpoints")
		for ctx.Err() == nil {
			if _, err := data.Clear(t.Context(), p, []data.Kind{kind}); err != nil && !errors.Is(err, data.ErrInUse) {
				t.Error(err)
				return
			}
		}
	})
	one := filepath.Join(p.Data, "workspaces", "one", "checkpoints")
	for range 50 {
		release, err := data.Use(t.Context(), p.Data)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a", "b", "c"} {
			write(t, filepath.Join(one, name))
		}
		time.Sleep(time.Millisecond) // the other one may try meanwhile
		for _, name := range []string{"a", "b", "c"} {
			if !exists(t, filepath.Join(one, name)) {
				t.Errorf("%s has gone", name)
			}
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	clearing.Wait()
}

// The register is what keeps a window that starts from what is being removed.
func TestTheRegisterOfWindowsStays(t *testing.T) {
	p := kept(t)
	name := filepath.Join(p.Data, "windows", "register.lock")
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := clearKinds(t, p, "window"); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(name)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the register is another file: %v", err)
	}
	if exists(t, filepath.Join(p.Data, "windows", "a.lock")) {
		t.Error("what a window that has ended left is still there")
	}
	held := flock.New(name)
	if ok, err := held.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if gone, err := clearKinds(t, p, "logs"); !errors.Is(err, data.ErrInUse) {
		t.Errorf("while a window joins: removed %v, %v", gone, err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
}

// A lock on a file that was replaced meanwhile keeps nobody out.
func TestOnlyTheLockOfTheFileThatIsThereCounts(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.lock")
	lock := flock.New(name)
	if ok, err := lock.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	defer lock.Close()
	if !data.Current(lock) {
		t.Error("a lock that is right does not count")
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if data.Current(lock) {
		t.Error("the lock of a removed file counts")
	}
	write(t, name)
	if data.Current(lock) {
		t.Error("the lock of a replaced file counts")
	}
}

func TestAFolderThatIsALinkIsShownAndNotLookedInto(t *testing.T) {
	p := kept(t)
	outside := t.TempDir()
	write(t, filepath.Join(outside, "one", "sessions", "s.jsonl"))
	if err := os.RemoveAll(filepath.Join(p.Data, "workspaces")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(p.Data, "workspaces")); err != nil {
		t.Fatal(err)
	}
	entries, err := data.List(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	var links []string
	for _, entry := range entries {
		for _, item := range entry.Items {
			if item.Link != "" && item.Size == int64(len(outside)) && item.Files == 1 {
				links = append(links, entry.Kind.Name+" "+item.Path+" "+item.Link)
			}
		}
	}
	if d := cmp.Diff([]string{"other " + filepath.Join(p.Data, "workspaces") + " " + outside}, links); d != "" {
		t.Error(d)
	}
	if gone, err := clearKinds(t, p, "sessions", "checkpoints"); err != nil || len(gone) != 0 {
		t.Errorf("removed %v, %v", gone, err)
	}
	if !exists(t, filepath.Join(outside, "one", "sessions", "s.jsonl")) {
		t.Error("what the link led to has gone")
	}
}

// Somebody switched the machine off while things were deleted.
func TestWhatAnInterruptedRemovalHasLeftGoesTheNextTime(t *testing.T) {
	p := kept(t)
	const left, mine = ".removing-ABCDEFGHIJKLMNOPQRSTUVWXYZ", ".removing-ABC"
	for _, place := range []string{p.Config, p.Data} {
		write(t, filepath.Join(place, left, "0", "a"))
		write(t, filepath.Join(place, mine, "a"))
		write(t, filepath.Join(place, left+"2", "a"))
	}
	leftovers, err := data.Leftovers(t.Context(), p)
	if err != nil || len(leftovers) != 2 || leftovers[0].Path != filepath.Join(p.Config, left) || leftovers[0].Size != 5 {
		t.Errorf("left are %+v, %v", leftovers, err)
	}
	if _, err := clearKinds(t, p, "caches"); err != nil {
		t.Fatal(err)
	}
	if !exists(t, filepath.Join(p.Data, left)) {
		t.Error("it may be another removal's that goes on")
	}
	gone, err := clearKinds(t, p, "trust")
	if err != nil || len(gone) != 3 {
		t.Errorf("removed %+v, %v; want it all to be said", gone, err)
	}
	for _, place := range []string{p.Config, p.Data} {
		if exists(t, filepath.Join(place, left)) {
			t.Errorf("it is still there in %s", place)
		}
		if !exists(t, filepath.Join(place, mine, "a")) || !exists(t, filepath.Join(place, left+"2", "a")) {
			t.Errorf("what only has a like name has gone from %s", place)
		}
	}
}

func TestWhatAFaultHasLeftGoesAndTheWatchOfAProgramThatRunsStays(t *testing.T) {
	p := kept(t) // 1-2 has ended
	folder := filepath.Join(p.Data, "crashes")
	for _, name := range []string{"1-2.lock", "3-4.running", "5-6.lock"} {
		write(t, filepath.Join(folder, name))
	}
	lock := flock.New(filepath.Join(folder, "3-4.lock"))
	if ok, err := lock.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	defer lock.Close()
	gone, err := clearKinds(t, p, "crashes")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, item := range gone {
		got = append(got, filepath.Base(item.Path))
	}
	if d := cmp.Diff([]string{"1-2.lock", "1-2.running", "a.txt"}, got); d != "" {
		t.Errorf("removed (-want +got):\n%s", d)
	}
	for _, name := range []string{"3-4.running", "3-4.lock", "5-6.lock"} {
		if !exists(t, filepath.Join(folder, name)) {
			t.Errorf("%s of a program that runs, or just starts, has gone", name)
		}
	}
}

// Without the file that says so, commands reach the network.
func TestClearingTrustLoosensNothing(t *testing.T) {
	p := kept(t)
	one := filepath.Join(p.Data, "workspaces", "one")
	write(t, filepath.Join(one, "network.json"))
	write(t, filepath.Join(one, "trusted-commands.json"))
	if _, err := clearKinds(t, p, "trust"); err != nil {
		t.Fatal(err)
	}
	if !exists(t, filepath.Join(one, "network.json")) || exists(t, filepath.Join(one, "trusted-commands.json")) {
		t.Error("the network is on again, or the commands are still trusted")
	}
}
