//go:build unix

package checkpointtest

import (
	"os"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
)

func agentRows() []row {
	return []row{
		{"R17 what a shell command did is seen and taken back", shellCommand, everyones},
		{"R18 what the user changed since is a conflict", threeWay, everyones},
		{"agent verb: folders with the user's files stay", foldersStay, everyones},
		{"agent verb: a renamed file goes back", renamedBack, everyones},
		{"agent verb in a scope", agentScope, everyones},
		{"agent verb: not covered", agentUncovered, ours},
	}
}

func (d *desk) agent(before, after string, paths ...string) checkpoint.Result {
	d.Helper()
	return d.restore(checkpoint.RestoreRequest{ID: before, Verb: checkpoint.Agent, After: after, Paths: paths})
}

func (d *desk) wantConflicts(r checkpoint.Result, want ...string) {
	d.Helper()
	got := make([]string, len(r.Conflicts))
	for i, c := range r.Conflicts {
		got[i] = c.Path
		if c.Reason == "" {
			d.Errorf("%s: no reason", c.Path)
		}
	}
	d.wantPaths("conflicts", got, want...)
}

func shellCommand(d *desk) {
	d.write("go.mod", "module m\n")
	d.write("src/a.go", "a")
	d.write("src/b.go", "b")
	before := d.create()
	old := d.tree()
	d.write("src/a.go", "a formatted")
	d.must(os.Rename(d.at("src/b.go"), d.at("src/c.go")))
	d.write("out/bin/tool", "\x7fELF")
	d.chmod("out/bin/tool", 0o755)
	d.chmod("go.mod", 0o755)
	after := d.create()
	d.wantDiff(before, after,
		checkpoint.Change{Path: "go.mod", Kind: diff.Modified},
		checkpoint.Change{Path: "out/bin/tool", Kind: diff.Added},
		checkpoint.Change{Path: "src/a.go", Kind: diff.Modified},
		checkpoint.Change{Path: "src/c.go", Kind: diff.Renamed, From: "src/b.go"},
	)
	d.wantConflicts(d.agent(before, after))
	d.wantTree(old)
}

func threeWay(d *desk) {
	for _, path := range []string{"changed", "changed-again", "put-back", "deleted", "deleted-made", "mode", "users", "deleted-by-both"} {
		d.write(path, "1")
	}
	before := d.create()
	for _, path := range []string{"changed", "changed-again", "put-back"} {
		d.write(path, "agent")
	}
	for _, path := range []string{"deleted", "deleted-made"} {
		d.remove(path)
	}
	d.chmod("mode", 0o755)
	d.write("created", "agent")
	d.write("created-changed", "agent")
	d.write("created-deleted", "agent")
	after := d.create()
	d.write("changed-again", "user")
	d.write("put-back", "1")
	d.write("deleted-made", "user")
	d.write("mode", "user")
	d.write("created-changed", "user")
	d.remove("created-deleted")
	d.write("users", "user")
	d.write("users-new", "user")
	d.remove("deleted-by-both")
	result := d.agent(before, after)
	d.wantConflicts(result, "changed-again", "created-changed", "deleted-made", "mode")
	file := func(content string) Item { return Item{"-", 0o644, content} }
	want := Tree{
		"changed": file("1"), "changed-again": file("user"), "put-back": file("1"), "deleted": file("1"), "deleted-made": file("user"),
		"mode": {"-", 0o755, "user"}, "created-changed": file("user"), "users": file("user"), "users-new": file("user"),
	}
	d.wantTree(want)
	if result.Written != 2 || result.Deleted != 1 {
		d.Fatalf("result: %+v", result)
	}
	d.undo(result.Undo)
	want["changed"], want["created"] = file("agent"), file("agent")
	delete(want, "deleted")
	d.wantTree(want)
}

func foldersStay(d *desk) {
	d.write("was", "file")
	before := d.create()
	d.write("new/agent", "agent")
	d.folder("new/empty")
	d.remove("was")
	d.write("was/agent", "agent")
	after := d.create()
	d.write("new/user", "user")
	d.write("was/user", "user")
	result := d.agent(before, after)
	d.wantTree(Tree{
		"new": {"d", 0o755, ""}, "new/user": {"-", 0o644, "user"},
		"was": {"d", 0o755, ""}, "was/agent": {"-", 0o644, "agent"}, "was/user": {"-", 0o644, "user"},
	})
	d.wantConflicts(result, "was")
}

func renamedBack(d *desk) {
	d.write("old", "content")
	before := d.create()
	d.must(os.Rename(d.at("old"), d.at("new")))
	after := d.create()
	d.write("new", "the user went on")
	d.wantConflicts(d.agent(before, after), "new")
	d.wantTree(Tree{"old": {"-", 0o644, "content"}, "new": {"-", 0o644, "the user went on"}})
}

func agentScope(d *desk) {
	d.write("a/x", "1")
	d.write("b", "1")
	before := d.create()
	d.write("a/x", "2")
	d.write("a/y", "2")
	d.write("b", "2")
	after := d.create()
	d.wantConflicts(d.agent(before, after, "a/y"))
	d.wantConflicts(d.agent(before, after, "b"))
	d.wantTree(Tree{"a": {"d", 0o755, ""}, "a/x": {"-", 0o644, "2"}, "b": {"-", 0o644, "1"}})
}

func agentUncovered(d *desk) {
	d.reopen(checkpoint.Options{MaxFile: 5})
	d.write("grew", "1")
	d.write("shrank", "too large")
	d.write("later", "1")
	before := d.createAny()
	d.write("grew", "too large")
	d.write("shrank", "1")
	d.write("later", "2")
	d.write("made", "too large")
	after := d.createAny()
	d.write("later", "too large")
	want := d.tree()
	result := d.agent(before.ID, after.ID)
	d.wantPaths("unknown", result.Unknown, "grew", "later", "made", "shrank")
	if diff := cmp.Diff(want, d.tree()); diff != "" {
		d.Fatalf("workspace (-before +after):\n%s", diff)
	}
}
