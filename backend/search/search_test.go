package search

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// engine searches with the real ripgrep. Tests do not pass without it.
func engine(t testing.TB) *Engine {
	t.Helper()
	path, err := Locate(".")
	if err != nil {
		t.Fatalf("these tests need ripgrep: run `npm ci` in frontend, or set KEEL_RIPGREP to an rg program (%v)", err)
	}
	e := New(path)
	t.Cleanup(func() { e.Close() })
	return e
}

// tree makes a folder from path -> content; a path that ends in a slash is a
// folder.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	top := t.TempDir()
	for name, content := range files {
		full := filepath.Join(top, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			makeFolder(t, full)
			continue
		}
		makeFolder(t, filepath.Dir(full))
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return top
}

func makeFolder(t testing.TB, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

func symlink(t testing.TB, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func TestStartStaysInside(t *testing.T) {
	top := tree(t, map[string]string{"inside/folder/file": "x", "outside/file": "x"})
	root := filepath.Join(top, "inside")
	symlink(t, "../outside", filepath.Join(root, "out"))
	symlink(t, "folder", filepath.Join(root, "in"))
	tests := []struct {
		folder string
		want   string
		err    error
	}{
		{"", "./", nil},
		{".", "./", nil},
		{"folder", "./folder", nil},
		{"./folder/", "./folder", nil},
		{"folder/file", "./folder/file", nil},
		{"in", "./in", nil},
		{"missing", "", fs.ErrNotExist},
		{"..", "", ErrOutside},
		{"folder/../..", "", ErrOutside},
		{"/etc", "", ErrOutside},
		{"out", "", ErrOutside},
	}
	for _, test := range tests {
		got, err := start(t.Context(), root, test.folder)
		if got != test.want || !errors.Is(err, test.err) {
			t.Errorf("start(%q) = %q, %v; want %q, %v", test.folder, got, err, test.want, test.err)
		}
	}
	if _, err := start(t.Context(), filepath.Join(top, "missing"), "."); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing root: %v", err)
	}
}

func TestLocate(t *testing.T) {
	program := func(path string) string {
		makeFolder(t, filepath.Dir(path))
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	top := t.TempDir()
	platformPackage := program(filepath.Join(top, "a/frontend/node_modules/@vscode/ripgrep-"+platform()+"/bin", binary()))
	plainPackage := program(filepath.Join(top, "b/frontend/node_modules/@vscode/ripgrep/bin", binary()))
	named := program(filepath.Join(top, "named"))
	onPath := program(filepath.Join(top, "path", binary()))
	for _, folder := range []string{"a/backend/search", "b", "c"} {
		makeFolder(t, filepath.Join(top, folder))
	}
	noProgram := filepath.Join(top, "c", "rg")
	if err := os.WriteFile(noProgram, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, near, named, path string
		want                    string
		err                     error
	}{
		{name: "named", near: filepath.Join(top, "a"), named: named, want: named},
		{name: "named but missing is said, not passed over", near: filepath.Join(top, "a"), named: filepath.Join(top, "no"), err: ErrNoRipgrep},
		{name: "named but no program", named: noProgram, err: ErrNoRipgrep},
		{name: "npm's package, from a folder below", near: filepath.Join(top, "a/backend/search"), want: platformPackage},
		{name: "npm's package, from the frontend", near: filepath.Join(top, "a/frontend"), want: platformPackage},
		{name: "the package of old", near: filepath.Join(top, "b"), want: plainPackage},
		{name: "npm before PATH", near: filepath.Join(top, "b"), path: filepath.Dir(onPath), want: plainPackage},
		{name: "PATH", near: filepath.Join(top, "c"), path: filepath.Dir(onPath), want: onPath},
		{name: "PATH without near", path: filepath.Dir(onPath), want: onPath},
		{name: "nothing", near: filepath.Join(top, "c"), err: ErrNoRipgrep},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("KEEL_RIPGREP", test.named)
			t.Setenv("PATH", test.path)
			got, err := Locate(test.near)
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("got %q, %v; want %q, %v", got, err, test.want, test.err)
			}
		})
	}
}

func TestExpand(t *testing.T) {
	tests := []struct {
		pattern string
		want    []string
	}{
		{"*.ts", []string{"**/*.ts", "**/*.ts/**"}},
		{".ts", []string{"**/*.ts", "**/*.ts/**"}},
		{".*", []string{"**/.*", "**/.*/**"}},
		{"src", []string{"**/src", "**/src/**"}},
		{"src/", []string{"**/src", "**/src/**"}},
		{"src/lib", []string{"**/src/lib", "**/src/lib/**"}},
		{"./src", []string{"src", "src/**"}},
		{"/src", []string{"src", "src/**"}},
		{"./src/**", []string{"src/**"}},
		{"./.github", []string{".github", ".github/**"}},
		{"**/*.ts", []string{"**/*.ts", "**/*.ts/**"}},
		{"**/dist/**", []string{"**/dist/**"}},
		{"*.{ts,js}", []string{"**/*.js", "**/*.js/**", "**/*.ts", "**/*.ts/**"}},
		{"{a,b{c,d}}x", []string{"**/ax", "**/ax/**", "**/bcx", "**/bcx/**", "**/bdx", "**/bdx/**"}},
		{"{src/**,./lib}", []string{"**/src/**", "lib", "lib/**"}},
		{"**", []string{"**"}},
		{".", []string{"**"}},
		{"./", []string{"**"}},
		{"", nil},
	}
	for _, test := range tests {
		got, err := expandAll([]string{test.pattern})
		if err != nil {
			t.Errorf("%q: %v", test.pattern, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.pattern, diff)
		}
	}
	// Braces multiply; what they stand for must not fill the memory.
	for _, huge := range []string{strings.Repeat("{a,b}", 60), strings.Repeat("{", 4000) + strings.Repeat(",a}", 4000), strings.Repeat("{a,b,", 9) + strings.Repeat("c}{d,e}", 9), strings.Repeat("x", longestGlob+1)} {
		_, err := expandAll([]string{huge})
		want := &PatternError{Kind: GlobPattern, Pattern: huge, Reason: "it stands for too many patterns, or is too long"}
		got, _ := errors.AsType[*PatternError](err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%.40q… (-want +got):\n%s", huge, diff)
		}
	}
	for _, bad := range []string{"a[", "{a", `a\`} {
		_, err := expandAll([]string{bad})
		want := &PatternError{Kind: GlobPattern, Pattern: bad, Reason: "a bracket or brace is not closed, or it ends in a backslash"}
		got, _ := errors.AsType[*PatternError](err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", bad, diff)
		}
	}
}
