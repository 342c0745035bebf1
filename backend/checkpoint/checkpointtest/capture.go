//go:build unix

package checkpointtest

import (
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/diff"
)

func captureRows() []row {
	return []row{
		{"empty workspace", emptyWorkspace, ours},
		{"R2 a workspace that vanished is not captured as empty", vanished, everyones},
		{"R2 nor one that vanishes during the capture", vanishes, ours},
		{"R6 nothing below .git is touched", gitUntouched, everyones},
		{"R7 bytes are exact", bytesExact, everyones},
		{"R8 all permission bits are kept", modesKept, everyones},
		{"R9 nothing is left out by its name", nothingByName, everyones},
		{"R10 files over the cap are named and left alone", overTheCap, ours},
		{"R11 special and unreadable paths do not stop the rest", specialPaths, ours},
		{"R16 ignore rules may change", ignoreRulesChange, ours},
		{"R16 rules that came later, in one restore", ignoreRulesLater, ours},
		{"R16 rules that came later, and a scope", ignoreRulesScope, ours},
		{"R23 a rewrite within one clock tick is seen", rewrite, everyones},
		{"R24 works without git", withoutGit, everyones},
		{"R26 both sides of a tool call exist", bothSides, everyones},
		{"bulk folders are unknown", bulkFolders, ours},
		{"many ignored files are unknown", manyIgnored, ours},
		{"the store inside the workspace is left out", storeInside, ours},
		{"counters, parents and diff", counters, ours},
		{"renames", renames, ours},
		{"reading files", readingFiles, everyones},
		{"names that are no ids", badIDs, ours},
	}
}

func emptyWorkspace(d *desk) {
	made := d.createAny()
	want := checkpoint.Checkpoint{ID: made.ID, Reason: checkpoint.Manual, CreatedAt: made.CreatedAt, DurationMs: made.DurationMs, Complete: true, Policy: made.Policy, Tree: made.Tree}
	if diff := cmp.Diff(want, made); diff != "" || made.ID == "" || made.CreatedAt == 0 {
		d.Fatalf("checkpoint (-want +got):\n%s", diff)
	}
	d.write("a", "1")
	d.exact(made.ID)
	d.wantTree(Tree{})
}

func vanished(d *desk) {
	d.write("a", "1")
	id := d.create()
	d.must(os.Rename(d.root, d.root+"-moved"))
	if made, err := d.store.Create(d.Context(), checkpoint.CreateRequest{}); err == nil {
		d.Fatalf("captured a missing workspace: %+v", made)
	}
	if result, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id}); err == nil {
		d.Fatalf("restored a missing workspace: %+v", result)
	}
	d.must(os.Rename(d.root+"-moved", d.root))
	all, err := d.store.List(d.Context())
	d.must(err)
	if len(all) != 1 || all[0].ID != id {
		d.Fatalf("list: %+v", all)
	}
	d.wantTree(Tree{"a": {"-", 0o644, "1"}})
}

func vanishes(d *desk) {
	d.write("a", "1")
	id := d.create()
	d.write("a", "2")
	moved := false
	d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Read: func(path string) error {
		if path == "a" && !moved {
			moved = true
			d.must(os.Rename(d.root, d.root+"-moved"))
			return os.Mkdir(d.root, 0o755)
		}
		return nil
	}}})
	if made, err := d.store.Create(d.Context(), checkpoint.CreateRequest{}); err == nil || !moved {
		d.Fatalf("captured a workspace that was moved away: %+v", made)
	}
	d.must(os.Remove(d.root))
	d.must(os.Rename(d.root+"-moved", d.root))
	d.exact(id)
	d.wantTree(Tree{"a": {"-", 0o644, "1"}})
}

