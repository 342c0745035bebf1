//go:build unix

package checkpointtest

import (
	"fmt"
	"io/fs"
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
		{"R23 a rewrite within one clock tick is seen", rewrite, everyones},
		{"R24 works without git", withoutGit, everyones},
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
