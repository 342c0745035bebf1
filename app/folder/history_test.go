package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
)

func TestAnyCheckpointIsRestoredAndTheLastRestoreIsUndone(t *testing.T) {
	f := open(t, replay.Line{Text: "Hello.", StopReason: provider.StopEndTurn})
	if _, err := f.Restores.Last(t.Context()); !errors.Is(err, checkpoint.ErrNothingToUndo) {
		t.Errorf("before any restore the last one is %v", err)
	}
	made, err := f.Restores.Create(t.Context(), "mine")
	if err != nil || made.Label != "mine" {
		t.Fatalf("creating a checkpoint gave %+v, %v", made, err)
	}
	write(t, f, "mine.txt", "changed\n")
	request := wire.RestoreRequest{CheckpointID: made.ID, Scope: wire.RestoreCheckpoint}
	plan, err := f.Restores.Preview(t.Context(), request)
	if err != nil || len(plan.Write) != 1 {
		t.Fatalf("previewing gave %+v, %v", plan, err)
	}
	result, err := f.Restores.Restore(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if got := content(t, f, "mine.txt"); got != "mine\n" {
		t.Errorf("after restoring: %q", got)
	}
	last, err := f.Restores.Last(t.Context())
	if err != nil || last != (wire.LastRestore{Undo: result.Undo}) {
		t.Fatalf("the last restore is %+v, %v; want %q", last, err, result.Undo)
	}
	if _, err := f.Restores.Undo(t.Context(), last.SessionID, last.Undo); err != nil {
		t.Fatal(err)
	}
	if got := content(t, f, "mine.txt"); got != "changed\n" {
		t.Errorf("after undoing: %q", got)
	}
}

func TestWhatIsGoneSaysThatItWasDeleted(t *testing.T) {
	f := open(t, replay.Line{Text: "Hello.", StopReason: provider.StopEndTurn})
	request := wire.RestoreRequest{CheckpointID: "00000000000000000000000", Scope: wire.RestoreCheckpoint}
	_, previewed := f.Restores.Preview(t.Context(), request)
	_, restored := f.Restores.Restore(t.Context(), request)
	_, undone := f.Restores.Undo(t.Context(), "", request.CheckpointID)
	_, differ := f.Restores.Diff(t.Context(), request.CheckpointID, "")
	for name, err := range map[string]error{"previewing": previewed, "restoring": restored, "undoing": undone, "comparing": differ} {
		failure, ok := errors.AsType[*wire.Error](err)
		if !ok || failure.Code != wire.CodeNotFound || failure.Message == "" {
			t.Errorf("%s what is gone gave %v", name, err)
		}
	}
}

func TestOnlyPathsInsideAreTakenOutOfTheHistory(t *testing.T) {
	f := open(t, replay.Line{Text: "Hello.", StopReason: provider.StopEndTurn})
	for _, path := range []string{"", ".", "..", "../other", "/etc/passwd", f.Workspace.Path()} {
		_, err := f.Restores.Purge(t.Context(), path)
		if failure, ok := errors.AsType[*wire.Error](err); !ok || failure.Code != wire.CodeInvalid {
			t.Errorf("taking out %q gave %v", path, err)
		}
	}
}

func write(t *testing.T, f *folder.Folder, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(f.Workspace.Path(), name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, f *folder.Folder, name string) string {
	t.Helper()
	return read(t, filepath.Join(f.Workspace.Path(), name))
}