func gitUntouched(d *desk) {
	for _, top := range []string{".git", "vendor/lib/.git"} {
		for _, name := range []string{"HEAD", "index", "config", "info/exclude", "refs/heads/main", "refs/stash", "objects/ab/cdef"} {
			d.write(top+"/"+name, name)
		}
	}
	d.write("worktree/.git", "gitdir: elsewhere")
	d.write("vendor/lib/lib.go", "one")
	stamps := func() map[string]touched {
		out := map[string]touched{}
		for path := range d.tree() {
			if strings.Contains("/"+path, "/.git") {
				stamp, err := stampOf(d.at(path))
				d.must(err)
				out[path] = stamp
			}
		}
		return out
	}
	before := stamps()
	id := d.create()
	d.write("vendor/lib/lib.go", "two")
	d.remove("worktree/.git")
	d.write("worktree/.git", "gitdir: third place")
	delete(before, "worktree/.git")
	result := d.exact(id)
	d.undo(result.Undo)
	after := stamps()
	delete(after, "worktree/.git")
	if diff := cmp.Diff(before, after, cmp.AllowUnexported(touched{})); diff != "" {
		d.Fatalf("below .git (-before +after):\n%s", diff)
	}
	if got := d.tree()["worktree/.git"].Content; got != "gitdir: third place" {
		d.Fatalf("worktree/.git: %q", got)
	}
	d.wantRead(id, ".git/HEAD", "", checkpoint.ErrNotCovered)
	d.wantRead("", ".git", "", checkpoint.ErrNotCovered)
}

func bytesExact(d *desk) {
	d.write(".gitattributes", "* text=auto eol=lf ident filter=lfs working-tree-encoding=UTF-16\n")
	for name, content := range map[string]string{
		"crlf": "a\r\nb\r\n", "mixed": "a\nb\r\nc\r", "no end": "a", "empty": "", "ident": "$Id$\n",
		"utf-16": "\xff\xfea\x00\n\x00", "bom": "\xef\xbb\xbfa", "not utf-8": "\xff\xfe\xfd", "nul": "\x00\x00",
		"large": strings.Repeat("0123456789abcdef", 1<<16), "zeros": strings.Repeat("\x00", 1<<20),
	} {
		d.write(name, content)
	}
	want := d.tree()
	id := d.create()
	for name := range want {
		if strings.Contains(name, "e") {
			d.write(name, "changed")
		} else {
			d.remove(name)
		}
	}
	d.exact(id)
	d.wantTree(want)
}

func modesKept(d *desk) {
	for _, mode := range []uint32{0o600, 0o400, 0o755, 0o444, 0o4755, 0o2755, 0o1755, 0o6711, 0o640} {
		name := fmt.Sprintf("file%o", mode)
		d.write(name, name)
		d.chmod(name, mode)
	}
	for _, mode := range []uint32{0o700, 0o555, 0o1777, 0o2775} {
		name := fmt.Sprintf("folder%o", mode)
		d.write(name+"/inside", name)
		d.folder(name + "/empty")
		d.chmod(name, mode)
	}
	d.Cleanup(func() { d.chmod("folder555", 0o755) })
	want := d.tree()
	id := d.create()
	changed := 0
	for name, item := range want {
		if item.Type == "-" && !strings.Contains(name, "/") {
			d.chmod(name, 0o644)
			changed++
		}
	}
	for _, name := range []string{"folder700", "folder555", "folder1777", "folder2775"} {
		d.chmod(name, 0o755)
		d.write(name+"/inside", "changed")
		d.remove(name + "/empty")
		changed += 3
	}
	result := d.exact(id)
	d.wantTree(want)
	if result.Written != changed || result.Deleted != 0 {
		d.Fatalf("result: %+v, want %d written", result, changed)
	}
	// And once more with the folders as they are, which may not be written to.
	d.chmod("folder555", 0o755)
	d.write("folder555/inside", "changed")
	d.write("folder555/new", "new")
	d.chmod("folder555", 0o555)
	d.exact(id)
	d.wantTree(want)
	d.chmod("folder555", 0o755)
	d.remove("folder555")
	d.exact(id)
	d.wantTree(want)
}

