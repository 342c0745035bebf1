//go:build unix

package checkpointtest

import (
	"cmp"
	"fmt"
	"os"
	"slices"

	compare "github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// unsavedRows are about text that an editor holds and has not saved.
func unsavedRows() []row {
	return []row{
		{"R18 unsaved text is a conflict for the agent verb", unsavedConflicts, ours},
		{"R18 an exact restore keeps unsaved text", unsavedKept, ours},
		{"R18 unsaved text outside of the scope", unsavedOutside, ours},
		{"R13 R18 unsaved text survives a kill at any step", unsavedKilled, ours},
		{"unsaved text of paths outside the workspace", unsavedNowhere, ours},
	}
}

// numbered writes that many small files.
func (d *desk) numbered(many int, content string) {
	d.Helper()
	d.folder("files")
	for i := range many {
		d.must(os.WriteFile(d.at(fmt.Sprintf("files/%d", i)), []byte(content), 0o644))
	}
}

func text(path, content string) checkpoint.Unsaved {
	return checkpoint.Unsaved{Path: path, Content: []byte(content)}
}

func unsavedConflicts(d *desk) {
	for _, path := range []string{"edited", "as-after", "as-before", "clean"} {
		d.write(path, "1")
	}
	before := d.create()
	for _, path := range []string{"edited", "as-after", "as-before", "clean", "created"} {
		d.write(path, "2")
	}
	after := d.create()
	result := d.restore(checkpoint.RestoreRequest{ID: before, Verb: checkpoint.Agent, After: after, Unsaved: []checkpoint.Unsaved{
		text("edited", "3"), text("as-after", "2"), text("as-before", "1"), text("created", "3"),
	}})
	d.wantConflicts(result, "created", "edited")
	got := d.tree()
	want := map[string]string{"edited": "2", "as-after": "1", "clean": "1", "created": "2"}
	for path, content := range want {
		if got[path].Content != content {
			d.Errorf("%s: %q, want %q", path, got[path].Content, content)
		}
	}
}

// wantUnsaved compares what is kept with a checkpoint.
func (d *desk) wantUnsaved(id string, want ...checkpoint.Unsaved) {
	d.Helper()
	got, err := d.store.Unsaved(d.Context(), id)
	d.must(err)
	slices.SortFunc(got, func(a, b checkpoint.Unsaved) int { return cmp.Compare(a.Path, b.Path) })
	if diff := compare.Diff(want, got); diff != "" {
		d.Fatalf("unsaved (-want +got):\n%s", diff)
	}
	shown, err := d.store.Show(d.Context(), id)
	d.must(err)
	var paths []string
	for _, one := range want {
		paths = append(paths, one.Path)
	}
	slices.Sort(shown.Unsaved)
	if diff := compare.Diff(paths, shown.Unsaved); diff != "" {
		d.Fatalf("unsaved paths (-want +got):\n%s", diff)
	}
}

func unsavedKept(d *desk) {
	d.write("edited", "1")
	d.write("stray \xff", "1")
	id, target := d.create(), d.tree()
	d.write("edited", "2")
	d.write("stray \xff", "2")
	d.write("created", "2")
	before := d.tree()
	stray := checkpoint.EncodePath("stray \xff")
	kept := []checkpoint.Unsaved{text("created", "3\r\n"), text("edited", "3\xff"), text(stray, "")}
	result := d.restore(checkpoint.RestoreRequest{ID: id, Unsaved: kept})
	d.wantPaths("unsaved", result.Unsaved, "created", "edited", stray)
	d.wantTree(target)
	d.wantUnsaved(result.Undo, kept...)
	d.undo(result.Undo)
	d.wantTree(before)
	d.reopen(checkpoint.Options{})
	d.wantUnsaved(result.Undo, kept...)
	// A checkpoint that is none of a restore has none.
	if got, err := d.store.Unsaved(d.Context(), id); err != nil || len(got) > 0 {
		d.Errorf("of another checkpoint: %v, %v", got, err)
	}
}

func unsavedOutside(d *desk) {
	d.write("in/a", "1")
	d.write("out/b", "1")
	id := d.create()
	d.write("in/a", "2")
	d.write("out/b", "2")
	result := d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{"in"}, Unsaved: []checkpoint.Unsaved{text("in/a", "3"), text("out/b", "3")}})
	d.wantPaths("unsaved", result.Unsaved, "in/a")
	got := d.tree()
	if got["in/a"].Content != "1" || got["out/b"].Content != "2" {
		d.Fatalf("workspace: %v", got)
	}
}

func unsavedKilled(d *desk) {
	d.write("edited", "1")
	id, target := d.create(), d.tree()
	d.write("edited", "2")
	d.write("created", "2")
	later, before := d.create(), d.tree()
	finished := 0
	for n := 1; ; n++ {
		d.reopen(checkpoint.Options{})
		d.exact(later)
		steps := 0
		d.reopen(killAt(n, false, &steps))
		_, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id, Unsaved: []checkpoint.Unsaved{text("edited", "3")}})
		d.reopen(checkpoint.Options{})
		switch got := d.tree(); {
		case compare.Equal(got, target):
			finished++
			all, err := d.store.List(d.Context())
			d.must(err)
			for _, c := range all {
				if c.Reason == checkpoint.PreRestore {
					d.wantUnsaved(c.ID, text("edited", "3"))
					break
				}
			}
		case err == nil || !compare.Equal(got, before):
			d.Fatalf("killed at step %d: %v: neither before nor target (-target +got):\n%s", n, err, compare.Diff(target, got))
		}
		if err == nil {
			break
		}
	}
	if finished < 2 {
		d.Fatalf("%d finished", finished)
	}
}

func unsavedNowhere(d *desk) {
	d.write("a", "1")
	id := d.create()
	d.write("a", "2")
	for _, path := range []string{"", "..", "../x", "/etc/passwd"} {
		if result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id, Unsaved: []checkpoint.Unsaved{text(path, "3")}}); err == nil {
			d.Errorf("unsaved text of %q: %+v", path, result)
		}
	}
	d.wantTree(Tree{"a": {"-", 0o644, "2"}})
}
