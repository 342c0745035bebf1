package scan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/pack"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, root, path, content string) {
	t.Helper()
	at := filepath.Join(root, path)
	must(t, os.MkdirAll(filepath.Dir(at), 0o755))
	must(t, os.WriteFile(at, []byte(content), 0o644))
}

// later is a clock at which nothing is too young.
func later() int64 { return time.Now().Add(time.Hour).UnixNano() }

func run(t testing.TB, s Options) Result {
	t.Helper()
	s.MaxFile = 64 << 20
	if s.Clock == 0 {
		s.Clock = later()
	}
	got, err := Run(t.Context(), s)
	must(t, err)
	return got
}

func device(t testing.TB, root string) uint64 {
	t.Helper()
	top, at, err := openTop(root)
	must(t, err)
	top.close()
	return at.device
}

// paths lists what a state holds, with why where it is unknown.
func paths(d *Dir) []string {
	var out []string
	d.paths("", &out)
	return out
}

func (d *Dir) paths(above string, out *[]string) {
	for i := range d.Node.Entries {
		e := &d.Node.Entries[i]
		line := above + e.Name
		if e.Reason() != "" {
			line += ": " + e.Reason()
		}
		*out = append(*out, line)
		if e.Kind == node.Folder {
			d.Kids[i].paths(above+e.Name+"/", out)
		}
	}
}

func sample(t testing.TB, root string) {
	t.Helper()
	for i := range 40 {
		write(t, root, fmt.Sprintf("d%d/e%d/file%d", i%3, i%5, i), fmt.Sprint(i))
	}
	write(t, root, ".gitignore", "*.log\nout/\n!keep.log\n")
	write(t, root, "d0/a.log", "log")
	write(t, root, "d0/.gitignore", "/secret\n")
	write(t, root, "d0/secret", "secret")
	must(t, os.Symlink("d0", filepath.Join(root, "link")))
	must(t, os.Mkdir(filepath.Join(root, "empty"), 0o700))
}

func TestUnchangedIsTheVerySame(t *testing.T) {
	root := t.TempDir()
	sample(t, root)
	first := run(t, Options{Root: root})
	for _, workers := range []int{1, 2, 4} {
		if again := run(t, Options{Root: root, Old: first.Dir, Workers: workers}); again.Dir != first.Dir {
			t.Errorf("with %d workers: another state, though nothing changed", workers)
		}
	}
	fresh := run(t, Options{Root: root, Workers: 4})
	if fresh.Dir.ID != first.Dir.ID || fresh.Dir.Policy != first.Dir.Policy {
		t.Error("reading everything again gives another id")
	}
	kept, at, err := Unmarshal(Marshal(first.Dir, device(t, root)))
	must(t, err)
	if at != device(t, root) {
		t.Errorf("device %d", at)
	}
	if again := run(t, Options{Root: root, Old: kept}); again.Dir != kept || kept.ID != first.Dir.ID || kept.Policy != first.Dir.Policy {
		t.Error("a state from a file is not as good as one from memory")
	}
}

func TestADamagedCacheIsNoState(t *testing.T) {
	root := t.TempDir()
	sample(t, root)
	whole := Marshal(run(t, Options{Root: root}).Dir, 1)
	for at := 0; at < len(whole); at += 3 {
		flipped := slices.Clone(whole)
		flipped[at] ^= 1
		for _, data := range [][]byte{flipped, whole[:at]} {
			if _, _, err := Unmarshal(data); err == nil {
				t.Fatalf("damaged at %d and yet a state", at)
			}
		}
	}
}

