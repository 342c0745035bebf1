//go:build unix

package checkpointtest

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// placeRows are about where workspace and store lie.
func placeRows() []row {
	return []row{
		{"the workspace was moved", movedWorkspace, everyones},
		{"the workspace is reached through a link", linkedWorkspace, everyones},
		{"the workspace on another device than the store", func(d *desk) { otherDevice(d, false) }, everyones},
		{"the store on another device than the workspace", func(d *desk) { otherDevice(d, true) }, everyones},
		{"another device inside the workspace is left alone", deviceInside, ours},
		{"a case-insensitive workspace", foldedNames, everyones},
	}
}

func movedWorkspace(d *desk) {
	d.write("folder/a", "1")
	id, target := d.create(), d.tree()
	d.write("folder/a", "2")
	d.write("b", "2")
	result := d.exact(id)
	d.close()
	moved := d.root + "-moved"
	d.must(os.Rename(d.root, moved))
	d.root = moved
	d.reopen(checkpoint.Options{})
	d.wantDiff(id, "")
	d.undo(result.Undo)
	d.wantTree(Tree{"folder": {"d", 0o755, ""}, "folder/a": {"-", 0o644, "2"}, "b": {"-", 0o644, "2"}})
	d.exact(id)
	d.wantTree(target)
	if _, err := os.Lstat(d.root[:len(d.root)-len("-moved")]); err == nil {
		d.Error("the old place is there again")
	}
}

func linkedWorkspace(d *desk) {
	real := d.root
	d.write("folder/a", "1")
	want := d.tree()
	d.close()
	d.root += "-link"
	d.must(os.Symlink(real, d.root))
	d.reopen(checkpoint.Options{})
	id := d.create()
	d.write("folder/a", "2")
	d.remove("folder/a")
	d.write("b", "2")
	d.exact(id)
	d.root = real
	d.wantTree(want)
}

func otherDevice(d *desk, store bool) {
	folder := d.elsewhere()
	d.close()
	if store {
		d.dir = filepath.Join(folder, "store")
	} else {
		d.root = filepath.Join(folder, "workspace")
		d.must(os.Mkdir(d.root, 0o755))
	}
	d.reopen(checkpoint.Options{})
	d.write("changed", "1")
	d.write("deleted/deep", "1")
	d.chmod("changed", 0o755)
	d.link("changed", "link")
	id, target := d.create(), d.tree()
	d.write("changed", "2")
	d.remove("deleted")
	d.remove("link")
	d.write("link/inside", "2")
	before := d.tree()
	result := d.exact(id)
	d.wantTree(target)
	d.undo(result.Undo)
	d.wantTree(before)
	d.wantDiff(result.Undo, "")
}

func deviceInside(d *desk) {
	d.folder("other")
	d.write("a", "1")
	d.mount(d.at("other"), "size=1m")
	d.write("other/file", "1")
	made := d.createAny()
	d.write("a", "2")
	d.write("other/file", "2")
	result := d.exact(made.ID)
	d.wantPaths("unknown", result.Unknown, "other")
	got := d.tree()
	if got["a"].Content != "1" || got["other/file"].Content != "2" {
		d.Fatalf("workspace: %v", got)
	}
}

// foldedNames needs a file system that takes upper and lower case for the same.
func foldedNames(d *desk) {
	d.close()
	at := filepath.Join(filepath.Dir(d.root), "folded")
	d.must(os.Mkdir(at, 0o755))
	d.mountFolded(at)
	d.Cleanup(d.close)
	d.root = filepath.Join(at, "workspace")
	d.reopen(checkpoint.Options{})
	twins(d, "Readme.md", "README.md")
	d.write("Folder/File", "1")
	id, target := d.create(), d.tree()
	d.write("folder/file", "2")
	d.exact(id)
	d.wantTree(target)
}

// mountFolded makes the folder workspace below at ignore case, or skips.
func (d *desk) mountFolded(at string) {
	d.Helper()
	if !isRoot() {
		d.Skip("mounting a file system needs root")
	}
	image := at + ".image"
	for _, command := range [][]string{
		{"truncate", "-s", "16M", image},
		{"mkfs.ext4", "-q", "-O", "casefold", "-E", "encoding=utf8", image},
		{"mount", "-o", "loop", image, at},
	} {
		if out, err := exec.CommandContext(d.Context(), command[0], command[1:]...).CombinedOutput(); err != nil {
			d.Skipf("this system cannot mount a case-insensitive file system: %v: %s", err, out)
		}
	}
	d.Cleanup(func() { d.unmount(at) })
	d.must(os.Mkdir(filepath.Join(at, "workspace"), 0o755))
	d.must(exec.CommandContext(d.Context(), "chattr", "+F", filepath.Join(at, "workspace")).Run())
}
