package agent

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/session"
)

// accept notes that files of a turn are kept.
func accept(b *bench, turnID string, paths ...string) error {
	return b.Review(b.t.Context(), b.id, false, func(s session.Session) (Reviewed, error) {
		review := s.Turn(turnID).Review()
		for _, path := range paths {
			review.Decide(session.Review{Path: path, Accepted: []string{session.WholeFile}})
		}
		return Reviewed{Title: fmt.Sprint("Accepted ", paths), Turns: []session.TurnReview{review}}, nil
	})
}

func titles(s session.Session) (done, undone []string) {
	for _, act := range s.Acts {
		if act.Undone {
			undone = append(undone, act.Title)
		} else {
			done = append(done, act.Title)
		}
	}
	return done, undone
}

func wholly(path string) session.Review {
	return session.Review{Path: path, Accepted: []string{session.WholeFile}}
}

func TestActsAreUndoneAndRedoneInOrder(t *testing.T) {
	b := newBench(t, setup{files: map[string]string{"a": "0", "b": "0"}},
		calls("write", `{"path":"a","content":"1"}`, "write", `{"path":"b","content":"1"}`), says("done"))
	turn := b.turn("Change both")
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(accept(b, turn.ID, "a"))
	check(accept(b, turn.ID, "b"))
	_, err := b.RevertTurn(t.Context(), b.id, turn.ID, nil)
	check(err)
	if d := cmp.Diff([]session.Review{{Path: session.AllPaths, Rejected: []string{session.WholeFile}}}, b.state().Turns[0].Reviews); d != "" {
		t.Errorf("reviews of a reverted turn (-want +got):\n%s", d)
	}
	act, results, err := b.UndoReview(t.Context(), b.id)
	check(err)
	if act.Title != "Reverted all changes of “Change both”" || len(results) != 1 {
		t.Errorf("undid %q with %v", act.Title, results)
	}
	if d := cmp.Diff(map[string]string{"a": "1", "b": "1"}, b.disk.now()); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	_, _, err = b.UndoReview(t.Context(), b.id)
	check(err)
	if d := cmp.Diff([]session.Review{wholly("a")}, b.state().Turns[0].Reviews); d != "" {
		t.Errorf("reviews after undoing two (-want +got):\n%s", d)
	}
	_, _, err = b.RedoReview(t.Context(), b.id)
	check(err)
	_, _, err = b.RedoReview(t.Context(), b.id)
	check(err)
	if d := cmp.Diff(map[string]string{"a": "0", "b": "0"}, b.disk.now()); d != "" {
		t.Errorf("files after redoing (-want +got):\n%s", d)
	}
	if got := b.state(); got.Turns[0].Reverted == "" || got.Turns[0].Reverted != got.Acts[2].Undo {
		t.Errorf("the turn is marked %q, and the act undone by %q", got.Turns[0].Reverted, got.Acts[2].Undo)
	}
	_, _, err = b.UndoReview(t.Context(), b.id)
	check(err)
	check(accept(b, turn.ID, "b")) // decided already: nothing was done
	if _, undone := titles(b.state()); len(undone) != 1 {
		t.Errorf("can be redone: %v", undone)
	}
	_, _, err = b.UndoReview(t.Context(), b.id)
	check(err)
	check(accept(b, turn.ID, "b"))
	if done, undone := titles(b.state()); len(done) != 2 || len(undone) != 0 {
		t.Errorf("acts: %v, %v; want what was undone forgotten", done, undone)
	}
}

