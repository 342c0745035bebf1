//go:build unix

package checkpointtest

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keel-ide/keel/backend/checkpoint"
)

func restoreRows() []row {
	return []row{
		{"R1 what came later goes, and undo brings it back", untracked, everyones},
		{"R3 undo, and undo of undo", undoRedo, everyones},
		{"R4 old checkpoints stay restorable", oldOnes, everyones},
		{"R5 nested repositories are ordinary folders", nestedRepositories, ours},
		{"R14 only what differs is touched", onlyDifferent, everyones},
		{"R27 a preview changes nothing", previewOnly, everyones},
		{"scope", scope, everyones},
		{"scope: a missing folder gets its mode back", scopeMode, everyones},
		{"what is not covered keeps its folder", keptFolders, ours},
		{"undo leaves later changes alone", undoLater, everyones},
		{"undo of what is no restore", undoNothing, everyones},
		{"a restore that has nothing to do", nothingToDo, everyones},
		{"unknown verbs and states", badRequests, ours},
		{"a path changed during the restore is a conflict", changedDuring, ours},
		{"a folder swapped for a link is not followed", swappedForLink, ours},
	}
}

func untracked(d *desk) {
	d.write("kept", "1")
	d.write(".gitignore", "*.log\n")
	id := d.create()
	d.write("untracked/new", "2")
	d.write("ignored.log", "3")
	later := d.tree()
	result := d.exact(id)
	d.wantTree(Tree{"kept": {"-", 0o644, "1"}, ".gitignore": {"-", 0o644, "*.log\n"}})
	if result.Deleted != 2 || result.Written != 0 {
		d.Fatalf("result: %+v", result)
	}
	d.undo(result.Undo)
	d.wantTree(later)
}

func undoRedo(d *desk) {
	d.write("changed", "1")
	d.write("deleted", "1")
	d.folder("empty")
	d.link("a", "link")
	first, id := d.tree(), d.create()
	d.write("changed", "2")
	d.chmod("changed", 0o600)
	d.remove("deleted")
	d.remove("empty")
	d.remove("link")
	d.link("b", "link")
	d.write("new/deep/file", "2")
	second := d.tree()
	result := d.exact(id)
	d.wantTree(first)
	if result.Written != 4 || result.Deleted != 1 {
		d.Fatalf("result: %+v", result)
	}
	back := result.Undo
	for range 3 {
		undone := d.undo(back)
		d.wantTree(second)
		redone := d.undo(undone.Undo)
		d.wantTree(first)
		back = redone.Undo
		if len(undone.Conflicts)+len(redone.Conflicts) > 0 {
			d.Fatalf("conflicts: %v, %v", undone, redone)
		}
	}
	// The checkpoints taken before are pinned, in the list, and exact.
	taken, err := d.store.Get(d.Context(), result.Undo)
	d.must(err)
	if !taken.Pinned || taken.Reason != checkpoint.PreRestore {
		d.Fatalf("checkpoint before: %+v", taken)
	}
	d.exact(result.Undo)
	d.wantTree(second)
}

func oldOnes(d *desk) {
	var ids []string
	var trees []Tree
	for i := range 15 {
		d.write(fmt.Sprintf("file%d", i%4), strings.Repeat(fmt.Sprint(i), 200))
		d.remove(fmt.Sprintf("file%d", (i+2)%4))
		ids, trees = append(ids, d.create()), append(trees, d.tree())
	}
	for i, id := range ids {
		d.exact(id)
		d.wantTree(trees[i])
	}
}

