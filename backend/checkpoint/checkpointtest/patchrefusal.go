//go:build unix

package checkpointtest

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// patchRefusalRows are about paths that a patch leaves alone, whatever is asked.
func patchRefusalRows() []row {
	return []row{
		{"a patch of what is not covered", patchUncovered, ours},
		{"a patch of what would not be covered once it is there", patchIgnored, ours},
		{"R5 R6 a patch below a .git, or of Keel's own data", patchOwn, ours},
		{"a patch outside the workspace", patchOutside, ours},
		{"a patch of what became something else", patchReplaced, ours},
		{"a patch larger than what is kept", patchTooLarge, ours},
		{"a patch in a read-only folder", patchReadOnly, everyones},
	}
}

func patchUncovered(d *desk) {
	d.reopen(checkpoint.Options{MaxFile: 1000})
	d.write(".gitignore", "node_modules\n*.img\n")
	d.write("node_modules/x/index.js", "1")
	large := string(noise(1, 2000))
	d.write("large", large)
	d.must(syscall.Mkfifo(d.at("pipe"), 0o600))
	d.write("fine", "1")
	want := d.tree()
	result := d.patch(
		change("node_modules/x/index.js", "1", "2"), addition("node_modules/x/new.js", "2"), change("large", large, "2"), deletion("large2", "1"),
		addition("pipe", "2"), change("fine", "1", "2"),
	)
	d.wantDone(result, 1, 0, "node_modules/x/index.js", "node_modules/x/new.js", "large", "pipe")
	d.wantReason(result, "node_modules/x/new.js", "node_modules")
	d.wantReason(result, "large", "not covered")
	d.wantReason(result, "pipe", "not covered")
	want["fine"] = Item{"-", 0o644, "2"}
	d.wantTree(want)
}

func patchIgnored(d *desk) {
	d.write(".gitignore", "node_modules\n*.img\n/build\n")
	d.write("build/here", "1")
	d.write("own/.gitignore", "*\n")
	before := d.tree()
	large, small := string(noise(1, 1<<20+1)), "2"
	refused := []checkpoint.Patched{
		addition("node_modules/new.js", small), addition("deep/node_modules/x/new.js", small), addition("large.img", large), addition("build/large", large), addition("own/large", large),
		addition("build/target/small", small),
	}
	var paths []string
	for _, one := range refused {
		paths = append(paths, one.Path)
	}
	fine := []checkpoint.Patched{
		addition("large.txt", large), addition("small.img", small), addition("build/small", small), addition("target/small", small), addition("elsewhere/build/large", large), addition("own/small", small),
	}
	result := d.patch(append(refused, fine...)...)
	d.wantDone(result, len(fine), 0, paths...)
	d.wantReason(result, "large.img", "1 MiB")
	after := d.tree()
	d.undo(result.Undo)
	d.wantTree(before)
	d.patch(fine...)
	d.wantTree(after)
}

func patchOwn(d *desk) {
	d.close()
	d.dir = d.at("data/store") // inside the workspace, as a user may have set it
	d.must(os.MkdirAll(d.at("data"), 0o755))
	d.reopen(checkpoint.Options{Own: []string{d.at("mine"), d.at("later")}})
	d.write(".git/config", "1")
	d.write("nested/.git/HEAD", "1")
	d.write("mine/settings", "1")
	d.write("fine", "1")
	before := d.tree()
	paths := []string{
		".git", ".git/config", ".git/hooks/pre-commit", "nested/.git/HEAD", "no-repository/.git/config", "deep/er/.git",
		"mine/settings", "mine/new", "mine", "later/new", "data/store/meta.db", "data/store/new",
		".keel-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp", "sub/.keel-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp/x",
	}
	var files []checkpoint.Patched
	for _, path := range paths {
		files = append(files, addition(path, "2"))
	}
	result := d.patch(append(files, change("fine", "1", "2"))...)
	d.wantDone(result, 1, 0, paths...)
	d.undo(result.Undo)
	after := d.tree()
	for path, item := range before {
		if !strings.HasPrefix(path, "data/store") && after[path] != item {
			d.Errorf("%s is %v, was %v", path, after[path], item)
		}
	}
	for _, path := range paths {
		if !before.holds(path) && after.holds(path) {
			d.Errorf("%s was made", path)
		}
	}
}

