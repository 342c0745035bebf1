package tool_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/diff"
)

func TestRead(t *testing.T) {
	var long strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&long, "line %d\n", i+1)
	}
	b := newBench(t, map[string]string{
		"a.txt": "one\ntwo\n", "crlf": "one\r\ntwo", "mixed": "one\r\ntwo\n", "bom": "\xEF\xBB\xBFone\n", "latin": "caf\xE9\n",
		"empty": "", "binary": "a\x00b", "long": long.String(), "wide": strings.Repeat("x", 3000) + "\nend\n",
		"heavy": strings.Repeat(strings.Repeat("y", 1000)+"\n", 100), "blank": "\n\n",
	})
	tests := []struct {
		path  string
		extra []any
		want  string
	}{
		{"a.txt", nil, "     1\tone\n     2\ttwo\n"},
		{"a.txt", []any{"offset", 2}, "     2\ttwo\n[lines 2-2 of 2]"},
		{"a.txt", []any{"limit", 1}, "     1\tone\n[lines 1-1 of 2; read on with offset 2]"},
		{"crlf", nil, "     1\tone\n     2\ttwo\n[CRLF line endings; no newline at the end]"},
		{"mixed", nil, "     1\tone\n     2\ttwo\n[mixed line endings]"},
		{"bom", nil, "     1\tone\n[UTF-8 with byte order mark]"},
		{"latin", nil, "     1\tcaf\uFFFD\n[not valid UTF-8: the bytes shown as \uFFFD are kept by edits that leave them alone]"},
		{"empty", nil, "[empty is empty]"},
		{"blank", nil, "     1\t\n     2\t\n"},
		{"binary", nil, "[binary is not text: 3 bytes of binary data.]"},
		{"wide", nil, "     1\t" + strings.Repeat("x", 2000) + "… [line cut: 3000 characters in all]\n     2\tend\n"},
		{"long", []any{"offset", 4999, "limit", 10}, "  4999\tline 4999\n  5000\tline 5000\n[lines 4999-5000 of 5000]"},
	}
	for _, tt := range tests {
		got := b.run("read_file", append([]any{"path", tt.path}, tt.extra...)...)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("read_file %s %v (-want +got):\n%s", tt.path, tt.extra, diff)
		}
	}
	if got := b.run("read_file", "path", "long"); !strings.HasSuffix(got, "  2000\tline 2000\n[lines 1-2000 of 5000; read on with offset 2001]") {
		t.Errorf("a long file ends with %q", got[len(got)-100:])
	}
	if got := b.run("read_file", "path", "heavy"); len(got) > 51<<10 || !strings.HasSuffix(got, "[lines 1-50 of 100; read on with offset 51]") {
		t.Errorf("a heavy file has %d bytes and ends with %q", len(got), got[len(got)-60:])
	}
	result := b.set.Run(t.Context(), b.view, b.prepare("read_file", "path", "a.txt", "offset", 9), nil)
	if !result.IsError || result.Text != "a.txt has 2 lines; there is no line 9." {
		t.Errorf("offset past the end: %+v", result)
	}
	b.wantRefused("long.txt does not exist. Did you mean long?", "read_file", "path", "long.txt")
	b.wantRefused("Its folder does not exist either", "read_file", "path", "no/such/file")
	// A binary file was not seen as text, so that it may not be overwritten.
	b.wantRefused("is not text", "write_file", "path", "binary", "content", "x")
}

func TestReadLimits(t *testing.T) {
	b := newBench(t, nil)
	huge := filepath.Join(b.folder, "huge.log")
	if err := os.WriteFile(huge, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, 1<<30); err != nil {
		t.Fatal(err)
	}
	result := b.set.Run(t.Context(), b.view, b.prepare("read_file", "path", "huge.log"), nil)
	if !result.IsError || !strings.Contains(result.Text, "larger than 10 MiB") {
		t.Errorf("got %+v", result)
	}
	b.run("delete_file", "path", "huge.log")
}