func nestedRepositories(d *desk) {
	d.write("nested/.git/HEAD", "ref")
	d.write("nested/file", "1")
	id := d.create()
	d.write("nested/file", "2")
	d.write("nested/new", "2")
	d.write("later/.git/objects/1", "commit")
	d.write("later/file", "2")
	result := d.exact(id)
	d.wantPaths("unknown", result.Unknown, "later/.git")
	d.wantTree(Tree{
		"nested": {"d", 0o755, ""}, "nested/.git": {"d", 0o755, ""}, "nested/.git/HEAD": {"-", 0o644, "ref"}, "nested/file": {"-", 0o644, "1"},
		"later": {"d", 0o755, ""}, "later/.git": {"d", 0o755, ""}, "later/.git/objects": {"d", 0o755, ""}, "later/.git/objects/1": {"-", 0o644, "commit"},
	})
}

func onlyDifferent(d *desk) {
	for i := range 10 {
		d.write(fmt.Sprintf("folder/same%d", i), fmt.Sprint(i))
	}
	d.write("mode", "1")
	d.write("content", "1")
	id := d.create()
	stamps := map[string]touched{}
	for i := range 10 {
		path := fmt.Sprintf("folder/same%d", i)
		stamp, err := stampOf(d.at(path))
		d.must(err)
		stamps[path] = stamp
	}
	d.chmod("mode", 0o755)
	d.write("content", "2")
	mode, err := stampOf(d.at("mode"))
	d.must(err)
	content, err := stampOf(d.at("content"))
	d.must(err)
	if result := d.exact(id); result.Written != 2 {
		d.Fatalf("result: %+v", result)
	}
	for path, before := range stamps {
		after, err := stampOf(d.at(path))
		d.must(err)
		if before != after {
			d.Errorf("%s was touched", path)
		}
	}
	if after, err := stampOf(d.at("mode")); err != nil || after.inode != mode.inode || after.modified != mode.modified {
		d.Errorf("a file of which only the mode differs was rewritten: %v", err)
	}
	if after, err := stampOf(d.at("content")); err != nil || after.modified < content.modified {
		d.Errorf("a restored file did not get the present time: %v", err)
	}
}

func previewOnly(d *desk) {
	d.write("a", "1")
	d.write("b", "1")
	id := d.create()
	d.write("a", "2")
	d.remove("b")
	d.write("c/d", "2")
	before := d.tree()
	list, err := d.store.List(d.Context())
	d.must(err)
	plan, err := d.store.Preview(d.Context(), checkpoint.RestoreRequest{ID: id})
	d.must(err)
	want := checkpoint.Plan{Write: []string{"a", "b"}, Delete: []string{"c/d"}, Conflicts: []checkpoint.Conflict{}, Unknown: []string{}}
	if diff := cmp.Diff(want, plan, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(plan, "Large")); diff != "" {
		d.Fatalf("plan (-want +got):\n%s", diff)
	}
	d.wantTree(before)
	after, err := d.store.List(d.Context())
	d.must(err)
	if diff := cmp.Diff(list, after); diff != "" {
		d.Fatalf("list (-before +after):\n%s", diff)
	}
}

func scope(d *desk) {
	for _, path := range []string{"a/one", "a/two", "ab", "b/c/three", "b/four"} {
		d.write(path, "1")
	}
	id := d.create()
	for _, path := range []string{"a/one", "a/two", "ab"} {
		d.write(path, "2")
	}
	d.write("a/new", "2")
	d.remove("b")
	d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{"a/one"}})
	want := Tree{"a": {"d", 0o755, ""}, "a/one": {"-", 0o644, "1"}, "a/two": {"-", 0o644, "2"}, "a/new": {"-", 0o644, "2"}, "ab": {"-", 0o644, "2"}}
	d.wantTree(want)
	d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{"a/"}})
	want["a/two"] = Item{"-", 0o644, "1"}
	delete(want, "a/new")
	d.wantTree(want)
	result := d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{"b/c/three", "none"}})
	want["b"], want["b/c"], want["b/c/three"] = Item{"d", 0o755, ""}, Item{"d", 0o755, ""}, Item{"-", 0o644, "1"}
	d.wantTree(want)
	d.undo(result.Undo)
	delete(want, "b")
	delete(want, "b/c")
	delete(want, "b/c/three")
	d.wantTree(want)
	// Something else in the place of a folder that is out of scope.
	d.write("b", "mine")
	result = d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{"b/four"}})
	if len(result.Conflicts) != 1 || result.Conflicts[0].Path != "b/four" {
		d.Fatalf("conflicts: %v", result.Conflicts)
	}
	want["b"] = Item{"-", 0o644, "mine"}
	d.wantTree(want)
	for _, outside := range []string{"..", "/etc", "../workspace/a", ""} {
		if result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id, Paths: []string{outside}}); err == nil {
			d.Errorf("restoring %q: %+v", outside, result)
		}
	}
	d.exact(id)
	if got := d.tree(); got["b/four"].Content != "1" || got["ab"].Content != "1" {
		d.Fatalf("workspace: %v", got)
	}
}

