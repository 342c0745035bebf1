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
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// find runs a search and returns what it found, one FileMatch a file, by path.
func find(t testing.TB, root string, q TextQuery) ([]FileMatch, Summary) {
	t.Helper()
	var all []FileMatch
	summary, err := engine(t).Text(t.Context(), root, q, func(batch []FileMatch) error {
		for _, match := range batch {
			i := slices.IndexFunc(all, func(other FileMatch) bool { return other.Path == match.Path })
			if i < 0 {
				all = append(all, match)
			} else {
				all[i].Lines = append(all[i].Lines, match.Lines...)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("searching for %q: %v", q.Pattern, err)
	}
	slices.SortFunc(all, func(a, b FileMatch) int { return strings.Compare(a.Path, b.Path) })
	return all, summary
}

func paths(matches []FileMatch) []string {
	list := []string{}
	for _, match := range matches {
		list = append(list, match.Path)
	}
	return list
}

func TestTextLines(t *testing.T) {
	tests := []struct {
		name    string
		content string
		query   TextQuery
		want    []LineMatch
	}{
		{"plain", "one\ntwo two\n", TextQuery{Pattern: "two"}, []LineMatch{{Line: 2, Text: "two two", Ranges: []Range{{0, 3}, {4, 7}}}}},
		{"any case", "TWO\n", TextQuery{Pattern: "two"}, []LineMatch{{Line: 1, Text: "TWO", Ranges: []Range{{0, 3}}}}},
		{"this case", "TWO\ntwo\n", TextQuery{Pattern: "two", CaseSensitive: true}, []LineMatch{{Line: 2, Text: "two", Ranges: []Range{{0, 3}}}}},
		{"word", "twofold\na two.\n", TextQuery{Pattern: "two", WholeWord: true}, []LineMatch{{Line: 2, Text: "a two.", Ranges: []Range{{2, 5}}}}},
		{"dots are dots", "axb\na.b\n", TextQuery{Pattern: "a.b"}, []LineMatch{{Line: 2, Text: "a.b", Ranges: []Range{{0, 3}}}}},
		{"a dash is no option", "-v\n", TextQuery{Pattern: "-v"}, []LineMatch{{Line: 1, Text: "-v", Ranges: []Range{{0, 2}}}}},
		{"regex", "a1\nb22\n", TextQuery{Pattern: `\d+$`, Regex: true}, []LineMatch{{Line: 1, Text: "a1", Ranges: []Range{{1, 2}}}, {Line: 2, Text: "b22", Ranges: []Range{{1, 3}}}}},
		{"look-behind", "ab cb\n", TextQuery{Pattern: `(?<=a)b`, Regex: true}, []LineMatch{{Line: 1, Text: "ab cb", Ranges: []Range{{1, 2}}}}},
		{"back-reference", "abab\n", TextQuery{Pattern: `(ab)\1`, Regex: true}, []LineMatch{{Line: 1, Text: "abab", Ranges: []Range{{0, 4}}}}},
		{"CRLF and the end of a line", "one\r\ntwo\r\n", TextQuery{Pattern: "e$", Regex: true}, []LineMatch{{Line: 1, Text: "one", Ranges: []Range{{2, 3}}}}},
		{"no line end at the end", "x one", TextQuery{Pattern: "one"}, []LineMatch{{Line: 1, Text: "x one", Ranges: []Range{{2, 5}}}}},
		{"tabs", "\t\tone\n", TextQuery{Pattern: "one"}, []LineMatch{{Line: 1, Text: "\t\tone", Ranges: []Range{{2, 5}}}}},
		{"CJK", "日本語テキスト\n", TextQuery{Pattern: "テキ"}, []LineMatch{{Line: 1, Text: "日本語テキスト", Ranges: []Range{{3, 5}}}}},
		{"emoji are two units", "😀a😀b\n", TextQuery{Pattern: "b"}, []LineMatch{{Line: 1, Text: "😀a😀b", Ranges: []Range{{5, 6}}}}},
		{"an emoji found", "x😀😀\n", TextQuery{Pattern: "😀"}, []LineMatch{{Line: 1, Text: "x😀😀", Ranges: []Range{{1, 3}, {3, 5}}}}},
		{"family emoji", "👨‍👩‍👧!\n", TextQuery{Pattern: "!"}, []LineMatch{{Line: 1, Text: "👨‍👩‍👧!", Ranges: []Range{{8, 9}}}}},
		{"Latin-1", "caf\xe9 two\n", TextQuery{Pattern: "two"}, []LineMatch{{Line: 1, Text: "caf\ufffd two", Ranges: []Range{{5, 8}}}}},
		{"half a character is one mark", "\xe4\xb8 \xf0\x9f\x98 two\n", TextQuery{Pattern: "two"}, []LineMatch{{Line: 1, Text: "\ufffd \ufffd two", Ranges: []Range{{4, 7}}}}},
		{"UTF-8 with a mark", "\ufefftwo\n", TextQuery{Pattern: "two"}, []LineMatch{{Line: 1, Text: "two", Ranges: []Range{{0, 3}}}}},
		{"UTF-16", utf16LE("one\ntwo 😀 x\n"), TextQuery{Pattern: "x"}, []LineMatch{{Line: 2, Text: "two 😀 x", Ranges: []Range{{7, 8}}}}},
		{"over lines", "a\nb\nc\n", TextQuery{Pattern: `a\nb`, Regex: true, Multiline: true}, []LineMatch{{Line: 1, Text: "a\nb", Ranges: []Range{{0, 3}}}}},
		{"lines typed, CRLF on the disk", "x\r\na.\r\nb\r\n", TextQuery{Pattern: "a.\nb"}, []LineMatch{{Line: 2, Text: "a.\r\nb", Ranges: []Range{{0, 5}}}}},
		{"nothing", "one\n", TextQuery{Pattern: "two"}, nil},
		{"the empty pattern", "one\n", TextQuery{Pattern: ""}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := tree(t, map[string]string{"file": test.content})
			got, summary := find(t, root, test.query)
			var want []FileMatch
			wantSummary := Summary{}
			if test.want != nil {
				want = []FileMatch{{Path: "file", Lines: test.want}}
				wantSummary.Files = 1
			}
			for _, line := range test.want {
				wantSummary.Matches += len(line.Ranges)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("matches (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(wantSummary, summary); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
		})
	}
}

func utf16LE(text string) string {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return string(out)
}

func TestTextFiles(t *testing.T) {
	root := tree(t, map[string]string{
		"a.ts": "x", "a.js": "x", "src/b.ts": "x", "src/deep/c.ts": "x", "lib/src/d.js": "x", "odd.ts/inner.js": "x",
		".hidden": "x", ".github/e.yml": "x", ".git/config": "x", "src/.git/config": "x",
		".gitignore": "ignored.*\n/build/\n", "ignored.ts": "x", "src/ignored.ts": "x", "build/out.ts": "x", "src/build/kept.ts": "x",
		"src/.gitignore": "/own.ts\nany.ts\n!not.ts\n", "src/own.ts": "x", "src/deep/own.ts": "x", "src/deep/any.ts": "x",
		"src/.ignore": "secret.ts\n", "src/deep/secret.ts": "x", "secret.ts": "x",
		"name with\nbreak": "x", "-dash": "x", "bin": "x\x00",
	})
	symlink(t, "/etc", filepath.Join(root, "outside"))
	all := []string{"-dash", "a.js", "a.ts", "lib/src/d.js", "name with\nbreak", "odd.ts/inner.js", "secret.ts", "src/b.ts", "src/build/kept.ts", "src/deep/c.ts", "src/deep/own.ts"}
	tests := []struct {
		name  string
		query TextQuery
		want  []string
	}{
		{"ignore files", TextQuery{UseIgnoreFiles: true}, all},
		{"hidden, but never .git", TextQuery{UseIgnoreFiles: true, Hidden: true}, merge(all, ".hidden", ".github/e.yml")},
		{"no ignore files", TextQuery{}, merge(all, "build/out.ts", "ignored.ts", "src/deep/any.ts", "src/deep/secret.ts", "src/ignored.ts", "src/own.ts")},
		{"include by ending", TextQuery{UseIgnoreFiles: true, Include: []string{"*.js"}}, []string{"a.js", "lib/src/d.js", "odd.ts/inner.js"}},
		{"include by ending, also a folder of that name", TextQuery{UseIgnoreFiles: true, Include: []string{"**/*.ts"}}, []string{"a.ts", "odd.ts/inner.js", "secret.ts", "src/b.ts", "src/build/kept.ts", "src/deep/c.ts", "src/deep/own.ts"}},
		{"include a folder anywhere", TextQuery{UseIgnoreFiles: true, Include: []string{"src"}}, []string{"lib/src/d.js", "src/b.ts", "src/build/kept.ts", "src/deep/c.ts", "src/deep/own.ts"}},
		{"include a folder at the top", TextQuery{UseIgnoreFiles: true, Include: []string{"./src/**"}}, []string{"src/b.ts", "src/build/kept.ts", "src/deep/c.ts", "src/deep/own.ts"}},
		{"include never brings in what is ignored", TextQuery{UseIgnoreFiles: true, Include: []string{"ignored.ts"}}, []string{}},
		{"include never brings in what is hidden", TextQuery{Include: []string{".hidden", "*.yml"}}, []string{}},
		{"include what is hidden, when wanted", TextQuery{Hidden: true, Include: []string{".hidden", "*.yml"}}, []string{".github/e.yml", ".hidden"}},
		{"exclude", TextQuery{UseIgnoreFiles: true, Exclude: []string{"*.ts", "lib"}}, []string{"-dash", "a.js", "name with\nbreak"}},
		{"exclude at the top only", TextQuery{UseIgnoreFiles: true, Include: []string{"*.js", "src"}, Exclude: []string{"./src"}}, []string{"a.js", "lib/src/d.js", "odd.ts/inner.js"}},
		{"exclude beats include", TextQuery{UseIgnoreFiles: true, Include: []string{"*.js"}, Exclude: []string{"a.*"}}, []string{"lib/src/d.js", "odd.ts/inner.js"}},
		{"a folder, with the ignore files above it", TextQuery{UseIgnoreFiles: true, Folder: "src/deep"}, []string{"src/deep/c.ts", "src/deep/own.ts"}},
		{"a folder with an include", TextQuery{UseIgnoreFiles: true, Folder: "src", Include: []string{"b.ts", "ignored.ts"}}, []string{"src/b.ts"}},
		{"an ignored folder, named", TextQuery{UseIgnoreFiles: true, Folder: "build"}, []string{"build/out.ts"}},
		{"a file", TextQuery{UseIgnoreFiles: true, Folder: "src/b.ts"}, []string{"src/b.ts"}},
		{"inside .git", TextQuery{UseIgnoreFiles: true, Folder: ".git"}, []string{".git/config"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.query.Pattern = "x"
			got, _ := find(t, root, test.query)
			if diff := cmp.Diff(test.want, paths(got)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

func merge(list []string, more ...string) []string {
	all := append(slices.Clone(list), more...)
	slices.Sort(all)
	return all
}

func TestTextIgnoresTheEnvironment(t *testing.T) {
	top := tree(t, map[string]string{"home/.gitignore": "*\n", "home/work/file": "x", "config": "--invert-match\n"})
	t.Setenv("RIPGREP_CONFIG_PATH", filepath.Join(top, "config"))
	t.Setenv("HOME", filepath.Join(top, "home"))
	got, _ := find(t, filepath.Join(top, "home", "work"), TextQuery{Pattern: "x", UseIgnoreFiles: true})
	if diff := cmp.Diff([]string{"file"}, paths(got)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestTextPatternErrors(t *testing.T) {
	root := tree(t, map[string]string{"file": "x"})
	tests := []struct {
		query TextQuery
		want  *PatternError
	}{
		{TextQuery{Pattern: "foo(", Regex: true}, &PatternError{RegexPattern, "foo(", "missing closing parenthesis"}},
		{TextQuery{Pattern: "[", Regex: true}, &PatternError{RegexPattern, "[", "missing terminating ] for character class"}},
		{TextQuery{Pattern: "*", Regex: true}, &PatternError{RegexPattern, "*", "quantifier does not follow a repeatable item"}},
		{TextQuery{Pattern: `(?<=x+)y`, Regex: true}, &PatternError{RegexPattern, `(?<=x+)y`, "length of lookbehind assertion is not limited"}},
		{TextQuery{Pattern: "x", Include: []string{"a["}}, &PatternError{GlobPattern, "a[", "a bracket or brace is not closed, or it ends in a backslash"}},
	}
	for _, test := range tests {
		_, err := engine(t).Text(t.Context(), root, test.query, func([]FileMatch) error { return nil })
		got, ok := errors.AsType[*PatternError](err)
		if !ok {
			t.Errorf("%q: %v, want a PatternError", test.query.Pattern, err)
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.query.Pattern, diff)
		}
		t.Logf("a person reads: %v", err)
	}
}

func TestTextErrors(t *testing.T) {
	root := tree(t, map[string]string{"file": "x"})
	none := func([]FileMatch) error { return nil }
	if _, err := engine(t).Text(t.Context(), root, TextQuery{Pattern: "x", Folder: "missing"}, none); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing folder: %v", err)
	}
	if _, err := New(filepath.Join(root, "no-rg")).Text(t.Context(), root, TextQuery{Pattern: "x"}, none); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "no-rg") {
		t.Errorf("missing ripgrep: %v", err)
	}
	stop := errors.New("stop")
	if _, err := engine(t).Text(t.Context(), root, TextQuery{Pattern: "x"}, func([]FileMatch) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of emit becomes %v", err)
	}
}

func TestTextLimit(t *testing.T) {
	root := tree(t, map[string]string{"a": "x x x\nx x\n"})
	tests := []struct {
		most int
		want Summary
		last []Range
	}{
		{2, Summary{Matches: 2, Files: 1, LimitHit: true}, []Range{{0, 1}, {2, 3}}},
		{3, Summary{Matches: 3, Files: 1, LimitHit: true}, []Range{{0, 1}, {2, 3}, {4, 5}}},
		{4, Summary{Matches: 4, Files: 1, LimitHit: true}, []Range{{0, 1}}},
		{5, Summary{Matches: 5, Files: 1}, []Range{{0, 1}, {2, 3}}},
		{6, Summary{Matches: 5, Files: 1}, []Range{{0, 1}, {2, 3}}},
	}
	for _, test := range tests {
		got, summary := find(t, root, TextQuery{Pattern: "x", MaxResults: test.most})
		if diff := cmp.Diff(test.want, summary); diff != "" {
			t.Errorf("%d (-want +got):\n%s", test.most, diff)
		}
		lines := got[0].Lines
		if diff := cmp.Diff(test.last, lines[len(lines)-1].Ranges); diff != "" {
			t.Errorf("%d: last line (-want +got):\n%s", test.most, diff)
		}
	}
}

// TestTextCancel searches something that would take for ever: a pipe that
// nobody writes to.
func TestTextCancel(t *testing.T) {
	root := tree(t, map[string]string{})
	pipe := filepath.Join(root, "pipe")
	makePipe(t, pipe)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	e := engine(t)
	go func() {
		_, err := e.Text(ctx, root, TextQuery{Pattern: "x", Folder: "pipe"}, func([]FileMatch) error { return nil })
		ended <- err
	}()
	// Opening for writing returns once ripgrep has opened it for reading.
	writer, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the search goes on")
	}
	if !waitForBrokenPipe(writer) {
		t.Error("ripgrep still has its input open")
	}
}

// TestTextComesAsItIsFound looks that a match is handed on while ripgrep goes on
// searching.
func TestTextComesAsItIsFound(t *testing.T) {
	root := tree(t, map[string]string{"file": "x"})
	pipe := filepath.Join(root, "pipe")
	makePipe(t, pipe)
	program := filepath.Join(t.TempDir(), "rg")
	script := fmt.Sprintf("#!/bin/sh\n%q \"$@\"\nread line < %q\nexit 0\n", engine(t).ripgrep, pipe)
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	found := make(chan []FileMatch, 10)
	ended := make(chan error, 1)
	go func() {
		_, err := New(program).Text(t.Context(), root, TextQuery{Pattern: "x"}, func(batch []FileMatch) error {
			found <- batch
			return nil
		})
		ended <- err
	}()
	select {
	case batch := <-found:
		if diff := cmp.Diff([]string{"file"}, paths(batch)); diff != "" {
			t.Errorf("first batch (-want +got):\n%s", diff)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("nothing comes before the end")
	}
	if err := os.WriteFile(pipe, []byte("go\n"), 0); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestTextUnreadableFilesArePassedOver(t *testing.T) {
	root := tree(t, map[string]string{"a": "x"})
	symlink(t, "nowhere", filepath.Join(root, "dangling"))
	if err := outcome(nil, ""); err != nil {
		t.Error(err)
	}
	got, _ := find(t, root, TextQuery{Pattern: "x"})
	if diff := cmp.Diff([]string{"a"}, paths(got)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestCutLine checks every part of cut lines against the line itself.
func TestCutLine(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	tests := []struct {
		name  string
		line  string
		find  string
		parts int
	}{
		{"short", "xNx", "N", 1},
		{"as long as may be", long(1999) + "N", "N", 1},
		{"one more", long(2000) + "N", "N", 1},
		{"at the beginning", "N" + long(5000), "N", 1},
		{"in the middle", long(3000) + "N" + long(3000), "N", 1},
		{"at the end", long(5000) + "N", "N", 1},
		{"near each other", long(3000) + "N" + long(100) + "N" + long(3000), "N", 1},
		{"far from each other", "N" + long(3000) + "N" + long(3000) + "N", "N", 3},
		{"many", strings.Repeat("Nbbbbbbbbb", 1000), "N", 5},
		{"wide letters", strings.Repeat("日", 3000) + "N" + strings.Repeat("😀", 3000) + "N", "N", 2},
		{"broken bytes", strings.Repeat("\xe4\xb8", 3000) + "N" + strings.Repeat("\xff", 3000), "N", 1},
		{"1,500 emoji are 3,000 units", strings.Repeat("😀", 1500) + "N", "N", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			line := []byte(test.line + "\r\n")
			var spans []span
			for at := 0; ; {
				i := strings.Index(test.line[at:], test.find)
				if i < 0 {
					break
				}
				spans = append(spans, span{at + i, at + i + len(test.find)})
				at += i + len(test.find)
			}
			parts := cutLine(7, line, spans)
			if len(parts) != test.parts {
				t.Errorf("%d parts, want %d", len(parts), test.parts)
			}
			whole := units(test.line)
			var found []int
			for _, part := range parts {
				text := utf16.Encode([]rune(part.Text))
				if part.Line != 7 || len(text) > mostUnits || !utf8.ValidString(part.Text) {
					t.Errorf("line %d with %d units", part.Line, len(text))
				}
				if !slices.Equal(whole[part.Offset:part.Offset+len(text)], text) {
					t.Errorf("the part at %d is not what the line has there", part.Offset)
				}
				for _, r := range part.Ranges {
					if got := string(utf16.Decode(text[r.Start:r.End])); got != test.find {
						t.Errorf("range %v is %q", r, got)
					}
					found = append(found, part.Offset+r.Start)
				}
			}
			var want []int
			for i, unit := range whole {
				if unit == 'N' {
					want = append(want, i)
				}
			}
			if diff := cmp.Diff(want, found); diff != "" {
				t.Errorf("matches (-want +got):\n%s", diff)
			}
		})
	}
}

// units converts as browsers do, one U+FFFD for each broken sequence; the test's
// lines have only broken sequences of one form each.
func units(line string) []uint16 {
	line = strings.ReplaceAll(line, "\xe4\xb8N", "\ufffdN")
	line = strings.ReplaceAll(line, "\xe4\xb8", "\ufffd")
	return utf16.Encode([]rune(line))
}

func TestCutLineClipsALongMatch(t *testing.T) {
	line := []byte(strings.Repeat("a", 1000) + strings.Repeat("N", 5000) + "b")
	want := []LineMatch{{
		Line: 1, Offset: 800, Ranges: []Range{{200, 2000}},
		Text: strings.Repeat("a", 200) + strings.Repeat("N", 1800),
	}}
	if diff := cmp.Diff(want, cutLine(1, line, []span{{1000, 6000}})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLongLineOfARealFile(t *testing.T) {
	root := tree(t, map[string]string{"file.min.js": strings.Repeat("var a=1;", 200_000) + "needle" + strings.Repeat(";b()", 200_000)})
	got, _ := find(t, root, TextQuery{Pattern: "needle"})
	line := got[0].Lines[0]
	if line.Offset != 1_600_000-beforeUnits || len(line.Text) != mostUnits || line.Text[line.Ranges[0].Start:line.Ranges[0].End] != "needle" {
		t.Errorf("offset %d, length %d, ranges %v", line.Offset, len(line.Text), line.Ranges)
	}
}
