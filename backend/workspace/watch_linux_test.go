package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestWatchReports(t *testing.T) {
	tests := []struct {
		name  string
		setUp func(t *testing.T, top string)
		act   func(t *testing.T, top string)
		want  []Change // all of these, in the end
	}{
		{
			name: "a new file",
			act:  func(t *testing.T, top string) { write(t, top+"/new", "x") },
			want: []Change{{"new", Added}},
		},
		{
			name:  "a changed file",
			setUp: func(t *testing.T, top string) { write(t, top+"/file", "x") },
			act:   func(t *testing.T, top string) { write(t, top+"/file", "y") },
			want:  []Change{{"file", Changed}},
		},
		{
			name:  "a changed mode",
			setUp: func(t *testing.T, top string) { write(t, top+"/file", "x") },
			act:   func(t *testing.T, top string) { chmod(t, top+"/file", 0o755) },
			want:  []Change{{"file", Changed}},
		},
		{
			name:  "a deleted file",
			setUp: func(t *testing.T, top string) { write(t, top+"/file", "x") },
			act:   func(t *testing.T, top string) { remove(t, top+"/file") },
			want:  []Change{{"file", Deleted}},
		},
		{
			name:  "a file replaced by a rename is changed, not new",
			setUp: func(t *testing.T, top string) { write(t, top+"/file", "x"); write(t, top+"/next", "y") },
			act:   func(t *testing.T, top string) { rename(t, top+"/next", top+"/file") },
			want:  []Change{{"file", Changed}, {"next", Deleted}},
		},
		{
			name:  "a file exchanged for one from outside is changed, not gone",
			setUp: func(t *testing.T, top string) { write(t, top+"/file", "x"); write(t, top+"-outside", "y") },
			act:   func(t *testing.T, top string) { exchange(t, top+"-outside", top+"/file") },
			want:  []Change{{"file", Changed}},
		},
		{
			name:  "two files exchanged are both changed",
			setUp: func(t *testing.T, top string) { write(t, top+"/a", "x"); write(t, top+"/b", "y") },
			act:   func(t *testing.T, top string) { exchange(t, top+"/a", top+"/b") },
			want:  []Change{{"a", Changed}, {"b", Changed}},
		},
		{
			name:  "a file deleted and made again is changed",
			setUp: func(t *testing.T, top string) { write(t, top+"/file", "x") },
			act:   func(t *testing.T, top string) { remove(t, top+"/file"); write(t, top+"/file", "y") },
			want:  []Change{{"file", Changed}},
		},
		{
			name: "a new tree, with what is in it",
			act: func(t *testing.T, top string) {
				makeFolders(t, top+"/a/b/c")
				write(t, top+"/a/b/c/file", "x")
			},
			want: []Change{{"a", Added}, {"a/b", Added}, {"a/b/c", Added}, {"a/b/c/file", Added}},
		},
		{
			name:  "a deep change",
			setUp: func(t *testing.T, top string) { makeFolders(t, top+"/a/b/c"); write(t, top+"/a/b/c/file", "x") },
			act:   func(t *testing.T, top string) { write(t, top+"/a/b/c/file", "y") },
			want:  []Change{{"a/b/c/file", Changed}},
		},
		{
			name:  "a deleted tree",
			setUp: func(t *testing.T, top string) { makeFolders(t, top+"/a/b"); write(t, top+"/a/b/file", "x") },
			act:   func(t *testing.T, top string) { removeAll(t, top+"/a") },
			want:  []Change{{"a", Deleted}, {"a/b", Deleted}, {"a/b/file", Deleted}},
		},
		{
			name:  "a tree moved in from outside",
			setUp: func(t *testing.T, top string) { makeFolders(t, top+"-outside/b"); write(t, top+"-outside/b/file", "x") },
			act:   func(t *testing.T, top string) { rename(t, top+"-outside", top+"/a") },
			want:  []Change{{"a", Added}, {"a/b", Added}, {"a/b/file", Added}},
		},
		{
			name:  "a tree moved out",
			setUp: func(t *testing.T, top string) { makeFolders(t, top+"/a/b") },
			act:   func(t *testing.T, top string) { rename(t, top+"/a", top+"-outside") },
			want:  []Change{{"a", Deleted}},
		},
		{
			name:  "git's index, but not its objects",
			setUp: func(t *testing.T, top string) { makeFolders(t, top+"/.git/objects/ab") },
			act: func(t *testing.T, top string) {
				write(t, top+"/.git/objects/ab/cdef", "x")
				write(t, top+"/.git/index", "x")
			},
			want: []Change{{".git/index", Added}},
		},
		{
			name:  "a new package, but not what is in it",
			setUp: func(t *testing.T, top string) { makeFolders(t, top+"/node_modules/old/lib") },
			act: func(t *testing.T, top string) {
				write(t, top+"/node_modules/old/lib/deep.js", "x")
				makeFolders(t, top+"/node_modules/new/lib")
				write(t, top+"/file", "x")
			},
			want: []Change{{"file", Added}, {"node_modules/new", Added}},
		},
		{
			name: "build output only at its top",
			setUp: func(t *testing.T, top string) {
				makeFolders(t, top+"/target/debug")
				write(t, top+"/target/CACHEDIR.TAG", "x")
			},
			act: func(t *testing.T, top string) {
				write(t, top+"/target/debug/output", "x")
				write(t, top+"/target/file", "x")
			},
			want: []Change{{"target/file", Added}},
		},
		{
			name:  "nothing that is excluded",
			setUp: func(t *testing.T, top string) { makeFolders(t, top+"/dist/deep") },
			act: func(t *testing.T, top string) {
				write(t, top+"/dist/deep/file", "x")
				write(t, top+"/a.log", "x")
				write(t, top+"/a.txt", "x")
			},
			want: []Change{{"a.txt", Added}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			top := filepath.Join(t.TempDir(), "top")
			makeFolders(t, top)
			if test.setUp != nil {
				test.setUp(t, top)
			}
			watch := startWatch(t, open(t, top), WatchOptions{Exclude: []string{"dist/**", "*.log"}}, newNotifier)
			test.act(t, top)
			got := changesUntilMark(t, watch, top)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWatchFollowsRenamedFolders changes files under a folder's new names: a
// watch belongs to the folder, and must not go on under the old name.
func TestWatchFollowsRenamedFolders(t *testing.T) {
	top := t.TempDir()
	makeFolders(t, top+"/a/sub", top+"/other")
	watch := startWatch(t, open(t, top), WatchOptions{}, newNotifier)
	for i, step := range []struct{ from, to string }{{"a", "b"}, {"b", "other/c"}, {"other", "d"}, {"d/c", "a"}} {
		rename(t, filepath.Join(top, step.from), filepath.Join(top, step.to))
		changesUntilMark(t, watch, top)
		folder := step.to
		if step.to == "d" {
			folder = "d/c"
		}
		for _, in := range []string{folder, folder + "/sub"} {
			name := fmt.Sprintf("%s/file%d", in, i)
			write(t, filepath.Join(top, name), "x")
			if diff := cmp.Diff([]Change{{name, Added}}, changesUntilMark(t, watch, top)); diff != "" {
				t.Errorf("after %v (-want +got):\n%s", step, diff)
			}
		}
	}
	// A folder moved into one that is new itself, all in one go.
	makeFolders(t, top+"/new")
	rename(t, top+"/a", top+"/new/a")
	changesUntilMark(t, watch, top)
	write(t, top+"/new/a/sub/last", "x")
	if diff := cmp.Diff([]Change{{"new/a/sub/last", Added}}, changesUntilMark(t, watch, top)); diff != "" {
		t.Errorf("in a new folder (-want +got):\n%s", diff)
	}
}

// TestWatchMissesNoNewFolder makes deep trees as fast as it can: whatever falls
// between a folder's making and its watch must be found by reading it.
func TestWatchMissesNoNewFolder(t *testing.T) {
	top := t.TempDir()
	watch := startWatch(t, open(t, top), WatchOptions{}, newNotifier)
	var want []string
	for i := range 200 {
		folder := fmt.Sprintf("a%d/b/c", i)
		makeFolders(t, filepath.Join(top, folder))
		write(t, filepath.Join(top, folder, "file"), "x")
		want = append(want, folder+"/file")
	}
	var got []string
	for _, change := range changesUntilMark(t, watch, top) {
		if path.Base(change.Path) == "file" && change.Kind == Added {
			got = append(got, change.Path)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestWatchSaysWhenTheWorkspaceGoes(t *testing.T) {
	top := filepath.Join(t.TempDir(), "top")
	makeFolders(t, top+"/a")
	watch := startWatch(t, open(t, top), WatchOptions{}, newNotifier)
	rename(t, top, top+"-elsewhere")
	waitForChanges(t, watch, []Change{{".", Deleted}})
	rename(t, top+"-elsewhere", top)
	for !batch(t, watch).Overflow {
	}
	removeAll(t, top)
	waitForChanges(t, watch, []Change{{".", Deleted}})
}

func TestWatchHidesKeelsOwnTemporaryFiles(t *testing.T) {
	top := t.TempDir()
	write(t, top+"/file", "x")
	w := open(t, top)
	watch := startWatch(t, w, WatchOptions{}, newNotifier)
	if _, err := w.WriteFile(t.Context(), "file", []byte("y"), WriteOptions{Overwrite: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteFile(t.Context(), "new", []byte("y"), WriteOptions{Create: true}); err != nil {
		t.Fatal(err)
	}
	want := []Change{{"file", Changed}, {"new", Added}}
	if diff := cmp.Diff(want, changesUntilMark(t, watch, top)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestWatchEnds(t *testing.T) {
	w := open(t, t.TempDir())
	byClose, byWorkspace := startWatch(t, w, WatchOptions{}, newNotifier), startWatch(t, w, WatchOptions{}, newNotifier)
	ctx, cancel := context.WithCancel(t.Context())
	byContext, err := w.Watch(ctx, WatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	byClose.Close()
	cancel()
	for name, watch := range map[string]*Watch{"Close": byClose, "its context": byContext} {
		if _, err := watch.Next(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("ended by %s: Next gives %v", name, err)
		}
	}
	if _, err := byWorkspace.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Next with a cancelled context gives %v", err)
	}
	w.Close()
	if _, err := byWorkspace.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("ended by its workspace: Next gives %v", err)
	}
	if _, err := w.Watch(t.Context(), WatchOptions{}); !errors.Is(err, ErrClosed) {
		t.Errorf("watching a closed workspace: %v", err)
	}
}

func TestWatchRefusesABadPattern(t *testing.T) {
	_, err := open(t, t.TempDir()).Watch(t.Context(), WatchOptions{Exclude: []string{"a["}})
	if err == nil || !strings.Contains(err.Error(), `"a["`) {
		t.Errorf("error = %v", err)
	}
}

// startWatch returns when every folder is watched.
func startWatch(t testing.TB, w *Workspace, o WatchOptions, open func(string) (notifier, error)) *Watch {
	t.Helper()
	settle(t) // or it tells of what has just been set up
	watch, err := w.watch(t.Context(), o, open)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { watch.Close() })
	select {
	case <-watch.Ready():
	case <-time.After(time.Minute):
		t.Fatal("the watch is not ready after a minute")
	}
	return watch
}

func batch(t testing.TB, watch *Watch) Batch {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b, err := watch.Next(ctx)
	if err != nil {
		t.Fatalf("waiting for changes: %v", err)
	}
	return b
}

var marks int

// changesUntilMark makes a file of its own and returns what is reported up to
// it, sorted by path, the later of two reports of one path.
func changesUntilMark(t testing.TB, watch *Watch, top string) []Change {
	t.Helper()
	marks++
	mark := fmt.Sprintf("mark%d", marks)
	write(t, filepath.Join(top, mark), "")
	all := map[string]ChangeKind{}
	for {
		b := batch(t, watch)
		if b.Overflow {
			t.Fatal("unexpected overflow")
		}
		done := false
		for _, change := range b.Changes {
			if change.Path == mark {
				done = true
				continue
			}
			note(all, change)
		}
		if done {
			return list(all)
		}
	}
}

// waitForChanges returns everything reported until all of want has been.
func waitForChanges(t testing.TB, watch *Watch, want []Change) []Change {
	t.Helper()
	all := map[string]ChangeKind{}
	for {
		for _, change := range batch(t, watch).Changes {
			note(all, change)
		}
		missing := slices.ContainsFunc(want, func(c Change) bool { return all[c.Path] != c.Kind })
		if !missing {
			return list(all)
		}
	}
}

// note merges as a batch does, for changes that fell into two.
func note(all map[string]ChangeKind, change Change) {
	if all[change.Path] == Added && change.Kind == Changed {
		return
	}
	all[change.Path] = change.Kind
}

func list(all map[string]ChangeKind) []Change {
	var changes []Change
	for name, kind := range all {
		changes = append(changes, Change{name, kind})
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return changes
}

// settle waits until what was written is older than a watch opened now.
func settle(t testing.TB) {
	t.Helper()
	if err := sleep(t.Context(), 3*clockTick); err != nil {
		t.Fatal(err)
	}
}

type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(data []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(data)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

func remove(t testing.TB, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func removeAll(t testing.TB, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func exchange(t testing.TB, one, other string) {
	t.Helper()
	if err := unix.Renameat2(unix.AT_FDCWD, one, unix.AT_FDCWD, other, unix.RENAME_EXCHANGE); err != nil {
		t.Fatal(err)
	}
}

func rename(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
