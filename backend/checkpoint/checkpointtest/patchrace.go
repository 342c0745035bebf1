//go:build unix

package checkpointtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// patchRaceRows are about what happens while a patch is under way.
func patchRaceRows() []row {
	return []row{
		{"a patch that is cancelled at any step", patchCancelled, ours},
		{"a patch with no room to stage", patchFull, ours},
		{"a patch while a program writes to the file", patchRace, ours},
		{"a patch is durable, and known after the store is opened again", patchReopened, ours},
	}
}

func patchCancelled(d *desk) {
	d.inMemory()
	d.reopen(checkpoint.Options{})
	d.write("a", "1")
	d.write("b", "1")
	before := d.tree()
	seen := map[bool]bool{}
	for n := 1; ; n++ {
		ctx, cancel := context.WithCancel(d.Context())
		var steps atomic.Int64
		d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Step: func(string) error {
			if steps.Add(1) == int64(n) {
				cancel()
			}
			return nil
		}}})
		result, err := d.store.Patch(ctx, checkpoint.PatchRequest{Files: []checkpoint.Patched{change("a", "1", "2"), deletion("b", "1"), addition("c", "2")}})
		taken := steps.Load()
		cancel()
		seen[err == nil] = true
		switch {
		case err == nil:
			d.wantTree(Tree{"a": {"-", 0o644, "2"}, "c": {"-", 0o644, "2"}})
			d.undo(result.Undo)
		case !errors.Is(err, context.Canceled):
			d.Fatalf("cancelled at step %d: %v", n, err)
		}
		d.wantTree(before)
		if taken < int64(n) {
			break
		}
	}
	if len(seen) != 2 {
		d.Fatalf("outcomes seen: %v", seen)
	}
}

func patchFull(d *desk) {
	at := d.disk("12m", false, true)
	d.reopen(checkpoint.Options{})
	d.write("a", "1")
	before := d.tree()
	free := d.fill(at)
	large := string(noise(1, 2<<20))
	if result, err := d.store.Patch(d.Context(), checkpoint.PatchRequest{Files: []checkpoint.Patched{change("a", "1", large), addition("new/b", large)}}); err == nil && result.Written > 0 {
		d.Errorf("patched without room: %+v", result)
	}
	free()
	d.wantTree(before)
	result := d.patch(change("a", "1", large), addition("new/b", large))
	d.wantDone(result, 2, 0)
	d.undo(result.Undo)
	d.wantTree(before)
}

// patchRace has a program replace the file at each step in turn. What it wrote
// must be on the disk or kept, whoever came first.
func patchRace(d *desk) {
	d.inMemory()
	seen := map[string]int{}
	for n := 1; ; n++ {
		d.reopen(checkpoint.Options{})
		d.write("file", "1")
		d.create()
		aside := d.root + "-aside"
		d.must(os.WriteFile(aside, []byte("theirs"), 0o644))
		var steps atomic.Int64
		d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Step: func(string) error {
			if steps.Add(1) == int64(n) {
				return os.Rename(aside, d.at("file"))
			}
			return nil
		}}})
		result, err := d.store.Patch(d.Context(), checkpoint.PatchRequest{Files: []checkpoint.Patched{change("file", "1", "ours")}})
		d.must(err)
		if steps.Load() < int64(n) {
			d.must(os.Remove(aside))
			d.wantTree(Tree{"file": {"-", 0o644, "ours"}})
			break
		}
		got := d.tree()
		if got["file"].Content != "theirs" || len(got) != 1 {
			d.Fatalf("written at step %d: %v, %+v", n, got, result)
		}
		switch {
		case len(result.Conflicts) == 1 && result.Written == 0:
			seen["conflict"]++
		case len(result.Conflicts) == 0 && result.Written == 1:
			seen["theirs was last"]++
		default:
			d.Fatalf("written at step %d: %+v", n, result)
		}
		// Taking back what was not done, or is no more, changes nothing.
		d.undo(result.Undo)
		d.wantTree(got)
	}
	if seen["conflict"] < 3 || seen["theirs was last"] < 1 {
		d.Errorf("outcomes: %v", seen)
	}
}

func patchReopened(d *desk) {
	d.write("file", "1")
	made, err := d.store.Patch(d.Context(), checkpoint.PatchRequest{Label: "taking back one\nhunk", Files: []checkpoint.Patched{change("file", "1", "2")}})
	d.must(err)
	d.reopen(checkpoint.Options{})
	all, err := d.store.List(d.Context())
	d.must(err)
	if len(all) != 2 || all[0].Reason != checkpoint.PostRestore || all[1].ID != made.Undo || all[1].Label != "taking back one hunk" {
		d.Errorf("checkpoints: %+v", all)
	}
	left, err := filepath.Glob(filepath.Join(d.dir, "*probe*"))
	if err != nil || len(left) > 0 {
		d.Errorf("left: %s, %v", strings.Join(left, ", "), err)
	}
	d.undo(made.Undo)
	d.wantTree(Tree{"file": {"-", 0o644, "1"}})
}
