//go:build unix

package checkpointtest

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// oddRows are the oddities a file system may hold.
func oddRows() []row {
	return []row{
		{"strange names", strangeNames, everyones},
		{"one kind in the place of another", kindSwaps, everyones},
		{"links are kept and never followed", links, everyones},
		{"hard links", hardLinks, everyones},
		{"deep folders", deepFolders, everyones},
		{"a file that is always changing is unstable", unstable, ours},
		{"a file swapped just before it is read", swappedBeforeRead, ours},
		{"long gone: everything deleted", allDeleted, ours},
	}
}

func oddNames() []string {
	return []string{
		strings.Repeat("n", 255), "new\nline", "-rf", " leading", "trailing ", "tab\t", "quote\"", "back\\slash", "*", "?", "[a]", "~", "%41", "#x#",
		"not utf-8 \xff\xfe", "\x80", "half \xc3", "\xed\xa0\x80", "replacement \ufffd", "caf\u00e9", "cafe\u0301", "UPPER", "upper", "...", ".gitx", "git", "con", "a:b", "\x01\x7f", "\u202eevil",
	}
}

func strangeNames(d *desk) {
	for i, name := range oddNames() {
		d.write(name, fmt.Sprint(i))
		d.write("folder "+name[:min(len(name), 240)]+"/"+name, fmt.Sprint(i))
		d.link(name, "l"+name[:min(len(name), 240)])
	}
	want := d.tree()
	id := d.create()
	for path := range want {
		if !strings.Contains(path, "/") {
			d.remove(path)
		}
	}
	d.write("\xff", "new")
	empty := d.create()
	diff, err := d.store.Diff(d.Context(), empty, id)
	d.must(err)
	for _, c := range diff {
		if !utf8.ValidString(c.Path) || !utf8.ValidString(c.From) {
			d.Fatalf("%q is not fit for JSON", c.Path)
		}
		path := checkpoint.DecodePath(c.Path)
		item, ok := want[path]
		if !ok && path != "\xff" {
			d.Fatalf("%q stands for %q, which never was", c.Path, path)
		}
		if item.Type == "-" {
			d.wantRead(id, c.Path, item.Content, nil)
			d.wantRead(id, path, item.Content, nil)
		}
	}
	// Each name by itself, in both spellings, and then the rest.
	for i, name := range oddNames() {
		if i%2 == 0 {
			name = checkpoint.EncodePath(name)
		}
		result := d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{name}})
		if result.Written != 1 || result.Deleted != 0 || len(result.Conflicts) > 0 {
			d.Fatalf("%q: %+v", name, result)
		}
	}
	d.exact(id)
	d.wantTree(want)
}

func kindSwaps(d *desk) {
	states := map[string]func(){
		"nothing": func() {},
		"file":    func() { d.write("x", "a file") },
		"other":   func() { d.write("x", "another file") },
		"folder":  func() { d.write("x/a/b", "1"); d.write("x/c", "2"); d.link("c", "x/l"); d.folder("x/e") },
		"empty":   func() { d.folder("x") },
		"link":    func() { d.link("nowhere", "x") },
		"loop":    func() { d.link("x", "x") },
	}
	ids, trees := map[string]string{}, map[string]Tree{}
	for name, make := range states {
		d.remove("x")
		make()
		ids[name], trees[name] = d.create(), d.tree()
	}
	for from := range states {
		for to := range states {
			d.exact(ids[from])
			d.wantTree(trees[from])
			result := d.exact(ids[to])
			d.wantTree(trees[to])
			back := d.undo(result.Undo)
			d.wantTree(trees[from])
			d.undo(back.Undo)
			d.wantTree(trees[to])
			agent := d.restore(checkpoint.RestoreRequest{ID: ids[from], Verb: checkpoint.Agent, After: ids[to]})
			if len(agent.Conflicts) > 0 {
				d.Fatalf("%s to %s and back: %v", from, to, agent.Conflicts)
			}
			d.wantTree(trees[from])
		}
	}
}

func links(d *desk) {
	outside := d.root + "-outside"
	d.must(os.Mkdir(outside, 0o755))
	d.must(os.WriteFile(outside+"/file", []byte("outside"), 0o644))
	d.write("real/file", "inside")
	for path, target := range map[string]string{
		"dangling": "nowhere", "loop": "loop", "a": "b", "b": "a", "absolute": outside, "up": "../workspace-outside",
		"folder": "real", "file": "real/file", "invalid": "\xff\n", "real/self": ".",
	} {
		d.link(target, path)
	}
	want := d.tree()
	id := d.create()
	if diff, err := d.store.Diff(d.Context(), id, ""); err != nil || len(diff) > 0 {
		d.Fatalf("diff: %v, %v", diff, err)
	}
	// A link takes the place of a folder, and leads to one that looks the same.
	d.must(os.Rename(d.at("real"), outside+"/real"))
	d.link(outside+"/real", "real")
	for _, path := range []string{"dangling", "a", "folder", "invalid"} {
		d.remove(path)
		d.link("other", path)
	}
	d.exact(id)
	d.wantTree(want)
	for path, want := range map[string]string{"/file": "outside", "/real/file": "inside"} {
		if got, err := os.ReadFile(outside + path); err != nil || string(got) != want {
			d.Fatalf("outside%s: %q, %v", path, got, err)
		}
	}
}