func patchOutside(d *desk) {
	outside := d.root + "-outside"
	d.must(os.Mkdir(outside, 0o755))
	d.must(os.WriteFile(filepath.Join(outside, "file"), []byte("1"), 0o644))
	d.link(outside, "way-out")
	d.link("file", "link")
	d.link("nowhere", "dangling")
	d.write("file", "1")
	before := d.tree()
	result := d.patch(
		change("../workspace-outside/file", "1", "2"), change(outside+"/file", "1", "2"), change("way-out/file", "1", "2"), addition("way-out/new", "2"),
		change("link", "1", "2"), addition("dangling", "2"), addition("", "2"), addition("..", "2"), addition(".", "2"), change("file/below", "1", "2"), addition("file/new", "2"),
	)
	if result.Written != 0 || result.Deleted != 0 || len(result.Conflicts) != 11 {
		d.Errorf("result: %+v", result)
	}
	d.wantReason(result, "../workspace-outside/file", "not a path inside")
	d.wantReason(result, "link", "symbolic link")
	d.wantReason(result, "way-out/new", "something else stands")
	d.wantTree(before)
	got, err := os.ReadFile(filepath.Join(outside, "file"))
	d.must(err)
	if string(got) != "1" {
		d.Error("a file outside was written")
	}
	if _, err := os.Lstat(filepath.Join(outside, "new")); err == nil {
		d.Error("a file outside was made")
	}
}

// patchReplaced has each path become something else after it was looked at.
func patchReplaced(d *desk) {
	for _, path := range []string{"to-folder", "to-link", "to-binary", "to-nothing", "parent-to-file/x", "parent-to-link/x"} {
		d.write(path, "1")
	}
	d.remove("to-folder")
	d.write("to-folder/inside", "1")
	d.remove("to-link")
	d.link("to-binary", "to-link")
	d.write("to-binary", "\x00\x01")
	d.remove("to-nothing")
	d.remove("parent-to-file")
	d.write("parent-to-file", "1")
	d.remove("parent-to-link")
	d.link("to-folder", "parent-to-link")
	want := d.tree()
	paths := []string{"to-folder", "to-link", "to-binary", "to-nothing", "parent-to-file/x", "parent-to-link/x"}
	for _, remove := range []bool{false, true} {
		var files []checkpoint.Patched
		for _, path := range paths {
			one := change(path, "1", "2")
			one.Delete = remove
			files = append(files, one)
		}
		result := d.patch(files...)
		conflicts := paths
		if remove { // what is gone is as it is wanted
			conflicts = []string{"to-folder", "to-link", "to-binary"}
		}
		d.wantDone(result, 0, 0, conflicts...)
		d.wantTree(want)
	}
}

func patchTooLarge(d *desk) {
	d.reopen(checkpoint.Options{MaxFile: 1000})
	d.write("grows", "1")
	result := d.patch(change("grows", "1", string(noise(1, 1001))), addition("new", string(noise(1, 1001))), addition("fits", string(noise(1, 1000))))
	d.wantDone(result, 1, 0, "grows", "new")
	d.undo(result.Undo)
	d.wantTree(Tree{"grows": {"-", 0o644, "1"}})
}

func patchReadOnly(d *desk) {
	d.write("folder/file", "1")
	d.write("folder/gone", "1")
	d.chmod("folder/file", 0o400)
	d.chmod("folder", 0o555)
	d.Cleanup(func() { _ = chmod(d.at("folder"), 0o755) })
	before := d.tree()
	result := d.patch(change("folder/file", "1", "2"), deletion("folder/gone", "1"), addition("folder/new", "2"))
	d.wantDone(result, 2, 1)
	d.wantTree(Tree{"folder": {"d", 0o555, ""}, "folder/file": {"-", 0o400, "2"}, "folder/new": {"-", 0o644, "2"}})
	d.undo(result.Undo)
	d.wantTree(before)
}
