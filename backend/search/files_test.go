package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFilesFilters(t *testing.T) {
	root := tree(t, map[string]string{
		"a.ts": "", "src/b.ts": "", "src/c.js": "", "lib/src/d.ts": "", "empty/": "",
		".gitignore": "*.log\n", "x.log": "", ".env": "", ".git/HEAD": "", "new\nline": "", "ü.txt": "", "latin\xe9": "",
	})
	symlink(t, "/etc", filepath.Join(root, "etc"))
	tests := []struct {
		name  string
		query FileQuery
		want  FileResult
	}{
		{"all", FileQuery{UseIgnoreFiles: true}, FileResult{Paths: []string{"a.ts", "latin\xe9", "lib/src/d.ts", "new\nline", "src/b.ts", "src/c.js", "ü.txt"}}},
		{"hidden", FileQuery{UseIgnoreFiles: true, Hidden: true, Include: []string{".*"}}, FileResult{Paths: []string{".env", ".gitignore"}}},
		{"ignored", FileQuery{Include: []string{"*.log"}}, FileResult{Paths: []string{"x.log"}}},
		{"include never brings in what is ignored", FileQuery{UseIgnoreFiles: true, Include: []string{"*.log"}}, FileResult{}},
		{"include", FileQuery{UseIgnoreFiles: true, Include: []string{"src/**/*.ts"}}, FileResult{Paths: []string{"lib/src/d.ts", "src/b.ts"}}},
		{"include at the top", FileQuery{UseIgnoreFiles: true, Include: []string{"./src"}}, FileResult{Paths: []string{"src/b.ts", "src/c.js"}}},
		{"exclude", FileQuery{UseIgnoreFiles: true, Include: []string{"*.ts"}, Exclude: []string{"lib"}}, FileResult{Paths: []string{"a.ts", "src/b.ts"}}},
		{"a few", FileQuery{UseIgnoreFiles: true, Max: 2}, FileResult{Paths: []string{"a.ts", "latin\xe9"}, LimitHit: true}},
		{"just enough", FileQuery{UseIgnoreFiles: true, Include: []string{"*.ts"}, Max: 3}, FileResult{Paths: []string{"a.ts", "lib/src/d.ts", "src/b.ts"}}},
		{"a pattern", FileQuery{UseIgnoreFiles: true, Pattern: "sb"}, FileResult{Paths: []string{"src/b.ts"}}},
		{"a pattern and a limit", FileQuery{UseIgnoreFiles: true, Pattern: "ts", Max: 1}, FileResult{Paths: []string{"a.ts"}, LimitHit: true}},
	}
	for _, test := range tests {
		for _, key := range []string{"", "key"} {
			t.Run(test.name+" "+key, func(t *testing.T) {
				test.query.CacheKey = key
				got, err := engine(t).Files(t.Context(), root, test.query)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestFilesErrors(t *testing.T) {
	root := tree(t, map[string]string{"file": ""})
	e := engine(t)
	if _, err := e.Files(t.Context(), filepath.Join(root, "missing"), FileQuery{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing root: %v", err)
	}
	if _, err := e.Files(t.Context(), root, FileQuery{Exclude: []string{"{"}}); err == nil || !strings.Contains(err.Error(), "not a valid file pattern") {
		t.Errorf("bad pattern: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Files(ctx, root, FileQuery{CacheKey: "key"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestFilesCache(t *testing.T) {
	root := tree(t, map[string]string{"old": ""})
	e := engine(t)
	ask := func(q FileQuery) []string {
		t.Helper()
		got, err := e.Files(t.Context(), root, q)
		if err != nil {
			t.Fatal(err)
		}
		return got.Paths
	}
	check := func(what string, got []string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("first", ask(FileQuery{CacheKey: "a"}), "old")
	if err := os.WriteFile(filepath.Join(root, "new"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	check("the same key", ask(FileQuery{CacheKey: "a"}), "old")
	check("the same key, another pattern", ask(FileQuery{CacheKey: "a", Pattern: "o"}), "old")
	check("the same key, another filter", ask(FileQuery{CacheKey: "a", Hidden: true}), "new", "old")
	check("another key", ask(FileQuery{CacheKey: "b"}), "new", "old")
	check("no key", ask(FileQuery{}), "new", "old")
	e.ClearCache("b")
	check("another key cleared", ask(FileQuery{CacheKey: "a"}), "old")
	e.ClearCache("a")
	check("cleared", ask(FileQuery{CacheKey: "a"}), "new", "old")
	for i := range 3 * mostCached {
		ask(FileQuery{CacheKey: fmt.Sprint(i)})
	}
	if len(e.cached) != mostCached {
		t.Errorf("%d listings are kept", len(e.cached))
	}
}

// TestFilesCacheOutlivesTheFirstAsker has a listing that waits; the one who
// asked first goes away, the second gets it.
func TestFilesCacheOutlivesTheFirstAsker(t *testing.T) {
	root := tree(t, map[string]string{"file": ""})
	e, listing := heldEngine(t)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := e.Files(ctx, root, FileQuery{CacheKey: "key"})
		first <- err
	}()
	letGo := listing()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first got %v", err)
	}
	letGo()
	got, err := e.Files(t.Context(), root, FileQuery{CacheKey: "key"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"file"}, got.Paths); diff != "" {
		t.Errorf("the second got (-want +got):\n%s", diff)
	}
}

// heldEngine is an engine whose listings wait: listing waits until one does, and
// returns what lets it go on.
func heldEngine(t *testing.T) (e *Engine, listing func() (letGo func())) {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "pipe")
	makePipe(t, pipe)
	program := filepath.Join(t.TempDir(), "rg")
	script := fmt.Sprintf("#!/bin/sh\nread line < %q\n%q \"$@\"\n", pipe, engine(t).ripgrep)
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	e = New(program)
	t.Cleanup(func() { _ = e.Close() })
	return e, func() func() {
		t.Helper()
		writer, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits until the listing waits
		if err != nil {
			t.Fatal(err)
		}
		return func() {
			t.Helper()
			if _, err := writer.WriteString("go\n"); err != nil {
				t.Fatal(err)
			}
			writer.Close()
		}
	}
}

// TestEntriesDoNotWait answers while the folder is looked through, with what was there
// the last time.
func TestEntriesDoNotWait(t *testing.T) {
	root := tree(t, map[string]string{"old/file": ""})
	e, listing := heldEngine(t)
	ask := func(q FileQuery, want EntryResult) {
		t.Helper()
		got, err := e.Entries(t.Context(), root, q, true, true)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	old := []Entry{{Path: "old", Folder: true}, {Path: "old/file"}}
	ask(FileQuery{CacheKey: "a", NoWait: true}, EntryResult{Reading: true})
	letGo := listing()
	ask(FileQuery{CacheKey: "a", NoWait: true, Pattern: "file"}, EntryResult{Reading: true})
	letGo()
	ask(FileQuery{CacheKey: "a"}, EntryResult{Entries: old})
	ask(FileQuery{CacheKey: "a", NoWait: true}, EntryResult{Entries: old})
	e.ClearCache("a")

	if err := os.WriteFile(filepath.Join(root, "new"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	ask(FileQuery{CacheKey: "b", NoWait: true, Pattern: "file"}, EntryResult{Entries: old[1:], Reading: true})
	letGo = listing()
	ask(FileQuery{CacheKey: "b", NoWait: true}, EntryResult{Entries: old, Reading: true})
	letGo()
	ask(FileQuery{CacheKey: "b"}, EntryResult{Entries: []Entry{{Path: "new"}, old[0], old[1]}})
	ask(FileQuery{CacheKey: "b", NoWait: true, Pattern: "new"}, EntryResult{Entries: []Entry{{Path: "new"}}})
}

// TestAMatchingEndsWithItsContext asks when the next key was typed already.
func TestAMatchingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := prepare(manyPaths(5000)).find(ctx, "main", 10); len(got.Paths) != 0 {
		t.Errorf("%d paths were looked for", len(got.Paths))
	}
}

func TestFuzzyOrder(t *testing.T) {
	tests := []struct {
		name    string
		pattern string
		want    []string // of all the paths, best first; others must not match
		others  []string
	}{
		{"the name before the path", "search", []string{"src/search.go", "src/research.go", "search/go.mod"}, []string{"src/main.go"}},
		{"a name's beginning before its middle", "main", []string{"cmd/main.go", "remains.go"}, nil},
		{"more of the name first", "main", []string{"long/way/down/main.go", "maintenance_list.go"}, nil},
		{"beginnings of words", "fs", []string{"file_service.go", "offset.go"}, nil},
		{"humps", "fs", []string{"FileService.go", "baffles.go"}, nil},
		{"letters in a row", "abc", []string{"xabcx", "xaxbxcx"}, nil},
		{"this case before the other", "Read", []string{"Readme.md", "readme.md"}, nil},
		{"any case", "README", []string{"readme.md"}, []string{"read.txt"}},
		{"equal ones by length, then by name", "a", []string{"x/a", "y/a", "x/y/a"}, nil},
		{"the whole path above all", "src/a.go", []string{"src/a.go", "lib/src/a.go", "src/ab/a.go"}, nil},
		{"with a slash, the path", "sr/m", []string{"src/main.go", "servers/maps.go"}, []string{"sm.go", "main.go"}},
		{"pieces in any order", "go search", []string{"search/file.go", "go/research"}, []string{"search/file.ts", "file.go"}},
		{"pieces and a slash", "src/ test", []string{"src/a_test.go"}, []string{"src/a.go", "test/a.go"}},
		{"order of letters matters", "ba", []string{"bar"}, []string{"abc"}},
		{"each letter counts", "aa", []string{"banana"}, []string{"ab"}},
		{"digits and signs", "v1.2", []string{"release-v1.2.md"}, []string{"release-v12.md"}},
		{"quotes and stars are nothing", `"*.go`, []string{"a.go"}, []string{"a.ts"}},
		{"leading ./", "./src/a", []string{"src/a.go"}, []string{"a.go"}},
		{"CJK", "日語", []string{"日本語.txt"}, []string{"語日.txt", "日.txt"}},
		{"umlauts in any case", "über", []string{"Übersicht.md", "doc/xÜbER.md"}, []string{"uber.md"}},
		{"wide and plain pieces", "日 src", []string{"src/日本.txt"}, []string{"src/a.txt"}},
		{"a plain letter in a wide name", "txt", []string{"日本.txt"}, []string{"日本"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			all := append(slices.Clone(test.want), test.others...)
			slices.Sort(all)
			got := prepare(all).find(t.Context(), test.pattern, 100)
			if diff := cmp.Diff(FileResult{Paths: test.want}, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", test.pattern, diff)
			}
		})
	}
}

// TestFuzzyIsTheSameHoweverItIsCut compares the best of many, found by workers
// and with cuts in between, with sorting all.
func TestFuzzyIsTheSameHoweverItIsCut(t *testing.T) {
	paths := manyPaths(20_000)
	l := prepare(paths)
	for _, pattern := range []string{"e", "main", "ser/han", "in test", "Z9"} {
		all := l.find(t.Context(), pattern, len(paths)+1)
		for _, most := range []int{1, 7, 512} {
			want := FileResult{Paths: all.Paths[:min(most, len(all.Paths))], LimitHit: len(all.Paths) > most}
			if len(want.Paths) == 0 {
				want.Paths = nil
			}
			if diff := cmp.Diff(want, l.find(t.Context(), pattern, most)); diff != "" {
				t.Errorf("%q, %d (-want +got):\n%s", pattern, most, diff)
			}
		}
	}
}

func TestFuzzyTakesLongPaths(t *testing.T) {
	long := strings.Repeat("folder/", 400) + "needle.go"
	for _, pattern := range []string{"needle", "folder/needle", "ff needle", strings.Repeat("f", 300)} {
		got := prepare([]string{long}).find(t.Context(), pattern, 10)
		if diff := cmp.Diff(FileResult{Paths: []string{long}}, got); diff != "" {
			t.Errorf("%.20q (-want +got):\n%s", pattern, diff)
		}
	}
}

func FuzzFuzzy(f *testing.F) {
	f.Add("src/Main.go", "sm")
	f.Add("日本語/Ü.txt", "ü 日")
	f.Add("a/b/c", "a/c \xff")
	f.Fuzz(func(t *testing.T, path, pattern string) {
		got := prepare([]string{path}).find(t.Context(), pattern, 10)
		// Whatever the pattern, the path itself, when it is made of letters that
		// patterns keep, is found by it.
		if pattern == path && !strings.ContainsAny(path, "*\"./\\ \t\n\v\f\r\u0085\u00a0") && path != "" && isASCII(path) && len(got.Paths) != 1 {
			t.Errorf("%q is not found by itself", path)
		}
	})
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > 127 })
}

// manyPaths are n paths that look like those of a large project, 12 a folder.
func manyPaths(n int) []string {
	words := []string{"server", "client", "handler", "main", "index", "service", "util", "test", "model", "View", "Controller", "config", "http", "storage", "editor", "Terminal"}
	endings := []string{".go", ".ts", ".svelte", "_test.go", ".css", ".md"}
	paths := make([]string, n)
	for i := range paths {
		folder := i / 12
		w := func(n, k int) string { return words[(n/k+n%7*k)%len(words)] }
		paths[i] = fmt.Sprintf("%s/%s%d/%s%d/%s_%s%d%s", w(folder, 1), w(folder, 3), folder%97, w(folder, 5), folder, w(i, 2), w(i, 11), i, endings[i%len(endings)])
	}
	slices.Sort(paths)
	return paths
}

func BenchmarkFuzzy100000(b *testing.B) {
	l := prepare(manyPaths(100_000))
	for _, pattern := range []string{"e", "main", "srvhandler", "server/handler main", "zzz"} {
		b.Run(pattern, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.find(b.Context(), pattern, DefaultMaxFiles)
			}
		})
	}
}

func BenchmarkPrepare100000(b *testing.B) {
	all := []byte(strings.Join(manyPaths(100_000), "\x00") + "\x00")
	b.ReportAllocs()
	for b.Loop() {
		newListing(all)
	}
}

// BenchmarkFiles100000 is quick open's first letter on a folder of 100,000
// files, and each letter after it.
func BenchmarkFiles100000(b *testing.B) {
	root := largeTree(b)
	e := engine(b)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.Files(b.Context(), root, FileQuery{Pattern: "m", UseIgnoreFiles: true}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("next", func(b *testing.B) {
		if _, err := e.Files(b.Context(), root, FileQuery{UseIgnoreFiles: true, CacheKey: "key"}); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := e.Files(b.Context(), root, FileQuery{Pattern: "main", UseIgnoreFiles: true, CacheKey: "key"}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkText100000(b *testing.B) {
	root := largeTree(b)
	e := engine(b)
	for name, q := range map[string]TextQuery{
		"rare":    {Pattern: "content of 77777", UseIgnoreFiles: true},
		"capped":  {Pattern: "content", UseIgnoreFiles: true},
		"include": {Pattern: "content", UseIgnoreFiles: true, Include: []string{"*.css"}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := e.Text(b.Context(), root, q, func([]FileMatch) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func largeTree(b *testing.B) string {
	b.Helper()
	files := map[string]string{}
	for i, path := range manyPaths(100_000) {
		files[path] = fmt.Sprintf("first line\ncontent of %d\n", i)
	}
	return tree(b, files)
}
