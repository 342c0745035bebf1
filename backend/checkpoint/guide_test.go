package checkpoint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func guideAt(t testing.TB, root string) *guide {
	t.Helper()
	opened, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	way, err := newGuide(opened)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		way.close()
		_ = opened.Close() // only read from
	})
	return way
}

// TestGuideComesWherePathsLead: while folders are moved, and put back or replaced
// by links, a guide leads where opening every folder anew does.
func TestGuideComesWherePathsLead(t *testing.T) {
	top := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		root, err := os.MkdirTemp(top, "")
		if err != nil {
			rt.Fatal(err)
		}
		opened, err := os.OpenRoot(root)
		if err != nil {
			rt.Fatal(err)
		}
		defer opened.Close()
		way, err := newGuide(opened)
		if err != nil {
			rt.Fatal(err)
		}
		defer way.close()
		path := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab"}), 1, 5), func(names []string) string {
			return strings.Join(names, "/")
		})
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			one, other := path.Draw(rt, "path"), path.Draw(rt, "other")
			// What cannot be done leaves all as it is.
			switch rapid.IntRange(0, 4).Draw(rt, "what") {
			case 0:
				_ = os.Rename(filepath.Join(root, one), filepath.Join(root, other))
			case 1:
				_ = os.Symlink(filepath.Join(root, other), filepath.Join(root, one))
			case 2:
				_ = os.Remove(filepath.Join(root, one))
			default:
				_ = os.MkdirAll(filepath.Join(root, one), 0o755)
			}
			at := path.Draw(rt, "asked")
			want, name, wantErr := openParent(opened, at)
			got, gotName, gotErr := way.parent(at)
			if (wantErr == nil) != (gotErr == nil) {
				rt.Fatalf("%s: %v, want %v", at, gotErr, wantErr)
			}
			if wantErr != nil {
				continue
			}
			there, err := want.Stat(".")
			if err != nil {
				rt.Fatal(err)
			}
			_ = want.Close() // only read from
			here, err := got.Stat(".")
			if err != nil {
				rt.Fatal(err)
			}
			if name != gotName || !os.SameFile(there, here) {
				rt.Fatalf("%s: came to another folder", at)
			}
		}
	})
}

// TestGuideSeesWhatIsMoved, also where the system does not look up paths.
func TestGuideSeesWhatIsMoved(t *testing.T) {
	for name, change := range map[string]func(at, aside string) error{
		"moved": func(at, aside string) error { return os.Rename(at, aside) },
		"replaced": func(at, aside string) error {
			if err := os.Rename(at, aside); err != nil {
				return err
			}
			return os.MkdirAll(filepath.Join(at, "b/c"), 0o755)
		},
		"a link to it": func(at, aside string) error {
			if err := os.Rename(at, aside); err != nil {
				return err
			}
			return os.Symlink(aside, at)
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.MkdirAll(filepath.Join(root, "a/b/c"), 0o755); err != nil {
				t.Fatal(err)
			}
			way := guideAt(t, root)
			if _, _, err := way.parent("a/b/c/file"); err != nil {
				t.Fatal(err)
			}
			if !way.stands() || !way.standsByName() {
				t.Fatal("nothing was changed, and yet it was noticed")
			}
			if err := change(filepath.Join(root, "a"), filepath.Join(root, "aside")); err != nil {
				t.Fatal(err)
			}
			if way.stands() || way.standsByName() {
				t.Errorf("it was not noticed: %v, by name %v", way.stands(), way.standsByName())
			}
		})
	}
}

// TestGuideKeepsFewFoldersOpen on its way down and up again.
func TestGuideKeepsFewFoldersOpen(t *testing.T) {
	const levels = 1000
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, strings.Repeat("d/", levels)), 0o755); err != nil {
		t.Fatal(err)
	}
	way := guideAt(t, root)
	for i := range 2 * levels {
		deep := min(i, 2*levels-i)
		if _, _, err := way.parent(strings.Repeat("d/", deep) + "file"); err != nil {
			t.Fatal(err)
		}
		open := 0
		for _, l := range way.levels {
			if l.folder != nil {
				open++
			}
		}
		if most := 2*openNearest + levels/openEvery; open > most || len(way.levels) != deep {
			t.Fatalf("%d of %d folders are open, want %d at most", open, len(way.levels), most)
		}
	}
}
