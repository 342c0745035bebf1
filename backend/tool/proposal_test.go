package tool_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/tool"
)

const (
	lines   = "one\ntwo\nthree\nfour\nfive\n"
	loud    = "one\nTWO\nthree\nfour\nfive\n"
	shorter = "one\ntwo\nthree\nfive\n"
)

// proposed prepares an edit of a file that was read.
func (b *bench) proposed() tool.Prepared {
	b.t.Helper()
	b.run("read_file", "path", "a.txt")
	return b.prepare("edit_file", "path", "a.txt", "old_string", "two", "new_string", "TWO")
}

func (b *bench) revise(p tool.Prepared, after string, told bool) tool.Prepared {
	b.t.Helper()
	revised, err := b.set.Revise(b.t.Context(), p, tool.Revision{After: []byte(after), Told: told})
	if err != nil {
		b.t.Fatal(err)
	}
	return revised
}

// TestRevisedCallWrites writes exactly the bytes it was given, and the model goes on
// with them only where it was told what they are.
func TestRevisedCallWrites(t *testing.T) {
	for _, told := range []bool{true, false} {
		b := newBench(t, map[string]string{"a.txt": lines})
		p := b.proposed()
		revised := b.revise(p, shorter, told)
		if revised.Hash == p.Hash || revised.Diff.Removed != 1 || revised.Diff.Added != 0 {
			t.Errorf("revised %+v of %+v", revised, p)
		}
		if got := b.set.Run(t.Context(), b.view, revised, nil); got.IsError || got.Text != "Wrote a.txt (19 bytes; +0 -1 lines)." {
			t.Errorf("ran: %+v", got)
		}
		if d := cmp.Diff(shorter, b.read("a.txt")); d != "" {
			t.Errorf("file (-want +got):\n%s", d)
		}
		_, err := b.set.Prepare(t.Context(), b.view, "edit_file", arguments(t, "path", "a.txt", "old_string", "five", "new_string", "5"))
		if (err == nil) != told {
			t.Errorf("told %v, and the next edit: %v", told, err)
		}
	}
}

// TestRevisedCallIsBound runs only onto what it was made for.
func TestRevisedCallIsBound(t *testing.T) {
	changes := map[string]func(b *bench){
		"changed": func(b *bench) { b.write("a.txt", shorter) },
		"deleted": func(b *bench) { b.remove("a.txt") },
		"a link to another one": func(b *bench) {
			b.write("b.txt", lines)
			b.remove("a.txt")
			if err := os.Symlink("b.txt", filepath.Join(b.folder, "a.txt")); err != nil {
				b.t.Fatal(err)
			}
		},
		"a folder": func(b *bench) { b.remove("a.txt"); b.write("a.txt/in.txt", "in") },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, map[string]string{"a.txt": lines})
			revised := b.revise(b.proposed(), shorter, true)
			change(b)
			before := b.tree()
			if got := b.set.Run(t.Context(), b.view, revised, nil); !got.IsError {
				t.Errorf("ran: %+v", got)
			}
			if d := cmp.Diff(before, b.tree()); d != "" {
				t.Errorf("files (-before +after):\n%s", d)
			}
		})
	}
}

func (b *bench) remove(name string) {
	b.t.Helper()
	if err := os.RemoveAll(filepath.Join(b.folder, name)); err != nil {
		b.t.Fatal(err)
	}
}

// TestRevisedCallKeepsUnsavedText does not write below an editor's text.
func TestRevisedCallKeepsUnsavedText(t *testing.T) {
	var unsaved []string
	b := newBenchWith(t, map[string]string{"a.txt": lines}, tool.Options{Unsaved: func() []string { return unsaved }})
	revised := b.revise(b.proposed(), shorter, true)
	unsaved = []string{"a.txt"}
	if got := b.set.Run(t.Context(), b.view, revised, nil); !got.IsError || !strings.Contains(got.Text, "unsaved changes in a.txt") {
		t.Errorf("ran: %+v", got)
	}
	if d := cmp.Diff(lines, b.read("a.txt")); d != "" {
		t.Errorf("file (-want +got):\n%s", d)
	}
}

