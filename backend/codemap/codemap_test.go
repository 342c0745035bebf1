package codemap

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/codemap/outline"
	"github.com/keel-ide/keel/backend/search"
)

// TestMain has this binary be the parser that its tests start.
func TestMain(m *testing.M) {
	if outline.Is(os.Args[1:]) {
		os.Exit(outline.Serve(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func open(t testing.TB, root string, change func(*Options)) *Map {
	t.Helper()
	ripgrep, err := search.Locate(".")
	if err != nil {
		t.Fatalf("these tests need ripgrep: run `npm ci` in frontend, or set KEEL_RIPGREP to an rg program (%v)", err)
	}
	engine := search.New(ripgrep)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Root:   root,
		Search: func() (*search.Engine, error) { return engine, nil },
		Parser: func() ([]string, error) { return []string{program, outline.Argument}, nil },
	}
	if change != nil {
		change(&o)
	}
	m := New(o)
	t.Cleanup(func() {
		if err := errors.Join(m.Close(), engine.Close()); err != nil {
			t.Error(err)
		}
	})
	return m
}

func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		write(t, root, name, text)
	}
	return root
}

func write(t testing.TB, root, name, text string) {
	t.Helper()
	full := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func needParser(t testing.TB) {
	t.Helper()
	if !outline.Available {
		t.Skip("this build has no parser")
	}
}

func small() map[string]string {
	return map[string]string{
		"calc/calc.go":    "package calc\n\n// Add adds.\nfunc Add(a, b int) int { return a + b }\n\nfunc Divide(a, b int) (int, error) { return a / b, nil }\n",
		"calc/address.go": "package calc\n\ntype Address struct{ Street string }\n\nfunc (a Address) String() string { return a.Street }\n",
		"main.go":         "package main\n\nfunc main() { println(Add(1, 2), Divide(3, 0)) }\n",
		"web/app.py":      "def handle_request(request):\n    return render(request)\n",
		"notes.txt":       "Divide by zero makes the program panic.\n",
	}
}

func TestSymbols(t *testing.T) {
	needParser(t)
	m := open(t, folder(t, small()), nil)
	tests := []struct {
		query string
		want  []string
	}{
		{"Add", []string{"Add calc/calc.go:4", "Address calc/address.go:3"}},
		{"add", []string{"Add calc/calc.go:4", "Address calc/address.go:3"}},
		{"hr", []string{"handle_request web/app.py:1"}},
		{"request", []string{"handle_request web/app.py:1"}},
		{"calc div", []string{"Divide calc/calc.go:6"}},
		{"dvd", []string{"Divide calc/calc.go:6"}},
		{"nothing like it", nil},
		{"", nil},
	}
	for _, test := range tests {
		found, err := m.Symbols(t.Context(), test.query, 2)
		if err != nil {
			t.Fatalf("%q: %v", test.query, err)
		}
		var got []string
		for _, s := range found {
			got = append(got, fmt.Sprintf("%s %s:%d", s.Name, s.Path, s.From))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.query, diff)
		}
	}
}

func TestCodebase(t *testing.T) {
	needParser(t)
	m := open(t, folder(t, small()), nil)
	text, cut, err := m.Codebase(t.Context(), "Why does Divide panic on zero?", 0)
	if err != nil {
		t.Fatal(err)
	}
	want := `Files of the workspace that matter most for the prompt, the best first, with what they define and on which line. This is only a map: read a file before you rely on it.

calc/calc.go
  4: func Add(a, b int) int
  6: func Divide(a, b int) (int, error)

notes.txt

main.go
  3: func main()

Lines with words of the prompt:
calc/calc.go:6: func Divide(a, b int) (int, error) { return a / b, nil }
notes.txt:1: Divide by zero makes the program panic.
main.go:3: func main() { println(Add(1, 2), Divide(3, 0)) }
`
	if diff := cmp.Diff(want, text); diff != "" || cut != "" {
		t.Errorf("cut %q (-want +got):\n%s", cut, diff)
	}
	for range 5 {
		again, _, err := m.Codebase(t.Context(), "Why does Divide panic on zero?", 0)
		if err != nil || again != text {
			t.Fatalf("it is not the same again: %v\n%s", err, again)
		}
	}
}

func TestCodebaseHasNoMoreThanItMay(t *testing.T) {
	needParser(t)
	files := small()
	for i := range 50 {
		files[fmt.Sprintf("lib/divide%02d.go", i)] = fmt.Sprintf("package lib\n\nfunc Divide%d(a int) int { return a }\n\nfunc Zero%d() {}\n", i, i)
	}
	m := open(t, folder(t, files), nil)
	for _, most := range []int{3, 350, 1750, 5250} {
		text, cut, err := m.Codebase(t.Context(), "divide by zero", most)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > most || cut == "" {
			t.Errorf("most %d: %d bytes, cut %q", most, len(text), cut)
		}
	}
}

// TestWhatIsKeptDoesNotShow has secrets, ignored files and links in the folder.
func TestWhatIsKeptDoesNotShow(t *testing.T) {
	needParser(t)
	outside := folder(t, map[string]string{"outside.go": "package a\nfunc MarkOutside() {}\n"})
	root := folder(t, map[string]string{
		"a.go":           "package a\nfunc MarkOpen() {}\n",
		"kept.go":        "package a\nfunc MarkKept() {}\n",
		"ignored.go":     "package a\nfunc MarkIgnored() {}\n",
		"out/ignored.go": "package a\nfunc MarkIgnoredToo() {}\n",
		".gitignore":     "ignored.go\nout/\n",
		".git/hook.go":   "package a\nfunc MarkGit() {}\n",
	})
	for from, to := range map[string]string{"link.go": filepath.Join(outside, "outside.go"), "folder": outside, "inside.go": filepath.Join(root, "kept.go")} {
		if err := os.Symlink(to, filepath.Join(root, from)); err != nil {
			t.Skip(err)
		}
	}
	m := open(t, root, func(o *Options) {
		o.Kept = func() func(string) bool { return func(name string) bool { return name == "kept.go" } }
	})
	text, _, err := m.Codebase(t.Context(), "mark open kept outside", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"kept.go", "ignored.go", "outside", "MarkKept", "MarkIgnored", "MarkOutside", "hook.go", "link.go", "inside.go"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q stands in\n%s", bad, text)
		}
	}
	found, err := m.Symbols(t.Context(), "Mark", 10)
	if err != nil || len(found) != 1 || found[0].Name != "MarkOpen" {
		t.Errorf("%v %v", found, err)
	}
}

