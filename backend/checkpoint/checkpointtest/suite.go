//go:build unix

// Package checkpointtest holds a checkpoint store to its promises.
//
// [Run] is the suite every store must pass, whatever is inside. It looks at
// workspaces with a walker of its own, which shares no code with any store, and
// it knows a store only by its exported methods and [checkpoint.Options]. The
// names of tests that stand for a failure seen elsewhere start with the row of
// the design's table (R1, R2, …).
package checkpointtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// Store is what the suite tests.
type Store interface {
	Create(ctx context.Context, r checkpoint.CreateRequest) (checkpoint.Checkpoint, error)
	List(ctx context.Context) ([]checkpoint.Checkpoint, error)
	Get(ctx context.Context, id string) (checkpoint.Checkpoint, error)
	Diff(ctx context.Context, from, to string) ([]checkpoint.Change, error)
	ReadFile(ctx context.Context, id, path string) ([]byte, checkpoint.Entry, error)
	Preview(ctx context.Context, r checkpoint.RestoreRequest) (checkpoint.Plan, error)
	Restore(ctx context.Context, r checkpoint.RestoreRequest) (checkpoint.Result, error)
	Undo(ctx context.Context, id string) (checkpoint.Result, error)
	Patch(ctx context.Context, r checkpoint.PatchRequest) (checkpoint.Result, error)
	Close() error

	Show(ctx context.Context, id string) (checkpoint.Details, error)
	Unsaved(ctx context.Context, id string) ([]checkpoint.Unsaved, error)
	Warm(ctx context.Context) error
	Usage(ctx context.Context) (checkpoint.Usage, error)
	Prune(ctx context.Context, r checkpoint.PruneRequest) (checkpoint.Pruned, error)
	Pin(ctx context.Context, id string, pinned bool) error
	Forget(ctx context.Context) (checkpoint.Pruned, error)
	Purge(ctx context.Context, path string) (checkpoint.Purged, error)
	Verify(ctx context.Context, r checkpoint.VerifyRequest) (checkpoint.Report, error)
}

// Opener opens a store kept in dir for the workspace at root.
type Opener func(ctx context.Context, dir, root string, o checkpoint.Options) (Store, error)

// Run runs the whole suite against the store that open opens.
func Run(t *testing.T, open Opener) {
	for _, r := range allRows() {
		t.Run(r.name, func(t *testing.T) { r.test(newDesk(t, open)) })
	}
	t.Run("model", func(t *testing.T) { model(t, open) })
	t.Run("as an ordinary user", asOrdinaryUser)
}

// allRows is every row that the store must pass.
func allRows() []row {
	return slices.Concat(
		captureRows(), policyRows(), readingRows(), contentRows(), nameRows(), oddRows(), clockRows(), gitRows(), raceRows(),
		restoreRows(), agentRows(), patchRows(), processRows(), crashRows(),
		permissionRows(), diskRows(), placeRows(), badStoreRows(), newRows(), deepRows(),
	)
}

// row is one test.
type row struct {
	name  string
	test  func(d *desk)
	whose whose
}

// whose rows are of use with any kind of store, or about this store's own
// options, policy or words, which no other kind can be asked for.
type whose bool

const (
	everyones whose = false
	ours      whose = true
)

// desk is a workspace and a store for one test.
type desk struct {
	testing.TB
	open      Opener
	dir, root string
	options   checkpoint.Options
	store     Store
}

func newDesk(t testing.TB, open Opener) *desk {
	t.Helper()
	top := t.TempDir()
	d := &desk{TB: t, open: open, dir: filepath.Join(top, "store"), root: filepath.Join(top, "workspace")}
	d.must(os.Mkdir(d.root, 0o755))
	t.Cleanup(d.close)
	d.reopen(checkpoint.Options{})
	return d
}

// reopen closes the store and opens it with other options. Where they do not say
// how long displaced files are kept, it is longer than any row: a slow machine
// would see them let go in the middle of another step.
func (d *desk) reopen(o checkpoint.Options) {
	d.Helper()
	d.close()
	if o.Grace == 0 {
		o.Grace = time.Hour
	}
	store, err := d.open(d.Context(), d.dir, d.root, o)
	if err != nil {
		d.Fatalf("opening the store: %v", err)
	}
	d.store, d.options = store, o
}

// close closes the store, for the places to be changed before reopen.
func (d *desk) close() {
	d.Helper()
	if d.store != nil {
		d.must(d.store.Close())
		d.store = nil
	}
}

// inMemory moves workspace and store to where syncing costs nothing, if there
// is such a place. The store is closed then.
func (d *desk) inMemory() {
	d.Helper()
	d.close()
	top, err := os.MkdirTemp("/dev/shm", "keel-test")
	if err != nil {
		return
	}
	d.Cleanup(func() {
		d.close()
		d.must(os.RemoveAll(top))
	})
	d.dir, d.root = filepath.Join(top, "store"), filepath.Join(top, "workspace")
	d.must(os.Mkdir(d.root, 0o755))
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) at(path string) string { return filepath.Join(d.root, filepath.FromSlash(path)) }