func scopeMode(d *desk) {
	d.write("a/b/file", "1")
	d.write("a/b/other", "1")
	d.chmod("a/b", 0o700)
	id := d.create()
	d.remove("a")
	d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{"a/b/file"}})
	d.wantTree(Tree{"a": {"d", 0o755, ""}, "a/b": {"d", 0o700, ""}, "a/b/file": {"-", 0o644, "1"}})
}

func keptFolders(d *desk) {
	d.reopen(checkpoint.Options{MaxFile: 5})
	d.write("x", "file")
	id := d.create()
	d.remove("x")
	d.write("x/large", "too large")
	d.write("x/small", "small")
	d.write("y/large", "too large")
	d.write("y/small", "small")
	plan, err := d.store.Preview(d.Context(), checkpoint.RestoreRequest{ID: id})
	d.must(err)
	if len(plan.Conflicts) != 1 || plan.Conflicts[0].Path != "x" {
		d.Fatalf("plan: %+v", plan)
	}
	want := d.tree()
	delete(want, "y/small")
	result := d.restore(checkpoint.RestoreRequest{ID: id})
	d.wantTree(want)
	d.wantPaths("unknown", result.Unknown, "x/large", "y/large")
}

func undoLater(d *desk) {
	d.write("a", "1")
	d.write("b", "1")
	id := d.create()
	d.write("a", "2")
	d.write("b", "2")
	d.write("c/d", "2")
	result := d.exact(id)
	d.write("a", "mine")
	d.write("c/d", "mine")
	undone := d.undo(result.Undo)
	want := []string{"a", "c/d"}
	var got []string
	for _, c := range undone.Conflicts {
		got = append(got, c.Path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		d.Fatalf("conflicts (-want +got):\n%s", diff)
	}
	d.wantTree(Tree{"a": {"-", 0o644, "mine"}, "b": {"-", 0o644, "2"}, "c": {"d", 0o755, ""}, "c/d": {"-", 0o644, "mine"}})
}

func undoNothing(d *desk) {
	id := d.create()
	for _, given := range []string{id, "none", "../restores/x"} {
		if _, err := d.store.Undo(d.Context(), given); !errors.Is(err, checkpoint.ErrNothingToUndo) {
			d.Errorf("undo of %q: %v", given, err)
		}
	}
	if _, err := d.store.Get(d.Context(), "none"); !errors.Is(err, checkpoint.ErrNotFound) {
		d.Errorf("getting none: %v", err)
	}
}

func nothingToDo(d *desk) {
	d.write("a", "1")
	id := d.create()
	result := d.exact(id)
	if result.Written+result.Deleted != 0 || result.Undo == "" {
		d.Fatalf("result: %+v", result)
	}
	d.write("a", "2")
	if undone := d.undo(result.Undo); undone.Written+undone.Deleted+len(undone.Conflicts) != 0 {
		d.Fatalf("undone: %+v", undone)
	}
	d.wantTree(Tree{"a": {"-", 0o644, "2"}})
}

func badRequests(d *desk) {
	id := d.create()
	for _, r := range []checkpoint.RestoreRequest{
		{ID: id, Verb: "other"}, {ID: id, Verb: checkpoint.Agent}, {ID: id, Verb: checkpoint.Agent, After: "none"}, {ID: "none"},
	} {
		if result, err := d.store.Restore(d.Context(), r); err == nil {
			d.Errorf("%+v: %+v", r, result)
		}
		if plan, err := d.store.Preview(d.Context(), r); err == nil {
			d.Errorf("%+v: %+v", r, plan)
		}
	}
}

// changedDuring changes each path when the restore is about to act on it.
func changedDuring(d *desk) {
	for _, noExchange := range []bool{false, true} {
		for _, victim := range []string{"changed", "deleted", "new", "mode", "swap"} {
			d.remove("new")
			d.remove("swap")
			d.remove("made")
			d.write("changed", "1")
			d.write("deleted", "1")
			d.write("mode", "1")
			d.write("swap/a", "1")
			d.chmod("mode", 0o644)
			d.reopen(checkpoint.Options{})
			id := d.create()
			want := d.tree()
			d.write("changed", "2")
			d.remove("deleted")
			d.write("new", "2")
			d.chmod("mode", 0o600)
			d.remove("swap")
			d.write("swap", "2")
			steps := 0
			d.reopen(checkpoint.Options{Faults: checkpoint.Faults{NoExchange: noExchange, Step: func(step string) error {
				if strings.HasSuffix(step, " "+victim) && !strings.HasPrefix(step, "stage") && steps == 0 {
					steps++
					// In place and by replacement, as editors do.
					d.write("mine", "mine")
					return os.Rename(d.at("mine"), d.at(victim))
				}
				return nil
			}}})
			result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id})
			d.must(err)
			if len(result.Conflicts) == 0 || result.Conflicts[0].Path != victim || steps != 1 {
				d.Fatalf("%s: %+v after %d steps", victim, result, steps)
			}
			got := d.tree()
			if got[victim].Content != "mine" {
				d.Fatalf("%s: what was changed during the restore is lost: %v", victim, got)
			}
			delete(got, victim)
			delete(want, victim)
			if victim == "swap" {
				delete(want, "swap/a")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				d.Fatalf("%s: the rest (-want +got):\n%s", victim, diff)
			}
			d.must(os.Remove(d.at(victim)))
		}
	}
}

