package ignore

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The expectations here were checked with git too: see TestTableIsGits.
func tables() []tableTest {
	return []tableTest{
		{"a name, at any depth", "a", "a x/a x/y/a", "ab xa A"},
		{"comments and empty lines", "# a\n\n#b\n   \n\t\n", "", "a b #b"},
		{"an escaped #", `\#a`, "#a", "a"},
		{"an escaped !", `\!a`, "!a", "a"},
		{"a space before #", "a #b", "a␣#b", "a"},
		{"spaces at the end", "a  \nb\\ \nc\\   \nd \\  ", "a b␣ c␣ d␣␣", "a␣ b b␣␣ c c␣␣ d d␣"},
		{"a backslash at the end keeps the spaces", `a  \`, "", `a a␣␣ a␣␣\`},
		{"tabs at the end", "a\t", "a\t", "a"},
		{"carriage returns", "a\r\nb\r\r\nc \r\nd\re\nf\r", "a b\r c d\re f", "a\r b c␣ d f\r"},
		{"a line ends at a NUL", "a\x00b\nc \x00\n\x00d", "a c", "ab b d"},
		{"a byte order mark at the start only", "\xef\xbb\xbfa\n\xef\xbb\xbfb", "a \xef\xbb\xbfb", "\xef\xbb\xbfa b"},
		{"only the last counts", "a\n!a\na\nb\n!b", "a x/a+", "b x/b+"},
		{"anchored", "/a\nb/c", "a b/c", "x/a x/b/c b c"},
		{"two slashes first", "//a", "", "a x/a"},
		{"a folder", "a/\nb/c/\n/d/", "a+ x/a+ b/c+ d+", "y/a x/b/c+ x/d+ z/d"},
		{"nothing", "/\n!\n!/\n//\n///\n\\\n", "", `a b+ \ !`},
		{"a second !", "!!a\n!#b", "", "!a #b a"},
		{"a star", "*.o\na*b\n/c*d\ne/*/f\ng/*h*", "a.o .o x/a.o ab axb x/axyb cd cxd e/x/f g/xhy", "g/x/hy g/x/h a.oo a/b c/d x/cd e/f e/x/y/f"},
		{"stars among the names", "a**b", "ab axb x/axb", "a/b"},
		{"folders first", "**/a\n**/b/c\n**/*.o", "a x/a x/y/a b/c x/b/c x/y/b/c y.o x/y.o", "b c x/c b/x/c"},
		{"folders repeated", "**/**/a/b\nc/**/**/**/d\n**/**/**//e", "a/b x/a/b x/y/a/b c/d c/x/d c/x/y/d", "b xa/b cd x/c/d e x/e"},
		{"folders last", "a/**\nb/**/", "a/x a/x/y b/x+", "a+ x/a/b b b/y"},
		{"folders between", "a/**/b", "a/b a/x/b a/x/y/b", "ab a/xb a/bx x/a/b"},
		{"folders after a plain beginning", "a/b**/c", "a/bc a/bx/c a/bx/y/c a/b/c", "a/b a/xc bc"},
		{"stars that are not folders", "a?**/c", "axy/c ax/c", "a/c ax/y/c axc"},
		{"escaped slash", `a\/b` + "\n" + `**\/c`, "a/b x/c x/y/c", `a\/b c x/a/b`},
		{"everything", "*\n!a", "b x+ x/a x/b", "a"},
		{"?", "a?b\n/c?d", "axb cxd x/a\xffb", "a/b ab c/d aéb"},
		{"classes", "[ab]1\n[!ab]2\n[^ab]3\n[a-c]4\n[]]5\n[]-a]6\n[!]]7\n[a-]8\n[-a]9", "a1 b1 c2 x3 b4 ]5 ]6 ^6 a6 a7 -8 a8 -9", "c1 a2 b3 d4 -4 5 b6 ]7 b8"},
		{"classes and slashes", "a[/]b\nc[!x]d\n/e[!x]f\ng/h[+-0]i", "cyd eyf g/h.i", "a/b c/d e/f g/h/i"},
		{"ranges", "[a-c-e]1\n[c-a]2\n[--/]3\n[a-\\c]4\n[!a-b-]5", "a1 b1 -1 e1 -3 .3 b4 c5 c2", "d1 a2 b2 03 d4 a5 -5"},
		{"escapes in classes", `[\]]1` + "\n" + `[a\-z]2` + "\n" + `[\a-\c]3` + "\n" + `[\\]4`, `]1 -2 a2 z2 b3 \4`, `\1 b2 \2 \3 -3`},
		{"named classes", "[[:space:]]1\n[[:digit:]-z]2\n[![:alpha:]]3\n[[:x]4", "␣1 \t1 52 -2 z2 13 :4 x4 [4", "a1 \v1 a2 a3 y4"},
		{"unknown or open classes", "[[:x:]]1\n[a\n[\n[!\n[a-\n[\\\nb[]", "", "x1 a [ [a b[] b"},
		{"escapes", `\a\*` + "\n" + `b\?` + "\n" + `\\`, `a* b? \`, "ab bc *"},
		{"not UTF-8", "\xff*\n[\x80-\x90]1", "\xff \xffa \x851", "a \x911"},
		{"deeper files win", "a\n!b\n@x\n!a\nb", "a x/b", "x/a b"},
		{"anchored in deeper files", "\n@x\n/a\nb/c", "x/a x/b/c", "a x/y/a b/c"},
		{"not into ignored folders", "x/\n!x/a\n@x\n!a", "x+ x/a", "a"},
		{"into folders whose content is ignored", "x/*\n!x/a", "x/b", "x+ x/a"},
		{"extensions", "*.o\n!*.a.o\n*.\n*.é", "x.o .o x. y.. x.é", "x.a.o x.oo o x.\xc3"},
	}
}

// tableTest has the texts of ignore files, each further one after "@folder",
// and paths, where ␣ is a space and a + at the end marks a folder.
type tableTest struct{ name, texts, ignored, others string }

func (test tableTest) tree() (tr tree, want map[string]verdict) {
	tr = tree{Files: map[string]string{}, Folders: map[string]bool{".": true}}
	for i, text := range strings.Split(test.texts, "\n@") {
		folder := "."
		if i > 0 {
			folder, text, _ = strings.Cut(text, "\n")
			tr.Folders[folder] = true
		}
		tr.Files[folder] = text
	}
	want = map[string]verdict{}
	take := func(list string, v verdict) {
		for path := range strings.SplitSeq(list, " ") {
			if path == "" {
				continue
			}
			path = strings.ReplaceAll(path, "␣", " ")
			path, isFolder := strings.CutSuffix(path, "+")
			if isFolder {
				tr.Folders[path] = true
			}
			tr.Paths = append(tr.Paths, path)
			want[path] = v
		}
	}
	take(test.ignored, ignored)
	take(test.others, unmatched)
	return tr, want
}

// folded makes no difference between what is included and what is not matched.
func folded(verdicts map[string]verdict) map[string]verdict {
	for path, v := range verdicts {
		if v == included {
			verdicts[path] = unmatched
		}
	}
	return verdicts
}

func TestTable(t *testing.T) {
	for _, test := range tables() {
		t.Run(test.name, func(t *testing.T) {
			tr, want := test.tree()
			if difference := cmp.Diff(want, folded(byPath(tr, tr.ours()))); difference != "" {
				t.Errorf("%q: %s", test.texts, difference)
			}
		})
	}
}

func TestTableIsGits(t *testing.T) {
	repository := newRepository(t)
	for _, test := range tables() {
		t.Run(test.name, func(t *testing.T) {
			tr, want := test.tree()
			verdicts, err := repository.verdicts(tr)
			if err != nil {
				t.Fatal(err)
			}
			if difference := cmp.Diff(want, folded(byPath(tr, verdicts))); difference != "" {
				t.Errorf("%q: %s", test.texts, difference)
			}
		})
	}
}

func TestEnterAddsNothing(t *testing.T) {
	outer := (*Rules)(nil).Enter(".", []byte("a"))
	for _, text := range []string{"", "\n", "# a\n", "\xef\xbb\xbf", " \n\r\n", "/\n!\n//", "[\n[[:x:]]\na\\"} {
		if inner := outer.Enter("x", []byte(text)); inner != outer {
			t.Errorf("text %q: rules were added", text)
		}
		if inner := (*Rules)(nil).Enter("x", []byte(text)); inner != nil {
			t.Errorf("text %q: rules were made", text)
		}
	}
}

func TestNoRules(t *testing.T) {
	var r *Rules
	if r.Match("a", true) || r.IgnoresAll() {
		t.Error("nil has rules")
	}
}

// Paths that are not inside the folder are of no concern to its file.
func TestOutside(t *testing.T) {
	r := (*Rules)(nil).Enter(".", []byte("*")).Enter("x", []byte("!*"))
	for path, want := range map[string]bool{".": false, "": false, "x/": false, "x": true, "xy": true, "y/a": true, "x/a": false} {
		if got := r.Match(path, true); got != want {
			t.Errorf("path %q: ignored %v, want %v", path, got, want)
		}
	}
}

func TestEnterLeavesTheOuterRules(t *testing.T) {
	outer := (*Rules)(nil).Enter(".", []byte("a"))
	text := []byte("!a\nb")
	inner := outer.Enter("x", text)
	copy(text, "!b\na")
	if outer.Match("x/b", false) || !outer.Match("x/a", false) || !inner.Match("x/b", false) || inner.Match("x/a", false) {
		t.Error("rules changed")
	}
}

func TestIgnoresAll(t *testing.T) {
	got := map[string]bool{}
	want := map[string]bool{
		"*": true, "**": true, "***": true, "/*": true, "/**": true, "**/*": true, "# made by venv\n*\r\n": true, "\\*\n*": true,
		"!a\n*": true, "*\nb\n!": true, "*\n!/": true,
		"*\n!a": false, "*\n!*": false, "a": false, "*/": false, "/*/": false, "*/*": false, "a*": false, "?*": false, "!*": false, `\*`: false, "**/": false,
	}
	for text := range want {
		got[text] = (*Rules)(nil).Enter("x", []byte(text)).IgnoresAll()
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
	if !(*Rules)(nil).Enter("x", []byte("*")).Enter("x/y", []byte("!a")).IgnoresAll() {
		t.Error("what is below a folder that ignores all is not ignored")
	}
}

// Trying all ways to spread so many stars would take longer than the universe.
func TestManyStars(t *testing.T) {
	name := strings.Repeat("a", 255)
	path := strings.TrimSuffix(strings.Repeat("aaaaaaa/", 512), "/")
	for _, pattern := range []string{
		strings.Repeat("*a", 100) + "*b",
		strings.Repeat("*a", 100) + "*[b]*",
		strings.Repeat("**", 100) + "b",
		strings.Repeat("*?", 200) + "*b*",
		strings.Repeat("**/", 200) + "*b*",
		strings.Repeat("**/", 300_000) + "*/*b*",
		strings.Repeat("**/a", 200) + "*b*",
		strings.Repeat("**/*a*a*/", 200) + "*b*",
		strings.Repeat("*a*a*/", 500) + "**/*b*",
		strings.Repeat(`**\/*a*`, 100) + "/*b",
		"**/" + strings.Repeat("*a*a*/", 250) + "*b*/**",
	} {
		r := (*Rules)(nil).Enter(".", []byte(pattern))
		if r.Match(name, false) || r.Match(path, false) {
			t.Errorf("pattern %.20q: matched", pattern)
		}
		if ends := (*Rules)(nil).Enter(".", []byte(strings.ReplaceAll(pattern, "b", "a"))); !ends.Match(name, false) && !ends.Match(path, false) {
			t.Errorf("pattern %.20q: not matched with b as a", pattern)
		}
	}
}

// Every pattern of a large file is found, and the last of it decides.
func TestLargeFile(t *testing.T) {
	var text strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&text, "n%d\n/p/%d\n*.e%d\n!n%d\n", i, i, i, i-1)
	}
	r := (*Rules)(nil).Enter(".", []byte(text.String()))
	got := map[string]bool{}
	for _, path := range []string{"n0", "n49999", "x/n49999", "p/0", "p/49999", "x/p/0", "a.e0", "x/a.e49999", "n", "p", "a.e"} {
		got[path] = r.Match(path, false)
	}
	want := map[string]bool{"n0": false, "n49999": true, "x/n49999": true, "p/0": true, "p/49999": true, "x/p/0": false, "a.e0": true, "x/a.e49999": true, "n": false, "p": false, "a.e": false}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
}
