package folder_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/data"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/session"
)

// open opens a folder with one file, with a scripted model.
func open(t *testing.T, lines ...replay.Line) *folder.Folder {
	t.Helper()
	home, path := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "mine.txt"), []byte("mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := folder.Open(t.Context(), path, folder.Options{
		Paths:     folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
		Headless:  true,
		Grants:    []string{"*"},
		Providers: []provider.Provider{replay.New(lines)},
		Explain:   bind.Explain,
		Log:       slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// Nothing that an opened folder works with is cleared under it, also where it
// writes nothing just now.
func TestWhatAnOpenedFolderUsesIsNotCleared(t *testing.T) {
	home := t.TempDir()
	paths := folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}
	f, err := folder.Open(t.Context(), t.TempDir(), folder.Options{
		Paths: paths, Headless: true, Explain: bind.Explain, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	checkpoints, _ := data.Named("checkpoints")
	audit, _ := data.Named("audit")
	remove := func() (data.Cleared, error) {
		return data.Clear(t.Context(), data.Places{Config: paths.Config, Data: paths.Data}, []data.Kind{checkpoints, audit})
	}
	if removed, err := remove(); !errors.Is(err, data.ErrInUse) {
		t.Errorf("while it is open: removed %v, %v", removed, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if removed, err := remove(); err != nil || len(removed.Gone) == 0 || len(removed.Partly) > 0 {
		t.Errorf("afterwards: removed %v, %v", removed, err)
	}
}

// turn runs a prompt to its end.
func turn(t *testing.T, f *folder.Folder) (session.Session, session.Turn) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	made, err := f.Agent.CreateSession(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Agent.SetModel(ctx, made.ID, "replay", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Agent.Send(ctx, made.ID, agent.Prompt{Text: "do it"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Agent.Wait(ctx, made.ID); err != nil {
		t.Fatal(err)
	}
	state, err := f.Agent.Session(ctx, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	return state, state.Turns[0]
}

func TestATurnIsPreviewedRevertedAndUndone(t *testing.T) {
	f := open(t,
		replay.Line{ToolCalls: []replay.ToolCall{{Name: "run_command", Arguments: []byte(`{"command":"echo theirs > mine.txt; mkdir sub; echo new > sub/new.txt"}`)}}, StopReason: provider.StopToolUse},
		replay.Line{Text: "Done.", StopReason: provider.StopEndTurn},
	)
	state, done := turn(t, f)
	mine := filepath.Join(f.Workspace.Path(), "mine.txt")
	if got := read(t, mine); got != "theirs\n" {
		t.Fatalf("the command did not run: %q; %s", got, done.Outcome)
	}
	request := wire.RestoreRequest{SessionID: state.ID, TurnID: done.ID, Scope: wire.RestoreTurn}
	plan, err := f.Restores.Preview(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"mine.txt"}, plan.Write); d != "" {
		t.Errorf("the preview writes (-want +got):\n%s", d)
	}
	result, err := f.Restores.Restore(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, mine); got != "mine\n" || result.Undo == "" {
		t.Errorf("after reverting: %q, undo %q", got, result.Undo)
	}
	if _, err := os.Stat(filepath.Join(f.Workspace.Path(), "sub")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what the command made is still there: %v", err)
	}
	if _, err := f.Restores.Undo(t.Context(), state.ID, result.Undo); err != nil {
		t.Fatal(err)
	}
	if got := read(t, mine); got != "theirs\n" {
		t.Errorf("after undoing: %q", got)
	}
}

func TestNothingOfKeelsIsInTheFolder(t *testing.T) {
	f := open(t, replay.Line{Text: "Hello.", StopReason: provider.StopEndTurn})
	turn(t, f)
	entries, err := os.ReadDir(f.Workspace.Path())
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v; want its one file", entries, err)
	}
}

func TestAFolderThatCannotBeOpenedLeavesNothingRunning(t *testing.T) {
	home := t.TempDir()
	_, err := folder.Open(t.Context(), filepath.Join(home, "missing"), folder.Options{
		Paths:   folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
		Explain: bind.Explain,
		Log:     slog.New(slog.DiscardHandler),
	})
	if err == nil {
		t.Fatal("a missing folder was opened")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestOnlyAnOfferedPatternOfAWaitingQuestionIsTrusted(t *testing.T) {
	f := open(t, replay.Line{Text: "Hello.", StopReason: provider.StopEndTurn})
	state, _ := turn(t, f)
	for _, scope := range []wire.TrustScope{wire.TrustSession, wire.TrustWorkspace, wire.TrustAlways} {
		err := f.Answer(t.Context(), wire.ApprovalAnswer{SessionID: state.ID, ApprovalID: "gone", Hash: "x", Approved: true, Trust: "*", Scope: scope})
		if !errors.Is(err, approval.ErrGone) {
			t.Errorf("answering a question that is gone, trusting for %s: %v", scope, err)
		}
	}
	trusted, err := f.TrustState(t.Context())
	if err != nil || len(trusted.Commands) != 0 {
		t.Errorf("now trusted: %v, %v", trusted.Commands, err)
	}
}
