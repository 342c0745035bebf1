package agent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// TestStop stops a turn in every state it can be in. The clock is synctest's:
// the session must be idle after less than one of its seconds.
func TestStop(t *testing.T) {
	busy := &provider.Error{Class: provider.ClassThrottle, Message: "busy"}
	streaming := scriptedReply{events: append(textEvents(0, "Half a "), callEvents(1, "id1", "write", `{"path":"a"}`)[:2]...), hangs: true}
	running := func(status session.CallStatus) func(*bench) {
		return func(b *bench) {
			b.until(func(s session.Session) bool {
				items := s.Turns[0].Items
				return len(items) > 0 && items[0].Tool != nil && items[0].Tool.Status == status
			})
		}
	}
	stubborn := func(b *bench) {
		b.disk.commands["x"] = func(ctx context.Context, output func([]byte)) Result {
			output([]byte("started\n"))
			<-ctx.Done()
			<-time.After(2 * time.Second) // what killing a stubborn process takes
			output([]byte("late\n"))
			b.disk.set("late", "written")
			return Result{Text: "killed", IsError: true}
		}
	}
	for _, test := range []struct {
		name    string
		setup   setup
		reply   scriptedReply
		prepare func(*bench)
		wait    func(*bench)
		calls   []string
		text    string
		changes []session.FileChange
	}{
		{
			name: "streaming", reply: streaming,
			wait: func(b *bench) {
				b.until(func(s session.Session) bool {
					items := s.Turns[0].Items
					return len(items) == 2 && items[1].Tool.Arguments != ""
				})
			},
			calls: []string{"write cancelled: " + resultCut}, text: "Half a ",
		},
		{
			name: "approval", setup: setup{policy: policy{asks: []string{"run"}}},
			reply: calls("run", `{"command":"x"}`, "write", `{"path":"a"}`), wait: running(session.CallWaiting),
			calls: []string{"run cancelled: " + resultStopped, "write cancelled: " + resultStopped},
		},
		{
			name: "command that ends when told", reply: calls("run", `{"command":"x"}`, "read", `{"path":"a"}`),
			prepare: func(b *bench) {
				b.disk.commands["x"] = func(ctx context.Context, _ func([]byte)) Result {
					b.disk.set("half", "done")
					<-ctx.Done()
					return Result{Text: "It was ended.", IsError: true}
				}
			},
			wait:    running(session.CallInProgress),
			calls:   []string{"run cancelled: " + resultKilled + "\nIt was ended.", "read cancelled: " + resultStopped},
			changes: []session.FileChange{{Path: "half", Kind: diff.Added, By: session.ByCommand}},
		},
		{
			name: "command that takes its time", reply: calls("run", `{"command":"x"}`), prepare: stubborn,
			wait: running(session.CallInProgress), calls: []string{"run cancelled: " + resultKilled},
			changes: []session.FileChange{{Path: "late", Kind: diff.Added, By: session.ByCommand}},
		},
		{
			name: "waiting to try again", reply: scriptedReply{refuse: busy},
			wait: func(b *bench) {
				b.until(func(s session.Session) bool {
					items := s.Turns[0].Items
					return len(items) == 1 && items[0].Until != 0
				})
			},
			calls: []string{},
		},
		{
			name: "question of the model", reply: calls("host", `{"command":"ask"}`),
			prepare: func(b *bench) { b.asks(session.Question{Text: "Which?"}) },
			wait:    func(b *bench) { b.asked() },
			calls:   []string{"host cancelled: " + resultKilled + "\nstopped by the user"},
		},
		{
			name: "signing in", reply: scriptedReply{refuse: &provider.Error{Class: provider.ClassAuth, Message: "Expired."}},
			wait: func(b *bench) { b.asked() }, calls: []string{},
		},
		{
			name: "asked for more steps", setup: setup{maxSteps: 1}, reply: calls("read", `{"path":"a"}`),
			wait: func(b *bench) { b.asked() }, calls: []string{"read completed: "},
		},
		{
			name: "with a command in the background", reply: calls("run", `{"command":"serve"}`, "run", `{"command":"x"}`),
			prepare: func(b *bench) {
				newServer().serve(b)
				b.disk.commands["x"] = func(ctx context.Context, _ func([]byte)) Result {
					<-ctx.Done()
					return Result{Text: "It was ended.", IsError: true}
				}
			},
			wait: func(b *bench) {
				b.until(func(s session.Session) bool {
					items := s.Turns[0].Items
					return len(items) == 2 && items[1].Tool.Status == session.CallInProgress
				})
			},
			calls: []string{
				"run completed: It goes on in the background as b1.", "run cancelled: " + resultKilled + "\nIt was ended.",
			},
			changes: []session.FileChange{},
		},
		{
			name: "between two steps", reply: calls("read", `{"path":"a"}`),
			prepare: func(b *bench) {
				b.model.answers = append(b.model.answers[:1:1], append([]scriptedReply{{hangs: true}}, b.model.answers[1:]...)...)
			},
			wait: func(b *bench) { <-b.model.asked; <-b.model.asked }, calls: []string{"read completed: "},
		},
		{
			name: "just sent", reply: streaming, wait: func(*bench) {}, calls: nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, test.setup, test.reply, says("Going on."))
				if test.prepare != nil {
					test.prepare(b)
				}
				id := b.send("go")
				test.wait(b)
				b.send("queued one")
				b.send("queued two")
				if err := b.SaveDraft(t.Context(), b.id, "typing"); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				if err := b.Stop(t.Context(), b.id); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took >= time.Second {
					t.Errorf("idle only after %v", took)
				}
				state := b.state()
				turn := *state.Turn(id)
				if turn.Status != session.Done || turn.StopReason != session.StopCancelled {
					t.Errorf("turn is %s, %q", turn.Status, turn.StopReason)
				}
				if state.Draft != "queued one\n\nqueued two\n\ntyping" || len(state.Queue) != 0 {
					t.Errorf("draft %q, queue %v", state.Draft, state.Queue)
				}
				if test.calls == nil {
					return
				}
				if d := cmp.Diff(test.calls, callsOf(turn)); d != "" {
					t.Error(d)
				}
				for _, item := range turn.Items {
					if item.Streaming || item.Until != 0 {
						t.Errorf("still under way: %+v", item)
					}
					if item.Kind == session.ItemText && item.Text != test.text {
						t.Errorf("text %q", item.Text)
					}
					if item.Question != nil && (item.Question.Open || item.Question.Answer != "") {
						t.Errorf("question %+v", item.Question)
					}
					if item.Tool != nil && item.Tool.Approval != nil && item.Tool.Approval.Answer != "cancelled" {
						t.Errorf("approval %+v", item.Tool.Approval)
					}
				}
				// The next turn waits for what the stopped one left behind.
				next := b.turn("go on")
				if next.StopReason != "end_turn" {
					t.Errorf("next turn ended with %q: %s", next.StopReason, next.Outcome)
				}
				stopped := b.state().Turns[0]
				if d := cmp.Diff(append([]session.FileChange{}, test.changes...), stopped.Changes); d != "" {
					t.Errorf("changes of the stopped turn (-want +got):\n%s", d)
				}
				if (stopped.After == "") != (test.changes == nil) {
					t.Errorf("after is %q", stopped.After)
				}
				messages := b.model.requests[len(b.model.requests)-1].Messages
				if d := cmp.Diff(Normalise(messages), messages); d != "" {
					t.Errorf("not normal:\n%s", d)
				}
				last := messages[len(messages)-1].Blocks
				if len(last) < 2 || last[len(last)-2].Text != noteStopped || last[len(last)-1].Text != "go on" {
					t.Errorf("next request ends with %+v", last)
				}
			})
		})
	}
}

func TestLateOutputIsLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{}, calls("run", `{"command":"x"}`))
		b.disk.commands["x"] = func(ctx context.Context, output func([]byte)) Result {
			output([]byte("in time"))
			<-ctx.Done()
			<-time.After(2 * time.Second)
			output([]byte(", late"))
			return Result{}
		}
		id := b.send("go")
		b.until(func(s session.Session) bool {
			return len(s.Turns[0].Items) == 1 && s.Turns[0].Items[0].Tool.Output != ""
		})
		if err := b.Stop(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		if got := b.ended(id).Items[0].Tool.Output; got != "in time" {
			t.Errorf("output %q", got)
		}
	})
}

func TestStopHasItsOwnTimeLimit(t *testing.T) {
	b := newBench(t, setup{}, calls("run", `{"command":"x"}`))
	started := make(chan struct{})
	b.disk.commands["x"] = func(ctx context.Context, _ func([]byte)) Result {
		close(started)
		<-ctx.Done()
		return Result{}
	}
	id := b.send("go")
	<-started
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Stop(gone, b.id); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if turn := b.ended(id); turn.StopReason != session.StopCancelled {
		t.Errorf("ended with %q", turn.StopReason)
	}
}

func TestCloseStopsEverything(t *testing.T) {
	b := newBench(t, setup{}, calls("run", `{"command":"x"}`))
	started := make(chan struct{})
	b.disk.commands["x"] = func(ctx context.Context, _ func([]byte)) Result {
		close(started)
		<-ctx.Done()
		return Result{IsError: true}
	}
	b.send("go")
	<-started
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Send(t.Context(), b.id, Prompt{Text: "more"}); !errors.Is(err, ErrClosed) {
		t.Errorf("sending to a closed agent: %v", err)
	}
	loaded, err := b.store.Load(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	if turn := loaded.Turns[0]; turn.StopReason != session.StopCancelled || turn.After == "" {
		t.Errorf("journal says %q, after %q", turn.StopReason, turn.After)
	}
}
