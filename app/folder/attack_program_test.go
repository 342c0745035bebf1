package folder_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/sandbox"
	"github.com/keel-ide/keel/backend/update"
)

// Where Keel was unpacked into the workspace itself, nothing gets into the place of
// what runs next: neither the program nor the version that waits beside it.
func TestTheProgramIsNotReplaced(t *testing.T) {
	if !sandbox.Look().Available {
		t.Skip("this machine has no sandbox for commands")
	}
	calls := []replay.ToolCall{
		writeFile("keel/lib/keel/keel", "evil"),
		writeFile(".keel.keel-update/lib/keel/keel", "evil"),
		tool("delete_file", map[string]string{"path": "keel"}),
		tool("move_file", map[string]string{"from": "keel", "to": "away"}),
		runCommand("echo evil > keel/lib/keel/keel"),
		runCommand("mv keel away"),
		runCommand("mkdir -p .keel.keel-update/lib && echo evil > .keel.keel-update/lib/x"),
		runCommand("rm -rf keel"),
	}
	attack{
		trusted: []string{"*"},
		files:   map[string]string{"keel/share/a": "mine"},
		prepare: func(t *testing.T, v *victim) {
			v.put(t, filepath.Join(v.workspace, "keel/lib/keel/keel"), "the program")
			if err := os.MkdirAll(filepath.Join(v.workspace, "keel/bin"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("../lib/keel/keel", filepath.Join(v.workspace, "keel/bin/keel")); err != nil {
				t.Fatal(err)
			}
			v.program = update.Installed(filepath.Join(v.workspace, "keel/lib/keel")).Folders()
			if len(v.program) != 3 {
				t.Fatalf("folders %q", v.program)
			}
		},
		calls: calls,
		want:  []string{refused, refused, refused, refused, ran, ran, ran, ran},
	}.run(t)
}
