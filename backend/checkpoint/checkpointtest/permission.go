//go:build unix

package checkpointtest

import (
	"os"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// permissionRows mean more without root's rights; see asOrdinaryUser.
func permissionRows() []row {
	return []row{
		{"R8 R11 mode 0000", noMode, everyones},
		{"R8 setgid, sticky and read-only, one by one", oneMode, everyones},
		{"a read-only file in a read-only folder", readOnlyFile, everyones},
		{"a read-only workspace", readOnlyRoot, ours},
		{"a store that cannot be read", lockedStore, ours},
	}
}

func isRoot() bool { return os.Geteuid() == 0 }

// noMode has what its owner may not read: root captures it, others are told.
func noMode(d *desk) {
	d.write("plain", "1")
	d.write("closed", "1")
	d.write("folder/inside", "1")
	d.chmod("closed", 0)
	d.chmod("folder", 0)
	d.Cleanup(func() { _ = chmod(d.at("folder"), 0o755) })
	made := d.createAny()
	paths := []string{}
	for _, problem := range made.Problems {
		paths = append(paths, problem.Path)
	}
	want := Tree{"plain": {"-", 0o644, "1"}, "closed": {"-", 0, "1"}, "folder": {"d", 0, ""}, "folder/inside": {"-", 0o644, "1"}}
	if isRoot() {
		d.wantPaths("problems", paths)
	} else {
		d.wantPaths("problems", paths, "closed", "folder")
		want["closed"], want["folder"], want["folder/inside"] = Item{"-", 0o644, "2"}, Item{"d", 0o755, ""}, Item{"-", 0o644, "2"}
	}
	d.write("plain", "2")
	for path, mode := range map[string]uint32{"closed": 0o644, "folder": 0o755} {
		d.chmod(path, mode)
	}
	d.write("closed", "2")
	d.write("folder/inside", "2")
	d.exact(made.ID)
	if isRoot() {
		d.wantTree(want)
		return
	}
	d.wantTree(want) // readable again, and not touched
	if result := d.exact(made.ID); !cmp.Equal(result.Unknown, []string{"closed", "folder"}) {
		d.Fatalf("unknown: %v", result.Unknown)
	}
}

func oneMode(d *desk) {
	d.write("file", "1")
	d.write("folder/inside", "1")
	d.Cleanup(func() { _ = chmod(d.at("folder"), 0o755) })
	for _, mode := range []uint32{0o600, 0o400, 0o440, 0o500, 0o664, 0o777, 0o1755, 0o2755, 0o4755} {
		d.chmod("file", mode)
		d.chmod("folder", mode|0o100)
		want := d.tree()
		if want["file"].Mode != mode {
			continue // this user may not set it
		}
		id := d.create()
		d.chmod("file", 0o644)
		d.chmod("folder", 0o755)
		d.exact(id)
		d.wantTree(want)
		// And with the content.
		d.chmod("file", 0o644)
		d.write("file", "2")
		result := d.exact(id)
		d.wantTree(want)
		d.undo(result.Undo)
		d.chmod("folder", 0o755)
		d.chmod("file", 0o644)
		d.write("file", "1")
	}
}

func readOnlyFile(d *desk) {
	d.write("folder/file", "1")
	d.write("folder/deep/file", "1")
	d.Cleanup(func() { _ = chmod(d.at("folder"), 0o755); _ = chmod(d.at("folder/deep"), 0o755) })
	lock := func() {
		d.chmod("folder/file", 0o400)
		d.chmod("folder/deep", 0o500)
		d.chmod("folder", 0o555)
	}
	open := func() { d.chmod("folder", 0o755); d.chmod("folder/deep", 0o755); d.chmod("folder/file", 0o644) }
	lock()
	first, firstTree := d.create(), d.tree()
	open()
	d.write("folder/file", "2")
	d.remove("folder/deep/file")
	d.write("folder/new", "2")
	lock()
	second, secondTree := d.create(), d.tree()
	d.exact(first)
	d.wantTree(firstTree)
	d.exact(second)
	d.wantTree(secondTree)
}

// readOnlyRoot may not be written to at its top: whatever cannot be done is a
// conflict or an error, and then nothing is lost.
func readOnlyRoot(d *desk) {
	d.write("changed", "1")
	d.write("deleted", "1")
	id, target := d.create(), d.tree()
	d.write("changed", "2")
	d.remove("deleted")
	d.write("new", "2")
	before := d.tree()
	d.must(chmod(d.root, 0o555))
	d.Cleanup(func() { _ = chmod(d.root, 0o755) })
	result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id})
	switch got := d.tree(); {
	case err == nil && len(result.Conflicts) == 0:
		d.wantTree(target)
	case err == nil && len(result.Conflicts) < 3 || !cmp.Equal(got, before):
		d.Fatalf("%+v, %v; workspace (-before +after):\n%s", result, err, cmp.Diff(before, got))
	}
	d.must(chmod(d.root, 0o755))
	d.reopen(checkpoint.Options{})
	d.exact(id)
	d.wantTree(target)
}

func lockedStore(d *desk) {
	if isRoot() {
		d.Skip("root reads whatever the mode; the run as an ordinary user has this")
	}
	d.write("a", "1")
	id := d.create()
	d.write("a", "2")
	d.close()
	d.must(chmod(d.dir, 0))
	d.Cleanup(func() { _ = chmod(d.dir, 0o700) })
	if store, err := d.open(d.Context(), d.dir, d.root, checkpoint.Options{}); err == nil {
		d.Errorf("opened a store that cannot be read")
		d.must(store.Close())
	}
	d.wantTree(Tree{"a": {"-", 0o644, "2"}})
	d.must(chmod(d.dir, 0o700))
	d.reopen(checkpoint.Options{})
	d.exact(id)
	d.wantTree(Tree{"a": {"-", 0o644, "1"}})
}
