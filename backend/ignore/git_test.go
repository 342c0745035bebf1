package ignore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// repository asks the real git.
type repository struct{ dir string }

func newRepository(t *testing.T) repository {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs names of any bytes")
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	r := repository{t.TempDir()}
	if _, err := r.git("", "init", "--quiet", "--template="); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r repository) git(stdin string, arguments ...string) ([]byte, error) {
	command := exec.Command("git", append([]string{"-c", "core.excludesFile=", "-c", "core.ignoreCase=false"}, arguments...)...)
	command.Dir = r.dir
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_DIR="+filepath.Join(r.dir, ".git"), "GIT_WORK_TREE="+r.dir)
	command.Stdin = strings.NewReader(stdin)
	out, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && (exit.ExitCode() != 1 || len(exit.Stderr) > 0) {
		return nil, fmt.Errorf("git %q: %w: %s", arguments, err, exit.Stderr)
	}
	return out, nil
}

// tree is what a test asks about: folders with their ignore files, and paths,
// which are folders or else files that need not exist.
type tree struct {
	Files   map[string]string // by folder, "." for the top
	Folders map[string]bool
	Paths   []string
}

func (tr tree) write(dir string) error {
	listed, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range listed {
		if entry.Name() == ".git" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	for folder := range tr.Folders {
		if err := os.MkdirAll(dir+"/"+folder, 0o777); err != nil {
			return err
		}
	}
	for folder, text := range tr.Files {
		if err := os.WriteFile(dir+"/"+folder+"/.gitignore", []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// verdicts are git's, for each path of the tree.
func (r repository) verdicts(tr tree) ([]verdict, error) {
	if err := tr.write(r.dir); err != nil {
		return nil, err
	}
	var stdin strings.Builder
	for _, path := range tr.Paths {
		stdin.WriteString("./" + path + "\x00")
	}
	out, err := r.git(stdin.String(), "check-ignore", "--no-index", "--verbose", "--non-matching", "--stdin", "-z")
	if err != nil {
		return nil, err
	}
	fields := bytes.Split(out, []byte{0}) // source, line, pattern, path
	if len(fields) != 4*len(tr.Paths)+1 {
		return nil, fmt.Errorf("git answered %d fields for %d paths", len(fields), len(tr.Paths))
	}
	var all []verdict
	for i, path := range tr.Paths {
		answer := fields[4*i : 4*i+4]
		switch {
		case string(answer[3]) != "./"+path:
			return nil, fmt.Errorf("git answered for %q instead of %q", answer[3], path)
		case len(answer[0]) == 0:
			all = append(all, unmatched)
		case bytes.HasPrefix(answer[2], []byte("!")):
			all = append(all, included)
		default:
			all = append(all, ignored)
		}
	}
	return all, nil
}

// ours are the verdicts of this package, found as a capture does: folder by
// folder, and not into ignored ones.
func (tr tree) ours() []verdict {
	var all []verdict
	for _, path := range tr.Paths {
		all = append(all, tr.our(path))
	}
	return all
}

func (tr tree) our(path string) verdict {
	rules := (*Rules)(nil).Enter(".", []byte(tr.Files["."]))
	for i := range len(path) {
		if path[i] != '/' {
			continue
		}
		folder := path[:i]
		if rules.find(folder, true) == ignored {
			return ignored
		}
		rules = rules.Enter(folder, []byte(tr.Files[folder]))
	}
	return rules.find(path, tr.Folders[path])
}

// drawName makes names of few pieces, so that patterns often match.
func drawName() *rapid.Generator[string] {
	piece := rapid.SampledFrom([]string{
		"a", "a", "a", "b", "b", "ab", "c", ".c", ".", "A", "z", "1", " ", "#", "!", "-", "^", `\`, "[", "]", "*", "?", ":", "é", "\xff", "\x80", "\r", "\n", "\t", "\x01", "\v", "\xef\xbb\xbf",
	})
	plain := rapid.SampledFrom([]string{"a", "b", "ab", "a.c", ".c", "-", "c", "d", "]", "^"})
	return rapid.OneOf(plain, rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 1, 4).Draw(t, "pieces"), "")
	})).Filter(func(name string) bool { return name != "." && name != ".." })
}

func drawPath(names []string, deepest int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(names), 1, deepest).Draw(t, "path"), "/")
	})
}

// drawLine draws a line either of pieces that mean something, or of a path of
// which parts were made general.
func drawLine(names []string) *rapid.Generator[string] {
	piece := rapid.OneOf(rapid.SampledFrom(names), rapid.SampledFrom([]string{
		"*", "*", "**", "***", "?", "/", "/", "**/", "/**", "/**/", "*/", "/*", "a", "b", ".", "!", "#", " ", "  ", `\ `, `\`, `\\`, `\/`, `\*`, `\a`, "\r", "\t", "\x00",
		"[", "]", "[ab]", "[!a]", "[^a]", "[a-c]", "[]]", "[!]a]", "[]-a]", "[a-]", "[-a]", "[c-a]", `[\]]`, `[a\-z]`, `[\a-\c]`, "[a/]", "[--0]", "[[:", "[[:]", ":]", "[[:alpha:]]", "[![:space:]]", "[[:digit:]-z]", "[[:a:]]", "[[::]]", "[[:alnum:]", "[\x80-\xff]", "[[a]", "-",
	}))
	pieces := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "line"), "")
	})
	general := rapid.Custom(func(t *rapid.T) string {
		steps := strings.Split(drawPath(names, 4).Draw(t, "of"), "/")
		for i, name := range steps {
			cut := rapid.IntRange(0, len(name)).Draw(t, "cut")
			switch rapid.IntRange(0, 9).Draw(t, "how") {
			case 0:
				steps[i] = "*"
			case 1:
				steps[i] = "**"
			case 2:
				steps[i] = "*" + name[cut:]
			case 3:
				steps[i] = name[:cut] + "*"
			case 4:
				steps[i] = name[:cut] + "*" + name[cut:]
			case 5:
				steps[i] = name[:cut] + "**" + name[cut:]
			case 6:
				steps[i] = name[:cut] + "?" + name[min(cut+1, len(name)):]
			case 7:
				steps[i] = name[:cut] + `\` + name[cut:]
			}
		}
		before := rapid.SampledFrom([]string{"", "", "", "/", "**/", "!", "!/", "*"}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", "", "", "/", "/**", "/*", " ", "*", "//"}).Draw(t, "after")
		return before + strings.Join(steps, "/") + after
	})
	few := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"a", "a", "b", "/", "/", "*", "*", "**", "**/", `\/`, "?", "[!c]", "[a/]",
		}), 1, 8).Draw(t, "few"), "")
	})
	sets := rapid.Custom(func(t *rapid.T) string {
		members := rapid.SliceOfN(rapid.SampledFrom([]string{
			"a", "b", "c", "e", "z", "-", "-", "-", "]", "[", "!", "^", `\`, ":", "[:alpha:]", "[:space:]", " ", "\xff",
		}), 1, 6).Draw(t, "set")
		return rapid.SampledFrom([]string{"", "a", "*", "x/"}).Draw(t, "before") + "[" + strings.Join(members, "") + "]"
	})
	return rapid.OneOf(pieces, general, few, sets)
}

func drawText(names []string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		b.WriteString(rapid.SampledFrom([]string{"", "", "", "\xef\xbb\xbf"}).Draw(t, "mark"))
		lines := rapid.SliceOfN(drawLine(names), 0, 5).Draw(t, "lines")
		if len(lines) > 0 && rapid.Bool().Draw(t, "again") {
			line := rapid.SampledFrom(lines).Draw(t, "of before")
			lines = append(lines, "!"+line, line)[:len(lines)+rapid.IntRange(1, 2).Draw(t, "times")]
		}
		for _, line := range lines {
			b.WriteString(line + rapid.SampledFrom([]string{"\n", "\n", "\n", "\r\n", "\r\r\n", "\n\n"}).Draw(t, "end"))
		}
		text := b.String()
		if rapid.Bool().Draw(t, "unended") {
			text = strings.TrimSuffix(text, "\n")
		}
		return text
	})
}

func drawTree(t *rapid.T) tree {
	names := rapid.SliceOfN(drawName(), 2, 6).Draw(t, "names")
	tr := tree{Files: map[string]string{}, Folders: map[string]bool{}}
	for _, folder := range append(rapid.SliceOfN(drawPath(names, 4), 0, 4).Draw(t, "folders"), ".") {
		for i := range len(folder) {
			if folder[i] == '/' {
				tr.Folders[folder[:i]] = true
			}
		}
		tr.Folders[folder] = true
		tr.Files[folder] = drawText(names).Draw(t, "text")
	}
	tr.Paths = rapid.SliceOfNDistinct(drawPath(names, 5), 1, 30, rapid.ID).Draw(t, "paths")
	for folder := range tr.Folders {
		if folder != "." && !slices.Contains(tr.Paths, folder) {
			tr.Paths = append(tr.Paths, folder)
		}
	}
	slices.Sort(tr.Paths)
	return tr
}

// drawForest draws one tree or many side by side, as starting git takes longer
// than its answers.
func drawForest(t *rapid.T) tree {
	count := rapid.SampledFrom([]int{1, 8}).Draw(t, "count")
	if count == 1 {
		return drawTree(t)
	}
	all := tree{Files: map[string]string{}, Folders: map[string]bool{}}
	for i := range count {
		root := fmt.Sprint("tree", i)
		inside := func(path string) string { return strings.TrimSuffix(root+"/"+path, "/.") }
		one := drawTree(t)
		for folder, text := range one.Files {
			all.Files[inside(folder)] = text
		}
		for folder := range one.Folders {
			all.Folders[inside(folder)] = true
		}
		for _, path := range one.Paths {
			all.Paths = append(all.Paths, inside(path))
		}
	}
	return all
}

func TestAnswersAsGitDoes(t *testing.T) {
	repository := newRepository(t)
	rapid.Check(t, func(t *rapid.T) {
		tr := drawForest(t)
		want, err := repository.verdicts(tr)
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range tr.ours() {
			if got != want[i] {
				t.Fatalf("path %q: verdict %d, git's is %d, with ignore files %q and folders %v", tr.Paths[i], got, want[i], tr.Files, tr.Folders)
			}
		}
	})
}

// Every byte against every class, and against what may stand in a range.
func TestClassesAreGits(t *testing.T) {
	repository := newRepository(t)
	tr := tree{Files: map[string]string{}, Folders: map[string]bool{}}
	for i, class := range []string{
		"[[:alnum:]]", "[[:alpha:]]", "[[:blank:]]", "[[:cntrl:]]", "[[:digit:]]", "[[:graph:]]", "[[:lower:]]", "[[:print:]]", "[[:punct:]]", "[[:space:]]", "[[:upper:]]", "[[:xdigit:]]",
		"[![:alnum:]]", "[^[:cntrl:][:punct:]]", "[[:ALPHA:]]", "[a-\xff]", "[\x01-z]", "[!\x80-\xff]", "?", "*", "[+--]", "[*-\\]]", "[[-\\]]",
	} {
		folder := fmt.Sprint("f", i)
		tr.Folders[folder] = true
		tr.Files[folder] = class
		for b := 1; b < 256; b++ {
			if b != '/' && b != '.' {
				tr.Paths = append(tr.Paths, folder+"/"+string([]byte{byte(b)}))
			}
			tr.Paths = append(tr.Paths, strings.TrimSuffix(folder+"/x"+string([]byte{byte(b)}), "/"))
		}
	}
	want, err := repository.verdicts(tr)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(want, ignored) || !slices.Contains(want, unmatched) {
		t.Fatal("git's verdicts are all the same")
	}
	if difference := cmp.Diff(byPath(tr, want), byPath(tr, tr.ours())); difference != "" {
		t.Error(difference)
	}
}

func byPath(tr tree, verdicts []verdict) map[string]verdict {
	all := map[string]verdict{}
	for i, path := range tr.Paths {
		all[path] = verdicts[i]
	}
	return all
}
