//go:build unix

package checkpointtest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// RunNew runs the rows about what the store is yet to do.
func RunNew(t *testing.T, open Opener) {
	for _, r := range newRows() {
		t.Run(r.name, func(t *testing.T) { r.test(newDesk(t, open)) })
	}
}

func newRows() []row {
	return slices.Concat(unsavedRows(), mergeRows(), tierRows(), keepingRows(), purgeRows(), showRows(), warmRows(), refusalRows(), lateRows())
}

func showRows() []row {
	return []row{
		{"a checkpoint tells all that is known of it", details, ours},
		{"no list is nil", noNils, ours},
		{"R27 a large plan says so", largePlans, ours},
	}
}

func details(d *desk) {
	d.reopen(checkpoint.Options{MaxFile: 10})
	d.write("a", "1")
	d.write("folder/b", "22")
	d.link("a", "link")
	d.write("large", "more than ten bytes")
	d.write(".git/HEAD", "ref: refs/heads/topic\n")
	made := d.createAny()
	shown, err := d.store.Show(d.Context(), made.ID)
	d.must(err)
	if diff := cmp.Diff(made, shown.Checkpoint); diff != "" {
		d.Fatalf("checkpoint (-made +shown):\n%s", diff)
	}
	var uncovered []string
	for _, entry := range shown.Uncovered {
		uncovered = append(uncovered, entry.Path)
		if entry.Reason == "" {
			d.Errorf("%s: no reason", entry.Path)
		}
	}
	d.wantPaths("uncovered", uncovered, ".git", "large")
	if shown.Folders != 1 || shown.Bytes != 3 || shown.Branch != "topic" || shown.ScanStartedAt == 0 || shown.ScanEndedAt < shown.ScanStartedAt || shown.Restore != "" {
		d.Errorf("details: %+v", shown)
	}
	d.write("a", "2")
	result := d.restore(checkpoint.RestoreRequest{ID: made.ID})
	if shown, err = d.store.Show(d.Context(), result.Undo); err != nil || shown.Restore != "applied" && shown.Restore != "done" {
		d.Errorf("of a restore: %+v, %v", shown, err)
	}
	if _, err := d.store.Show(d.Context(), "none"); err == nil {
		d.Error("showed a checkpoint that is not there")
	}
}

func noNils(d *desk) {
	d.write("a", "1")
	id := d.create()
	request := checkpoint.RestoreRequest{ID: id}
	plan, err := d.store.Preview(d.Context(), request)
	d.must(err)
	result, err := d.store.Restore(d.Context(), request)
	d.must(err)
	pruned, err := d.store.Prune(d.Context(), checkpoint.PruneRequest{})
	d.must(err)
	report, err := d.store.Verify(d.Context(), checkpoint.VerifyRequest{})
	d.must(err)
	shown, err := d.store.Show(d.Context(), id)
	d.must(err)
	for name, isNil := range map[string]bool{
		"Plan.Write": plan.Write == nil, "Plan.Delete": plan.Delete == nil, "Plan.Merge": plan.Merge == nil, "Plan.Conflicts": plan.Conflicts == nil,
		"Plan.Unknown": plan.Unknown == nil, "Plan.Unsaved": plan.Unsaved == nil,
		"Result.Conflicts": result.Conflicts == nil, "Result.Unknown": result.Unknown == nil, "Result.Unsaved": result.Unsaved == nil,
		"Pruned.Removed": pruned.Removed == nil, "Report.Damages": report.Damages == nil, "Details.Uncovered": shown.Uncovered == nil,
	} {
		if isNil {
			d.Errorf("%s is nil", name)
		}
	}
}

func largePlans(d *desk) {
	d.inMemory()
	d.reopen(checkpoint.Options{})
	for _, c := range []struct {
		all, changed int
		large        bool
	}{{100, 3, false}, {100, 20, false}, {100, 30, true}, {3000, 500, false}, {3000, 501, true}} {
		d.remove("files")
		d.numbered(c.all, "1")
		id := d.create()
		d.numbered(c.changed, "2")
		plan, err := d.store.Preview(d.Context(), checkpoint.RestoreRequest{ID: id})
		d.must(err)
		if len(plan.Write) != c.changed || plan.Large != c.large {
			d.Errorf("%d of %d: %d to write, large %v", c.changed, c.all, len(plan.Write), plan.Large)
		}
	}
}
