package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// sameSession ignores what going back and forth may change: numbers of events and
// when the session was used.
var sameSession = cmpopts.IgnoreFields(session.Session{}, "Seq", "UpdatedAt")

func ids(s session.Session) []string {
	out := []string{}
	for _, turn := range s.Turns {
		out = append(out, turn.ID)
	}
	return out
}

func (b *bench) load(id string) session.Session {
	b.t.Helper()
	loaded, err := b.store.Load(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return loaded
}

func TestRewindKeepsACopyAndForgets(t *testing.T) {
	used := calls("write", `{"path":"a","content":"secret word"}`)
	used.events = append(used.events, provider.Event{Kind: provider.EventUsage, Usage: provider.Usage{InputTokens: 5}})
	b := newBench(t, setup{}, says("one"), used, says("two"), says("three"), says("anew"))
	first := b.turn("the first")
	second := b.turn("the second")
	b.turn("the third")
	before := b.state()

	got, err := b.Rewind(t.Context(), b.id, second.ID)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Rewound{Prompt: "the second", Copy: got.Copy, Turns: 2}, got); d != "" {
		t.Error(d)
	}
	want := before
	want.Turns, want.Draft = before.Turns[:1], "the second"
	if d := cmp.Diff(want, b.state(), sameSession); d != "" {
		t.Errorf("session (-want +got):\n%s", d)
	}
	if b.state().Usage.InputTokens != 5 {
		t.Error("what was spent is forgotten")
	}
	kept := b.load(got.Copy)
	want = before
	want.ID, want.CopyOf, want.Title = got.Copy, b.id, "Before going back: the first"
	if d := cmp.Diff(want, kept, sameSession, cmpopts.IgnoreFields(session.Session{}, "CreatedAt")); d != "" {
		t.Errorf("copy (-want +got):\n%s", d)
	}
	if !strings.Contains(session.Markdown(kept), "the copy that was kept") {
		t.Error("an export of the copy does not say what it is")
	}
	if d := cmp.Diff(map[string]string{"a": "secret word"}, b.disk.now()); d != "" {
		t.Errorf("files were touched: %s", d)
	}

	b.turn("something else")
	request := show(b.model.requests[len(b.model.requests)-1].Messages)
	if strings.Contains(request, "the second") || strings.Contains(request, "secret word") || !strings.Contains(request, "the first") {
		t.Errorf("the model reads\n%s", request)
	}
	if err := b.Unrewind(t.Context(), b.id, got.Copy); !errors.Is(err, ErrMoved) {
		t.Errorf("bringing back after something was sent: %v", err)
	}
	// The title of a copy of a copy does not grow, and one that goes on is a copy no more.
	again, err := b.Rewind(t.Context(), got.Copy, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	if title := b.load(again.Copy).Title; title != "Before going back: the first" {
		t.Errorf("title %q", title)
	}
}

func TestACopyThatWentOnIsASessionOfItsOwn(t *testing.T) {
	b := newBench(t, setup{}, says("one"), says("two"), says("elsewhere"))
	first := b.turn("one")
	got, err := b.Rewind(t.Context(), b.id, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Send(t.Context(), got.Copy, Prompt{Text: "go on"}); err != nil {
		t.Fatal(err)
	}
	if err := b.Wait(t.Context(), got.Copy); err != nil {
		t.Fatal(err)
	}
	if err := b.Unrewind(t.Context(), b.id, got.Copy); !errors.Is(err, ErrMoved) {
		t.Errorf("got %v", err)
	}
	if kept := b.load(got.Copy); len(kept.Turns) != 2 || kept.CopyOf != "" {
		t.Errorf("the copy has %d turns and is a copy of %q", len(kept.Turns), kept.CopyOf)
	}
	if err := b.DeleteSession(t.Context(), got.Copy); err != nil {
		t.Fatal(err)
	}
	if err := b.Unrewind(t.Context(), b.id, got.Copy); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("bringing back a deleted one: %v", err)
	}
}

func TestRewindKeepsWhatWaitsAndIsTyped(t *testing.T) {
	b := newBench(t, setup{}, says("one"))
	first := b.turn("one")
	l, err := b.live(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	queue := []session.Queued{{ID: "q", Text: "later", Held: true}}
	acts := []session.Act{{ID: "a1", After: []session.TurnReview{{TurnID: first.ID}}}, {ID: "a2", After: []session.TurnReview{{TurnID: "other"}}}}
	l.header(func(s *session.Session) {
		s.Queue, s.Draft, s.Grants = queue, "typed", []string{"go *"}
	})
	l.mu.Lock()
	l.actsLocked(acts)
	l.mu.Unlock()
	before := b.state()
	got, err := b.Rewind(t.Context(), b.id, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := before
	want.Turns, want.Acts = []session.Turn{}, acts[1:]
	if d := cmp.Diff(want, b.state(), sameSession); d != "" {
		t.Errorf("session (-want +got):\n%s", d)
	}
	if kept := b.load(got.Copy); len(kept.Queue) > 0 || kept.Draft != "" || len(kept.Grants) > 0 || len(kept.Acts) != 2 {
		t.Errorf("the copy has %+v", kept)
	}
	if err := b.Unrewind(t.Context(), b.id, got.Copy); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, b.state(), sameSession); d != "" {
		t.Errorf("brought back (-want +got):\n%s", d)
	}
}

func TestNoRewindWhileATurnRuns(t *testing.T) {
	hold := make(chan struct{})
	b := newBench(t, setup{}, says("one"), calls("run", `{"command":"wait"}`), says("two"))
	b.disk.commands["wait"] = func(context.Context, func([]byte)) Result { <-hold; return Result{} }
	first := b.turn("one")
	id := b.send("two")
	b.until(func(s session.Session) bool { return len(s.Turns) == 2 && len(s.Turns[1].Items) > 0 })
	if _, err := b.Rewind(t.Context(), b.id, first.ID); !errors.Is(err, ErrRunning) {
		t.Errorf("got %v", err)
	}
	if err := b.Unrewind(t.Context(), b.id, "none"); !errors.Is(err, ErrRunning) {
		t.Errorf("bringing back: %v", err)
	}
	close(hold)
	b.ended(id)
	if _, err := b.Rewind(t.Context(), b.id, "none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a turn that is not there: %v", err)
	}
	if list, err := b.Sessions(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("%d sessions, %v", len(list), err)
	}
}

// What a summary stood for is read again once the turn with the summary is gone.
func TestRewindBeforeASummary(t *testing.T) {
	b := newBench(t, setup{}, says("the first answer"), says("the second answer"), says("The summary."), says("the third answer"), says("anew"))
	b.turn("the first")
	second := b.turn("the second")
	if err := b.Compact(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	b.turn("the third")
	if request := show(b.model.requests[len(b.model.requests)-1].Messages); strings.Contains(request, "the first answer") {
		t.Fatalf("there is no summary in\n%s", request)
	}
	if _, err := b.Rewind(t.Context(), b.id, second.ID); err != nil {
		t.Fatal(err)
	}
	b.turn("once more")
	last := b.model.requests[len(b.model.requests)-1].Messages
	if request := show(last); !strings.Contains(request, "the first answer") || strings.Contains(request, "The summary.") {
		t.Errorf("the model reads\n%s", request)
	}
	if problem := invalid(last); problem != "" {
		t.Error(problem)
	}
}

func TestRewindEndsBackgroundCommands(t *testing.T) {
	s := newServer()
	b := newBench(t, setup{commands: s}, says("one"), calls("run", `{"command":"serve"}`), says("two"))
	s.serve(b)
	b.turn("one")
	second := b.turn("two")
	if calls := BackgroundSince(b.state(), second.ID); len(calls) != 1 || calls[0].Command != "serve" {
		t.Fatalf("running: %v", calls)
	}
	got, err := b.Rewind(t.Context(), b.id, second.ID)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"b1"}, s.stopped); d != "" {
		t.Error(d)
	}
	if call := b.load(got.Copy).Turns[1].Items[0].Tool; call.Running || call.ExitCode != 143 {
		t.Errorf("in the copy: %+v", call)
	}
}

