package agent

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// recorded plays a session with everything in it and returns its journal.
func recorded(t *testing.T) (*bench, []byte) {
	t.Helper()
	first := calls("read", `{"path":"a"}`, "write", `{"path":"b","content":"two"}`, "run", `{"command":"x"}`)
	first.events = append(textEvents(7, "I look."), first.events...)
	b := newBench(t, setup{files: map[string]string{"a": "one"}, mode: session.Supervised, reader: readerFunc(echoes)},
		first, says("Done."), scriptedReply{events: textEvents(0, "Half")}, says("Whole."),
		calls("read", `{"path":"a"}`, "read", `{"path":"b"}`, "sub_agent", `{"content":"look and write","write":true}`), says("All done."),
		says("The summary."), calls("delete", `{"path":"a"}`, "nonsense", `{}`), says("Deleted."))
	b.model.scripts = map[string][]scriptedReply{"look and write": {
		calls("read", `{"path":"a"}`, "run", `{"command":"x"}`), calls("write", `{"path":"c","content":"three"}`), says("Written."),
	}}
	b.disk.commands["x"] = func(_ context.Context, output func([]byte)) Result {
		output([]byte("made\n"))
		b.disk.set("out", "built")
		return Result{Text: "made"}
	}
	b.send("go")
	b.answer(true, "")
	if err := b.Wait(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	b.turn("more")
	b.send("in another conversation")
	b.answer(false, "not c")
	if err := b.Wait(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	if err := b.Compact(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	id, err := b.Send(t.Context(), b.id, Prompt{Text: "the last one", References: []session.Reference{file("a"), file("b")}})
	if err != nil {
		t.Fatal(err)
	}
	b.ended(id)
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	journal, err := os.ReadFile(filepath.Join(b.dir, b.id+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return b, journal
}

// underWay returns the state that whole lines of a journal describe, before
// anything is said about what was under way at their end.
func underWay(t *testing.T, lines []string) session.Session {
	t.Helper()
	var s session.Session
	for _, line := range lines {
		var change session.Change
		if err := json.Unmarshal([]byte(line), &change); err != nil {
			t.Fatal(err)
		}
		session.Apply(&s, change)
	}
	return s
}

// ended says how a call must have ended that was under way.
func ended(status session.CallStatus) session.CallStatus {
	switch status {
	case session.CallInProgress:
		return session.CallUnknown
	case session.CallPending, session.CallWaiting:
		return session.CallCancelled
	default:
		return status
	}
}

// TestEveryCutGoesOn opens the journal cut after and inside every line, and
// runs a turn. That the place inside a line does not matter is package
// session's to prove.
func TestEveryCutGoesOn(t *testing.T) {
	b, journal := recorded(t)
	lines := strings.SplitAfter(string(journal), "\n")
	unknown := 0
	for n := range lines {
		for _, half := range []int{0, len(lines[n]) / 2, max(0, len(lines[n])-1)} {
			whole := strings.Join(lines[:n], "") + lines[n][:half]
			if err := os.WriteFile(filepath.Join(b.dir, "cut.jsonl"), []byte(whole), 0o600); err != nil {
				t.Fatal(err)
			}
			model := newScripted(says("Going on."))
			a := New(Options{Sessions: b.store, Providers: []provider.Provider{model}, Tools: b.disk, Policy: policy{}, Checkpoints: b.disk})
			again := &bench{Agent: a, t: t, disk: b.disk, model: model, store: b.store, id: "cut"}
			turn := again.turn("go on")
			if turn.StopReason != "end_turn" {
				t.Fatalf("%d lines and %d bytes: ended with %q: %s", n, half, turn.StopReason, turn.Outcome)
			}
			if problem := invalid(model.requests[0].Messages); problem != "" {
				t.Fatalf("%d lines and %d bytes: %s", n, half, problem)
			}
			if strings.Contains(show(model.requests[0].Messages), "outcome is unknown") {
				unknown++
			}
			state := again.state()
			if err := a.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			loaded, err := b.store.Load(t.Context(), "cut")
			if err != nil {
				t.Fatal(err)
			}
			loaded.Seq = state.Seq
			if d := cmp.Diff(state, loaded); d != "" {
				t.Fatalf("%d lines and %d bytes: journal (-state +journal):\n%s", n, half, d)
			}
			for _, turn := range underWay(t, lines[:n]).Turns {
				for _, item := range turn.Items {
					if item.Tool == nil {
						continue
					}
					if got := state.Item(turn.ID, item.ID).Tool.Status; got != ended(item.Tool.Status) {
						t.Fatalf("%d lines: call %s was %s and is %s", n, item.Tool.Title, item.Tool.Status, got)
					}
				}
			}
			for _, turn := range state.Turns {
				if turn.Reading || slices.ContainsFunc(turn.References, func(r session.Reference) bool { return r.Content == nil }) {
					t.Fatalf("%d lines and %d bytes: still reading: %+v", n, half, turn.References)
				}
				if turn.Status != session.Done || (turn.Before == "") != (turn.After == "") && len(bracketsOf(turn)) > 0 {
					t.Fatalf("%d lines and %d bytes: turn %+v", n, half, turn)
				}
			}
		}
	}
	if unknown == 0 {
		t.Error("no cut fell into a running call")
	}
	t.Logf("%d cuts, %d of them in a running call", 3*len(lines), unknown)
}

// TestCrashInACommand: what a command of unknown outcome may have done is
// listed, but taken back only when it is named. After a crash so is what an
// ended one did: who saved a file while it ran is forgotten.
func TestCrashInACommand(t *testing.T) {
	t.Run("while it ran", func(t *testing.T) { crashInACommand(t, false) })
	t.Run("after it ended", func(t *testing.T) { crashInACommand(t, true) })
}

func crashInACommand(t *testing.T, ended bool) {
	disk := newDisk(map[string]string{"a": "0"})
	store, err := session.OpenStore(t.Context(), t.TempDir(), session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	before, err := disk.Create(t.Context(), CheckpointRequest{})
	if err != nil {
		t.Fatal(err)
	}
	journal, state, err := store.Create(t.Context(), session.Session{Mode: session.Autopilot})
	if err != nil {
		t.Fatal(err)
	}
	call := session.ToolCall{
		ID: "x", Name: "run", Kind: session.KindExecute, Status: session.CallInProgress, Arguments: "{}", Before: before.ID,
	}
	status := session.CallUnknown
	if ended {
		disk.set("a", "1")
		after, err := disk.Create(t.Context(), CheckpointRequest{})
		if err != nil {
			t.Fatal(err)
		}
		call.Status, call.After = session.CallCompleted, after.ID
		status = session.CallCompleted
	}
	err = journal.Append(
		turnChange(session.Turn{ID: "t", Prompt: "go", Status: session.Running, Before: before.ID}),
		itemChange("t", session.Item{ID: "i", Step: 1, Kind: session.ItemTool, Tool: &call}),
	)
	if err != nil {
		t.Fatal(err)
	}
	if err := journal.Close(); err != nil {
		t.Fatal(err)
	}
	disk.set("a", "1")
	a := New(Options{Sessions: store, Tools: disk, Policy: policy{}, Checkpoints: disk})
	b := &bench{Agent: a, t: t, disk: disk, store: store, id: state.ID}
	restored, err := a.RevertTurn(t.Context(), b.id, "t", nil)
	if err != nil {
		t.Fatal(err)
	}
	turn := b.state().Turns[0]
	want := []session.FileChange{{Path: "a", Kind: diff.Modified, By: session.ByCommand, AlsoUser: true, Also: session.ByUnknown}}
	if d := cmp.Diff(want, turn.Changes); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(Restored{Conflicts: []Conflict{{Path: "a", Reason: reasonAlso(session.ByUnknown)}}, Unknown: []string{}}, restored); d != "" {
		t.Error(d)
	}
	if turn.Items[0].Tool.Status != status || turn.Items[0].Tool.After != turn.After {
		t.Errorf("call %+v", turn.Items[0].Tool)
	}
	if _, err := a.RevertTurn(t.Context(), b.id, "t", []string{"a"}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"a": "0"}, disk.now()); d != "" {
		t.Error(d)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