// TestChanges writes, changes and deletes between questions; only what changed is
// read again.
func TestChanges(t *testing.T) {
	needParser(t)
	root := folder(t, small())
	m := open(t, root, nil)
	ask := func() *index {
		t.Helper()
		if _, _, err := m.Codebase(t.Context(), "divide", 0); err != nil {
			t.Fatal(err)
		}
		return m.now
	}
	first := ask()
	if ask() != first {
		t.Error("it is made anew though nothing has changed")
	}
	write(t, root, "calc/calc.go", "package calc\n\nfunc Multiply() {}\n")
	write(t, root, "new.go", "package new\n\nfunc Fresh() {}\n")
	if err := os.Remove(filepath.Join(root, "web", "app.py")); err != nil {
		t.Fatal(err)
	}
	second := ask()
	var got []string
	for _, name := range []string{"Multiply", "Fresh", "Divide", "handle_request"} {
		for _, s := range second.find(t.Context(), name, 1) {
			got = append(got, s.Name)
		}
	}
	if diff := cmp.Diff([]string{"Multiply", "Fresh"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if second.byPath["main.go"] != first.byPath["main.go"] {
		t.Error("a file that has not changed was read again")
	}
}

// TestHostileFiles has what no person writes in a folder: the map is made.
func TestHostileFiles(t *testing.T) {
	needParser(t)
	files := small()
	files["deep.go"] = strings.Repeat("(", 100_000)
	files["long.js"] = strings.Repeat("divide(0);", outline.MostBytes/10)
	files["huge.py"] = strings.Repeat("# zero\n", outline.MostBytes/7+100)
	files["binary.go"] = "package a\x00\x01\x02func Divide() {}"
	files["latin.go"] = "package a\n// \xff\xfe\nfunc Divide\xff() {}\n"
	files["new\nline\u202e.go"] = "package a\n\nfunc Divide() {} // zero \x1b[31m\u202e\n"
	m := open(t, folder(t, files), nil)
	text, _, err := m.Codebase(t.Context(), "Why does `Divide` panic \xff on zero? \x00 "+strings.Repeat("word ", 100_000), 0)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "calc/calc.go") || strings.ContainsAny(text, "\x00\x1b\u202e") || text != strings.ToValidUTF8(text, "") {
		t.Errorf("%q", text)
	}
	if !strings.Contains(text, `"new\nline\u202e.go"`) {
		t.Errorf("a path with a line end is not quoted in\n%s", text)
	}
}

func TestWithoutParser(t *testing.T) {
	m := open(t, folder(t, small()), func(o *Options) { o.Parser = nil })
	text, cut, err := m.Codebase(t.Context(), "divide by zero", 0)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "calc/calc.go") || !strings.Contains(cut, "symbols are not available in this build") {
		t.Errorf("cut %q\n%s", cut, text)
	}
}