// TestAHintIsAsGoodAsReadingAll changes things and compares a scan of what is
// dirty with a whole one.
func TestAHintIsAsGoodAsReadingAll(t *testing.T) {
	at := func(root, path string) string { return filepath.Join(root, path) }
	for name, test := range map[string]struct {
		change func(t *testing.T, root string)
		dirty  []string
	}{
		"nothing":          {func(*testing.T, string) {}, nil},
		"a file written":   {func(t *testing.T, root string) { write(t, root, "d1/e1/file1", "changed") }, []string{"d1/e1"}},
		"a file made":      {func(t *testing.T, root string) { write(t, root, "d1/new", "new") }, []string{"d1"}},
		"a file gone":      {func(t *testing.T, root string) { must(t, os.Remove(at(root, "d1/e1/file1"))) }, []string{"d1/e1"}},
		"a folder made":    {func(t *testing.T, root string) { write(t, root, "d1/new/deep/er", "new") }, []string{"d1"}},
		"a folder gone":    {func(t *testing.T, root string) { must(t, os.RemoveAll(at(root, "d1/e1"))) }, []string{"d1", "d1/e1"}},
		"a folder renamed": {func(t *testing.T, root string) { must(t, os.Rename(at(root, "d1"), at(root, "d9"))) }, []string{"."}},
		"folders swapped": {func(t *testing.T, root string) {
			must(t, os.Rename(at(root, "d1"), at(root, "x")))
			must(t, os.Rename(at(root, "d2"), at(root, "d1")))
			must(t, os.Rename(at(root, "x"), at(root, "d2")))
		}, []string{"."}},
		"a mode":       {func(t *testing.T, root string) { must(t, os.Chmod(at(root, "d1"), 0o700)) }, []string{"."}},
		"rules":        {func(t *testing.T, root string) { write(t, root, ".gitignore", "e1/\n") }, []string{"."}},
		"rules inside": {func(t *testing.T, root string) { write(t, root, "d1/.gitignore", "e1/\n") }, []string{"d1"}},
		"rules gone":   {func(t *testing.T, root string) { must(t, os.Remove(at(root, "d0/.gitignore"))) }, []string{"d0"}},
		"a file, a folder": {func(t *testing.T, root string) {
			must(t, os.Remove(at(root, "link")))
			write(t, root, "link/in", "x")
		}, []string{"."}},
		"more than there is": {func(*testing.T, string) {}, []string{"d0", "d0/e0", "empty", "never/was", "link/x"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			sample(t, root)
			first := run(t, Options{Root: root})
			test.change(t, root)
			dirty := map[string]bool{}
			for _, path := range test.dirty {
				dirty[path] = false
			}
			hinted := run(t, Options{Root: root, Old: first.Dir, Dirty: NewDirt(dirty)})
			all := run(t, Options{Root: root, Old: first.Dir})
			fresh := run(t, Options{Root: root})
			if d := cmp.Diff(paths(fresh.Dir), paths(hinted.Dir)); d != "" || hinted.Dir.ID != fresh.Dir.ID || all.Dir.ID != fresh.Dir.ID || hinted.Dir.Policy != fresh.Dir.Policy {
				t.Errorf("(-fresh +hinted):\n%s", d)
			}
			if again := run(t, Options{Root: root, Old: hinted.Dir}); again.Dir != hinted.Dir {
				t.Errorf("a whole scan still finds something: %v", again.Differs)
			}
		})
	}
}

func TestAHintThatDoesNotFitIsRefused(t *testing.T) {
	root := t.TempDir()
	sample(t, root)
	first := run(t, Options{Root: root})
	must(t, os.RemoveAll(filepath.Join(root, "d1")))
	s := Options{Root: root, Old: first.Dir, Dirty: NewDirt(map[string]bool{"d1/e1": false}), MaxFile: 1 << 20, Clock: later()}
	if got, err := Run(t.Context(), s); !errors.Is(err, ErrHint) {
		t.Errorf("%v, %v", paths(got.Dir), err)
	}
}

// TestFilesWithOtherNamesAreAlwaysLookedAt writes to a file by a name that no
// watcher sees.
func TestFilesWithOtherNamesAreAlwaysLookedAt(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	sample(t, root)
	must(t, os.Link(filepath.Join(root, "d1/e1/file1"), filepath.Join(outside, "other")))
	first := run(t, Options{Root: root})
	must(t, os.WriteFile(filepath.Join(outside, "other"), []byte("by another name"), 0o644))
	hinted := run(t, Options{Root: root, Old: first.Dir, Dirty: NewDirt(nil)})
	if fresh := run(t, Options{Root: root}); hinted.Dir.ID != fresh.Dir.ID || hinted.Dir.ID == first.Dir.ID {
		t.Error("not seen")
	}
}