func TestRewindNotWithACommandThatGoesOn(t *testing.T) {
	s := newServer()
	b := newBench(t, setup{}, calls("run", `{"command":"serve"}`), says("one")) // nothing to stop it with
	s.serve(b)
	first := b.turn("one")
	if _, err := b.Rewind(t.Context(), b.id, first.ID); !errors.Is(err, ErrGoesOn) {
		t.Errorf("got %v", err)
	}
	if got := b.state(); len(got.Turns) != 1 || len(BackgroundSince(got, first.ID)) != 1 {
		t.Errorf("got %+v", got)
	}
	s.exit <- 0
}

func TestRestoreAndRewindAreOneAct(t *testing.T) {
	b := newBench(t, setup{}, says("zero"), calls("write", `{"path":"a","content":"1"}`), says("one"), calls("write", `{"path":"a","content":"2"}`), says("two"))
	zero := b.turn("zero")
	b.turn("one")
	third := b.turn("two")
	before := b.state()
	aside := filepath.Join(b.dir, "deleted")
	if err := errors.Join(os.Remove(aside), os.WriteFile(aside, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.RestoreAndRewind(t.Context(), b.id, third.ID); err == nil {
		t.Fatal("the copy was kept where it cannot be")
	}
	if d := cmp.Diff(map[string]string{"a": "2"}, b.disk.now()); d != "" {
		t.Errorf("files: %s", d)
	}
	if d := cmp.Diff(before, b.state(), sameSession); d != "" {
		t.Error(d)
	}
	if err := errors.Join(os.Remove(aside), os.Mkdir(aside, 0o700)); err != nil {
		t.Fatal(err)
	}
	// The first turn changed nothing itself: the files go back to before those that did.
	restored, rewound, err := b.RestoreAndRewind(t.Context(), b.id, zero.ID)
	if err != nil || rewound.Turns != 3 || restored.Deleted != 1 || len(b.disk.now()) != 0 {
		t.Fatalf("%+v, %+v, %v; files %v", restored, rewound, err, b.disk.now())
	}
	if kept := b.load(rewound.Copy); kept.CopyUndo != restored.Undo || restored.Undo == "" {
		t.Errorf("the copy knows of %q, not %q", kept.CopyUndo, restored.Undo)
	}
	if err := b.Unrewind(t.Context(), b.id, rewound.Copy); err != nil {
		t.Fatal(err)
	}
	if _, err := b.UndoRevert(t.Context(), b.id, restored.Undo); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, b.state(), sameSession); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]string{"a": "2"}, b.disk.now()); d != "" {
		t.Error(d)
	}
}