// write writes a file, making its folders.
func (d *desk) write(path, content string) {
	d.Helper()
	d.must(os.MkdirAll(filepath.Dir(d.at(path)), 0o755))
	d.must(os.WriteFile(d.at(path), []byte(content), 0o644))
}

func (d *desk) folder(path string) {
	d.Helper()
	d.must(os.MkdirAll(d.at(path), 0o755))
}

func (d *desk) link(target, path string) {
	d.Helper()
	d.must(os.Symlink(target, d.at(path)))
}

func (d *desk) remove(path string) {
	d.Helper()
	d.must(os.RemoveAll(d.at(path)))
}

// chmod takes the twelve bits.
func (d *desk) chmod(path string, mode uint32) {
	d.Helper()
	d.must(chmod(d.at(path), mode))
}

// tree is what the walker sees.
func (d *desk) tree() Tree {
	d.Helper()
	tree, err := Walk(d.root)
	d.must(err)
	return tree
}

// wantTree fails unless the workspace is as given.
func (d *desk) wantTree(want Tree) {
	d.Helper()
	if diff := cmp.Diff(want, d.tree()); diff != "" {
		d.Fatalf("workspace (-want +got):\n%s", diff)
	}
}

// create takes a checkpoint that must be complete.
func (d *desk) create() string {
	d.Helper()
	made := d.createAny()
	if !made.Complete {
		d.Fatalf("checkpoint is not complete: %v", made.Problems)
	}
	return made.ID
}

func (d *desk) createAny() checkpoint.Checkpoint {
	d.Helper()
	made, err := d.store.Create(d.Context(), checkpoint.CreateRequest{})
	if err != nil {
		d.Fatalf("creating a checkpoint: %v", err)
	}
	return made
}

// restore previews and restores; both must say the same.
func (d *desk) restore(r checkpoint.RestoreRequest) checkpoint.Result {
	d.Helper()
	plan, err := d.store.Preview(d.Context(), r)
	if err != nil {
		d.Fatalf("previewing: %v", err)
	}
	result, err := d.store.Restore(d.Context(), r)
	if err != nil {
		d.Fatalf("restoring: %v", err)
	}
	previewed := checkpoint.Result{
		Written: len(plan.Write), Deleted: len(plan.Delete), Conflicts: plan.Conflicts, Unknown: plan.Unknown, Unsaved: plan.Unsaved, Undo: result.Undo,
	}
	if r.Merge {
		previewed.Merged = len(plan.Merge)
		previewed.Written = len(together(plan.Write, plan.Merge))
	}
	if diff := cmp.Diff(previewed, result, cmpopts.EquateEmpty()); diff != "" {
		d.Fatalf("result (-previewed +done):\n%s", diff)
	}
	return result
}

// together is what is in any of the lists, each once.
func together(lists ...[]string) []string {
	all := slices.Sorted(slices.Values(slices.Concat(lists...)))
	return slices.Compact(all)
}

// exact restores everything; there must be no conflicts.
func (d *desk) exact(id string) checkpoint.Result {
	d.Helper()
	result := d.restore(checkpoint.RestoreRequest{ID: id})
	if len(result.Conflicts) > 0 {
		d.Fatalf("conflicts: %v", result.Conflicts)
	}
	return result
}

func (d *desk) undo(id string) checkpoint.Result {
	d.Helper()
	result, err := d.store.Undo(d.Context(), id)
	if err != nil {
		d.Fatalf("undoing: %v", err)
	}
	return result
}

// wantDiff compares a diff's paths, kinds and origins.
func (d *desk) wantDiff(from, to string, want ...checkpoint.Change) {
	d.Helper()
	got, err := d.store.Diff(d.Context(), from, to)
	d.must(err)
	for i, c := range got {
		got[i] = checkpoint.Change{Path: c.Path, Kind: c.Kind, From: c.From}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		d.Fatalf("diff (-want +got):\n%s", diff)
	}
}

// wantRead reads one path of a checkpoint; a nil error means content.
func (d *desk) wantRead(id, path, content string, want error) {
	d.Helper()
	got, _, err := d.store.ReadFile(d.Context(), id, path)
	if !errors.Is(err, want) || (err == nil && string(got) != content) {
		d.Fatalf("reading %q: %.100q, %v; want %.100q, %v", path, got, err, content, want)
	}
}

// wantPaths compares lists of paths, none of which may be nil.
func (d *desk) wantPaths(what string, got []string, want ...string) {
	d.Helper()
	if got == nil || !slices.Equal(got, want) {
		d.Fatalf("%s: %q, want %q", what, got, want)
	}
}