func TestTheLastFiftyActsAreKept(t *testing.T) {
	b := newBench(t, setup{}, calls("write", `{"path":"a","content":"1"}`), says("done"))
	turn := b.turn("go")
	for n := range mostActs + 7 {
		if err := accept(b, turn.ID, fmt.Sprint("file", n)); err != nil {
			t.Fatal(err)
		}
	}
	acts := b.state().Acts
	if len(acts) != mostActs || acts[0].Title != "Accepted [file7]" {
		t.Errorf("%d acts, the first %q", len(acts), acts[0].Title)
	}
	// A header that is written for another reason does not bring them again.
	if err := b.SaveDraft(t.Context(), b.id, "typed"); err != nil {
		t.Fatal(err)
	}
	if got := b.state(); len(got.Acts) != mostActs || got.Draft != "typed" {
		t.Errorf("after another change: %d acts, draft %q", len(got.Acts), got.Draft)
	}
	if err := b.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	loaded, err := b.store.Load(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(acts, loaded.Acts); d != "" {
		t.Errorf("acts after a restart (-want +got):\n%s", d)
	}
}

// What is accepted while the next turn runs stays so when that has ended, and
// nothing can be taken back meanwhile.
func TestAcceptingWhileATurnRuns(t *testing.T) {
	hold := make(chan struct{})
	b := newBench(t, setup{}, calls("write", `{"path":"a","content":"1"}`), says("done"), calls("run", `{"command":"wait"}`), says("done too"))
	b.disk.commands["wait"] = func(context.Context, func([]byte)) Result { <-hold; b.disk.set("a", "2"); return Result{} }
	first := b.turn("go")
	id := b.send("again")
	b.until(func(s session.Session) bool {
		return len(s.Turns) == 2 && len(s.Turns[1].Items) == 1 && s.Turns[1].Items[0].Tool.Status == session.CallInProgress
	})
	for _, turnID := range []string{first.ID, id} {
		if err := accept(b, turnID, "a"); err != nil {
			t.Fatal(err)
		}
	}
	err := b.Review(t.Context(), b.id, true, func(session.Session) (Reviewed, error) { t.Error("done"); return Reviewed{}, nil })
	if !errors.Is(err, ErrRunning) {
		t.Errorf("taking back while a turn runs: %v", err)
	}
	close(hold)
	if turn := b.ended(id); len(turn.Changes) != 1 || len(turn.Reviews) != 1 {
		t.Errorf("the turn has %v, reviewed %v", turn.Changes, turn.Reviews)
	}
	if _, _, err := b.UndoReview(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	if turns := b.state().Turns; len(turns[0].Reviews) != 1 || len(turns[1].Reviews) != 0 {
		t.Errorf("reviews after undoing the last: %v, %v", turns[0].Reviews, turns[1].Reviews)
	}
}

func TestWhatWasApprovedAsAProposalIsAccepted(t *testing.T) {
	b := newBench(t, setup{mode: session.Supervised, files: map[string]string{"c": "0"}},
		calls("write", `{"path":"a","content":"1"}`), calls("write", `{"path":"b","content":"1"}`),
		calls("run", `{"command":"b"}`), calls("write", `{"path":"c","content":"1"}`), says("done"))
	b.disk.commands["b"] = func(context.Context, func([]byte)) Result { b.disk.set("b", "2"); return Result{} }
	id := b.send("go")
	for _, calls := range []int{1, 2, 4} { // the third is not asked about
		b.until(func(s session.Session) bool { return len(callsOf(s.Turns[0])) == calls })
		b.answer(calls < 4, "not this")
	}
	turn := b.ended(id)
	if d := cmp.Diff([]session.Review{wholly("a")}, turn.Reviews); d != "" {
		t.Errorf("accepted (-want +got):\n%s", d)
	}
	if len(turn.Changes) != 2 {
		t.Errorf("changes: %+v", turn.Changes)
	}
}

// What was done to files before an error is kept, so that it can be taken back.
func TestAnActThatFailsHalfWayCanBeUndone(t *testing.T) {
	b := newBench(t, setup{files: map[string]string{"a": "0"}}, calls("write", `{"path":"a","content":"1"}`), says("done"))
	turn := b.turn("go")
	failed := errors.New("no more")
	err := b.Review(t.Context(), b.id, true, func(session.Session) (Reviewed, error) {
		restored, err := b.disk.Restore(t.Context(), RestoreRequest{Before: turn.Before, After: turn.After})
		return Reviewed{Title: "Half", Undo: []string{restored.Undo}}, errors.Join(failed, err)
	})
	if !errors.Is(err, failed) || b.disk.now()["a"] != "0" {
		t.Fatalf("%v, %v", err, b.disk.now())
	}
	if act, _, err := b.UndoReview(t.Context(), b.id); err != nil || act.Title != "Half" {
		t.Fatalf("%q, %v", act.Title, err)
	}
	if b.disk.now()["a"] != "1" {
		t.Errorf("files: %v", b.disk.now())
	}
}