func nothingByName(d *desk) {
	d.write(".gitignore", "*.lock\n.env\nbin/\n*.png\nempty/\nsecret*\n")
	for _, name := range []string{".env", "src/bin/tool.go", "Cargo.lock", "logo.png", "secrets/key", "sub/.env", "node_modules/kept.js", "target/kept", "no extension", ".hidden/x"} {
		d.write(name, name)
	}
	for _, name := range []string{"empty", "a/b/c", "src/obj"} {
		d.folder(name)
	}
	want := d.tree()
	id := d.create()
	for _, name := range []string{".env", "src", "Cargo.lock", "logo.png", "secrets", "sub", "node_modules", "target", "no extension", ".hidden", "empty", "a"} {
		d.remove(name)
	}
	d.exact(id)
	d.wantTree(want)
}

func overTheCap(d *desk) {
	d.reopen(checkpoint.Options{MaxFile: 10})
	d.write("large", "0123456789+")
	d.write("small", "0123456789")
	d.write("gone", "1")
	first := d.createAny()
	wantProblems(d, first, checkpoint.Problem{Path: "large", Reason: "larger than 10 bytes"})
	d.wantRead(first.ID, "large", "", checkpoint.ErrNotCovered)
	d.write("large", "another content")
	d.write("new-large", "0123456789+")
	d.write("gone", "grown over the cap")
	d.write("small", "x")
	want := d.tree()
	want["small"] = Item{"-", 0o644, "0123456789"}
	result := d.exact(first.ID)
	d.wantTree(want)
	d.wantPaths("unknown", result.Unknown, "gone", "large", "new-large")
}

func wantProblems(d *desk, c checkpoint.Checkpoint, want ...checkpoint.Problem) {
	d.Helper()
	if diff := cmp.Diff(want, c.Problems); diff != "" || c.Complete != (len(want) == 0) {
		d.Fatalf("complete %v, problems (-want +got):\n%s", c.Complete, diff)
	}
}

func specialPaths(d *desk) {
	d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Read: func(path string) error {
		if path == "locked" || path == "closed" {
			return &fs.PathError{Op: "open", Path: path, Err: syscall.EACCES}
		}
		return nil
	}}})
	d.write("file", "1")
	d.write("locked", "1")
	d.write("closed/inside", "1")
	d.must(syscall.Mkfifo(d.at("pipe"), 0o600))
	// The path of a socket must be short.
	short, err := os.MkdirTemp("", "s")
	d.must(err)
	d.Cleanup(func() { _ = os.RemoveAll(short) })
	var config net.ListenConfig
	listener, err := config.Listen(d.Context(), "unix", filepath.Join(short, "s"))
	d.must(err)
	d.Cleanup(func() { _ = listener.Close() })
	d.must(os.Rename(filepath.Join(short, "s"), d.at("socket")))
	made := d.createAny()
	wantProblems(d, made,
		checkpoint.Problem{Path: "closed", Reason: "permission denied"},
		checkpoint.Problem{Path: "locked", Reason: "permission denied"},
		checkpoint.Problem{Path: "pipe", Reason: "a named pipe"},
		checkpoint.Problem{Path: "socket", Reason: "a socket"},
	)
	d.write("file", "2")
	d.write("locked", "2")
	d.write("closed/inside", "2")
	d.write("closed/new", "2")
	d.remove("pipe")
	d.write("pipe", "a file now")
	want := d.tree()
	want["file"] = Item{"-", 0o644, "1"}
	result := d.exact(made.ID)
	d.wantTree(want)
	d.wantPaths("unknown", result.Unknown, "closed", "locked", "pipe", "socket")
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

