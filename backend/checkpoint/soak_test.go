//go:build unix

package checkpoint_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/checkpoint/checkpointtest"
)

// soakCap is below what the soak's checkpoints take, so that the cap is at work.
const soakCap = 1 << 20

// TestSoak goes through months of one store's life and remembers each state that
// it saved. KEEL_SOAK is the number of steps.
func TestSoak(t *testing.T) {
	steps := 2000
	if text, ok := os.LookupEnv("KEEL_SOAK"); ok {
		var err error
		steps, err = strconv.Atoi(text)
		must(t, err)
	}
	s := &soak{
		TB: t, random: rand.New(rand.NewPCG(5, 8)), dir: quickDir(t), root: quickDir(t), grace: -1,
		trees: map[string]checkpointtest.Tree{},
	}
	for i := range 60 {
		write(t, filepath.Join(s.root, s.name(i)), s.text())
	}
	s.open() // what the runtime opens once, as for the watcher, is no leak
	must(t, s.store.Close())
	routines, files := runtime.NumGoroutine(), openFiles(t)
	s.open()
	for step := range steps {
		s.step(step)
		if step%100 == 99 {
			s.check()
		}
	}
	s.end()
	must(t, s.store.Close())
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > routines || openFiles(t) > files {
		if time.Now().After(deadline) {
			t.Fatalf("goroutines: %d, were %d; open files: %d, were %d", runtime.NumGoroutine(), routines, openFiles(t), files)
		}
		runtime.Gosched()
	}
}

// quickDir is a folder in memory, where there is such a place.
func quickDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "keel-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	return dir
}

func openFiles(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	must(t, err)
	return len(entries)
}

type soak struct {
	testing.TB
	random    *rand.Rand
	dir, root string
	hours     atomic.Int64 // the store looks at the clock whenever it likes
	grace     time.Duration
	store     *checkpoint.Store
	trees     map[string]checkpointtest.Tree // of the checkpoints that should be listed
	present   checkpointtest.Tree
	undo      []string // restores
	restores  int
	ids       int
	removed   int
}

func (s *soak) open() {
	s.Helper()
	var err error
	s.store, err = checkpoint.Open(s.Context(), s.dir, s.root, checkpoint.Options{
		Now: s.now, NewID: s.newID, Cap: soakCap, Grace: s.grace,
	})
	must(s, err)
	if s.random.IntN(2) == 0 {
		must(s, s.store.Warm(s.Context()))
	}
}

func (s *soak) now() time.Time {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(s.hours.Load()) * time.Hour)
}

func (s *soak) newID() string {
	s.ids++
	return fmt.Sprintf("c%06d", s.ids)
}

func (s *soak) name(i int) string { return fmt.Sprintf("f%d/g%d/file%d", i%3, i%7, i) }

func (s *soak) text() string {
	noise := make([]byte, s.random.IntN(300))
	for i := range noise {
		noise[i] = byte(s.random.Uint32())
	}
	return string(noise) + fmt.Sprint(s.random.Uint64())
}

func (s *soak) step(step int) {
	s.Helper()
	s.hours.Add(s.random.Int64N(6))
	for range s.random.IntN(4) {
		s.edit()
	}
	s.create(step)
	switch s.random.IntN(40) {
	case 0, 1:
		s.restore(s.any())
	case 2:
		s.restore(s.any())
		s.takeBack()
	case 3:
		s.undoSome()
	case 4:
		s.prune()
	case 5:
		must(s, s.store.Close())
		s.grace = []time.Duration{-1, 0, time.Millisecond}[s.random.IntN(3)]
		s.open()
	}
}

// edit changes one path, in one of the ways in which paths change.
func (s *soak) edit() {
	s.Helper()
	path := filepath.Join(s.root, s.name(s.random.IntN(60)))
	switch s.random.IntN(8) {
	case 0:
		must(s, os.RemoveAll(path))
	case 1:
		other := filepath.Join(s.root, s.name(s.random.IntN(60)))
		must(s, os.MkdirAll(filepath.Dir(other), 0o755))
		if err := os.Rename(path, other); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) && !isFolder(path) && !isFolder(other) {
			s.Fatal(err)
		}
	case 2:
		if err := os.Chmod(path, []os.FileMode{0o600, 0o644, 0o755}[s.random.IntN(3)]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.Fatal(err)
		}
	case 3:
		must(s, os.RemoveAll(path))
		must(s, os.MkdirAll(filepath.Dir(path), 0o755))
		must(s, os.Symlink("nowhere"+strconv.Itoa(s.random.IntN(9)), path))
	case 4:
		must(s, os.RemoveAll(path))
		write(s, filepath.Join(path, "inner"), s.text())
	default:
		must(s, os.RemoveAll(path))
		write(s, path, s.text())
	}
}