func TestReviseRefuses(t *testing.T) {
	b := newBench(t, map[string]string{"a.txt": lines})
	p := b.proposed()
	for name, test := range map[string]struct {
		call  tool.Prepared
		after string
		want  string
	}{
		"no text":        {p, "a\x00b", "null character"},
		"half of UTF-16": {p, "\xff\xfea", "null character"},
		"too large":      {p, strings.Repeat("x", 10<<20+1), "10 MiB"},
		"another tool":   {b.prepare("delete_file", "path", "a.txt"), "x", "writes no text"},
	} {
		_, err := b.set.Revise(t.Context(), test.call, tool.Revision{After: []byte(test.after)})
		if refusal, ok := errors.AsType[*tool.Refusal](err); !ok || !strings.Contains(refusal.Text, test.want) {
			t.Errorf("%s: %v, want a refusal with %q", name, err, test.want)
		}
	}
}

func TestRebase(t *testing.T) {
	wide := func(text string) string {
		out := "\xff\xfe"
		for _, c := range []byte(text) {
			out += string([]byte{c, 0})
		}
		return out
	}
	tests := []struct {
		name, now, want, refused string // what the file holds then, and would hold; or why not
		encode                   func(string) string
	}{
		{name: "nothing", now: lines, want: loud},
		{name: "another line", now: shorter, want: "one\nTWO\nthree\nfive\n"},
		{name: "the same change", now: loud, want: loud},
		{name: "the same line", now: "one\n2\nthree\nfour\nfive\n", refused: "in the same lines"},
		{name: "all of it", now: "", refused: "in the same lines"},
		{name: "a mark was added", now: "\uFEFF" + lines, refused: "another encoding"},
		{name: "another encoding", now: wide(lines), refused: "another encoding"},
		{name: "no text any more", now: "one\x00", refused: "no longer text"},
		{name: "UTF-16", now: shorter, want: "one\nTWO\nthree\nfive\n", encode: wide},
		{name: "UTF-16, the same line", now: "one\n2\nthree\n", refused: "in the same lines", encode: wide},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.encode == nil {
				test.encode = func(text string) string { return text }
			}
			b := newBench(t, map[string]string{"a.txt": test.encode(lines)})
			p := b.proposed()
			b.write("a.txt", test.encode(test.now))
			rebased, err := b.set.Rebase(t.Context(), p)
			if test.refused != "" {
				if refusal, ok := errors.AsType[*tool.Refusal](err); !ok || !strings.Contains(refusal.Text, test.refused) {
					t.Errorf("got %v, want a refusal with %q", err, test.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := &tool.Proposal{Path: "a.txt", Before: []byte(test.encode(test.now)), After: []byte(test.encode(test.want))}
			if d := cmp.Diff(want, rebased.Proposal); d != "" {
				t.Errorf("proposal (-want +got):\n%s", d)
			}
			if got := b.set.Run(t.Context(), b.view, rebased, nil); got.IsError {
				t.Errorf("ran: %+v", got)
			}
			if d := cmp.Diff(test.encode(test.want), b.read("a.txt")); d != "" {
				t.Errorf("file (-want +got):\n%s", d)
			}
		})
	}
}

// TestRebaseWithoutAFile refuses where there is another file, or none, or something
// else, and reads nothing through a new link.
func TestRebaseWithoutAFile(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	link := func(target string) func(b *bench) {
		return func(b *bench) {
			b.remove("a.txt")
			if err := os.Symlink(target, filepath.Join(b.folder, "a.txt")); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	for name, test := range map[string]struct {
		change func(b *bench)
		want   string
	}{
		"deleted":         {func(b *bench) { b.remove("a.txt") }, "deleted or renamed"},
		"a folder":        {func(b *bench) { b.remove("a.txt"); b.write("a.txt/x", "x") }, "no longer a file"},
		"a link out":      {link(secret), "outside the workspace"},
		"a link inside":   {link("b.txt"), "another place"},
		"a link to void":  {link("nothing"), "deleted or renamed"},
		"it was made now": {nil, "made by somebody else"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, map[string]string{"a.txt": lines, "b.txt": shorter})
			p := b.proposed()
			if test.change == nil {
				p = b.prepare("write_file", "path", "new.txt", "content", "new\n")
				b.write("new.txt", "other\n")
			} else {
				test.change(b)
			}
			_, err := b.set.Rebase(t.Context(), p)
			if refusal, ok := errors.AsType[*tool.Refusal](err); !ok || !strings.Contains(refusal.Text, test.want) {
				t.Errorf("got %v, want a refusal with %q", err, test.want)
			}
		})
	}
}
