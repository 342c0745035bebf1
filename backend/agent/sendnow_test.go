package agent

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

func promptsOf(s session.Session) []string {
	lines := []string{}
	for _, turn := range s.Turns {
		lines = append(lines, turn.Prompt+": "+turn.StopReason)
	}
	return lines
}

func TestSendNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := scriptedReply{events: textEvents(0, "Half"), hangs: true}
		b := newBench(t, setup{}, hangs, says("two"), says("the rest"))
		b.send("one")
		<-b.model.asked
		b.send("first queued")
		b.send("urgent")
		b.send("last queued")
		if err := b.SendNow(t.Context(), b.id, "none"); !errors.Is(err, ErrNotFound) {
			t.Errorf("a message that is not there: %v", err)
		}
		if err := b.SendNow(t.Context(), b.id, b.state().Queue[1].ID); err != nil {
			t.Fatal(err)
		}
		if err := b.Wait(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		state := b.state()
		want := []string{"one: cancelled", "urgent: end_turn", "first queued\n\nlast queued: end_turn"}
		if d := cmp.Diff(want, promptsOf(state)); d != "" {
			t.Error(d)
		}
		if state.Turns[0].Outcome != "You stopped this turn to send a message." || state.Draft != "" || len(state.Queue) != 0 {
			t.Errorf("outcome %q, draft %q, queue %v", state.Turns[0].Outcome, state.Draft, state.Queue)
		}
	})
}

// TestStopAfterSendNow: a stop keeps everything, also what was to be sent now.
func TestStopAfterSendNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{}, calls("run", `{"command":"x"}`), says("never"))
		b.disk.commands["x"] = func(ctx context.Context, _ func([]byte)) Result {
			<-ctx.Done()
			<-time.After(5 * time.Second)
			return Result{}
		}
		b.send("one")
		synctest.Wait()
		b.send("urgent")
		b.send("later")
		if err := b.SendNow(t.Context(), b.id, b.state().Queue[0].ID); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Second) // its turn waits for what the first one left
		start := time.Now()
		if err := b.Stop(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took >= time.Second {
			t.Errorf("idle only after %v", took)
		}
		state := b.state()
		if d := cmp.Diff([]string{"one: cancelled", "urgent: cancelled"}, promptsOf(state)); d != "" || state.Draft != "later" {
			t.Errorf("draft %q: %s", state.Draft, d)
		}
	})
}

// TestStopAtOnceAfterSendNow: what was to be sent now becomes the draft again.
func TestStopAtOnceAfterSendNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{}, calls("run", `{"command":"x"}`), says("never"))
		b.disk.commands["x"] = func(ctx context.Context, _ func([]byte)) Result {
			<-ctx.Done()
			<-time.After(5 * time.Second)
			return Result{}
		}
		b.send("one")
		synctest.Wait()
		b.send("urgent")
		b.send("later")
		if err := b.SendNow(t.Context(), b.id, b.state().Queue[0].ID); err != nil {
			t.Fatal(err)
		}
		if taken := b.opened(b.id).takeQueue(); len(taken) != 0 {
			t.Errorf("the turn that is stopped took %v", taken)
		}
		if err := b.Stop(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		state := b.state()
		if d := cmp.Diff([]string{"one: cancelled"}, promptsOf(state)); d != "" || state.Draft != "urgent\n\nlater" {
			t.Errorf("draft %q: %s", state.Draft, d)
		}

		// A turn that is stopped while it waits for what is left of the first one
		// does not make that go away.
		start := time.Now()
		b.send("two")
		if err := b.Stop(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		if err := b.Wait(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < 4*time.Second {
			t.Errorf("nothing is said to be left after %v", took)
		}
	})
}

// TestSendNowRaces: whatever it meets, every message is sent once, or kept.
func TestSendNowRaces(t *testing.T) {
	for n := range 60 {
		synctest.Test(t, func(t *testing.T) {
			replies := []scriptedReply{calls("read", `{"path":"a"}`), calls("read", `{"path":"b"}`), says("done")}
			for i := range replies {
				replies[i].each = time.Millisecond
			}
			b := newBench(t, setup{}, append(replies, says("more"), says("more"), says("more"))...)
			b.send("one")
			b.send("A")
			b.send("B")
			ids := b.state().Queue
			var group sync.WaitGroup
			for i := range 2 {
				group.Go(func() {
					<-time.After(time.Duration(n+3*i) * 500 * time.Microsecond)
					if err := b.SendNow(t.Context(), b.id, ids[i].ID); err != nil && !errors.Is(err, ErrNotFound) {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if err := b.Wait(t.Context(), b.id); err != nil {
				t.Fatal(err)
			}
			state := b.state()
			said := []string{state.Draft}
			for _, turn := range state.Turns {
				said = append(said, turn.Prompt)
				for _, item := range turn.Items {
					if item.Kind == session.ItemPrompt {
						said = append(said, item.Text)
					}
				}
			}
			all := strings.Join(said, "|")
			if strings.Count(all, "A") != 1 || strings.Count(all, "B") != 1 || len(state.Queue) != 0 {
				t.Errorf("after %d: %q, queue %v", n, said, state.Queue)
			}
		})
	}
}

func TestRetryNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := scriptedReply{refuse: &provider.Error{Class: provider.ClassThrottle, RetryAfter: 20 * time.Second}}
		b := newBench(t, setup{}, busy, busy, says("ok"))
		if err := b.RetryNow(t.Context(), b.id); err != nil {
			t.Errorf("nothing waits: %v", err)
		}
		start := time.Now()
		id := b.send("go")
		for range 2 {
			b.until(func(s session.Session) bool {
				items := s.Turns[0].Items
				return len(items) == 1 && items[0].Until != 0
			})
			if err := b.RetryNow(t.Context(), b.id); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if turn := b.ended(id); turn.StopReason != "end_turn" || len(b.model.requests) != 3 {
			t.Errorf("ended with %q after %d requests", turn.StopReason, len(b.model.requests))
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("waited %v", took)
		}
	})
}

// TestTwoSessionsAtOnce: each has its own turn, and stopping one leaves the
// other alone.
func TestTwoSessionsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		slow := says("Whole.")
		slow.wait = gate
		b := newBench(t, setup{}, slow, scriptedReply{events: textEvents(0, "Half"), hangs: true})
		other, err := b.CreateSession(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		id := b.send("first")
		synctest.Wait()
		if _, err := b.Send(t.Context(), other.ID, Prompt{Text: "second"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		summaries, err := b.Sessions(t.Context())
		if err != nil || len(summaries) != 2 || !summaries[0].Running || !summaries[1].Running {
			t.Fatalf("not both run: %+v, %v", summaries, err)
		}
		if err := b.Stop(t.Context(), other.ID); err != nil {
			t.Fatal(err)
		}
		stopped, err := b.Session(t.Context(), other.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"second: cancelled"}, promptsOf(stopped)); d != "" || b.state().Turns[0].Status != session.Running {
			t.Errorf("the first is %s: %s", b.state().Turns[0].Status, d)
		}
		close(gate)
		if turn := b.ended(id); turn.StopReason != "end_turn" {
			t.Errorf("the first ended with %q", turn.StopReason)
		}
	})
}
