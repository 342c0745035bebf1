package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// server is a background command that says what it is given to say.
type server struct {
	says chan string
	exit chan int
	err  error

	mu      sync.Mutex // guards stopped
	stopped []string
}

func newServer() *server { return &server{says: make(chan string), exit: make(chan int, 1)} }

func (s *server) ID() string { return "b1" }

func (s *server) Follow(ctx context.Context, output func([]byte)) (int, error) {
	for {
		select {
		case line := <-s.says:
			output([]byte(line))
		case code := <-s.exit:
			return code, s.err
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (s *server) Stop(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = append(s.stopped, id)
	s.exit <- 143
	return nil
}

// serve makes the command "serve" start the server.
func (s *server) serve(b *bench) {
	b.disk.commands["serve"] = func(_ context.Context, output func([]byte)) Result {
		output([]byte("ready\n"))
		return Result{Text: "It goes on in the background as b1.", Background: s}
	}
}

func notices(turn session.Turn) []string {
	texts := []string{}
	for _, item := range turn.Items {
		if item.Kind == session.ItemNotice {
			texts = append(texts, item.Text)
		}
	}
	return texts
}

// TestBackgroundCommand follows one through its turn, between two turns and to
// its end in a third one.
func TestBackgroundCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		hold := make(chan struct{})
		b := newBench(t, setup{}, calls("run", `{"command":"serve"}`), says("started"), calls("run", `{"command":"wait"}`), says("seen"), says("again"))
		s.serve(b)
		b.disk.commands["wait"] = func(context.Context, func([]byte)) Result { <-hold; return Result{Text: "waited"} }
		first := b.turn("serve")
		want := session.ToolCall{
			ID: "id0", Name: "run", Kind: session.KindExecute, Title: "run serve", Status: session.CallCompleted,
			Arguments: `{"command":"serve"}`, Paths: []string{}, Command: "serve", Folder: ".", Output: "ready\n",
			Result: "It goes on in the background as b1.", StartedAt: first.Items[0].Tool.StartedAt, Rule: "test",
			Background: true, CommandID: "b1", Running: true, Before: "c1", After: "c2",
		}
		if d := cmp.Diff(want, *first.Items[0].Tool); d != "" {
			t.Error(d)
		}
		b.disk.set("log", "written by the server")
		s.says <- "after its turn\n"
		synctest.Wait()
		if got := b.state().Turns[0].Items[0].Tool.Output; got != "ready\nafter its turn\n" {
			t.Errorf("output %q", got)
		}
		id := b.send("wait")
		synctest.Wait()
		s.exit <- 3
		synctest.Wait()
		close(hold)
		second := b.ended(id)
		b.turn("again")

		want.Output, want.Running, want.ExitCode, want.HasExit = "ready\nafter its turn\n", false, 3, true
		if d := cmp.Diff(want, *b.state().Turns[0].Items[0].Tool); d != "" {
			t.Error(d)
		}
		told := "The background command b1 has ended with exit code 3."
		if d := cmp.Diff([]string{told}, notices(second)); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]session.FileChange{{Path: "log", Kind: diff.Added, By: session.ByBackground}}, second.Drift); d != "" {
			t.Errorf("drift %s", d)
		}
		for n, want := range map[int]int{2: 0, 3: 1, 4: 1} {
			if got := count(b.model.requests[n], "("+told+")"); got != want {
				t.Errorf("request %d tells it %d times, not %d", n, got, want)
			}
		}
		if last := b.model.requests[3].Messages; last[len(last)-1].Blocks[1].Text != "("+told+")" {
			t.Errorf("not with the results: %+v", last[len(last)-1])
		}
		if err := b.StopCommand(t.Context(), b.id, "b1"); !errors.Is(err, ErrNoCommand) {
			t.Errorf("stopping an ended one: %v", err)
		}
	})
}

func count(request provider.Request, said string) int {
	times := 0
	for _, message := range request.Messages {
		for _, block := range message.Blocks {
			if block.Text == said {
				times++
			}
		}
	}
	return times
}