// swappedForLink puts a link to a folder outside in the place of the folder in
// which the restore is about to write.
func swappedForLink(d *desk) {
	outside := d.root + "-outside"
	d.write("folder/changed", "1")
	d.write("folder/deleted", "1")
	d.write("folder/mode", "1")
	id := d.create()
	for _, before := range []string{"stage folder/changed", "journal staged", "place folder/changed", "mode of folder/mode", "place folder/deleted", "remove folder/new", "sync folders"} {
		d.reopen(checkpoint.Options{})
		d.exact(id)
		d.write("folder/changed", "2")
		d.remove("folder/deleted")
		d.write("folder/new", "2")
		d.chmod("folder/mode", 0o600)
		d.must(os.CopyFS(outside, os.DirFS(d.at("folder"))))
		d.must(os.Chmod(outside+"/mode", 0o600))
		want, err := Walk(outside)
		d.must(err)
		swapped := false
		d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Step: func(step string) error {
			if step != before {
				return nil
			}
			swapped = true
			d.must(os.Rename(d.at("folder"), d.at("aside")))
			return os.Symlink(outside, d.at("folder"))
		}}})
		_, err = d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id})
		d.must(err)
		got, err := Walk(outside)
		d.must(err)
		if diff := cmp.Diff(want, got); diff != "" || !swapped {
			d.Fatalf("swapped (%v) before %q: outside (-want +got):\n%s", swapped, before, diff)
		}
		d.must(os.RemoveAll(outside))
		d.remove("folder")
		d.remove("aside")
	}
}
