package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/instance"
)

func TestErrands(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", filepath.Join(top, "home"))
	in := func(name string) string { return filepath.Join(top, filepath.FromSlash(name)) }
	for _, folder := range []string{"a/deep/.git", "other/.git", "other/sub", "home/.git", "home/notes", "plain"} {
		if err := os.MkdirAll(in(folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(in("a"), in("link")); err != nil {
		t.Fatal(err)
	}
	window := func(folder string) instance.Window { return instance.Window{ID: folder, Folders: []string{in(folder)}} }
	a, deep := window("a"), window("a/deep")
	empty := instance.Window{ID: "empty"}
	file := func(folder, name string) instance.Request {
		return instance.Request{Folder: in(folder), File: in(name)}
	}
	for _, test := range []struct {
		name    string
		places  []cli.Place
		windows []instance.Window
		apart   bool
		want    []errand
	}{
		{"an open folder", []cli.Place{{Path: in("a")}}, []instance.Window{empty, a}, false,
			[]errand{{a, in("a"), []instance.Request{{Folder: in("a")}}}}},
		{"by a link", []cli.Place{{Path: in("link")}}, []instance.Window{a}, false,
			[]errand{{a, in("a"), []instance.Request{{Folder: in("a")}}}}},
		{"a folder below an open one", []cli.Place{{Path: in("a/deep")}}, []instance.Window{a}, false,
			[]errand{{folder: in("a/deep"), requests: []instance.Request{{Folder: in("a/deep")}}}}},
		{"the deepest holds it", []cli.Place{{Path: in("link/deep/x"), File: true, Line: 3}}, []instance.Window{a, deep}, false,
			[]errand{{deep, in("a/deep"), []instance.Request{{Folder: in("a/deep"), File: in("a/deep/x"), Line: 3}}}}},
		{"one above holds it", []cli.Place{{Path: in("a/deep/x"), File: true}}, []instance.Window{a}, false,
			[]errand{{a, in("a"), []instance.Request{file("a", "a/deep/x")}}}},
		{"apart", []cli.Place{{Path: in("a/deep/x"), File: true}}, []instance.Window{a}, true,
			[]errand{{folder: in("a/deep"), requests: []instance.Request{file("a/deep", "a/deep/x")}}}},
		{"in no window, in a repository", []cli.Place{{Path: in("other/sub/x"), File: true}}, []instance.Window{a}, false,
			[]errand{{folder: in("other"), requests: []instance.Request{file("other", "other/sub/x")}}}},
		{"in .git", []cli.Place{{Path: in("other/.git/COMMIT_EDITMSG"), File: true}}, nil, false,
			[]errand{{folder: in("other"), requests: []instance.Request{file("other", "other/.git/COMMIT_EDITMSG")}}}},
		{"the home is no repository to open", []cli.Place{{Path: in("home/notes/x"), File: true}}, nil, false,
			[]errand{{folder: in("home/notes"), requests: []instance.Request{file("home/notes", "home/notes/x")}}}},
		{"two of one folder", []cli.Place{{Path: in("plain/x"), File: true}, {Path: in("a")}, {Path: in("plain/y"), File: true}}, nil, false,
			[]errand{
				{folder: in("plain"), requests: []instance.Request{file("plain", "plain/x"), file("plain", "plain/y")}},
				{folder: in("a"), requests: []instance.Request{{Folder: in("a")}}},
			}},
	} {
		if d := cmp.Diff(test.want, errands(test.places, test.windows, test.apart), cmp.AllowUnexported(errand{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, d)
		}
	}
}
