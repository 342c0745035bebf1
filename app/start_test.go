package app

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/instance"
)

// A start asks the windows that run, and is a window itself for what is left.
func TestHandOn(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	register, err := instance.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	windows := launcher{register, nil}
	here, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	other, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	folder := func(path string) cli.Start { return cli.Start{Paths: []cli.Place{{Path: path}}} }
	with := func(start cli.Start, change func(*cli.Start)) cli.Start { change(&start); return start }
	fresh := func(start *cli.Start) { start.New = true }
	reuse := func(start *cli.Start) { start.Reuse = true }
	step := func(name string, start cli.Start, want *own) {
		t.Helper()
		left, err := handOn(t.Context(), start, windows)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, left, cmp.AllowUnexported(own{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	itself := &own{folder: other, requests: []instance.Request{{Folder: other}}}
	step("nothing runs", cli.Start{}, &own{})
	step("nothing runs, a folder", folder(other), itself)
	step("nothing runs, a link", cli.Start{Link: "keel://open?folder=" + other},
		&own{requests: []instance.Request{{Link: "keel://open?folder=" + other}}})

	asked := make(chan instance.Request, 1)
	claim, err := register.Join(t.Context(), func(_ context.Context, request instance.Request) <-chan struct{} {
		asked <- request
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := claim.Close(); err != nil {
			t.Error(err)
		}
	})
	got := func(name string, want instance.Request) {
		t.Helper()
		if d := cmp.Diff(want, <-asked); d != "" {
			t.Errorf("%s: asked (-want +got):\n%s", name, d)
		}
	}
	step("without a folder", cli.Start{New: true}, nil)
	got("without a folder", instance.Request{})
	step("it takes a folder", folder(here), nil)
	got("it takes a folder", instance.Request{Folder: here})
	step("but not a new one", with(folder(here), fresh), &own{folder: here, requests: []instance.Request{{Folder: here}}})

	if err := claim.Take(t.Context(), here); err != nil {
		t.Fatal(err)
	}
	step("the last one", cli.Start{}, nil)
	got("the last one", instance.Request{})
	step("an empty one", cli.Start{New: true}, &own{empty: true})
	step("its folder", with(folder(here), fresh), nil)
	got("its folder", instance.Request{Folder: here})
	step("another folder", folder(other), itself)
	step("in its place", with(folder(other), reuse), nil)
	got("in its place", instance.Request{Folder: other})
	if _, err := handOn(t.Context(), cli.Start{Link: "keel://open?folder=--help"}, windows); err == nil {
		t.Error("a hostile link was taken")
	}
	got("a hostile link", instance.Request{Link: "keel://open?folder=--help"})
}
