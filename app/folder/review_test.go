package folder_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/session"
)

// desk is an opened folder with a session whose turns are commands.
type desk struct {
	testing.TB
	*folder.Folder
	home, root string
	lines      []replay.Line
	id         string
	turns      []string
}

// newDesk opens a folder with files. The turns to come are commands.
func newDesk(t testing.TB, files map[string]string, commands ...string) *desk {
	t.Helper()
	d := &desk{TB: t, home: t.TempDir(), root: t.TempDir()}
	for path, content := range files {
		d.write(path, content)
	}
	for _, command := range commands {
		arguments, err := json.Marshal(map[string]string{"command": command})
		d.must(err)
		d.lines = append(d.lines,
			replay.Line{ToolCalls: []replay.ToolCall{{Name: "run_command", Arguments: arguments}}, StopReason: provider.StopToolUse},
			replay.Line{Text: "Done.", StopReason: provider.StopEndTurn})
	}
	d.open()
	t.Cleanup(func() { d.must(d.Close()) })
	made, err := d.Agent.CreateSession(d.Context())
	d.must(err)
	d.id = made.ID
	d.must(d.Agent.SetModel(d.Context(), d.id, "replay", ""))
	return d
}

func (d *desk) open() {
	d.Helper()
	f, err := folder.Open(d.Context(), d.root, folder.Options{
		Paths:    folder.Paths{Config: filepath.Join(d.home, "config"), Data: filepath.Join(d.home, "data")},
		Headless: true, Grants: []string{"*"}, Explain: bind.Explain, Log: slog.New(slog.DiscardHandler),
		Providers: []provider.Provider{replay.New(d.lines)},
	})
	d.must(err)
	d.Folder = f
}

func (d *desk) restart() {
	d.Helper()
	d.must(d.Close())
	d.open()
}

// puts is a command that gives a file a content.
func puts(path, content string) string {
	return fmt.Sprintf("mkdir -p \"$(dirname '%s')\"; echo '%s' | base64 -d > '%s'", path, base64.StdEncoding.EncodeToString([]byte(content)), path)
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// run runs the next turn.
func (d *desk) run() session.Turn {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.Context(), 2*time.Minute)
	defer cancel()
	id, err := d.Agent.Send(ctx, d.id, agent.Prompt{Text: fmt.Sprintf("Do %d", len(d.turns)+1)})
	d.must(err)
	d.must(d.Agent.Wait(ctx, d.id))
	d.turns = append(d.turns, id)
	turn := d.turn(len(d.turns))
	if len(turn.Changes) == 0 {
		d.Fatalf("the turn changed nothing: %s", turn.Outcome)
	}
	return turn
}

// turn returns the n-th turn.
func (d *desk) turn(n int) session.Turn {
	d.Helper()
	state, err := d.Agent.Session(d.Context(), d.id)
	d.must(err)
	return *state.Turn(d.turns[n-1])
}

func (d *desk) write(path, content string) {
	d.Helper()
	d.must(os.MkdirAll(filepath.Dir(filepath.Join(d.root, path)), 0o755))
	d.must(os.WriteFile(filepath.Join(d.root, path), []byte(content), 0o644))
}

func (d *desk) remove(path string) {
	d.Helper()
	d.must(os.RemoveAll(filepath.Join(d.root, path)))
}

