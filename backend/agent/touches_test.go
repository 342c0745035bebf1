package agent

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/session"
)

// TestUserChanges: what the user touched while a turn could change files is
// never the agent's alone, what was touched earlier may be, and when no turn
// runs nothing is remembered.
func TestUserChanges(t *testing.T) {
	b := newBench(t, setup{files: map[string]string{"early": "0"}},
		calls("run", `{"command":"build"}`), calls("run", `{"command":"again"}`), says("ok"))
	b.disk.commands["build"] = func(context.Context, func([]byte)) Result {
		for _, path := range []string{"early", "folder/a", "folder/below/b", "folders", "late", "out", "saved"} {
			b.disk.set(path, "built")
		}
		b.NoteUserChange("folder")
		b.NoteUserChange("./saved")
		return Result{Text: "built"}
	}
	b.disk.commands["again"] = func(context.Context, func([]byte)) Result {
		b.NoteUserChange("late") // of which word comes late
		return Result{Text: "nothing"}
	}
	b.NoteUserChange("early")
	turn := b.turn("go")
	change := func(path string, also bool) session.FileChange {
		return session.FileChange{Path: path, Kind: diff.Added, By: session.ByCommand, AlsoUser: also}
	}
	early := change("early", false)
	early.Kind = diff.Modified
	want := []session.FileChange{
		early, change("folder/a", true), change("folder/below/b", true), change("folders", false),
		change("late", true), change("out", false), change("saved", true),
	}
	if d := cmp.Diff(want, turn.Changes); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}
	b.NoteUserChange("out")
	if n := len(b.touches.turns) + len(b.touches.user) + len(b.touches.acts); n != 0 {
		t.Errorf("%d things are remembered while no turn runs: %+v", n, &b.touches)
	}
}