func TestList(t *testing.T) {
	b := newBench(t, map[string]string{"b.txt": "12345", "A.txt": "", "src/x.go": "", ".hidden": "1"})
	for name, target := range map[string]string{"folder-link": "src", "file-link": "b.txt", "broken": "nowhere", "out": ".."} {
		if err := os.Symlink(target, filepath.Join(b.folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(b.folder, "nothing"), 0o755); err != nil {
		t.Fatal(err)
	}
	want := "folder-link/\tlink to a folder\nnothing/\nsrc/\n.hidden\t1 bytes\nA.txt\t0 bytes\nb.txt\t5 bytes\n" +
		"broken\tlink that leads nowhere in the workspace\nfile-link\tlink to a file of 5 bytes\nout\tlink that leads nowhere in the workspace\n"
	for _, path := range []string{".", "", b.folder} {
		if diff := cmp.Diff(want, b.run("list_dir", "path", path)); diff != "" {
			t.Errorf("list_dir %q (-want +got):\n%s", path, diff)
		}
	}
	if got := b.run("list_dir", "path", "nothing"); got != "[nothing is empty]" {
		t.Errorf("empty folder: %q", got)
	}
	result := b.set.Run(t.Context(), b.view, b.prepare("list_dir", "path", "b.txt"), nil)
	if !result.IsError || !strings.Contains(result.Text, "b.txt is not a folder") {
		t.Errorf("a file: %+v", result)
	}
}

func TestWrite(t *testing.T) {
	b := newBench(t, map[string]string{"lf": "a\nb\n", "crlf": "a\r\nb\r\n", "mixed": "a\r\nb\n", "bom": "\xEF\xBB\xBFa\r\n", "folder/x": ""})
	p := b.prepare("write_file", "path", "deep/er/new.txt", "content", "x\n")
	if p.Title != "Create deep/er/new.txt" || p.Diff.Kind != diff.Added || p.Diff.Added != 1 {
		t.Errorf("prepared: %+v %+v", p, p.Diff)
	}
	b.run("write_file", "path", "deep/er/new.txt", "content", "x\n")
	b.run("write_file", "path", "deep/er/new.txt", "content", "y\r\n") // the model knows what it wrote
	for _, name := range []string{"lf", "crlf", "mixed", "bom"} {
		b.wantRefused("has not been read in this session", "write_file", "path", name, "content", "x\ny\n")
		b.run("read_file", "path", name)
		b.run("write_file", "path", name, "content", "x\ny\n")
	}
	want := map[string]string{
		"deep/er/new.txt": "y\r\n", "lf": "x\ny\n", "crlf": "x\r\ny\r\n", "mixed": "x\ny\n", "bom": "\xEF\xBB\xBFx\r\ny\r\n", "folder/x": "",
	}
	if diff := cmp.Diff(want, b.tree()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	b.run("write_file", "path", "crlf", "content", "no newline at the end")
	b.run("write_file", "path", "empty", "content", "")
	if b.read("crlf") != "no newline at the end" || b.read("empty") != "" {
		t.Errorf("got %q and %q", b.read("crlf"), b.read("empty"))
	}
	b.wantRefused("folder is a folder", "write_file", "path", "folder", "content", "x")
	b.wantRefused("names a folder", "write_file", "path", "new/", "content", "x")
	b.wantRefused("exactly this content already", "write_file", "path", "lf", "content", "x\ny\n")
	b.wantRefused("null character", "write_file", "path", "z", "content", "a\x00b")
}

func TestWriteReadOnly(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Log("permission bits do not bind this user; only the refusal's absence is checked")
	}
	b := newBench(t, map[string]string{"f": "a\n"})
	if err := os.Chmod(filepath.Join(b.folder, "f"), 0o444); err != nil {
		t.Fatal(err)
	}
	b.run("read_file", "path", "f")
	result := b.set.Run(t.Context(), b.view, b.prepare("write_file", "path", "f", "content", "b\n"), nil)
	if os.Geteuid() != 0 && (!result.IsError || !strings.Contains(result.Text, "Permission denied for f") || b.read("f") != "a\n") {
		t.Errorf("got %+v, file %q", result, b.read("f"))
	}
	if os.Geteuid() == 0 && (result.IsError || b.read("f") != "b\n") {
		t.Errorf("got %+v, file %q", result, b.read("f"))
	}
}

func TestDelete(t *testing.T) {
	b := newBench(t, map[string]string{"a.txt": "one\n", "folder/x": "", "kept": "k\n"})
	if err := os.Mkdir(filepath.Join(b.folder, "nothing"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("kept", filepath.Join(b.folder, "link")); err != nil {
		t.Fatal(err)
	}
	p := b.prepare("delete_file", "path", "a.txt")
	if p.Title != "Delete a.txt" || p.Kind != "delete" || p.Diff.Kind != diff.Deleted || p.Diff.Removed != 1 {
		t.Errorf("prepared: %+v %+v", p, p.Diff)
	}
	for _, name := range []string{"a.txt", "nothing", "link"} {
		b.run("delete_file", "path", name)
		if !b.missing(name) {
			t.Errorf("%s is still there", name)
		}
	}
	b.wantRefused("folder is a folder with 1 entries", "delete_file", "path", "folder")
	b.wantRefused("does not exist", "delete_file", "path", "a.txt")
	b.wantRefused("is a folder with", "delete_file", "path", ".")
	if diff := cmp.Diff(map[string]string{"folder/x": "", "kept": "k\n"}, b.tree()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestMove(t *testing.T) {
	b := newBench(t, map[string]string{"a.txt": "one\n", "b.txt": "two\n", "folder/x": "x"})
	b.run("read_file", "path", "a.txt")
	p := b.prepare("move_file", "from", "a.txt", "to", "deep/c.txt")
	if diff := cmp.Diff(&diff.File{Path: "deep/c.txt", From: "a.txt", Kind: diff.Renamed}, p.Diff); diff != "" {
		t.Errorf("diff (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a.txt", "deep/c.txt"}, p.Paths); diff != "" || p.Title != "Move a.txt to deep/c.txt" || p.Kind != "move" {
		t.Errorf("prepared %+v; paths (-want +got):\n%s", p, diff)
	}
	b.run("move_file", "from", "a.txt", "to", "deep/c.txt")
	b.run("edit_file", "path", "deep/c.txt", "old_string", "one", "new_string", "1") // what was read moves along
	b.run("move_file", "from", "folder", "to", "other")
	b.wantRefused("b.txt exists already", "move_file", "from", "deep/c.txt", "to", "b.txt")
	b.wantRefused("Give the new path with the file's name, like other/b.txt", "move_file", "from", "b.txt", "to", "other")
	b.wantRefused("does not exist", "move_file", "from", "a.txt", "to", "z.txt")
	b.wantRefused("same path", "move_file", "from", "b.txt", "to", "./b.txt")
	result := b.set.Run(t.Context(), b.view, b.prepare("move_file", "from", "other", "to", "other/inside"), nil)
	if !result.IsError || !strings.Contains(result.Text, "into itself") {
		t.Errorf("into itself: %+v", result)
	}
	if diff := cmp.Diff(map[string]string{"deep/c.txt": "1\n", "b.txt": "two\n", "other/x": "x"}, b.tree()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