// TestParserThatDoesNotStart has enough files for several workers, of which each may
// be the first to see it.
func TestParserThatDoesNotStart(t *testing.T) {
	if !outline.Available {
		t.Skip("this build has no parser")
	}
	files := small()
	for i := range 40 {
		files[fmt.Sprintf("lib/divide%02d.go", i)] = "package lib\n\nfunc Divide() {}\n"
	}
	missing := filepath.Join(t.TempDir(), "missing")
	m := open(t, folder(t, files), func(o *Options) { o.Parser = func() ([]string, error) { return []string{missing}, nil } })
	text, cut, err := m.Codebase(t.Context(), "divide by zero", 0)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "lib/divide00.go") || strings.Count(cut, "Files are without symbols: starting the parser") != 1 {
		t.Errorf("cut %q\n%s", cut, text)
	}
}

func TestWithoutRipgrep(t *testing.T) {
	m := open(t, t.TempDir(), func(o *Options) {
		o.Search = func() (*search.Engine, error) { return nil, search.ErrNoRipgrep }
	})
	if _, _, err := m.Codebase(t.Context(), "x", 0); !errors.Is(err, search.ErrNoRipgrep) {
		t.Errorf("the map: %v", err)
	}
	if _, err := m.Symbols(t.Context(), "x", 1); !errors.Is(err, search.ErrNoRipgrep) {
		t.Errorf("symbols: %v", err)
	}
}

// TestCancel leaves while the parser works: the look ends, and the next question
// begins another.
func TestCancel(t *testing.T) {
	needParser(t)
	ctx, cancel := context.WithCancel(t.Context())
	m := open(t, folder(t, small()), func(o *Options) {
		parser := o.Parser
		o.Parser = func() ([]string, error) { cancel(); return parser() }
	})
	if _, _, err := m.Codebase(ctx, "divide", 0); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if text, _, err := m.Codebase(t.Context(), "divide", 0); err != nil || !strings.Contains(text, "calc.go") {
		t.Errorf("afterwards: %v\n%s", err, text)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := m.Codebase(t.Context(), "divide", 0); !errors.Is(err, context.Canceled) {
		t.Errorf("closed: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	needParser(t)
	root := folder(t, small())
	m := open(t, root, nil)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			if i%2 == 0 {
				if _, _, err := m.Codebase(t.Context(), "divide", 0); err != nil {
					t.Error(err)
				}
				return
			}
			if _, err := m.Symbols(t.Context(), "divide", 5); err != nil {
				if _, reading := errors.AsType[*ReadingError](err); !reading {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