func rewrite(d *desk) {
	for _, slack := range []time.Duration{1, time.Hour} {
		d.reopen(checkpoint.Options{Slack: slack})
		for i := range 20 {
			d.write("file", "aaaa")
			before, err := os.Stat(d.at("file"))
			d.must(err)
			first := d.create()
			content := fmt.Sprintf("b%03d", i)
			d.write("file", content)
			d.must(os.Chtimes(d.at("file"), before.ModTime(), before.ModTime()))
			second := d.create()
			d.wantDiff(first, second, checkpoint.Change{Path: "file", Kind: diff.Modified})
			d.wantRead(second, "file", content, nil)
			// A file with the old one's size and times in its place.
			d.must(os.Rename(d.at("file"), d.at("other")))
			d.write("file", "cccc")
			d.must(os.Chtimes(d.at("file"), before.ModTime(), before.ModTime()))
			third := d.create()
			d.wantRead(third, "file", "cccc", nil)
			d.remove("other")
		}
	}
}

func withoutGit(d *desk) {
	for name, value := range map[string]string{"PATH": "", "GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/nowhere", "HOME": "/nowhere"} {
		old, was := os.LookupEnv(name)
		d.must(os.Setenv(name, value))
		d.Cleanup(func() {
			if was {
				d.must(os.Setenv(name, old))
			} else {
				d.must(os.Unsetenv(name))
			}
		})
	}
	d.write("a/b", "1")
	id := d.create()
	d.remove("a")
	d.exact(id)
	d.wantTree(Tree{"a": {"d", 0o755, ""}, "a/b": {"-", 0o644, "1"}})
}

