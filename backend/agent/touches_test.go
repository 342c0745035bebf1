package agent

import (
	"context"
	"fmt"
	"sync/atomic"
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
		c := session.FileChange{Path: path, Kind: diff.Added, By: session.ByCommand, AlsoUser: also}
		if also {
			c.Also = session.ByUser
		}
		return c
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
	b.remembers(0)
}

// remembers checks how many things are remembered.
func (b *bench) remembers(want int) {
	b.t.Helper()
	s := &b.touches
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.turns) + len(s.touched) + len(s.acts) + len(s.backgrounds) + len(s.restoring); n != want {
		b.t.Errorf("%d things are remembered, not %d: %+v", n, want, s)
	}
}

// TestBackgroundIsForgotten: what was left running is remembered as long as it
// runs, and no turn is kept for it.
func TestBackgroundIsForgotten(t *testing.T) {
	b := newBench(t, setup{},
		calls("run", `{"command":"serve"}`), says("ok"),
		calls("write", `{"path":"a","content":"1"}`), says("ok"),
		calls("write", `{"path":"a","content":"2"}`), says("ok"))
	var ended atomic.Bool
	b.disk.commands["serve"] = func(context.Context, func([]byte)) Result {
		return Result{Text: "serving", Living: func() bool { return !ended.Load() }}
	}
	turn := b.turn("serve")
	if call := turn.Items[0].Tool; !call.Background {
		t.Errorf("it is not said to have left something: %+v", call)
	}
	b.remembers(1)
	b.disk.set("log", "1")
	b.NoteUserChange("mine")
	b.disk.set("mine", "1")
	turn = b.turn("edit")
	want := []session.FileChange{
		{Path: "log", Kind: diff.Added, By: session.ByBackground},
		{Path: "mine", Kind: diff.Added, By: session.ByUser},
	}
	if d := cmp.Diff(want, turn.Drift); d != "" {
		t.Errorf("drift (-want +got):\n%s", d)
	}
	b.touches.mu.Lock()
	for _, a := range b.touches.acts {
		if a.turn != nil {
			t.Errorf("a turn is kept: %+v", a)
		}
	}
	b.touches.mu.Unlock()
	ended.Store(true)
	if turn = b.turn("edit again"); len(turn.Drift) != 0 {
		t.Errorf("drift where nothing changed: %+v", turn.Drift)
	}
	b.remembers(0)
}

// TestRestoreUnderWay: a restore counts from its start on, also where a turn
// begins and ends while it is under way.
func TestRestoreUnderWay(t *testing.T) {
	b := newBench(t, setup{}, calls("run", `{"command":"build"}`), says("ok"), calls("run", `{"command":"again"}`), says("ok"))
	b.disk.commands["build"] = func(context.Context, func([]byte)) Result {
		b.disk.set("back/a", "1")
		b.disk.set("out", "1")
		return Result{Text: "built"}
	}
	done := b.NoteRestore("back")
	want := []session.FileChange{
		{Path: "back/a", Kind: diff.Added, By: session.ByCommand, AlsoUser: true, Also: session.ByRestore},
		{Path: "out", Kind: diff.Added, By: session.ByCommand},
	}
	if d := cmp.Diff(want, b.turn("go").Changes); d != "" {
		t.Errorf("under way (-want +got):\n%s", d)
	}
	b.remembers(1)
	b.disk.commands["again"] = func(context.Context, func([]byte)) Result {
		b.disk.set("back/a", "2")
		b.disk.set("out", "2")
		done("out")
		return Result{Text: "built"}
	}
	want = []session.FileChange{
		{Path: "back/a", Kind: diff.Modified, By: session.ByCommand},
		{Path: "out", Kind: diff.Modified, By: session.ByCommand, AlsoUser: true, Also: session.ByRestore},
	}
	if d := cmp.Diff(want, b.turn("go on").Changes); d != "" {
		t.Errorf("ended meanwhile (-want +got):\n%s", d)
	}
	b.remembers(0)
}

// TestTargets: the checkpoints around an edit are about its paths, those around
// a command and at the end of a turn about everything.
func TestTargets(t *testing.T) {
	b := newBench(t, setup{files: map[string]string{"b": "0"}},
		calls("write", `{"path":"a","content":"1"}`, "run", `{"command":"x"}`, "delete", `{"path":"b"}`), says("ok"))
	b.turn("go")
	var got []string
	for _, request := range b.disk.requests {
		got = append(got, fmt.Sprint(request.Reason, request.Targets))
	}
	want := []string{
		"turn-start[a]", "post-tool[a]", "pre-tool[]", "post-tool[]", "pre-tool[b]", "post-tool[b]", "turn-end[]",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("checkpoints (-want +got):\n%s", d)
	}
}
