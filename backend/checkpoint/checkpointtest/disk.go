//go:build unix

package checkpointtest

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// diskRows are about disks that are full or may not be written to.
func diskRows() []row {
	return []row{
		{"out of space: the store's disk is full", fullStore, ours},
		{"out of space: a store is opened, read and deleted on a full disk", openedFull, ours},
		{"out of space: cleaning up on a full disk", prunedFull, ours},
		{"out of space: purging on a full disk", purgedFull, ours},
		{"out of space: no room to stage", fullAtStaging, ours},
		{"out of space: full from any step on", fullAtEachStep, ours},
		{"the store's disk is read-only", readOnlyStore, ours},
		{"the workspace's disk is read-only", readOnlyWorkspace, ours},
	}
}

// disk mounts one of a size of its own and puts store, workspace or both there.
// The store is closed then.
func (d *desk) disk(size string, store, workspace bool) (at string) {
	d.Helper()
	d.close()
	at = filepath.Join(filepath.Dir(d.root), "disk")
	d.must(os.Mkdir(at, 0o755))
	d.mount(at, "size="+size)
	d.Cleanup(d.close) // before it is unmounted
	if store {
		d.dir = filepath.Join(at, "store")
	}
	if workspace {
		d.root = filepath.Join(at, "workspace")
		d.must(os.Mkdir(d.root, 0o755))
	}
	return at
}

// fill leaves no room on a disk; the function returned gives it back.
func (d *desk) fill(at string) (free func()) {
	d.Helper()
	ballast := filepath.Join(at, "ballast")
	file, err := os.OpenFile(ballast, os.O_CREATE|os.O_WRONLY, 0o600)
	d.must(err)
	piece := make([]byte, 64<<10)
	for len(piece) > 0 {
		if _, err := file.Write(piece); err != nil {
			piece = piece[:len(piece)/2]
		}
	}
	d.must(file.Close())
	return func() { d.must(os.RemoveAll(ballast)) }
}

func fullStore(d *desk) {
	at := d.disk("12m", true, false)
	d.reopen(checkpoint.Options{})
	d.write("a", "1")
	id := d.create()
	target := d.tree()
	list, err := d.store.List(d.Context())
	d.must(err)
	d.write("a", string(noise(3, 1<<20)))
	d.write("b", "2")
	before := d.tree()
	free := d.fill(at)
	if made, err := d.store.Create(d.Context(), checkpoint.CreateRequest{}); err == nil {
		d.Errorf("a checkpoint of what there is no room for: %+v", made)
	}
	if result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id}); err == nil {
		d.Errorf("restored over what could not be kept: %+v", result)
	}
	d.wantTree(before)
	after, err := d.store.List(d.Context())
	d.must(err)
	if diff := cmp.Diff(list, after); diff != "" {
		d.Errorf("list (-before +after):\n%s", diff)
	}
	free()
	result := d.exact(id)
	d.wantTree(target)
	d.undo(result.Undo)
	d.wantTree(before)
	d.reopen(checkpoint.Options{})
	d.exact(id)
	d.wantTree(target)
}

// onFullDisk makes a history on a small disk, fills it, and opens the store again.
func (d *desk) onFullDisk() (first, second string, free func()) {
	d.Helper()
	at := d.disk("12m", true, false)
	d.reopen(checkpoint.Options{})
	d.write("a", "1")
	d.write("large", string(noise(5, 1<<20)))
	d.numbered(500, "1")
	take := func(reason checkpoint.Reason) string {
		made, err := d.store.Create(d.Context(), checkpoint.CreateRequest{Reason: reason})
		d.must(err)
		return made.ID
	}
	first = take(checkpoint.PostTool)
	d.write("a", "2")
	second = take(checkpoint.PostTool)
	d.close()
	free = d.fill(at)
	d.reopen(checkpoint.Options{})
	return first, second, free
}

func openedFull(d *desk) {
	first, second, free := d.onFullDisk()
	if got := d.ids(); len(got) != 2 {
		d.Errorf("listed: %q", got)
	}
	d.wantRead(first, "a", "1", nil)
	changed, err := d.store.Diff(d.Context(), first, second)
	if err != nil || len(changed) != 1 {
		d.Errorf("diff: %+v, %v", changed, err)
	}
	if changed, err := d.store.Diff(d.Context(), first, ""); err != nil || len(changed) != 1 {
		d.Errorf("diff to the disk: %+v, %v", changed, err)
	}
	if usage, err := d.store.Usage(d.Context()); err != nil || usage.Checkpoints != 2 {
		d.Errorf("usage: %+v, %v", usage, err)
	}
	if shown, err := d.store.Show(d.Context(), first); err != nil || shown.Bytes < 1<<20 {
		d.Errorf("details: %+v, %v", shown, err)
	}
	d.wantSound()
	d.write("large", string(noise(6, 1<<20)))
	before := d.tree()
	if made, err := d.store.Create(d.Context(), checkpoint.CreateRequest{}); !errors.Is(err, checkpoint.ErrFull) {
		d.Errorf("created %+v, %v", made, err)
	}
	if result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: first}); err == nil {
		d.Errorf("restored %+v", result)
	}
	d.wantTree(before)
	gone, err := d.store.Forget(d.Context())
	d.must(err)
	if len(gone.Removed) != 2 || gone.Freed < 900<<10 || len(d.ids()) > 0 {
		d.Errorf("deleted: %+v; left: %q", gone, d.ids())
	}
	d.wantTree(before)
	d.write("large", "2")
	before = d.tree()
	next := d.create() // there is room now
	d.reopen(checkpoint.Options{})
	free()
	d.write("a", "3")
	d.exact(next)
	d.wantTree(before)
}