// TestBackgroundEndsDuringAReply: what the model has read already stays as it
// was; it is told after the reply.
func TestBackgroundEndsDuringAReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		gate := make(chan struct{})
		second := calls("read", `{"path":"a"}`)
		connecting := scriptedReply{wait: gate, events: nil, end: &provider.Error{Class: provider.ClassBounded}}
		b := newBench(t, setup{}, calls("run", `{"command":"serve"}`), connecting, second, says("seen"))
		s.serve(b)
		id := b.send("serve")
		synctest.Wait()
		s.exit <- 0
		synctest.Wait()
		close(gate)
		b.ended(id)
		last := b.model.requests[3].Messages
		if d := cmp.Diff(b.model.requests[1].Messages, last[:3]); d != "" {
			t.Errorf("what was read has changed:\n%s", d)
		}
		if got := last[4].Blocks; len(got) != 2 || got[1].Text != "(The background command b1 has ended with exit code 0.)" {
			t.Errorf("told %+v", got)
		}
	})
}

// TestBackgroundEndsBetweenTurns: the next prompt brings it along.
func TestBackgroundEndsBetweenTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		b := newBench(t, setup{commands: s}, calls("run", `{"command":"serve"}`), says("started"), says("seen"))
		s.serve(b)
		b.turn("serve")
		if err := b.StopCommand(t.Context(), b.id, "b1"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		told := "The user stopped the background command b1; it ended with exit code 143."
		b.turn("next")
		messages := b.model.requests[2].Messages
		if d := cmp.Diff(user(text("("+told+")"), text("next")), messages[len(messages)-1]); d != "" {
			t.Error(d)
		}
		if call := b.state().Turns[0].Items[0].Tool; call.Running || call.ExitCode != 143 {
			t.Errorf("call %+v", call)
		}
	})
}

// TestBackgroundAtTheEndOfKeel: following ends with it, and nobody pretends to
// know what became of the command.
func TestBackgroundAtTheEndOfKeel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		b := newBench(t, setup{}, calls("run", `{"command":"serve"}`), says("started"))
		s.serve(b)
		b.turn("serve")
		crashed, err := b.store.Load(t.Context(), b.id) // as another process reads it now
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		closed, err := b.store.Load(t.Context(), b.id)
		if err != nil {
			t.Fatal(err)
		}
		for name, state := range map[string]session.Session{"crashed": crashed, "closed": closed} {
			turn := state.Turns[0]
			call := turn.Items[0].Tool
			if call.Running || call.HasExit || call.Status != session.CallCompleted || turn.StopReason != "end_turn" {
				t.Errorf("%s: %+v", name, call)
			}
			if d := cmp.Diff([]string{session.OutcomeUnfollowed("b1")}, notices(turn)); d != "" {
				t.Errorf("%s: %s", name, d)
			}
			if again := session.Recover(&state); len(again) != 0 {
				t.Errorf("%s: recovered twice: %+v", name, again)
			}
		}
	})
}

// TestBackgroundOfAStoppedTurn: a command that comes up while its turn is
// stopped is ended; one that was up goes on.
func TestBackgroundOfAStoppedTurn(t *testing.T) {
	for _, grace := range []time.Duration{0, 2 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			b := newBench(t, setup{commands: s}, calls("run", `{"command":"slow"}`))
			b.disk.commands["slow"] = func(ctx context.Context, _ func([]byte)) Result {
				<-ctx.Done()
				<-time.After(grace)
				return Result{Text: "up", Background: s}
			}
			id := b.send("go")
			synctest.Wait()
			if err := b.Stop(t.Context(), b.id); err != nil {
				t.Fatal(err)
			}
			call := b.ended(id).Items[0].Tool
			if call.Running || call.Status != session.CallCancelled || len(s.stopped) != 1 {
				t.Errorf("after %v: %+v, stopped %v", grace, call, s.stopped)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		b := newBench(t, setup{commands: s}, calls("run", `{"command":"serve"}`), scriptedReply{events: textEvents(0, "Half"), hangs: true})
		s.serve(b)
		b.send("go")
		synctest.Wait()
		if err := b.Stop(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		if call := b.state().Turns[0].Items[0].Tool; !call.Running || len(s.stopped) != 0 {
			t.Errorf("it was ended with the turn: %+v", call)
		}
		if err := b.DeleteSession(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		if len(s.stopped) != 1 {
			t.Error("it goes on without its session")
		}
	})
}

// TestBackgroundOfUnknownEnd: an end that cannot be told is said to be so.
func TestBackgroundOfUnknownEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.err = errors.New("its log is gone")
		b := newBench(t, setup{}, calls("run", `{"command":"serve"}`), says("started"))
		s.serve(b)
		b.turn("serve")
		s.exit <- 0
		synctest.Wait()
		turn := b.state().Turns[0]
		if d := cmp.Diff([]string{"The background command b1 has ended; how is not known (its log is gone)."}, notices(turn)); d != "" || turn.Items[0].Tool.HasExit {
			t.Errorf("%+v: %s", turn.Items[0].Tool, d)
		}
		if err := b.StopCommand(t.Context(), "none", "b1"); !errors.Is(err, ErrNoCommand) {
			t.Errorf("in a session that is not open: %v", err)
		}
	})
}

