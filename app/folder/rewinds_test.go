package folder_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/session"
)

func openAgain(t *testing.T, home, path string, lines ...replay.Line) *folder.Folder {
	t.Helper()
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
	return f
}

func mineOf(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path, "mine.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func turnIDs(t *testing.T, f *folder.Folder, id string) []string {
	t.Helper()
	state, err := f.Agent.Session(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, turn := range state.Turns {
		out = append(out, turn.ID)
	}
	return out
}

// threeTurns writes 1, 2 and 3 into a file, each in a turn of its own.
func threeTurns(t *testing.T, home, path string) (*folder.Folder, string, []string) {
	t.Helper()
	var lines []replay.Line
	for _, n := range []string{"1", "2", "3", "4"} {
		lines = append(lines, runs("echo "+n+" > mine.txt")...)
	}
	f := openAgain(t, home, path, lines...)
	state, _ := turn(t, f)
	next(t, f, state.ID)
	next(t, f, state.ID)
	return f, state.ID, turnIDs(t, f, state.ID)
}

// Files and conversation go back as one act, and one undo takes both back, in this
// window and in the next.
func TestBothGoBackAndComeBack(t *testing.T) {
	for _, restart := range []bool{false, true} {
		for _, what := range []wire.RestoreWhat{wire.RestoreFiles, wire.RestoreConversation, wire.RestoreBoth} {
			name := string(what)
			if restart {
				name += " and a restart"
			}
			t.Run(name, func(t *testing.T) { goBackAndForward(t, what, restart) })
		}
	}
}

func goBackAndForward(t *testing.T, what wire.RestoreWhat, restart bool) {
	home, path := t.TempDir(), t.TempDir()
	f, id, turns := threeTurns(t, home, path)
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	request := wire.RestoreRequest{Scope: wire.RestorePoint, SessionID: id, TurnID: turns[1], What: what}
	plan, err := f.Restores.Preview(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	wantFiles, wantTurns, wantWritten := "3\n", turns, 0
	if what != wire.RestoreConversation {
		wantFiles, wantWritten = "1\n", 1
	}
	if what != wire.RestoreFiles {
		wantTurns = turns[:1]
	}
	if len(plan.Write) != wantWritten || plan.Turns != 2 {
		t.Errorf("plan %+v", plan)
	}
	result, err := f.Restores.Restore(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if got := mineOf(t, path); got != wantFiles || result.Written != wantWritten {
		t.Errorf("file %q; result %+v", got, result)
	}
	if d := cmp.Diff(wantTurns, turnIDs(t, f, id)); d != "" {
		t.Errorf("turns (-want +got):\n%s", d)
	}
	if went := what != wire.RestoreFiles; (result.Prompt == "go on") != went || (result.Copy != "") != went {
		t.Errorf("result %+v", result)
	}
	if restart {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		f = openAgain(t, home, path)
	}
	last, err := f.Restores.Last(t.Context())
	if err != nil || last.Undo != result.Undo {
		t.Fatalf("last is %+v, not %q: %v", last, result.Undo, err)
	}
	if _, err := f.Restores.Unsaved(t.Context(), last.Undo); err != nil {
		t.Error(err)
	}
	undone, err := f.Restores.Undo(t.Context(), last.SessionID, last.Undo)
	if went := what != wire.RestoreFiles; err != nil || strings.Contains(undone.Note, "as it was before") != went {
		t.Fatalf("%+v, %v", undone, err)
	}
	if got := mineOf(t, path); got != "3\n" {
		t.Errorf("after the undo the file is %q", got)
	}
	if d := cmp.Diff(turns, turnIDs(t, f, id)); d != "" {
		t.Errorf("turns after the undo (-want +got):\n%s", d)
	}
	if sessions, err := f.Agent.Sessions(t.Context()); err != nil || len(sessions) != 1 {
		t.Errorf("sessions %+v, %v", sessions, err)
	}
}

// Where the conversation went on since, an undo brings the files back and says that
// it was all; the copy stays, plainly a copy, and is found by a search.
func TestUndoAfterTheConversationWentOn(t *testing.T) {
	home, path := t.TempDir(), t.TempDir()
	f, id, turns := threeTurns(t, home, path)
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	request := wire.RestoreRequest{Scope: wire.RestorePoint, SessionID: id, TurnID: turns[2], What: wire.RestoreBoth}
	result, err := f.Restores.Restore(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	next(t, f, id)
	undone, err := f.Restores.Undo(t.Context(), id, result.Undo)
	if err != nil || !strings.Contains(undone.Note, "went on since") {
		t.Fatalf("%+v, %v", undone, err)
	}
	found, err := f.Agent.Search(t.Context(), "before going back")
	if err != nil || len(found) != 1 || found[0].ID != result.Copy || found[0].CopyOf != id {
		t.Errorf("found %+v, %v", found, err)
	}
	again, err := f.Restores.Restore(t.Context(), wire.RestoreRequest{Scope: wire.RestorePoint, SessionID: id, TurnID: turns[0], What: wire.RestoreConversation})
	if err != nil {
		t.Fatal(err)
	}
	next(t, f, id)
	_, err = f.Restores.Undo(t.Context(), id, again.Undo)
	if got := bind.Explain(err); got == nil || !strings.Contains(got.Error(), "went on") {
		t.Errorf("undoing the conversation alone: %v", got)
	}
	if kept, err := f.Agent.Session(t.Context(), again.Copy); err != nil || kept.CopyOf != id {
		t.Errorf("the copy: %+v, %v", kept, err)
	}
}

func TestAPointWithoutChangesTakesTheConversationAlone(t *testing.T) {
	f := open(t, replay.Line{Text: "Hello.", StopReason: provider.StopEndTurn})
	state, made := turn(t, f)
	request := wire.RestoreRequest{Scope: wire.RestorePoint, SessionID: state.ID, TurnID: made.ID, What: wire.RestoreConversation}
	plan, err := f.Restores.Preview(t.Context(), request)
	if err != nil || plan.Turns != 1 {
		t.Fatalf("%+v, %v", plan, err)
	}
	result, err := f.Restores.Restore(t.Context(), request)
	if err != nil || result.Prompt != "do it" {
		t.Fatalf("%+v, %v", result, err)
	}
	got, err := f.Agent.Session(t.Context(), state.ID)
	if err != nil || got.Draft != "do it" || len(got.Turns) != 0 || got.Mode == session.Supervised {
		t.Errorf("%+v, %v", got, err)
	}
}