func prunedFull(d *desk) {
	_, second, free := d.onFullDisk()
	d.reopen(checkpoint.Options{Now: func() time.Time { return time.Now().AddDate(1, 0, 0) }})
	pruned, err := d.store.Prune(d.Context(), checkpoint.PruneRequest{})
	if err != nil || len(pruned.Removed) != 1 {
		d.Errorf("pruned: %+v, %v", pruned, err)
	}
	free()
	d.reopen(checkpoint.Options{})
	d.wantRead(second, "a", "2", nil)
	d.wantSound()
}

// purgedFull takes out the one large file, which leaves a segment to be copied
// that fits where the throw-away parts of the store were, or says why not.
func purgedFull(d *desk) {
	first, _, free := d.onFullDisk()
	_, err := d.store.Purge(d.Context(), "large")
	if err != nil && !errors.Is(err, checkpoint.ErrFull) {
		d.Fatal(err)
	}
	free()
	if err != nil {
		if _, err := d.store.Purge(d.Context(), "large"); err != nil {
			d.Fatal(err)
		}
	}
	d.wantRead(first, "large", "", checkpoint.ErrNotCovered)
	d.wantRead(first, "a", "1", nil)
	d.wantSound()
}

func fullAtStaging(d *desk) {
	at := d.disk("12m", false, true)
	d.reopen(checkpoint.Options{})
	for _, name := range []string{"a", "b", "c"} {
		d.write(name, string(noise(name[0], 1<<20)))
	}
	id, target := d.create(), d.tree()
	for _, name := range []string{"a", "b", "c"} {
		d.write(name, "2")
	}
	d.write("new", "2")
	before := d.tree()
	free := d.fill(at)
	if result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id}); err == nil {
		d.Errorf("restored without room: %+v", result)
	}
	d.wantTree(before)
	free()
	d.exact(id)
	d.wantTree(target)
}

// fullAtEachStep fills the disk of both at each step of a restore in turn.
func fullAtEachStep(d *desk) {
	at := d.disk("16m", true, true)
	d.reopen(checkpoint.Options{})
	plot := newPlot(d)
	outcomes := map[string]int{}
	for n := 1; ; n++ {
		plot.reset(d)
		steps, free := 0, func() {}
		d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Step: func(string) error {
			if steps++; steps == n {
				free = d.fill(at)
			}
			return nil
		}}})
		result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: plot.id})
		if steps < n {
			break
		}
		free()
		d.reopen(checkpoint.Options{})
		switch got := d.tree(); {
		case cmp.Equal(got, plot.target):
			outcomes["done"]++
		case err != nil && cmp.Equal(got, plot.before):
			outcomes["nothing done"]++
		default:
			d.Fatalf("full from step %d on: %+v, %v; neither before nor target (-target +got):\n%s", n, result, err, cmp.Diff(plot.target, got))
		}
	}
	if len(outcomes) != 2 {
		d.Fatalf("outcomes seen: %v", outcomes)
	}
}

func readOnlyStore(d *desk) {
	at := d.disk("12m", true, false)
	d.reopen(checkpoint.Options{})
	d.write("a", "1")
	id := d.create()
	d.write("a", "2")
	before := d.tree()
	refused := func(store Store) {
		d.Helper()
		if made, err := store.Create(d.Context(), checkpoint.CreateRequest{}); err == nil {
			d.Errorf("created %+v", made)
		}
		if report, err := store.Verify(d.Context(), checkpoint.VerifyRequest{ReadData: true}); err != nil || len(report.Damages) > 0 || report.Checkpoints != 1 {
			d.Errorf("verified: %+v, %v", report, err)
		}
		if result, err := store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id}); err == nil {
			d.Errorf("restored %+v", result)
		}
		d.wantTree(before)
	}
	d.close()
	d.readOnly(at, true)
	if store, err := d.open(d.Context(), d.dir, d.root, checkpoint.Options{}); err == nil {
		refused(store)
		d.must(store.Close())
	}
	d.readOnly(at, false)
	d.reopen(checkpoint.Options{})
	d.exact(id)
	d.wantTree(Tree{"a": {"-", 0o644, "1"}})
}

func readOnlyWorkspace(d *desk) {
	at := d.disk("12m", false, true)
	d.reopen(checkpoint.Options{})
	d.write("a", "1")
	d.write("folder/b", "1")
	id, target := d.create(), d.tree()
	d.write("a", "2")
	d.remove("folder")
	d.write("c", "2")
	before := d.tree()
	d.close()
	d.readOnly(at, true)
	d.reopen(checkpoint.Options{})
	later := d.create()
	result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id})
	if err == nil && len(result.Conflicts) == 0 {
		d.Errorf("restored to a read-only disk: %+v", result)
	}
	d.wantTree(before)
	d.readOnly(at, false)
	d.reopen(checkpoint.Options{})
	d.exact(id)
	d.wantTree(target)
	d.exact(later)
	d.wantTree(before)
}