func isFolder(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// look walks the workspace. What is as it was shares its memory.
func (s *soak) look() checkpointtest.Tree {
	s.Helper()
	tree := walk(s, s.root)
	for path, item := range tree {
		if old := s.present[path]; old == item {
			tree[path] = old
		}
	}
	s.present = tree
	return tree
}

func (s *soak) create(step int) {
	s.Helper()
	reasons := []checkpoint.Reason{checkpoint.TurnStart, checkpoint.PreTool, checkpoint.PostTool, checkpoint.PreTool, checkpoint.PostTool, checkpoint.TurnEnd}
	r := checkpoint.CreateRequest{Reason: reasons[step%6], SessionID: fmt.Sprint("s", step/40), TurnID: fmt.Sprint("t", step/6)}
	if step%150 == 0 {
		r = checkpoint.CreateRequest{Label: fmt.Sprint("step ", step)}
	}
	made, err := s.store.Create(s.Context(), r)
	must(s, err)
	if !made.Complete {
		s.Fatalf("step %d: %+v", step, made.Problems)
	}
	s.trees[made.ID] = s.look()
}

func (s *soak) any() string {
	ids := slices.Sorted(maps.Keys(s.trees))
	return ids[s.random.IntN(len(ids))]
}

func (s *soak) restore(id string) {
	s.Helper()
	before := s.look()
	result, err := s.store.Restore(s.Context(), checkpoint.RestoreRequest{ID: id})
	must(s, err)
	if d := cmp.Diff(s.trees[id], s.look()); d != "" {
		s.Fatalf("restored %s: %+v (-want +got):\n%s", id, result, d)
	}
	s.note(result.Undo, before)
	s.undo = append(s.undo, result.Undo)
	s.restores++
}

// takeBack undoes the last restore, after which nothing was changed.
func (s *soak) takeBack() {
	s.Helper()
	id, before := s.undo[len(s.undo)-1], s.look()
	result, err := s.store.Undo(s.Context(), id)
	must(s, err)
	if d := cmp.Diff(s.trees[id], s.look()); d != "" {
		s.Fatalf("undone %s: %+v (-want +got):\n%s", id, result, d)
	}
	s.note(result.Undo, before)
}

// note remembers the checkpoints of a restore: the one before it, and any after.
func (s *soak) note(undo string, before checkpointtest.Tree) {
	s.Helper()
	s.trees[undo] = before
	all, err := s.store.List(s.Context())
	must(s, err)
	for _, c := range all {
		if c.ID == undo {
			return
		}
		if c.Reason != checkpoint.PostRestore || s.trees[c.ID] != nil {
			s.Fatalf("after a restore: %+v", c)
		}
		s.trees[c.ID] = s.present
	}
	s.Fatalf("%s, before a restore, is not listed", undo)
}

// undoSome undoes a restore of long ago: what was changed since stays, so only
// that it can be undone itself is known of the outcome.
func (s *soak) undoSome() {
	s.Helper()
	if len(s.undo) == 0 {
		return
	}
	before := s.look()
	result, err := s.store.Undo(s.Context(), s.undo[s.random.IntN(len(s.undo))])
	must(s, err)
	s.look()
	s.note(result.Undo, before)
	s.undo = append(s.undo, result.Undo)
	s.takeBack()
}

func (s *soak) prune() checkpoint.Pruned {
	s.Helper()
	pruned, err := s.store.Prune(s.Context(), checkpoint.PruneRequest{})
	must(s, err)
	for _, id := range pruned.Removed {
		if s.trees[id] == nil {
			s.Fatalf("%s was removed, and was not there", id)
		}
		delete(s.trees, id)
	}
	s.undo = slices.DeleteFunc(s.undo, func(id string) bool { return s.trees[id] == nil })
	s.removed += len(pruned.Removed)
	return pruned
}

// check compares what is listed, and some of what is kept, with what is known.
func (s *soak) check() {
	s.Helper()
	all, err := s.store.List(s.Context())
	must(s, err)
	var ids []string
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	if d := cmp.Diff(slices.Sorted(maps.Keys(s.trees)), ids); d != "" {
		s.Fatalf("list (-want +got):\n%s", d)
	}
	for range 5 {
		s.restore(s.any())
		s.takeBack()
	}
}

func (s *soak) end() {
	s.Helper()
	s.check()
	// By then nothing is young or pinned any more, and the cap can be kept. The
	// first clean-up notes what has died, the second gives it back.
	s.hours.Add(91 * 24)
	s.prune()
	pruned := s.prune()
	usage, err := s.store.Usage(s.Context())
	must(s, err)
	report, err := s.store.Verify(s.Context(), checkpoint.VerifyRequest{ReadData: true})
	must(s, err)
	s.Logf("%d restores, %d removed, over the cap: %v, usage: %+v, report: %+v", s.restores, s.removed, pruned.OverCap, usage, report)
	if len(report.Damages) > 0 {
		s.Errorf("damages: %+v", report.Damages)
	}
	if usage.Bytes > soakCap*5/4 && !pruned.OverCap {
		s.Errorf("usage is over the cap, and nothing said so: %+v, %+v", usage, pruned)
	}
	if s.restores == 0 || s.removed == 0 {
		s.Errorf("%d restores, %d removed: too few steps", s.restores, s.removed)
	}
	s.check()
}
