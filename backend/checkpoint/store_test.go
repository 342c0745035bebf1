//go:build unix

package checkpoint_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/checkpoint/checkpointtest"
)

func open(ctx context.Context, dir, root string, o checkpoint.Options) (checkpointtest.Store, error) {
	store, err := checkpoint.Open(ctx, dir, root, o)
	if err != nil {
		return nil, err
	}
	return store, nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, path, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(content), 0o644))
}

func opened(t testing.TB, dir, root string, o checkpoint.Options) *checkpoint.Store {
	t.Helper()
	store, err := checkpoint.Open(t.Context(), dir, root, o)
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	return store
}

func create(t testing.TB, store *checkpoint.Store) string {
	t.Helper()
	made, err := store.Create(t.Context(), checkpoint.CreateRequest{})
	must(t, err)
	return made.ID
}

func walk(t testing.TB, root string) checkpointtest.Tree {
	t.Helper()
	tree, err := checkpointtest.Walk(root)
	must(t, err)
	return tree
}

// TestMain also is the process that TestProcessKilled and TestKilledAnywhere
// kill.
func TestMain(m *testing.M) {
	if at, ok := os.LookupEnv("KEEL_TEST_KILL_AT"); ok {
		restoreAndDie(at)
	}
	if seed, ok := os.LookupEnv("KEEL_TEST_VICTIM"); ok {
		fmt.Fprintln(os.Stderr, beVictim(seed))
		os.Exit(2)
	}
	os.Exit(m.Run())
}

func restoreAndDie(at string) {
	ctx := context.Background()
	last, err := strconv.Atoi(at)
	steps := 0
	store, openErr := checkpoint.Open(ctx, os.Getenv("KEEL_TEST_DIR"), os.Getenv("KEEL_TEST_ROOT"), checkpoint.Options{
		Faults: checkpoint.Faults{Step: func(string) error {
			if steps++; steps == last {
				return syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
			return nil
		}},
	})
	if err := errors.Join(err, openErr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if _, err := store.Restore(ctx, checkpoint.RestoreRequest{ID: os.Getenv("KEEL_TEST_ID")}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(0)
}

// TestProcessKilled kills a real process in mid-restore. Its lock dies with it,
// and the next process makes good what it left.
func TestProcessKilled(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	write(t, filepath.Join(root, "a"), "1")
	write(t, filepath.Join(root, "b/c"), "1")
	store := opened(t, dir, root, checkpoint.Options{})
	id, target := create(t, store), walk(t, root)
	write(t, filepath.Join(root, "a"), "2")
	must(t, os.RemoveAll(filepath.Join(root, "b")))
	write(t, filepath.Join(root, "d"), "2")
	later, before := create(t, store), walk(t, root)
	killed := 0
	for n := 1; ; n += 2 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), "KEEL_TEST_KILL_AT="+strconv.Itoa(n), "KEEL_TEST_DIR="+dir, "KEEL_TEST_ROOT="+root, "KEEL_TEST_ID="+id)
		child.Stderr = os.Stderr
		err := child.Run()
		if err == nil {
			break
		}
		if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
			t.Fatalf("the child ended by itself: %v", err)
		}
		killed++
		// An operation of a store that is open already finds the remains too.
		create(t, store)
		if got := walk(t, root); !cmp.Equal(got, before) && !cmp.Equal(got, target) {
			t.Fatalf("killed at step %d (-target +got):\n%s", n, cmp.Diff(target, got))
		}
		_, err = store.Restore(t.Context(), checkpoint.RestoreRequest{ID: later})
		must(t, err)
	}
	if killed < 5 {
		t.Fatalf("only %d kills", killed)
	}
}

// TestAStoreThatCannotWriteMakesNoCheckpoint takes the store's folder away in
// mid-capture: that is no reason to take the workspace's files for deleted.
func TestAStoreThatCannotWriteMakesNoCheckpoint(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	write(t, filepath.Join(root, "a"), "1")
	write(t, filepath.Join(root, "b"), "1")
	store := opened(t, dir, root, checkpoint.Options{Faults: checkpoint.Faults{Read: func(path string) error {
		switch path {
		case "a":
			must(t, os.RemoveAll(filepath.Join(dir, "packs")))
		case "b": // and it is there again, too late for a
			must(t, os.MkdirAll(filepath.Join(dir, "packs"), 0o700))
		}
		return nil
	}}})
	if made, err := store.Create(t.Context(), checkpoint.CreateRequest{}); err == nil {
		t.Errorf("made %+v", made)
	}
	if all, err := store.List(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("list: %v, %v", all, err)
	}
}