func bothSides(d *desk) {
	d.write("a", "1")
	for _, reason := range []checkpoint.Reason{checkpoint.PreTool, checkpoint.PostTool} {
		_, err := d.store.Create(d.Context(), checkpoint.CreateRequest{Reason: reason, SessionID: "s", TurnID: "t", ToolCallID: "c", Label: string(reason)})
		d.must(err)
		d.write("a", "2")
	}
	all, err := d.store.List(d.Context())
	d.must(err)
	var got []checkpoint.Checkpoint
	for _, c := range all {
		one, err := d.store.Get(d.Context(), c.ID)
		d.must(err)
		if diff := cmp.Diff(c, one); diff != "" {
			d.Fatalf("Get (-listed +got):\n%s", diff)
		}
		got = append(got, checkpoint.Checkpoint{Reason: c.Reason, SessionID: c.SessionID, TurnID: c.TurnID, ToolCallID: c.ToolCallID, Label: c.Label, Changed: c.Changed})
	}
	want := []checkpoint.Checkpoint{
		{Reason: checkpoint.PostTool, SessionID: "s", TurnID: "t", ToolCallID: "c", Label: "post-tool", Changed: 1},
		{Reason: checkpoint.PreTool, SessionID: "s", TurnID: "t", ToolCallID: "c", Label: "pre-tool", Changed: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" || all[0].Parent != all[1].ID || all[1].Parent != "" {
		d.Fatalf("list (-want +got):\n%s", diff)
	}
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

func counters(d *desk) {
	d.write("a", "1")
	d.write("b", "1")
	d.link("a", "l")
	d.folder("e")
	first := d.createAny()
	d.write("a", "22")
	d.chmod("b", 0o600)
	d.write("new/c", "1")
	d.folder("empty/inner")
	d.remove("e")
	second := d.createAny()
	if first.Files != 3 || first.Changed != 3 || second.Files != 4 || second.Changed != 5 || second.Parent != first.ID {
		d.Fatalf("first %+v\nsecond %+v", first, second)
	}
	got, err := d.store.Diff(d.Context(), first.ID, second.ID)
	d.must(err)
	want := []checkpoint.Change{
		{Path: "a", Kind: diff.Modified, OldKind: "file", NewKind: "file", OldMode: 0o644, NewMode: 0o644, OldSize: 1, NewSize: 2},
		{Path: "b", Kind: diff.Modified, OldKind: "file", NewKind: "file", OldMode: 0o644, NewMode: 0o600, OldSize: 1, NewSize: 1},
		{Path: "e", Kind: diff.Deleted, OldKind: "folder", OldMode: 0o755},
		{Path: "empty/inner", Kind: diff.Added, NewKind: "folder", NewMode: 0o755},
		{Path: "new/c", Kind: diff.Added, NewKind: "file", NewMode: 0o644, NewSize: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		d.Fatalf("diff (-want +got):\n%s", diff)
	}
	d.wantDiff(second.ID, "")
	d.remove("a")
	d.wantDiff(second.ID, "", checkpoint.Change{Path: "a", Kind: diff.Deleted})
	third := d.createAny()
	fourth := d.createAny()
	if third.Tree != fourth.Tree || fourth.Changed != 0 {
		d.Fatalf("an unchanged workspace: %+v, %+v", third, fourth)
	}
}

func renames(d *desk) {
	d.write("a/one", "one")
	d.write("a/two", "same")
	d.write("a/three", "same")
	d.write("empty", "")
	first := d.create()
	d.folder("b")
	d.must(os.Rename(d.at("a/one"), d.at("b/uno")))
	d.must(os.Rename(d.at("a/three"), d.at("b/three")))
	d.must(os.Rename(d.at("a/two"), d.at("b/aaa")))
	d.must(os.Rename(d.at("empty"), d.at("void")))
	d.write("b/copy", "one")
	second := d.create()
	for range 3 {
		d.wantDiff(first, second,
			checkpoint.Change{Path: "b/aaa", Kind: diff.Renamed, From: "a/two"},
			checkpoint.Change{Path: "b/copy", Kind: diff.Renamed, From: "a/one"},
			checkpoint.Change{Path: "b/three", Kind: diff.Renamed, From: "a/three"},
			checkpoint.Change{Path: "b/uno", Kind: diff.Added},
			checkpoint.Change{Path: "empty", Kind: diff.Deleted},
			checkpoint.Change{Path: "void", Kind: diff.Added},
		)
	}
}

func readingFiles(d *desk) {
	d.write("folder/file", "content")
	d.link("folder/file", "link")
	id := d.create()
	d.write("folder/file", "now")
	for _, at := range []string{id, ""} {
		content := map[string]string{id: "content", "": "now"}[at]
		d.wantRead(at, "folder/file", content, nil)
		d.wantRead(at, "./folder//file", content, nil)
		d.wantRead(at, "link", "folder/file", nil)
		d.wantRead(at, "folder", "", checkpoint.ErrNotFile)
		d.wantRead(at, ".", "", checkpoint.ErrNotFile)
		d.wantRead(at, "none/such", "", checkpoint.ErrNotInCheckpoint)
		for _, outside := range []string{"", "..", "../x", "/etc/passwd", "folder/../../x"} {
			if content, _, err := d.store.ReadFile(d.Context(), at, outside); err == nil {
				d.Fatalf("reading %q: %q", outside, content)
			}
		}
	}
	_, entry, err := d.store.ReadFile(d.Context(), id, "folder/file")
	d.must(err)
	want := checkpoint.Entry{Path: "folder/file", Kind: checkpoint.KindFile, Mode: 0o644, Size: 7,
		Hash: "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"} // printf content | sha256sum
	if diff := cmp.Diff(want, entry); diff != "" {
		d.Fatalf("entry (-want +got):\n%s", diff)
	}
}

func badIDs(d *desk) {
	d.write("a", "1")
	d.create()
	for _, id := range []string{"none", "../checkpoints/x", "", "a/b", "."} {
		if _, err := d.store.Get(d.Context(), id); err == nil {
			d.Errorf("Get(%q) found something", id)
		}
		if _, err := d.store.Restore(d.Context(), checkpoint.RestoreRequest{ID: id}); err == nil {
			d.Errorf("Restore(%q) did something", id)
		}
		if _, err := d.store.Undo(d.Context(), id); err == nil {
			d.Errorf("Undo(%q) did something", id)
		}
	}
	d.wantTree(Tree{"a": {"-", 0o644, "1"}})
}