func TestIgnoredFilesInTiers(t *testing.T) {
	root := t.TempDir()
	write(t, root, ".gitignore", "*.env\n*.big\n*.grow\nmany/\n")
	write(t, root, "a.env", "precious")
	write(t, root, "a.big", strings.Repeat("x", 1<<20+1))
	write(t, root, "a.grow", "small")
	for i := range 70 {
		write(t, root, fmt.Sprintf("many/%02d", i), strings.Repeat(fmt.Sprint(i%10), 1<<20))
	}
	first := run(t, Options{Root: root, Workers: 1})
	count := func(d *Dir, what string) int {
		n := 0
		for _, line := range paths(d) {
			if strings.Contains(line, what) {
				n++
			}
		}
		return n
	}
	if count(first.Dir, "a.big: ignored, and larger") != 1 || count(first.Dir, ": ignored, beside") < 6 || count(first.Dir, "many/") != 70 {
		t.Fatalf("first: %v", paths(first.Dir))
	}
	// What was captured stays captured.
	write(t, root, "a.grow", strings.Repeat("y", 1<<20+1))
	second := run(t, Options{Root: root, Old: first.Dir})
	if count(second.Dir, "a.grow:") != 0 || count(second.Dir, "a.big:") != 1 {
		t.Fatalf("second: %v", paths(second.Dir))
	}
	// And a bulk folder shows that it has changed, no more.
	write(t, root, ".gitignore", "node_modules\n")
	write(t, root, "node_modules/a", "1")
	third := run(t, Options{Root: root, Old: second.Dir})
	write(t, root, "node_modules/b", "1")
	fourth := run(t, Options{Root: root, Old: third.Dir})
	if count(third.Dir, "node_modules: ignored") != 1 || third.Dir.ID == fourth.Dir.ID {
		t.Fatalf("third: %v", paths(third.Dir))
	}
}

// TestLargeFilesAreKeptInPieces changes one in the middle, appends and cuts.
func TestLargeFilesAreKeptInPieces(t *testing.T) {
	root, store := t.TempDir(), t.TempDir()
	packs, err := pack.Open(store, nil, pack.Options{})
	must(t, err)
	defer packs.Close()
	content := make([]byte, 20<<20+5)
	for i := range content {
		content[i] = byte(i * i >> 3)
	}
	var marks []pack.Mark
	var old *Dir
	for _, change := range []func(){
		func() {},
		func() { content[10<<20] ^= 1 },
		func() { content = append(content, "more"...) },
		func() { content = content[:9<<20] },
	} {
		change()
		must(t, os.WriteFile(filepath.Join(root, "large"), content, 0o644))
		keep := packs.Begin(marks)
		got := run(t, Options{Root: root, Keep: keep, Old: old})
		if marks, err = keep.Flush(); err != nil {
			t.Fatal(err)
		}
		old = got.Dir
		id := got.Dir.Node.Entries[0].ID
		if id != node.Sum(content) {
			t.Fatal("the id is not the hash of the content")
		}
		list, kind, err := packs.Read(id)
		must(t, err)
		if kind != pack.List {
			t.Fatalf("kind %d", kind)
		}
		var back []byte
		for ; len(list) > 0; list = list[len(node.ID{}):] {
			piece, _, err := packs.Read(node.ID(list[:len(node.ID{})]))
			must(t, err)
			back = append(back, piece...)
		}
		if node.Sum(back) != id {
			t.Fatal("the pieces make another file")
		}
	}
}

func TestEndsWithItsContext(t *testing.T) {
	root := t.TempDir()
	sample(t, root)
	ctx, cancel := context.WithCancel(t.Context())
	s := Options{Root: root, MaxFile: 1, Clock: later(), Read: func(string) error { cancel(); return nil }}
	if _, err := Run(ctx, s); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func corpus(b *testing.B, files int) string {
	root := b.TempDir()
	for i := range files {
		write(b, root, fmt.Sprintf("d%d/e%d/f%d/file%d.go", i%10, i/10%10, i/100%100, i), fmt.Sprintf("package p // %d", i))
	}
	return root
}

func BenchmarkUnchanged(b *testing.B) {
	for _, files := range []int{1_000, 10_000, 100_000} {
		root := corpus(b, files)
		first := run(b, Options{Root: root})
		b.Run(fmt.Sprintf("scan/%d", files), func(b *testing.B) {
			for b.Loop() {
				if got := run(b, Options{Root: root, Old: first.Dir}); got.Dir != first.Dir {
					b.Fatal("changed")
				}
			}
		})
		b.Run(fmt.Sprintf("hinted/%d", files), func(b *testing.B) {
			for b.Loop() {
				run(b, Options{Root: root, Old: first.Dir, Dirty: NewDirt(nil)})
			}
		})
	}
}
