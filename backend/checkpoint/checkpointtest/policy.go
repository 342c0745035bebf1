//go:build unix

package checkpointtest

import (
	"fmt"
	"maps"
	"os"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// policyRows are about what is covered, and under which rules.
func policyRows() []row {
	return []row{
		{"R16 ignore rules may change", ignoreRulesChange, ours},
		{"R16 rules that came later, in one restore", ignoreRulesLater, ours},
		{"R16 rules that came later, and a scope", ignoreRulesScope, ours},
		{"bulk folders are unknown", bulkFolders, ours},
		{"many ignored files are unknown", manyIgnored, ours},
		{"the store inside the workspace is left out", storeInside, ours},
	}
}

func ignoreRulesChange(d *desk) {
	d.write(".gitignore", "target/\n")
	d.write("target/out", "bulk")
	first := d.createAny()
	d.write(".gitignore", "")
	d.write("target/out", "changed")
	d.write("target/new", "new")
	second := d.createAny()
	if first.Policy == second.Policy {
		d.Fatal("the policy's hash is the same under other rules")
	}
	result := d.exact(first.ID)
	d.wantPaths("unknown", result.Unknown, "target")
	d.wantTree(Tree{".gitignore": {"-", 0o644, "target/\n"}, "target": {"d", 0o755, ""}, "target/out": {"-", 0o644, "changed"}, "target/new": {"-", 0o644, "new"}})
	// The other way round: captured then, not covered now. One restore does it.
	d.remove("target/out")
	d.write("target/deep/later", "later")
	before := d.tree()
	result = d.exact(second.ID)
	d.wantPaths("unknown", result.Unknown)
	want := Tree{".gitignore": {"-", 0o644, ""}, "target": {"d", 0o755, ""}, "target/out": {"-", 0o644, "changed"}, "target/new": {"-", 0o644, "new"}}
	d.wantTree(want)
	if again := d.exact(second.ID); again.Written+again.Deleted+len(again.Unknown) != 0 {
		d.Fatalf("a second restore: %+v", again)
	}
	undone := d.undo(result.Undo)
	d.wantPaths("unknown", undone.Unknown)
	d.wantTree(before)
	redone := d.undo(undone.Undo)
	d.wantPaths("unknown", redone.Unknown)
	d.wantTree(want)
	// The checkpoint before covers what the restore took away.
	d.exact(result.Undo)
	d.wantTree(before)
	if again := d.exact(result.Undo); again.Written+again.Deleted+len(again.Unknown) != 0 {
		d.Fatalf("a second restore to the state before: %+v", again)
	}
}

// ignoreRulesLater has rules that came after the checkpoint leave out what it
// says is absent, and what its own rules leave out.
func ignoreRulesLater(d *desk) {
	d.write("sub/.gitignore", "/target/\n*.img\n")
	d.write("sub/file", "1")
	id := d.createAny().ID
	large := string(noise(9, 1<<20+1))
	d.write(".gitignore", "/sub/\nnode_modules\n*.img\n*.big\n")
	d.write("node_modules/a/index.js", "1")
	d.write("a.big", large)
	d.write("b.img", large)
	d.write("sub/file", "2")
	d.write("sub/target/out", "mine")
	d.write("sub/c.img", large)
	for i := range 2001 {
		d.write(fmt.Sprintf("sub/many/%d", i), "")
	}
	before := d.tree()
	result := d.exact(id)
	d.wantPaths("unknown", result.Unknown, "sub/c.img", "sub/target")
	want := Tree{"sub": {"d", 0o755, ""}, "sub/.gitignore": {"-", 0o644, "/target/\n*.img\n"}, "sub/file": {"-", 0o644, "1"}}
	for _, path := range []string{"sub/target", "sub/target/out", "sub/c.img"} {
		want[path] = before[path]
	}
	d.wantTree(want)
	if again := d.exact(id); again.Written+again.Deleted != 0 {
		d.Fatalf("a second restore: %+v", again)
	}
	d.undo(result.Undo)
	d.wantTree(before)
}

// ignoreRulesScope restores one path of a folder that rules leave out by now.
func ignoreRulesScope(d *desk) {
	d.write("target/a", "1")
	d.write("target/b", "1")
	d.write("node_modules/c", "1")
	id := d.create()
	d.write(".gitignore", "target\nnode_modules\n")
	for _, path := range []string{"target/a", "target/b", "node_modules/c"} {
		d.write(path, "2")
	}
	before := d.tree()
	result := d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{"target/a"}})
	want := maps.Clone(before)
	want["target/a"] = Item{"-", 0o644, "1"}
	d.wantTree(want)
	d.wantRead(result.Undo, "node_modules/c", "", checkpoint.ErrNotCovered)
	d.undo(result.Undo)
	d.wantTree(before)
}

func bulkFolders(d *desk) {
	d.write(".gitignore", "node_modules\n/rust/target/\ncache/\n/tag*/\n.venv\n!kept/node_modules\n")
	d.write("node_modules/a/index.js", "1")
	d.write("rust/target/debug/out", "1")
	d.write("cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n")
	d.write("cache/data", "1")
	d.write("tagged/CACHEDIR.TAG", "no signature")
	d.write("tagged/data", "1")
	d.write("py/.venv/.gitignore", "*\n")
	d.write("py/.venv/bin/python", "1")
	d.write("kept/node_modules/data", "1")
	d.write("src/main.go", "1")
	made := d.createAny()
	wantProblems(d, made)
	for path := range d.tree() {
		if d.tree()[path].Type == "-" && path != ".gitignore" {
			d.write(path, "2")
		}
	}
	d.remove("node_modules/a")
	want := d.tree()
	for _, path := range []string{"tagged/CACHEDIR.TAG", "tagged/data", "kept/node_modules/data", "src/main.go"} {
		want[path] = Item{"-", 0o644, "1"}
	}
	want["tagged/CACHEDIR.TAG"] = Item{"-", 0o644, "no signature"}
	d.write("cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n")
	want["cache/CACHEDIR.TAG"] = d.tree()["cache/CACHEDIR.TAG"]
	result := d.exact(made.ID)
	d.wantTree(want)
	d.wantPaths("unknown", result.Unknown, "cache", "node_modules", "py/.venv", "rust/target")
}

func manyIgnored(d *desk) {
	d.write(".gitignore", "ignored/\n")
	d.folder("ignored/deep")
	d.folder("wanted")
	for i := range 2001 {
		d.must(os.WriteFile(d.at(fmt.Sprintf("ignored/deep/%d", i)), nil, 0o644))
		d.must(os.WriteFile(d.at(fmt.Sprintf("wanted/%d", i)), nil, 0o644))
	}
	first := d.createAny()
	d.wantRead(first.ID, "ignored/deep/1", "", checkpoint.ErrNotCovered)
	d.wantRead(first.ID, "wanted/1", "", nil)
	d.remove("ignored/deep/0")
	second := d.createAny()
	d.wantRead(second.ID, "ignored/deep/1", "", nil)
	d.wantDiff(first.ID, second.ID)
}

func storeInside(d *desk) {
	d.must(d.store.Close())
	d.store = nil
	d.dir = d.at(".data/keel/store")
	d.reopen(checkpoint.Options{})
	d.write("a", "1")
	id := d.create()
	d.write("a", "2")
	d.exact(id)
	d.exact(id)
	if got := d.tree()["a"].Content; got != "1" {
		d.Fatalf("a: %q", got)
	}
	d.wantDiff(id, "")
}
