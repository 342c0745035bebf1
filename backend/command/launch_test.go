//go:build unix

package command

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A launcher that cannot confine the command, for whatever reason, runs nothing.
func TestNothingRunsUnconfined(t *testing.T) {
	folder := t.TempDir()
	sh := func(script string) func([]string) (Launcher, error) {
		return func([]string) (Launcher, error) {
			return Launcher{Arguments: []string{"/bin/sh", "-c", script, "launcher"}}, nil
		}
	}
	tests := map[string]struct {
		launcher func([]string) (Launcher, error)
		says     string
	}{
		"it says why":           {sh(`echo "no such thing here" >&3; exit 126`), "no such thing here"},
		"it says why and lives": {sh(`echo "stuck" >&3; exec 3>&-; exec sleep 600`), "stuck"},
		"it does not exist": {func([]string) (Launcher, error) {
			return Launcher{Arguments: []string{filepath.Join(folder, "none")}}, nil
		}, "no such file"},
		"there is none": {func([]string) (Launcher, error) { return Launcher{}, errors.New("none to be had") }, "none to be had"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			logs := t.TempDir()
			r := newRunner(t, Options{Launcher: test.launcher, LogDir: logs})
			_, err := r.Run(t.Context(), Spec{Command: "touch ran", Folder: folder}, nil)
			if !errors.Is(err, ErrNotConfined) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
			if _, err := os.Stat(filepath.Join(folder, "ran")); err == nil {
				t.Error("the command was run")
			}
			if left, _ := filepath.Glob(filepath.Join(logs, "*.log")); len(left) > 0 {
				t.Errorf("left %q", left)
			}
		})
	}
}
