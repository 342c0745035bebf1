package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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
	at := func(name string) instance.Folder {
		folder, err := instance.Look(in(name))
		if err != nil {
			t.Fatal(err)
		}
		return folder
	}
	window := func(folder string) instance.Window {
		return instance.Window{ID: folder, Folders: []instance.Folder{at(folder)}}
	}
	a, deep := window("a"), window("a/deep")
	empty := instance.Window{ID: "empty", Folders: []instance.Folder{{}}}
	// The same folder by another path, as where case does not count.
	other := instance.Window{ID: "A", Folders: []instance.Folder{{Path: in("A"), Identity: at("a").Identity}}}
	file := func(folder, name string) instance.Request {
		return instance.Request{Folder: in(folder), File: in(name)}
	}
	line := file("a/deep", "a/deep/x")
	line.Line = 3
	one := func(window instance.Window, folder instance.Folder, requests ...instance.Request) errand {
		return errand{window: window, folder: folder, requests: requests}
	}
	none := instance.Window{}
	for _, test := range []struct {
		name    string
		places  []cli.Place
		windows []instance.Window
		apart   bool
		want    []errand
	}{
		{"an open folder", []cli.Place{{Path: in("a")}}, []instance.Window{empty, a}, false,
			[]errand{one(a, at("a"), instance.Request{Folder: in("a")})}},
		{"by a link", []cli.Place{{Path: in("link")}}, []instance.Window{a}, false,
			[]errand{one(a, at("a"), instance.Request{Folder: in("a")})}},
		{"by another of its paths", []cli.Place{{Path: in("a")}}, []instance.Window{other}, false,
			[]errand{one(other, other.Shows(), instance.Request{Folder: in("A")})}},
		{"a file by another path", []cli.Place{{Path: in("a/deep/x"), File: true}}, []instance.Window{other}, false,
			[]errand{one(other, other.Shows(), file("A", "A/deep/x"))}},
		{"a folder below an open one", []cli.Place{{Path: in("a/deep")}}, []instance.Window{a}, false,
			[]errand{one(none, at("a/deep"), instance.Request{Folder: in("a/deep")})}},
		{"the deepest holds it", []cli.Place{{Path: in("link/deep/x"), File: true, Line: 3}}, []instance.Window{a, deep}, false,
			[]errand{one(deep, at("a/deep"), line)}},
		{"one above holds it", []cli.Place{{Path: in("a/deep/x"), File: true}}, []instance.Window{a}, false,
			[]errand{one(a, at("a"), file("a", "a/deep/x"))}},
		{"apart", []cli.Place{{Path: in("a/deep/x"), File: true}}, []instance.Window{a}, true,
			[]errand{one(none, at("a/deep"), file("a/deep", "a/deep/x"))}},
		{"in no window, in a repository", []cli.Place{{Path: in("other/sub/x"), File: true}}, []instance.Window{a}, false,
			[]errand{one(none, at("other"), file("other", "other/sub/x"))}},
		{"in .git", []cli.Place{{Path: in("other/.git/COMMIT_EDITMSG"), File: true}}, nil, false,
			[]errand{one(none, at("other"), file("other", "other/.git/COMMIT_EDITMSG"))}},
		{"the home is no repository to open", []cli.Place{{Path: in("home/notes/x"), File: true}}, nil, false,
			[]errand{one(none, at("home/notes"), file("home/notes", "home/notes/x"))}},
		{"two of one folder", []cli.Place{{Path: in("plain/x"), File: true}, {Path: in("a")}, {Path: in("plain/y"), File: true}}, nil, false,
			[]errand{
				one(none, at("plain"), file("plain", "plain/x"), file("plain", "plain/y")),
				one(none, at("a"), instance.Request{Folder: in("a")}),
			}},
	} {
		got := errands(test.places, test.windows, test.apart)
		for _, each := range got {
			if len(each.places) != len(each.requests) {
				t.Errorf("%s: %d places for %d requests", test.name, len(each.places), len(each.requests))
			}
		}
		if d := cmp.Diff(test.want, got, cmp.AllowUnexported(errand{}), cmpopts.IgnoreFields(errand{}, "places")); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, d)
		}
	}
}