// holds fails unless a file holds this.
func (d *desk) holds(path, want string) {
	d.Helper()
	got, err := os.ReadFile(filepath.Join(d.root, path))
	d.must(err)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		d.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func (d *desk) missing(path string) {
	d.Helper()
	if _, err := os.Lstat(filepath.Join(d.root, path)); !errors.Is(err, fs.ErrNotExist) {
		d.Errorf("%s is there: %v", path, err)
	}
}

func (d *desk) file(path string, unsaved ...wire.UnsavedText) wire.FileReview {
	d.Helper()
	got, err := d.Review.File(d.Context(), wire.FileReviewRequest{SessionID: d.id, Path: path, Unsaved: unsaved})
	d.must(err)
	return got
}

func (d *desk) state() wire.ReviewState {
	d.Helper()
	got, err := d.Review.State(d.Context(), d.id)
	d.must(err)
	return got
}

// stands says where a file's changes stand, a line each.
func (d *desk) stands(path string, want ...string) {
	d.Helper()
	d.standing(d.file(path), want...)
}

func (d *desk) standing(file wire.FileReview, want ...string) {
	d.Helper()
	got := []string{}
	for _, h := range file.Hunks {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %d+%d %s", d.name(h.TurnID), h.Status, h.Start, h.Lines, h.Why)))
	}
	for _, w := range file.Whole {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s whole: %s %s", d.name(w.TurnID), w.Status, w.What, w.Why)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		d.Errorf("%s (-want +got):\n%s", file.Path, diff)
	}
}

func (d *desk) name(turnID string) string {
	for i, id := range d.turns {
		if id == turnID {
			return fmt.Sprintf("turn%d", i+1)
		}
	}
	return "?"
}

// sets says where all changes stand, a line for each file.
func (d *desk) sets(want ...string) {
	d.Helper()
	got := []string{}
	for _, set := range d.state().Sets {
		got = append(got, fmt.Sprintf("%s %s, %d pending", d.name(set.TurnID), set.Status, set.Pending))
		for _, f := range set.Files {
			got = append(got, fmt.Sprintf("  %s %s %s %d/%d", f.Kind, f.Path, f.Status, f.Pending, f.Hunks))
		}
		for _, l := range set.Left {
			got = append(got, fmt.Sprintf("  left %s: %s", l.Path, l.Reason))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		d.Errorf("change sets (-want +got):\n%s", diff)
	}
}

// decide decides about hunks of a file, counted from 0, or about all of it.
func (d *desk) decide(turn int, path string, decision session.Decision, hunks ...int) wire.ReviewResult {
	d.Helper()
	return d.decideWith(wire.ReviewDecision{Path: path, Decision: decision}, turn, hunks...)
}

func (d *desk) decideWith(decision wire.ReviewDecision, turn int, hunks ...int) wire.ReviewResult {
	d.Helper()
	decision.SessionID = d.id
	if turn > 0 {
		decision.TurnID = d.turns[turn-1]
	}
	if len(hunks) > 0 {
		var ids []string
		for _, h := range d.file(decision.Path, decision.Unsaved...).Hunks {
			if h.TurnID == decision.TurnID {
				ids = append(ids, h.ID)
			}
		}
		for _, n := range hunks {
			decision.Hunks = append(decision.Hunks, ids[n])
		}
	}
	got, err := d.Review.Decide(d.Context(), decision)
	d.must(err)
	return got
}

func (d *desk) undo() wire.ReviewResult {
	d.Helper()
	got, err := d.Review.Undo(d.Context(), d.id, nil)
	d.must(err)
	return got
}

func (d *desk) redo() wire.ReviewResult {
	d.Helper()
	got, err := d.Review.Redo(d.Context(), d.id, nil)
	d.must(err)
	return got
}

func unsaved(path, content string) wire.UnsavedText {
	return wire.UnsavedText{Path: path, Content: base64.StdEncoding.EncodeToString([]byte(content))}
}

const (
	ten     = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"
	changed = "one\n2\n3\n4\nfive\n6\n7\n8\n9\nten\n"
)

func TestOneHunkOfThreeIsRejectedUndoneAndRedone(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten}, puts("a.txt", changed))
	d.run()
	d.stands("a.txt", "turn1 pending 1+1", "turn1 pending 5+1", "turn1 pending 10+1")
	d.sets("turn1 pending, 1 pending", "  modified a.txt pending 3/3")
	got := d.decide(1, "a.txt", session.Rejected, 1)
	if got.Rejected != 1 || got.Title != "Took back 1 change in a.txt" || len(got.Files.Conflicts) > 0 {
		t.Errorf("rejecting gave %+v", got)
	}
	const without = "one\n2\n3\n4\n5\n6\n7\n8\n9\nten\n"
	d.holds("a.txt", without)
	d.stands("a.txt", "turn1 pending 1+1", "turn1 rejected 5+1", "turn1 pending 10+1")
	d.sets("turn1 mixed, 1 pending", "  modified a.txt mixed 2/3")
	if state := d.state(); state.Undo != got.Title || state.Redo != "" || state.Files != 1 || state.Added != 2 || state.Removed != 2 {
		t.Errorf("state after rejecting: %+v", state)
	}
	d.undo()
	d.holds("a.txt", changed)
	d.stands("a.txt", "turn1 pending 1+1", "turn1 pending 5+1", "turn1 pending 10+1")
	if state := d.state(); state.Undo != "" || state.Redo != got.Title {
		t.Errorf("state after undoing: %q, %q", state.Undo, state.Redo)
	}
	d.restart()
	d.redo()
	d.holds("a.txt", without)
	d.stands("a.txt", "turn1 pending 1+1", "turn1 rejected 5+1", "turn1 pending 10+1")
	d.decide(1, "a.txt", session.Accepted)
	d.sets("turn1 mixed, 0 pending", "  modified a.txt mixed 0/3")
	if _, err := d.Review.Redo(t.Context(), d.id, nil); !errors.Is(err, agent.ErrNoAct) {
		t.Errorf("redoing what is done: %v", err)
	}
	d.undo()
	d.undo()
	d.holds("a.txt", changed)
	if _, err := d.Review.Undo(t.Context(), d.id, nil); !errors.Is(err, agent.ErrNoAct) {
		t.Errorf("undoing more than there is: %v", err)
	}
}

