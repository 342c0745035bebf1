package inotify_test

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/keel-ide/keel/backend/inotify"
)

func open(t *testing.T) *inotify.Instance {
	t.Helper()
	instance, err := inotify.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { instance.Close() })
	return instance
}

func TestTheOpenFolderIsWatchedNotItsPath(t *testing.T) {
	top := t.TempDir()
	makeFolder(t, top+"/a")
	folder, err := os.Open(top + "/a")
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	if err := os.Rename(top+"/a", top+"/b"); err != nil {
		t.Fatal(err)
	}
	makeFolder(t, top+"/a")

	instance := open(t)
	watch, err := instance.Add(folder.Fd(), unix.IN_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	makeFolder(t, top+"/a/other")
	makeFolder(t, top+"/b/name\n\xff")
	if err := instance.Remove(watch); err != nil {
		t.Fatal(err)
	}
	if err := instance.Wait(); err != nil {
		t.Fatal(err)
	}
	got, err := instance.Poll(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []inotify.Event{
		{Watch: watch, Mask: unix.IN_CREATE | unix.IN_ISDIR, Name: "name\n\xff"},
		{Watch: watch, Mask: unix.IN_IGNORED},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if got, err := instance.Poll(nil); len(got) != 0 || err != nil {
		t.Errorf("polling an empty queue gives %v, %v", got, err)
	}
}

func TestErrorsOfTheKernelCanBeTold(t *testing.T) {
	instance := open(t)
	if _, err := instance.AddPath(t.TempDir()+"/none", unix.IN_CREATE); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("watching what is not there: %v", err)
	}
	if err := instance.Remove(7); !errors.Is(err, unix.EINVAL) {
		t.Errorf("ending a watch that is none: %v", err)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	instance := open(t)
	waited := make(chan error)
	go func() { waited <- instance.Wait() }()
	if err := instance.Close(); err != nil {
		t.Fatal(err)
	}
	_, addErr := instance.AddPath(t.TempDir(), unix.IN_CREATE)
	_, pollErr := instance.Poll(nil)
	for name, err := range map[string]error{
		"Wait": <-waited, "AddPath": addErr, "Poll": pollErr, "Remove": instance.Remove(1),
	} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
}

func makeFolder(t *testing.T, path string) {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}
