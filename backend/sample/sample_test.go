package sample_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/keel-ide/keel/backend/sample"
)

var update = flag.Bool("update", false, "pack build/sample again")

// The packed sample is what `go test ./backend/sample -update` makes of build/sample:
// a folder with a go.mod of its own cannot be embedded.
func TestIsBuildSample(t *testing.T) {
	archive := &txtar.Archive{}
	folder := "../../build/sample"
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		archive.Files = append(archive.Files, txtar.File{Name: entry.Name(), Data: data})
	}
	if *update {
		if err := os.WriteFile("sample.txtar", txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	packed, err := os.ReadFile("sample.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(txtar.Format(archive)), string(packed)); diff != "" {
		t.Errorf("the packed sample is not build/sample; -update packs it again:\n%s", diff)
	}
	place := filepath.Join(t.TempDir(), "copy")
	if err := sample.Write(t.Context(), place); err != nil {
		t.Fatal(err)
	}
	written := map[string]string{}
	wanted := map[string]string{}
	for _, file := range archive.Files {
		data, err := os.ReadFile(filepath.Join(place, file.Name))
		if err != nil {
			t.Fatal(err)
		}
		written[file.Name], wanted[file.Name] = string(data), string(file.Data)
	}
	if diff := cmp.Diff(wanted, written); diff != "" {
		t.Error(diff)
	}
}

// names lists what is in a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

func TestWriteTouchesNothingThatIsThere(t *testing.T) {
	for name, prepare := range map[string]func(path string) error{
		"an empty folder": func(path string) error { return os.Mkdir(path, 0o755) },
		"a file":          func(path string) error { return os.WriteFile(path, []byte("mine"), 0o600) },
		"a dead link":     func(path string) error { return os.Symlink("nowhere", path) },
		"a link to a folder": func(path string) error {
			if err := os.Mkdir(path+" other", 0o755); err != nil {
				return err
			}
			return os.Symlink(path+" other", path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, sample.Name)
			if err := prepare(path); err != nil {
				t.Fatal(err)
			}
			before := names(t, folder)
			if err := sample.Write(t.Context(), path); !errors.Is(err, os.ErrExist) {
				t.Errorf("writing gave %v", err)
			}
			if diff := cmp.Diff(before, names(t, folder)); diff != "" {
				t.Error(diff)
			}
			free, err := sample.Free(folder)
			if err != nil || free != path+" 2" {
				t.Errorf("free is %q, %v", free, err)
			}
			if got := sample.Existing(folder); got != "" {
				t.Errorf("%q counts as a copy", got)
			}
		})
	}
}

func TestWriteThatFailsLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sample.Write(ctx, filepath.Join(folder, "copy")); !errors.Is(err, context.Canceled) {
		t.Errorf("writing gave %v", err)
	}
	if got := names(t, folder); got != nil {
		t.Errorf("there is %q", got)
	}
}

func TestExistingIsTheLastCopy(t *testing.T) {
	folder := t.TempDir()
	for range 2 {
		free, err := sample.Free(folder)
		if err != nil {
			t.Fatal(err)
		}
		if err := sample.Write(t.Context(), free); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := sample.Existing(folder), filepath.Join(folder, "Keel Sample 2"); got != want {
		t.Errorf("existing is %q, want %q", got, want)
	}
}