func hardLinks(d *desk) {
	d.write("a", "1")
	d.must(os.Link(d.at("a"), d.at("b")))
	d.must(os.Link(d.at("a"), d.root+"-outside"))
	id := d.create()
	d.must(os.WriteFile(d.at("a"), []byte("2"), 0o644))
	result := d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{"a"}})
	d.wantTree(Tree{"a": {"-", 0o644, "1"}, "b": {"-", 0o644, "2"}})
	if got, err := os.ReadFile(d.root + "-outside"); err != nil || string(got) != "2" {
		d.Fatalf("the name outside: %q, %v", got, err)
	}
	d.undo(result.Undo)
	d.wantTree(Tree{"a": {"-", 0o644, "2"}, "b": {"-", 0o644, "2"}})
	// A mode belongs to all names, but only one is to be restored.
	d.remove("b")
	d.must(os.Link(d.at("a"), d.at("b")))
	id = d.create()
	d.chmod("a", 0o755)
	result = d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{"a"}})
	d.wantTree(Tree{"a": {"-", 0o644, "2"}, "b": {"-", 0o755, "2"}})
	d.undo(result.Undo)
	d.wantTree(Tree{"a": {"-", 0o755, "2"}, "b": {"-", 0o755, "2"}})
}

func deepFolders(d *desk) {
	path := strings.Repeat("d/", 150) + "file"
	d.write(path, "deep")
	want := d.tree()
	id := d.create()
	d.remove("d")
	d.exact(id)
	d.wantTree(want)
	d.restore(checkpoint.RestoreRequest{ID: id, Paths: []string{path}})
	d.wantTree(want)
}

// unstable has a file that is written to whenever the store reads it, one that
// is replaced each time, and one that comes to rest.
func unstable(d *desk) {
	for _, path := range []string{"calm", "replaced", "written", "settles"} {
		d.write(path, "1")
	}
	n := 0
	again := func(path string) {
		n++
		d.must(os.WriteFile(d.at(path), []byte(fmt.Sprint(n%10)), 0o644))
	}
	settled := false
	d.reopen(checkpoint.Options{Faults: checkpoint.Faults{
		Read: func(path string) error {
			if path == "replaced" {
				again("new")
				return os.Rename(d.at("new"), d.at("replaced"))
			}
			return nil
		},
		Reading: func(path string) {
			if path == "written" || path == "settles" && !settled {
				settled = settled || path == "settles"
				again(path)
			}
		},
	}})
	made := d.createAny()
	var paths []string
	for _, problem := range made.Problems {
		paths = append(paths, problem.Path)
	}
	if diff := cmp.Diff([]string{"replaced", "written"}, paths); diff != "" || made.Complete {
		d.Fatalf("complete %v, problems (-want +got):\n%s", made.Complete, diff)
	}
	d.wantRead(made.ID, "settles", d.tree()["settles"].Content, nil)
	d.write("calm", "2")
	result := d.exact(made.ID)
	d.wantPaths("unknown", result.Unknown, "replaced", "written")
	if got := d.tree(); got["calm"].Content != "1" || got["replaced"].Content == "1" {
		d.Fatalf("workspace: %v", got)
	}
}

// swappedBeforeRead has a pipe, which would wait for a writer, a link and a
// folder come between looking at a file and opening it.
func swappedBeforeRead(d *desk) {
	outside := d.root + "-outside"
	d.must(os.WriteFile(outside, []byte("outside"), 0o644))
	swaps := map[string]func(path string) error{
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o644) },
		"link":   func(path string) error { return os.Symlink("other", path) },
		"out":    func(path string) error { return os.Symlink(outside, path) },
		"folder": func(path string) error { return os.Mkdir(path, 0o755) },
		"gone":   func(string) error { return nil },
	}
	d.write("other", "other")
	for path := range swaps {
		d.write(path, "1")
	}
	d.reopen(checkpoint.Options{Faults: checkpoint.Faults{Read: func(path string) error {
		info, err := os.Lstat(d.at(path))
		if swap := swaps[path]; swap != nil && err == nil && info.Mode().IsRegular() {
			d.remove(path)
			return swap(d.at(path))
		}
		return nil
	}}})
	made := d.createAny()
	wantProblems(d, made, checkpoint.Problem{Path: "pipe", Reason: "a named pipe"})
	d.wantRead(made.ID, "link", "other", nil)
	d.wantRead(made.ID, "out", outside, nil)
	d.wantRead(made.ID, "folder", "", checkpoint.ErrNotFile)
	d.wantRead(made.ID, "gone", "", checkpoint.ErrNotInCheckpoint)
}

func allDeleted(d *desk) {
	for i := range 20 {
		d.write(fmt.Sprintf("a%d/b/c%d", i%3, i), fmt.Sprint(i))
	}
	d.must(syscall.Mkfifo(d.at("a1/b/pipe"), 0o644))
	want := d.tree()
	made := d.createAny()
	for _, path := range []string{"a0", "a1", "a2"} {
		d.remove(path)
	}
	result := d.exact(made.ID)
	d.wantPaths("unknown", result.Unknown, "a1/b/pipe")
	delete(want, "a1/b/pipe")
	d.wantTree(want)
}
