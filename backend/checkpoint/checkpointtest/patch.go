//go:build unix

package checkpointtest

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// patchRows are about single files that get the content that is wanted.
func patchRows() []row {
	return slices.Concat([]row{
		{"a patch writes, makes and deletes, and undo takes it back", patchUndone, everyones},
		{"R18 a patch leaves what is not as it was looked at", patchConflicts, everyones},
		{"R8 a patch keeps modes, and gives new files theirs", patchModes, everyones},
		{"R14 a patch of what is as wanted already", patchAlready, everyones},
		{"a patch of names and contents of every kind", patchNames, everyones},
		{"a patch with a request that makes no sense", patchSenseless, ours},
	}, patchUnsavedRows(), patchRefusalRows(), patchRaceRows())
}

// hash is how a caller names what it has looked at.
func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func change(path, from, to string) checkpoint.Patched {
	return checkpoint.Patched{Path: path, Expect: hash(from), Content: []byte(to)}
}

func addition(path, content string) checkpoint.Patched {
	return checkpoint.Patched{Path: path, Content: []byte(content), Mode: 0o644}
}

func deletion(path, from string) checkpoint.Patched {
	return checkpoint.Patched{Path: path, Expect: hash(from), Delete: true}
}

func (d *desk) patch(files ...checkpoint.Patched) checkpoint.Result {
	d.Helper()
	return d.patchRequest(checkpoint.PatchRequest{Files: files})
}

func (d *desk) patchRequest(r checkpoint.PatchRequest) checkpoint.Result {
	d.Helper()
	result, err := d.store.Patch(d.Context(), r)
	if err != nil {
		d.Fatalf("patching: %v", err)
	}
	return result
}

// wantDone compares counts, and conflicts by path, in any order.
func (d *desk) wantDone(got checkpoint.Result, written, deleted int, conflicts ...string) {
	d.Helper()
	var paths []string
	for _, c := range got.Conflicts {
		paths = append(paths, c.Path)
		if c.Reason == "" {
			d.Errorf("%q is a conflict for no reason", c.Path)
		}
	}
	slices.Sort(paths)
	slices.Sort(conflicts)
	if got.Written != written || got.Deleted != deleted || got.Merged != 0 || !slices.Equal(paths, conflicts) {
		d.Fatalf("%d written, %d deleted, conflicts %q; want %d, %d, %q: %+v", got.Written, got.Deleted, paths, written, deleted, conflicts, got)
	}
	if got.Undo == "" {
		d.Fatalf("there is nothing to undo it by: %+v", got)
	}
}

// wantReason looks for words in the reason of a conflict.
func (d *desk) wantReason(got checkpoint.Result, path, words string) {
	d.Helper()
	for _, c := range got.Conflicts {
		if c.Path == path && strings.Contains(c.Reason, words) {
			return
		}
	}
	d.Errorf("no conflict of %q says %q: %+v", path, words, got.Conflicts)
}

func patchUndone(d *desk) {
	d.write("changed", "1")
	d.write("folder/gone", "1")
	d.write("folder/other", "1")
	before := d.tree()
	result := d.patch(change("changed", "1", "2"), deletion("folder/gone", "1"), addition("new/deep/file", "3"))
	d.wantDone(result, 2, 1)
	after := maps.Clone(before)
	after["changed"] = Item{"-", 0o644, "2"}
	delete(after, "folder/gone")
	after["new"], after["new/deep"] = Item{"d", 0o755, ""}, Item{"d", 0o755, ""}
	after["new/deep/file"] = Item{"-", 0o644, "3"}
	d.wantTree(after)
	all, err := d.store.List(d.Context())
	d.must(err)
	if all[len(all)-1].ID != result.Undo || all[len(all)-1].Reason != checkpoint.PreRestore {
		d.Errorf("the checkpoint before it is not %q: %+v", result.Undo, all)
	}
	for range 2 { // and again, to and fro
		result = d.undo(result.Undo)
		d.wantTree(before)
		result = d.undo(result.Undo)
		d.wantTree(after)
	}
}

