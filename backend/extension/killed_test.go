package extension_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
)

// TestKilledHalfWay kills a process at each point of an installation, and looks at
// what it leaves.
func TestKilledHalfWay(t *testing.T) {
	if at := os.Getenv("KEEL_TEST_KILLED_AT"); at != "" {
		e := openIn(t, os.Getenv("KEEL_TEST_FOLDER"), os.Getenv("KEEL_TEST_GALLERY"), extension.Options{})
		e.SetFault(func(point string) error {
			if point == at {
				os.Exit(9)
			}
			return nil
		})
		t.Fatalf("it was not killed: %v", install(t, e, "a.b"))
	}
	for _, at := range []string{"extracted", "before rename", "before list"} {
		for _, before := range []string{"", "0.9.0", "1.0.0"} {
			t.Run(at+" over "+before, func(t *testing.T) {
				registry := extensiontest.New(t)
				folder := t.TempDir()
				e := openIn(t, folder, registry.URL, extension.Options{})
				want := []string{}
				if before != "" {
					vsix := extensiontest.Pack(t, extensiontest.Manifest("a", "b", before, nil), nil)
					if err := installFile(t, e, vsix); err != nil {
						t.Fatal(err)
					}
					want = append(want, "a.b "+before)
				}
				registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0"}, nil)
				killed := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestKilledHalfWay$")
				killed.Env = append(os.Environ(), "KEEL_TEST_KILLED_AT="+at, "KEEL_TEST_FOLDER="+folder, "KEEL_TEST_GALLERY="+registry.URL)
				out, err := killed.CombinedOutput()
				if killed.ProcessState.ExitCode() != 9 {
					t.Fatalf("the process ended with %v:\n%s", err, out)
				}
				if left := strings.Join(onDisk(t, e), " "); !strings.Contains(left, ".working-") {
					t.Fatalf("it left nothing to sweep: %s", left)
				}
				if before == "1.0.0" && at == "before rename" {
					// Its folder had been taken aside: it is not shown half.
					if d := cmp.Diff([]string{}, installed(t, e)); d != "" {
						t.Errorf("installed (-want +got):\n%s", d)
					}
				}
				if err := e.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(want, installed(t, e)); d != "" {
					t.Errorf("installed (-want +got):\n%s", d)
				}
				swept := []string{}
				if before != "" {
					swept = append(swept, "a.b-"+before)
				}
				if d := cmp.Diff(swept, onDisk(t, e)); d != "" {
					t.Errorf("after sweeping (-want +got):\n%s", d)
				}
				if err := install(t, e, "a.b"); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff([]string{"a.b 1.0.0"}, installed(t, e)); d != "" {
					t.Errorf("installed again (-want +got):\n%s", d)
				}
			})
		}
	}
}

func TestASweepLeavesTheLiving(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0"}, nil)
	folder := t.TempDir()
	e := openIn(t, folder, registry.URL, extension.Options{})
	other := openIn(t, folder, registry.URL, extension.Options{})
	e.SetFault(func(point string) error {
		if point == "extracted" {
			return other.Sweep(t.Context())
		}
		return nil
	})
	if err := install(t, e, "a.b"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a.b-1.0.0"}, onDisk(t, e)); d != "" {
		t.Errorf("on the disk (-want +got):\n%s", d)
	}
}

func TestADamagedListIsMadeAnew(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0"}, nil)
	folder := t.TempDir()
	e := openIn(t, folder, registry.URL, extension.Options{})
	if err := install(t, e, "a.b"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "extensions", "extensions.json")
	for _, text := range []string{`{"version":1,`, `{"version":1,"extensions":[{"id":"a.b","version":"1.0.0","folder":"../../.."}]}`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"a.b 1.0.0"}, installed(t, e)); d != "" {
			t.Errorf("installed (-want +got):\n%s", d)
		}
		if err := e.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"a.b-1.0.0"}, onDisk(t, e)); d != "" {
			t.Errorf("on the disk (-want +got):\n%s", d)
		}
	}
	if err := os.WriteFile(path, []byte(`{"version":2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := e.List(t.Context()); err == nil || !strings.Contains(err.Error(), "newer Keel") {
		t.Errorf("a newer list: %v", err)
	}
	if err := install(t, e, "a.b"); err == nil {
		t.Error("a newer list was written over")
	}
}