// TestBackgroundThatNeverStopsTalking: all of it is shown, the journal stays
// small, and holds the end of it in the end.
func TestBackgroundThatNeverStopsTalking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		b := newBench(t, setup{}, calls("run", `{"command":"serve"}`), says("started"))
		s.serve(b)
		b.turn("serve")
		line := strings.Repeat("x", 1<<10) + "\n"
		const lines = 8 << 10
		for range lines {
			s.says <- line
			<-time.After(10 * time.Millisecond)
		}
		synctest.Wait()
		call := b.state().Turns[0].Items[0].Tool
		if all := int64(len("ready\n") + lines*len(line)); call.OutputAt+int64(len(call.Output)) != all {
			t.Errorf("output is %d bytes from %d of %d", len(call.Output), call.OutputAt, all)
		}
		s.exit <- 0
		synctest.Wait()
		state := b.state()
		if err := b.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(b.dir, b.id+".jsonl"))
		if err != nil || info.Size() > 2*journalledOutput {
			t.Errorf("the journal has %d bytes, %v", info.Size(), err)
		}
		loaded, err := b.store.Load(t.Context(), b.id)
		if err != nil {
			t.Fatal(err)
		}
		loaded.Seq = state.Seq
		if d := cmp.Diff(state, loaded); d != "" {
			t.Errorf("journal (-state +journal):\n%s", d)
		}
	})
}

// TestAnEndBeforeTheFirstReplyIsTold: a turn that got no reply has no step.
func TestAnEndBeforeTheFirstReplyIsTold(t *testing.T) {
	s := newServer()
	refused := scriptedReply{refuse: &provider.Error{Class: provider.ClassValidation, Message: "no"}}
	b := newBench(t, setup{commands: s}, calls("run", `{"command":"serve"}`), says("Started."), refused, says("Seen."))
	s.serve(b)
	b.turn("start it")
	b.turn("and?")
	s.exit <- 3
	b.until(func(s session.Session) bool { return !s.Turns[0].Items[0].Tool.Running })
	b.turn("what now?")
	last := b.model.requests[len(b.model.requests)-1]
	if got := show(last.Messages); strings.Count(got, "b1 has ended with exit code 3") != 1 {
		t.Errorf("the model reads %s", got)
	}
}

// TestNothingIsSentToASessionThatGoes: a turn that began then could never be
// stopped.
func TestNothingIsSentToASessionThatGoes(t *testing.T) {
	s := newServer()
	b := newBench(t, setup{}, calls("run", `{"command":"serve"}`), says("Started."), says("Here."))
	s.serve(b)
	var err error
	b.o.Commands = stopping(func(ctx context.Context, id string) error {
		_, err = b.Send(ctx, b.id, Prompt{Text: "still there?"})
		return s.Stop(ctx, id)
	})
	b.turn("start it")
	if err := b.DeleteSession(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, ErrClosed) {
		t.Errorf("sent: %v", err)
	}
	if err := b.RestoreSession(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	if b.turn("again"); len(b.model.requests) != 3 {
		t.Errorf("%d requests", len(b.model.requests))
	}
}

type stopping func(ctx context.Context, id string) error

func (s stopping) Stop(ctx context.Context, id string) error { return s(ctx, id) }