func patchConflicts(d *desk) {
	for _, path := range []string{"same", "changed", "to-delete", "there"} {
		d.write(path, "now")
	}
	want := d.tree()
	result := d.patch(
		change("same", "now", "2"), change("changed", "before", "2"), deletion("to-delete", "before"),
		addition("there", "2"), change("gone", "before", "2"), deletion("gone-too", "before"),
	)
	d.wantDone(result, 1, 0, "changed", "gone", "there", "to-delete")
	want["same"] = Item{"-", 0o644, "2"}
	d.wantTree(want)
}

func patchModes(d *desk) {
	for path, mode := range map[string]uint32{"script": 0o755, "secret": 0o600, "shared": 0o664} {
		d.write(path, "1")
		d.chmod(path, mode)
	}
	want := d.tree()
	var files []checkpoint.Patched
	for path, item := range want {
		one := change(path, "1", "2")
		one.Mode = 0o644 // of a new file
		files = append(files, one)
		want[path] = Item{"-", item.Mode, "2"}
	}
	script := addition("new-script", "3")
	script.Mode = 0o750
	d.wantDone(d.patch(append(files, script)...), 4, 0)
	want["new-script"] = Item{"-", 0o750, "3"}
	d.wantTree(want)
	// Where nothing is said, a new file is as any other.
	d.must(os.WriteFile(d.root+"-other", nil, 0o666))
	usual, err := os.Stat(d.root + "-other")
	d.must(err)
	plain := addition("plain", "4")
	plain.Mode = 0
	d.wantDone(d.patch(plain), 1, 0)
	want["plain"] = Item{"-", uint32(usual.Mode().Perm()), "4"}
	d.wantTree(want)
}

func patchAlready(d *desk) {
	d.write("file", "wanted")
	before, err := stampOf(d.at("file"))
	d.must(err)
	gone := deletion("gone", "before")
	result := d.patch(change("file", "before", "wanted"), addition("file-too", ""), gone)
	d.wantDone(result, 1, 0)
	after, err := stampOf(d.at("file"))
	d.must(err)
	if before != after {
		d.Error("a file that is as it is wanted was written")
	}
	d.wantTree(Tree{"file": {"-", 0o644, "wanted"}, "file-too": {"-", 0o644, ""}})
}

func patchNames(d *desk) {
	raw := []string{
		"with space ", "-dash", "line\nbreak", "stray \xff", strings.Repeat("n", 255), "ümlaut", "deep/\xfe/name", ".hidden", ".keel-notes", "late:file", "a.tmp",
	}
	contents := []string{"", "\x00", "a\r\nb\n", "\xff\xfe", string(noise(3, 3<<20)), "no line feed"}
	want := Tree{"deep": {"d", 0o755, ""}, "deep/\xfe": {"d", 0o755, ""}}
	var files []checkpoint.Patched
	for i, name := range raw {
		content := contents[i%len(contents)]
		path := name
		if i%2 == 0 {
			path = checkpoint.EncodePath(name)
		}
		files = append(files, addition(path, content))
		want[name] = Item{"-", 0o644, content}
	}
	result := d.patch(files...)
	d.wantDone(result, len(raw), 0)
	d.wantTree(want)
	d.undo(result.Undo)
	d.wantTree(Tree{})
}

func patchSenseless(d *desk) {
	d.write("a", "1")
	for what, files := range map[string][]checkpoint.Patched{
		"twice":         {change("a", "1", "2"), change("a", "1", "3")},
		"twice, unlike": {change("a", "1", "2"), change("./x/../a", "1", "3")},
		"no hash":       {{Path: "a", Expect: "1", Content: []byte("2")}},
		"a short hash":  {{Path: "a", Expect: hash("1")[:10], Content: []byte("2")}},
		"saved no hash": {{Path: "a", Expect: hash("1"), Saved: "x", Content: []byte("2")}},
	} {
		if result, err := d.store.Patch(d.Context(), checkpoint.PatchRequest{Files: files}); err == nil {
			d.Errorf("%s: %+v", what, result)
		}
	}
	d.wantTree(Tree{"a": {"-", 0o644, "1"}})
	if result := d.patch(); result.Written+result.Deleted != 0 || result.Conflicts == nil || result.Unknown == nil || result.Unsaved == nil {
		d.Errorf("of nothing: %+v", result)
	}
	d.wantTree(Tree{"a": {"-", 0o644, "1"}})
}