// TestNothingChangesWithoutRoomToStage makes staging fail, as a full disk does.
func TestNothingChangesWithoutRoomToStage(t *testing.T) {
	for _, at := range []string{"make stage", "stage b", "stage c"} {
		t.Run(at, func(t *testing.T) {
			root, dir := t.TempDir(), t.TempDir()
			for _, name := range []string{"a", "b", "c"} {
				write(t, filepath.Join(root, name), "1")
			}
			id := create(t, opened(t, dir, root, checkpoint.Options{}))
			for _, name := range []string{"a", "b", "c"} {
				write(t, filepath.Join(root, name), "2")
			}
			write(t, filepath.Join(root, "d"), "2")
			before := walk(t, root)
			stages := filepath.Join(dir, "stage")
			store := opened(t, dir, root, checkpoint.Options{Faults: checkpoint.Faults{Step: func(step string) error {
				if step == at {
					must(t, os.RemoveAll(stages))
				}
				return nil
			}}})
			if result, err := store.Restore(t.Context(), checkpoint.RestoreRequest{ID: id}); err == nil {
				t.Fatalf("restored with no place to stage: %+v", result)
			}
			if d := cmp.Diff(before, walk(t, root)); d != "" {
				t.Errorf("workspace (-before +after):\n%s", d)
			}
			must(t, os.MkdirAll(stages, 0o700))
			_, err := opened(t, dir, root, checkpoint.Options{}).Restore(t.Context(), checkpoint.RestoreRequest{ID: id})
			must(t, err)
			if got := walk(t, root); len(got) != 3 || got["a"].Content != "1" {
				t.Errorf("workspace: %v", got)
			}
		})
	}
}

func TestAnotherFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "format"), "keel checkpoints 99\n")
	if _, err := checkpoint.Open(t.Context(), dir, t.TempDir(), checkpoint.Options{}); err == nil {
		t.Error("opened a store of another format")
	}
}

func TestTheWorkspaceMustBeAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	for _, root := range []string{file, file + "-missing"} {
		if _, err := checkpoint.Open(t.Context(), t.TempDir(), root, checkpoint.Options{}); err == nil {
			t.Errorf("opened %q", root)
		}
	}
}

func benchmarkTree(b *testing.B, files int) (store *checkpoint.Store, root string) {
	root = b.TempDir()
	for i := range files {
		write(b, filepath.Join(root, fmt.Sprintf("d%d/e%d/file%d.go", i%10, i/10%20, i)), fmt.Sprintf("package p // %d\n%s", i, make([]byte, i%4000)))
	}
	store = opened(b, b.TempDir(), root, checkpoint.Options{Slack: 1})
	create(b, store)
	return store, root
}

func BenchmarkCreate(b *testing.B) {
	for _, files := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("unchanged/%d", files), func(b *testing.B) {
			store, _ := benchmarkTree(b, files)
			for b.Loop() {
				create(b, store)
			}
		})
		b.Run(fmt.Sprintf("one changed/%d", files), func(b *testing.B) {
			store, root := benchmarkTree(b, files)
			n := 0
			for b.Loop() {
				n++
				write(b, filepath.Join(root, "d0/e0/file0.go"), fmt.Sprint(n))
				create(b, store)
			}
		})
		b.Run(fmt.Sprintf("first/%d", files), func(b *testing.B) {
			_, root := benchmarkTree(b, files)
			for b.Loop() {
				create(b, opened(b, b.TempDir(), root, checkpoint.Options{}))
			}
		})
	}
}

func BenchmarkRestore(b *testing.B) {
	store, root := benchmarkTree(b, 10_000)
	id := create(b, store)
	for b.Loop() {
		b.StopTimer()
		for i := range 1000 {
			write(b, filepath.Join(root, fmt.Sprintf("d%d/e%d/file%d.go", i%10, i/10%20, i)), "changed")
		}
		b.StartTimer()
		result, err := store.Restore(b.Context(), checkpoint.RestoreRequest{ID: id})
		must(b, err)
		if result.Written != 1000 {
			b.Fatalf("result: %+v", result)
		}
	}
}

// BenchmarkRestoreDeep restores a file in each of many folders inside each
// other.
func BenchmarkRestoreDeep(b *testing.B) {
	for _, levels := range []int{500, 1_000, 3_000} {
		b.Run(fmt.Sprint(levels), func(b *testing.B) {
			root := b.TempDir()
			store := opened(b, b.TempDir(), root, checkpoint.Options{})
			checkpointtest.DeepWrite(b, root, levels, "1")
			id := create(b, store)
			for b.Loop() {
				b.StopTimer()
				checkpointtest.DeepWrite(b, root, levels, "2")
				b.StartTimer()
				result, err := store.Restore(b.Context(), checkpoint.RestoreRequest{ID: id})
				must(b, err)
				if result.Written != levels {
					b.Fatalf("result: %+v", result)
				}
			}
		})
	}
}
