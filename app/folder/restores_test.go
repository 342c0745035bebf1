package folder_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/session"
)

func runs(command string) []replay.Line {
	return []replay.Line{
		{ToolCalls: []replay.ToolCall{{Name: "run_command", Arguments: []byte(`{"command":"` + command + `"}`)}}, StopReason: provider.StopToolUse},
		{Text: "Done.", StopReason: provider.StopEndTurn},
	}
}

// next runs one more turn of a session.
func next(t *testing.T, f *folder.Folder, id string) session.Turn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := f.Agent.Send(ctx, id, agent.Prompt{Text: "go on"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Agent.Wait(ctx, id); err != nil {
		t.Fatal(err)
	}
	state, err := f.Agent.Session(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return state.Turns[len(state.Turns)-1]
}

// While something that a command started still runs, whatever changes between
// the turns is taken for its work, unless it is known to be a restore's.
func TestARestoreIsNotTakenForACommandThatWasLeftRunning(t *testing.T) {
	lines := runs("sleep 600 >/dev/null 2>&1 & echo theirs > mine.txt")
	lines = append(lines, runs("true")...)
	f := open(t, append(lines, runs("true")...)...)
	made, err := f.Restores.Create(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	state, _ := turn(t, f)
	result, err := f.Restores.Restore(t.Context(), wire.RestoreRequest{CheckpointID: made.ID, Scope: wire.RestoreCheckpoint})
	if err != nil || result.Written != 1 {
		t.Fatalf("restoring gave %+v, %v", result, err)
	}
	want := []session.FileChange{{Path: "mine.txt", Kind: diff.Modified, By: session.ByRestore, Added: 1, Removed: 1}}
	if d := cmp.Diff(want, next(t, f, state.ID).Drift); d != "" {
		t.Errorf("drift after the restore (-want +got):\n%s", d)
	}
	if _, err := f.Restores.Undo(t.Context(), "", result.Undo); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, next(t, f, state.ID).Drift); d != "" {
		t.Errorf("drift after undoing it (-want +got):\n%s", d)
	}
}
