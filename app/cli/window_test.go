package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// there makes a folder with files of some names, and goes there.
func there(t *testing.T) string {
	t.Helper()
	top := t.TempDir()
	t.Chdir(top)
	top, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"main.go", "odd:12", "exec/a", "with space", "per%20cent"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return top
}

func TestParseStart(t *testing.T) {
	top := there(t)
	file := func(name string, position ...int) []Place {
		place := Place{Path: filepath.Join(top, name), File: true}
		if len(position) > 0 {
			place.Line = position[0]
		}
		if len(position) > 1 {
			place.Column = position[1]
		}
		return []Place{place}
	}
	for _, test := range []struct {
		arguments string // parted by |
		want      Start
	}{
		{"", Start{}},
		{"-n", Start{New: true}},
		{".", Start{Paths: []Place{{Path: top}}}},
		{"./exec", Start{Paths: []Place{{Path: filepath.Join(top, "exec")}}}},
		{"--|exec", Start{Paths: []Place{{Path: filepath.Join(top, "exec")}}}},
		{"main.go", Start{Paths: file("main.go")}},
		{"main.go:3", Start{Paths: file("main.go", 3)}},
		{"main.go:3:", Start{Paths: file("main.go", 3)}},
		{"-g|main.go:3:14", Start{Paths: file("main.go", 3, 14)}},
		{"main.go:3:14:", Start{Paths: file("main.go", 3, 14)}},
		{"odd:12", Start{Paths: file("odd:12")}},
		{"odd:12:3", Start{Paths: file("odd:12", 3)}},
		{"odd:12:3:4", Start{Paths: file("odd:12", 3, 4)}},
		{"main.go|-rw|exec", Start{Reuse: true, Wait: true, Paths: []Place{file("main.go")[0], {Path: filepath.Join(top, "exec")}}}},
		{"file://" + top + "/with%20space", Start{Paths: file("with space")}},
		{"file://localhost" + top + "/per%2520cent", Start{Paths: file("per%20cent")}},
		{"keel://open?folder=/a", Start{Link: "keel://open?folder=/a"}},
		{"KEEL:whatever", Start{Link: "KEEL:whatever"}},
	} {
		got, err := ParseStart(parted(test.arguments))
		if err != nil {
			t.Errorf("%s: %v", test.arguments, err)
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.arguments, d)
		}
	}
}

func TestParseStartRefuses(t *testing.T) {
	there(t)
	for _, test := range []struct {
		arguments, want string
		usage           bool
	}{
		{"--wait", "needs a file", true},
		{"--unheard-of", "--unheard-of; see keel --help", true},
		{"-n|-r|.", "exclude", true},
		{"keel://open?folder=/a|.", "alone", true},
		{"-w|keel://open?folder=/a", "alone", true},
		{"none.go", "none.go does not exist. Nothing was opened", false},
		{"none.go:3", "none.go does not exist", false},
		{"main.go:x", "main.go:x does not exist", false},
		{"exec:3", "is a folder and has no lines", false},
		{"main.go/below", "cannot be opened", false},
		{"file://server/main.go", "no file of this machine", false},
		{"file:main.go", "no file of this machine", false},
		{"file:///a%00b", "no file of this machine", false},
	} {
		_, err := ParseStart(parted(test.arguments))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v; want what says %q", test.arguments, err, test.want)
		}
		if _, is := errors.AsType[usage](err); is != test.usage {
			t.Errorf("%s: %v: usage is %v", test.arguments, err, is)
		}
	}
}

func parted(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "|")
}
