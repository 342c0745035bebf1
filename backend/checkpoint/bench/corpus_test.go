package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// made writes a corpus and returns it with where it stands.
func made(t *testing.T, files int) (*corpus, string) {
	t.Helper()
	c, root := newCorpus(files), filepath.Join(t.TempDir(), "tree")
	if err := c.write(t.Context(), []string{root}); err != nil {
		t.Fatal(err)
	}
	return c, root
}

func found(t *testing.T, root string) tree {
	t.Helper()
	got, err := walk(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func equal(t *testing.T, want, got tree) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.AllowUnexported(item{})); d != "" {
		t.Fatalf("tree (-want +got):\n%s", d)
	}
}

func TestCorpusIsTheSameEachTime(t *testing.T) {
	one, oneRoot := made(t, 300)
	two, twoRoot := made(t, 300)
	equal(t, found(t, oneRoot), found(t, twoRoot))
	equal(t, one.want, found(t, oneRoot))
	for _, count := range []int{1, 30} {
		a, b := one.edits(count), two.edits(count)
		if d := cmp.Diff(a, b, cmp.AllowUnexported(edit{})); d != "" || len(a) != count {
			t.Fatalf("%d edits (-one +two):\n%s", len(a), d)
		}
		one.note(a, false)
		two.note(b, false)
		if err := apply(oneRoot, a); err != nil {
			t.Fatal(err)
		}
		equal(t, one.want, found(t, oneRoot))
	}
}

func TestCorpusHasSomethingOfEverything(t *testing.T) {
	c, root := made(t, 3000)
	if got := len(c.files) + len(c.links); got != 3000 {
		t.Errorf("%d files and links", got)
	}
	mean := float64(c.bytes) / float64(len(c.files))
	if mean < 2500 || mean > 6000 {
		t.Errorf("a file has %.0f bytes in the mean", mean)
	}
	kinds := map[string]int{}
	for at, i := range c.want {
		kinds[i.mode.String()]++
		if i.mode.IsDir() {
			if entries, err := os.ReadDir(filepath.Join(root, at)); err != nil || len(entries) == 0 {
				kinds["empty"]++
			}
		}
	}
	for _, kind := range []string{"-rw-r--r--", "-rwxr-xr-x", "-rw-------", "L---------", "drwxr-xr-x", "drwx------", "empty"} {
		if kinds[kind] == 0 {
			t.Errorf("there is no %s: %v", kind, kinds)
		}
	}
	if a := len(c.folders); a < 150 || a > 500 {
		t.Errorf("%d folders", a)
	}
	seen, err := rawScan(t.Context(), root, true)
	if err != nil || seen != int64(len(c.want)) {
		t.Errorf("the floor saw %d paths of %d: %v", seen, len(c.want), err)
	}
}

// TestCompareAndRepair does each kind of damage to a tree.
func TestCompareAndRepair(t *testing.T) {
	c, root := made(t, 300)
	var empty, full string
	for _, f := range c.folders {
		entries, err := os.ReadDir(filepath.Join(root, f.path))
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) == 0 {
			empty = f.path
		} else {
			full = f.path
		}
	}
	some, other := c.files[0], c.files[1]
	at := func(name string) string { return filepath.Join(root, name) }
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	type row struct {
		name           string
		damage         func(t *testing.T)
		how, path, say string
	}
	tests := []row{
		{"none", func(*testing.T) {}, "", "", ""},
		{"empty folder", func(t *testing.T) { must(t, os.Remove(at(empty))) }, wrongGone, empty, "1 folder gone"},
		{"file gone", func(t *testing.T) { must(t, os.Remove(at(some.path))) }, wrongGone, some.path, "1 path gone"},
		{"added", func(t *testing.T) { must(t, os.Mkdir(at("new"), 0o755)) }, wrongAdded, "new", "1 path added"},
		{"mode", func(t *testing.T) { must(t, os.Chmod(at(some.path), some.mode|0o022)) }, wrongMode, some.path, "1 path with another mode"},
		{"folder's mode", func(t *testing.T) { must(t, os.Chmod(at(empty), 0o711)) }, wrongMode, empty, "1 path with another mode"},
		{"bytes", func(t *testing.T) { must(t, os.WriteFile(at(some.path), []byte("x"), 0)) }, wrongContent, some.path, "1 path with other bytes"},
		{"file for folder", func(t *testing.T) {
			must(t, os.Remove(at(empty)))
			must(t, os.WriteFile(at(empty), nil, 0o600))
		}, wrongKind, empty, "1 path of another kind"},
		{"folder for file", func(t *testing.T) {
			must(t, os.Remove(at(other.path)))
			must(t, os.Mkdir(at(other.path), 0o755))
		}, wrongKind, other.path, "1 path of another kind"},
		{"full folder", func(t *testing.T) { must(t, os.RemoveAll(at(full))) }, wrongGone, full, ""},
	}
	if len(c.links) > 0 {
		leading := c.links[0].path
		tests = append(tests, row{"link", func(t *testing.T) {
			must(t, os.Remove(at(leading)))
			must(t, os.Symlink("nowhere", at(leading)))
		}, wrongTarget, leading, "1 path leading elsewhere"})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.damage(t)
			damaged := compare(c.want, found(t, root))
			if test.how != "" && (len(damaged[test.how]) == 0 || damaged[test.how][0] != test.path) {
				t.Errorf("found %v, want %q %s", damaged, test.path, test.how)
			}
			if got := damaged.say(c.want); got != test.say && test.path != full {
				t.Errorf("says %q, want %q", got, test.say)
			}
			must(t, c.repair(root, damaged))
			equal(t, c.want, found(t, root))
		})
	}
}

func TestRawScanOfNothing(t *testing.T) {
	if _, err := rawScan(t.Context(), filepath.Join(t.TempDir(), "missing"), false); err == nil {
		t.Error("a missing folder was scanned")
	}
	if seen, err := rawScan(t.Context(), t.TempDir(), false); err != nil || seen != 0 {
		t.Errorf("an empty folder has %d paths, %v", seen, err)
	}
	nested := t.TempDir()
	if err := os.Mkdir(filepath.Join(nested, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if seen, err := rawScan(t.Context(), nested, false); err != nil || seen != 1 {
		t.Errorf("a folder in a folder: %d paths, %v", seen, err)
	}
}
