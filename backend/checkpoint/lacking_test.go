//go:build unix

package checkpoint_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// TestWhatACheckpointLacks asks for single paths that a checkpoint does not have,
// or does not know.
func TestWhatACheckpointLacks(t *testing.T) {
	c := newChronicle(t, checkpoint.Options{MaxFile: 100})
	c.write(".gitignore", "node_modules\n")
	c.write("node_modules/x/y", "1")
	c.write("file", "1")
	id := c.create("first")
	c.write("later", "2")
	c.write("node_modules/x/y", "2")
	for _, test := range []struct {
		path    string
		reading checkpoint.PathError
		plan    checkpoint.Plan
	}{
		{
			"later", checkpoint.PathError{Path: "later", Checkpoint: id, Err: checkpoint.ErrNotInCheckpoint},
			checkpoint.Plan{Delete: []string{"later"}},
		},
		{
			"never/was", checkpoint.PathError{Path: "never/was", Checkpoint: id, Err: checkpoint.ErrNotInCheckpoint},
			checkpoint.Plan{},
		},
		{
			"file/below", checkpoint.PathError{Path: "file/below", Checkpoint: id, Err: checkpoint.ErrNotInCheckpoint},
			checkpoint.Plan{},
		},
		{
			"node_modules", checkpoint.PathError{Path: "node_modules", Checkpoint: id, Reason: "ignored, and called node_modules", Err: checkpoint.ErrNotCovered},
			checkpoint.Plan{Unknown: []string{"node_modules"}},
		},
		{
			"node_modules/x/y", checkpoint.PathError{Path: "node_modules/x/y", Checkpoint: id, Reason: "node_modules: ignored, and called node_modules", Err: checkpoint.ErrNotCovered},
			checkpoint.Plan{Unknown: []string{"node_modules"}},
		},
	} {
		_, _, err := c.store.ReadFile(t.Context(), id, test.path)
		said, ok := errors.AsType[*checkpoint.PathError](err)
		if !ok || *said != test.reading || !errors.Is(err, test.reading.Err) {
			t.Errorf("reading %q: %+v, %v; want %+v", test.path, said, err, test.reading)
		}
		request := checkpoint.RestoreRequest{ID: id, Paths: []string{test.path}}
		plan, err := c.store.Preview(t.Context(), request)
		must(t, err)
		for _, list := range []*[]string{&test.plan.Write, &test.plan.Delete, &test.plan.Merge, &test.plan.Unknown, &test.plan.Unsaved} {
			if *list == nil {
				*list = []string{}
			}
		}
		test.plan.Conflicts = []checkpoint.Conflict{}
		if diff := cmp.Diff(test.plan, plan); diff != "" {
			t.Errorf("previewing %q (-want +got):\n%s", test.path, diff)
		}
		before := walk(t, c.root)
		result, err := c.store.Restore(t.Context(), request)
		must(t, err)
		if result.Written != 0 || result.Deleted != len(test.plan.Delete) || !cmp.Equal(result.Unknown, test.plan.Unknown) {
			t.Errorf("restoring %q: %+v", test.path, result)
		}
		_, err = c.store.Undo(t.Context(), result.Undo)
		must(t, err)
		if diff := cmp.Diff(before, walk(t, c.root)); diff != "" {
			t.Errorf("%q restored and undone (-want +got):\n%s", test.path, diff)
		}
	}
	_, _, err := c.store.ReadFile(t.Context(), "", "never")
	if said, ok := errors.AsType[*checkpoint.PathError](err); !ok || said.Checkpoint != "" || !errors.Is(err, checkpoint.ErrNotInCheckpoint) {
		t.Errorf("reading what is not on the disk: %v", err)
	}
}