func TestTwoTurnsOnTheSameLines(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten}, puts("a.txt", changed), puts("a.txt", strings.Replace(changed, "five\n", "FIVE\n", 1)))
	d.run()
	d.run()
	d.stands("a.txt",
		"turn1 pending 1+1",
		"turn1 stale 5+1 These lines were changed again in a later message.",
		"turn2 pending 5+1",
		"turn1 pending 10+1")
	got := d.decide(1, "a.txt", session.Rejected, 1)
	if got.Rejected != 0 || len(got.Files.Conflicts) != 1 {
		t.Errorf("rejecting what was changed again gave %+v", got)
	}
	d.decide(2, "a.txt", session.Rejected, 0)
	d.stands("a.txt", "turn1 pending 1+1", "turn1 pending 5+1", "turn2 rejected 5+1", "turn1 pending 10+1")
	d.undo()
	d.decide(0, "a.txt", session.Rejected)
	d.holds("a.txt", ten)
	d.sets("turn1 rejected, 0 pending", "  modified a.txt rejected 0/3", "turn2 rejected, 0 pending", "  modified a.txt rejected 0/1")
	d.undo()
	d.holds("a.txt", strings.Replace(changed, "five\n", "FIVE\n", 1))
}

func TestWhatTheUserEditedSinceStays(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten}, puts("a.txt", changed))
	d.run()
	d.write("a.txt", "mine\n"+strings.Replace(changed, "five\n", "5 of mine\n", 1))
	d.stands("a.txt", "turn1 pending 2+1", "turn1 stale 5+1 These lines were changed since.", "turn1 pending 11+1")
	got := d.decide(1, "a.txt", session.Rejected)
	if got.Rejected == 0 || len(got.Files.Conflicts) != 1 {
		t.Errorf("rejecting gave %+v", got)
	}
	d.undo()
	d.holds("a.txt", "mine\n"+strings.Replace(changed, "five\n", "5 of mine\n", 1))
	d.decide(1, "a.txt", session.Accepted, 1)
	d.sets("turn1 mixed, 1 pending", "  modified a.txt mixed 2/3")
}

func TestUnsavedTextCountsAsTheFile(t *testing.T) {
	d := newDesk(t, map[string]string{"a.txt": ten}, puts("a.txt", changed))
	d.run()
	text := unsaved("a.txt", strings.Replace(changed, "8\n", "8 typed\n", 1))
	d.standing(d.file("a.txt", text), "turn1 pending 1+1", "turn1 pending 5+1", "turn1 pending 10+1")
	got := d.decideWith(wire.ReviewDecision{Path: "a.txt", Decision: session.Rejected, Unsaved: []wire.UnsavedText{text}}, 1, 1)
	d.holds("a.txt", "one\n2\n3\n4\n5\n6\n7\n8 typed\n9\nten\n")
	if diff := cmp.Diff([]string{"a.txt"}, got.Files.Unsaved); diff != "" {
		t.Errorf("to be read again (-want +got):\n%s", diff)
	}
	back := d.undo()
	d.holds("a.txt", changed)
	if diff := cmp.Diff([]wire.UnsavedText{text}, back.Texts); diff != "" {
		t.Errorf("editors hold again (-want +got):\n%s", diff)
	}
}