// Going back and forward again, any number of times and to anywhere, in memory and
// on the disk, changes nothing.
func TestRewindThenUnrewindIsIdentity(t *testing.T) {
	b, journal := recorded(t)
	rapid.Check(t, func(r *rapid.T) {
		id := fmt.Sprintf("again%d", rapid.Uint64().Draw(r, "id"))
		path := filepath.Join(b.dir, id+".jsonl")
		if err := os.WriteFile(path, journal, 0o600); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(path)
		a := New(Options{Sessions: b.store, Tools: b.disk, Policy: policy{}, Checkpoints: b.disk})
		defer func() {
			if err := a.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}()
		type point struct {
			state session.Session
			copy  string
		}
		look := func() session.Session {
			state, err := a.Session(t.Context(), id)
			if err != nil {
				r.Fatal(err)
			}
			state.ID = ""
			return state
		}
		var back []point
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			now := look()
			if len(now.Turns) > 0 && (len(back) == 0 || rapid.Bool().Draw(r, "back")) {
				to := rapid.SampledFrom(ids(now)).Draw(r, "turn")
				got, err := a.Rewind(t.Context(), id, to)
				if err != nil {
					r.Fatal(err)
				}
				back = append(back, point{now, got.Copy})
				continue
			}
			last := back[len(back)-1]
			back = back[:len(back)-1]
			if err := a.Unrewind(t.Context(), id, last.copy); err != nil {
				r.Fatal(err)
			}
			if d := cmp.Diff(last.state, look(), sameSession); d != "" {
				r.Fatalf("brought back (-want +got):\n%s", d)
			}
			loaded := b.load(id)
			loaded.ID = ""
			if d := cmp.Diff(last.state, loaded, sameSession); d != "" {
				r.Fatalf("on the disk (-want +got):\n%s", d)
			}
		}
		for _, left := range back {
			if err := a.DeleteSession(t.Context(), left.copy); err != nil {
				r.Fatal(err)
			}
		}
	})
}

// Readers of events arrive at the state, whatever came within one frame.
func TestEventsOfGoingBackAndForward(t *testing.T) {
	b := newBench(t, setup{}, says("one"), says("two"))
	b.turn("one")
	second := b.turn("two")
	events := b.Subscribe(t.Context())
	defer events.Close()
	seen := b.state()
	got, err := b.Rewind(t.Context(), b.id, second.ID)
	if err == nil {
		err = b.Unrewind(t.Context(), b.id, got.Copy)
	}
	if err == nil {
		_, err = b.Rewind(t.Context(), b.id, second.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	want := b.state()
	for seen.Seq < want.Seq {
		event, err := events.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if event.SessionID != b.id || event.Seq <= seen.Seq {
			continue
		}
		for _, change := range event.Changes {
			session.Apply(&seen, change)
		}
		seen.Seq = event.Seq
	}
	if d := cmp.Diff(want, seen); d != "" {
		t.Errorf("(-state +events):\n%s", d)
	}
}

// What was done to changes that are out of the conversation is no act of it any
// more, also when it is opened again.
func TestNoActOfARewoundTurnStays(t *testing.T) {
	b := newBench(t, setup{}, says("one"))
	first := b.turn("one")
	l, err := b.live(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	l.actsLocked([]session.Act{{ID: "a", Title: "Accepted", After: []session.TurnReview{{TurnID: first.ID}}}})
	l.mu.Unlock()
	got, err := b.Rewind(t.Context(), b.id, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.UndoReview(t.Context(), b.id); !errors.Is(err, ErrNoAct) {
		t.Errorf("undoing what is out of the conversation: %v", err)
	}
	if kept := b.load(b.id); len(kept.Acts) > 0 {
		t.Errorf("the journal keeps %+v", kept.Acts)
	}
	if err := b.Unrewind(t.Context(), b.id, got.Copy); err != nil {
		t.Fatal(err)
	}
	if back := b.load(b.id); len(back.Acts) != 1 {
		t.Errorf("brought back: %+v", back.Acts)
	}
}
