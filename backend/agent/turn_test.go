package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

func TestTurnOfTextAndCalls(t *testing.T) {
	reply := calls("read", `{"path":"a"}`, "write", `{"path":"b","content":"two"}`)
	reply.events = append(textEvents(7, "I look."), reply.events...)
	reply.events = append(reply.events, provider.Event{Kind: provider.EventUsage, Usage: provider.Usage{InputTokens: 5}})
	b := newBench(t, setup{files: map[string]string{"a": "one"}}, reply, says("All is done."))
	got := b.turn("  please\ndo it")

	if d := cmp.Diff([]string{"read completed: one", "write completed: done"}, callsOf(got)); d != "" {
		t.Error(d)
	}
	header := got
	header.Items = nil
	want := session.Turn{
		ID: got.ID, Prompt: "  please\ndo it", Status: session.Done, StopReason: "end_turn", StartedAt: got.StartedAt, EndedAt: got.EndedAt,
		Provider: "fake", Model: "m1", Usage: provider.Usage{InputTokens: 5}, Cost: session.Cost{Partial: true}, Before: "c1", After: "c3",
		Context: session.Context{Tokens: header.Context.Tokens, Estimated: true},
		Changes: []session.FileChange{{Path: "b", Kind: diff.Added, By: session.ByTool}},
	}
	if d := cmp.Diff(want, header); d != "" {
		t.Errorf("turn (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{ReasonTurnStart, ReasonPostTool, ReasonTurnEnd}, b.disk.labels); d != "" {
		t.Errorf("checkpoints (-want +got):\n%s", d)
	}
	wantMessages := []provider.Message{
		{Role: "user", Blocks: []provider.Block{text("  please\ndo it")}},
		{Role: "assistant", Blocks: []provider.Block{
			text("I look."),
			{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{ID: "id0", Name: "read", Arguments: []byte(`{"path":"a"}`)}},
			{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{ID: "id1", Name: "write", Arguments: []byte(`{"path":"b","content":"two"}`)}},
		}},
		{Role: "user", Blocks: []provider.Block{
			{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: "id0", Content: "one"}},
			{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: "id1", Content: "done"}},
		}},
	}
	if d := cmp.Diff(wantMessages, b.model.requests[1].Messages); d != "" {
		t.Errorf("second request (-want +got):\n%s", d)
	}
	state := b.state()
	if state.Title != "please" || state.Provider != "fake" || state.Model != "m1" {
		t.Errorf("session: title %q, %s/%s", state.Title, state.Provider, state.Model)
	}
	loaded, err := b.store.Load(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	loaded.Seq, state.Seq = 0, 0
	if d := cmp.Diff(state, loaded); d != "" {
		t.Errorf("journal differs from the state (-state +journal):\n%s", d)
	}
}

func TestCallsThatDoNotRun(t *testing.T) {
	for _, test := range []struct {
		name    string
		setup   setup
		prepare func(*bench)
		act     func(*bench) // while it runs
		call    []string
		want    string
		stop    string
	}{
		{
			name: "unknown tool", call: []string{"fly", `{}`},
			want: `fly failed: there is no tool "fly"`, stop: "end_turn",
		},
		{
			name: "tool that panics", call: []string{"panic", `{}`},
			want: "panic failed: The tool failed by an error of its own and did nothing: runtime error: index out of range [5] with length 0", stop: "end_turn",
		},
		{
			name: "denied", setup: setup{policy: policy{denies: []string{"write"}}}, call: []string{"write", `{"path":"a"}`},
			want: "write rejected: Not allowed, and nothing was done: It is forbidden. Do not try to do the same in another way; go on without it or say what is missing.",
			stop: "end_turn",
		},
		{
			name: "asked, nobody there", setup: setup{policy: policy{asks: []string{"run"}}, headless: true}, call: []string{"run", `{"command":"x"}`},
			want: "run rejected: Not allowed, and nothing was done: It is asked about. Do not try to do the same in another way; go on without it or say what is missing.",
			stop: session.StopDenied,
		},
		{
			name: "rejected", setup: setup{policy: policy{asks: []string{"run"}}}, call: []string{"run", `{"command":"x"}`},
			act:  func(b *bench) { b.answer(false, "too slow") },
			want: "run rejected: The user rejected this call; nothing was done. They said: too slow", stop: "end_turn",
		},
		{
			name: "rejected without a word", setup: setup{mode: session.Supervised}, call: []string{"write", `{"path":"a"}`},
			act:  func(b *bench) { b.answer(false, "") },
			want: "write rejected: The user rejected this call; nothing was done. Do not repeat it. Go on without it, or ask what they want.", stop: "end_turn",
		},
		{
			name: "no checkpoint", call: []string{"write", `{"path":"a"}`},
			prepare: func(b *bench) { b.disk.refuse = errors.New("disk full") },
			want: "write failed: Nothing was done: the checkpoint before it could not be taken (disk full). " +
				"Keel changes nothing that it could not bring back. Tell the user.", stop: "end_turn",
		},
		{
			name: "not in the checkpoint", call: []string{"write", `{"path":"a"}`},
			prepare: func(b *bench) { b.disk.uncovered = map[string]string{"a": "too large"} },
			want: `write failed: Nothing was done: the checkpoint before it does not hold "a" (too large). ` +
				"Keel changes nothing that it could not bring back. Tell the user.", stop: "end_turn",
		},
		{
			name: "always changing", call: []string{"write", `{"path":"a","content":"new"}`},
			prepare: func(b *bench) {
				n := 0
				b.disk.beforeRun = func(string) { n++; b.disk.set("a", fmt.Sprint(n)) }
			},
			want: "write failed: Nothing was done: the files this call is about keep changing. Look at them again and repeat it.", stop: "end_turn",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, test.setup, calls(test.call...), says("Then not."))
			if test.prepare != nil {
				test.prepare(b)
			}
			id := b.send("go")
			if test.act != nil {
				test.act(b)
			}
			turn := b.ended(id)
			if d := cmp.Diff([]string{test.want}, callsOf(turn)); d != "" {
				t.Error(d)
			}
			if turn.StopReason != test.stop || (test.stop != "end_turn") != (turn.Outcome != "") {
				t.Errorf("ended with %q: %q", turn.StopReason, turn.Outcome)
			}
			if content := b.disk.now()["a"]; content == "new" {
				t.Error("it acted")
			}
			results := b.model.requests[1].Messages[2].Blocks
			if len(results) != 1 || !results[0].ToolResult.IsError || !strings.HasSuffix(test.want, results[0].ToolResult.Content) {
				t.Errorf("the model was told %+v", results)
			}
		})
	}
}

func TestApprovedAfterAChangeIsAskedAgain(t *testing.T) {
	b := newBench(t, setup{mode: session.Supervised, files: map[string]string{"a": "0"}},
		calls("write", `{"path":"a","content":"new"}`), says("ok"))
	id := b.send("go")
	first := b.question()
	if err := b.Answer(t.Context(), Answer{SessionID: b.id, ApprovalID: first.ID, Hash: "other hash", Approved: true}); !errors.Is(err, approval.ErrChanged) {
		t.Errorf("answer with another hash: %v", err)
	}
	other, err := b.CreateSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Answer(t.Context(), Answer{SessionID: other.ID, ApprovalID: first.ID, Hash: first.Hash, Approved: true}); !errors.Is(err, approval.ErrGone) {
		t.Errorf("answer in another session: %v", err)
	}
	b.disk.set("a", "1")
	b.answer(true, "")
	b.until(func(s session.Session) bool {
		tool := s.Turns[0].Items[0].Tool
		return tool.Status == session.CallWaiting && tool.Approval.ID != first.ID
	})
	second := b.answer(true, "")
	if first.Hash == second.Hash || !strings.HasPrefix(second.Reason, "What would happen has changed") {
		t.Errorf("asked again with %+v after %+v", second, first)
	}
	turn := b.ended(id)
	if d := cmp.Diff([]string{"write completed: done"}, callsOf(turn)); d != "" {
		t.Error(d)
	}
	if err := b.Answer(t.Context(), Answer{SessionID: b.id, ApprovalID: second.ID, Hash: second.Hash, Approved: true}); !errors.Is(err, approval.ErrGone) {
		t.Errorf("second answer: %v", err)
	}
	// What the user wrote while the question was open is part of the turn's
	// start: the turn's Before is the first checkpoint, taken after it.
	if d := cmp.Diff([]session.FileChange{{Path: "a", Kind: diff.Modified, By: session.ByTool}}, turn.Changes); d != "" {
		t.Error(d)
	}
}

// TestPlansKeepTheirOrder: what changes no file but is no reading either, a plan
// or a question, runs one by one.
func TestPlansKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{}, calls("host", `{"command":"first"}`, "host", `{"command":"second"}`), says("Done."))
		var order []string
		for _, name := range []string{"first", "second"} {
			b.disk.hosted[name] = func(context.Context, Host) Result {
				order = append(order, name+" begins")
				time.Sleep(time.Second)
				order = append(order, name+" ends")
				return Result{Text: name}
			}
		}
		b.turn("plan twice")
		if d := cmp.Diff([]string{"first begins", "first ends", "second begins", "second ends"}, order); d != "" {
			t.Error(d)
		}
	})
}

func TestReadsRunBesideEachOther(t *testing.T) {
	var pairs []string
	for range 7 {
		pairs = append(pairs, "read", `{"path":"a"}`)
	}
	pairs = append(pairs, "write", `{"path":"a","content":"new"}`, "read", `{"path":"a"}`)
	b := newBench(t, setup{files: map[string]string{"a": "old"}}, calls(pairs...), says("ok"))
	arrived, release := make(chan struct{}, 10), make(chan struct{})
	b.disk.beforeRun = func(name string) {
		if name == "read" {
			arrived <- struct{}{}
			<-release
		}
	}
	id := b.send("go")
	for range parallelReads { // ends only when five of them wait at once
		<-arrived
	}
	if n := len(arrived); n != 0 {
		t.Errorf("%d more than %d run at once", n, parallelReads)
	}
	close(release)
	want := []string{}
	for range 7 {
		want = append(want, "read completed: old")
	}
	want = append(want, "write completed: done", "read completed: new")
	if d := cmp.Diff(want, callsOf(b.ended(id))); d != "" {
		t.Error(d)
	}
}

func TestWhoChangedWhat(t *testing.T) {
	b := newBench(t, setup{files: map[string]string{"mixed": "0", "user": "0", "gone": "0"}},
		calls("write", `{"path":"tool","content":"1"}`, "run", `{"command":"build"}`, "write", `{"path":"mixed","content":"2"}`, "delete", `{"path":"gone"}`),
		says("ok"))
	b.disk.commands["build"] = func(_ context.Context, output func([]byte)) Result {
		b.disk.set("out", "built")
		output([]byte("building\n"))
		return Result{Text: "built", HasExit: true}
	}
	b.disk.beforeRun = func(name string) {
		if name == "write" && b.disk.now()["user"] == "0" {
			b.disk.set("user", "1") // inside the edit's checkpoints, but not the edit's path
		}
		if name == "delete" {
			b.disk.set("mixed", "typed over")
		}
	}
	turn := b.turn("go")
	want := []session.FileChange{
		{Path: "gone", Kind: diff.Deleted, By: session.ByTool},
		{Path: "mixed", Kind: diff.Modified, By: session.ByTool, AlsoUser: true, Also: session.ByUnknown},
		{Path: "out", Kind: diff.Added, By: session.ByCommand},
		{Path: "tool", Kind: diff.Added, By: session.ByTool},
		{Path: "user", Kind: diff.Modified, By: session.ByUnknown},
	}
	if d := cmp.Diff(want, turn.Changes); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}

	b.disk.set("out", "rebuilt by hand")
	restored, err := b.RevertTurn(t.Context(), b.id, turn.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantRestored := Restored{
		Written: 1, Deleted: 1, Unknown: []string{}, Undo: restored.Undo,
		Conflicts: []Conflict{{Path: "out", Reason: "changed since"}, {Path: "mixed", Reason: reasonAlso(session.ByUnknown)}},
	}
	if d := cmp.Diff(wantRestored, restored); d != "" {
		t.Errorf("reverted (-want +got):\n%s", d)
	}
	reverted := map[string]string{"gone": "0", "mixed": "typed over", "out": "rebuilt by hand", "user": "1"}
	if d := cmp.Diff(reverted, b.disk.now()); d != "" {
		t.Errorf("after the revert (-want +got):\n%s", d)
	}
	if got := b.state().Turns[0].Reverted; got != restored.Undo || got == "" {
		t.Errorf("turn marked %q", got)
	}
	if _, err := b.UndoRevert(t.Context(), b.id, restored.Undo); err != nil {
		t.Fatal(err)
	}
	if got := b.state().Turns[0].Reverted; got != "" {
		t.Errorf("turn still marked %q", got)
	}
	if _, err := b.RestoreTo(t.Context(), b.id, turn.ID); err != nil {
		t.Fatal(err)
	}
	start := map[string]string{"gone": "0", "mixed": "0", "user": "0"}
	if d := cmp.Diff(start, b.disk.now()); d != "" {
		t.Errorf("after restoring to the turn's start (-want +got):\n%s", d)
	}
}

func TestRevertSession(t *testing.T) {
	b := newBench(t, setup{files: map[string]string{"a": "0", "b": "0"}},
		calls("write", `{"path":"a","content":"1"}`), says("one"), says("nothing to do"),
		calls("write", `{"path":"a","content":"2"}`, "write", `{"path":"b","content":"2"}`), says("two"))
	b.turn("first")
	b.turn("second")
	b.disk.set("b", "typed")
	b.turn("third")
	results, err := b.RevertSession(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"a": "0", "b": "typed"}, b.disk.now()); d != "" {
		t.Errorf("reverted (-want +got):\n%s", d)
	}
	if _, err := b.RevertSession(t.Context(), b.id); !errors.Is(err, ErrNothing) {
		t.Errorf("reverting twice: %v", err)
	}
	if _, err := b.UndoRevert(t.Context(), b.id, results[0].Undo, results[1].Undo); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"a": "2", "b": "2"}, b.disk.now()); d != "" {
		t.Errorf("undone (-want +got):\n%s", d)
	}
}

func TestQueue(t *testing.T) {
	hold := make(chan struct{})
	b := newBench(t, setup{}, calls("run", `{"command":"wait"}`), says("first done"), says("second done"))
	b.disk.commands["wait"] = func(context.Context, func([]byte)) Result { <-hold; return Result{Text: "waited"} }
	id := b.send("one")
	b.until(func(s session.Session) bool {
		return len(s.Turns[0].Items) == 1 && s.Turns[0].Items[0].Tool.Status == session.CallInProgress
	})
	for _, prompt := range []string{"with the results", "to be removed"} {
		if queued := b.send(prompt); queued != "" {
			t.Errorf("queued message got turn %q", queued)
		}
	}
	queue := b.state().Queue
	if err := b.EditQueued(t.Context(), b.id, queue[0].ID, "with the results, edited"); err != nil {
		t.Fatal(err)
	}
	if err := b.RemoveQueued(t.Context(), b.id, queue[1].ID); err != nil {
		t.Fatal(err)
	}
	if err := b.RemoveQueued(t.Context(), b.id, queue[1].ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("removing twice: %v", err)
	}
	if _, err := b.RevertTurn(t.Context(), b.id, id, nil); !errors.Is(err, ErrRunning) {
		t.Errorf("reverting a running turn: %v", err)
	}
	close(hold)
	turn := b.ended(id)
	want := provider.Message{Role: "user", Blocks: []provider.Block{
		{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: "id0", Content: "waited"}},
		text("with the results, edited"),
	}}
	messages := b.model.requests[1].Messages
	if d := cmp.Diff(want, messages[len(messages)-1]); d != "" {
		t.Errorf("after the call (-want +got):\n%s", d)
	}
	if turn.Items[1].Kind != session.ItemPrompt || len(b.state().Queue) != 0 {
		t.Errorf("items %+v, queue %+v", turn.Items, b.state().Queue)
	}
}

func TestQueuedBecomesTheNextTurn(t *testing.T) {
	hold := make(chan struct{})
	first := says("first")
	first.wait = hold
	b := newBench(t, setup{}, first, says("second"))
	b.send("one")
	<-b.model.asked
	b.send("two")
	b.send("three")
	if err := b.SaveDraft(t.Context(), b.id, "typing"); err != nil {
		t.Fatal(err)
	}
	close(hold)
	if err := b.Wait(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	state := b.state()
	prompts := []string{}
	for _, turn := range state.Turns {
		prompts = append(prompts, turn.Prompt+": "+turn.StopReason)
	}
	if d := cmp.Diff([]string{"one: end_turn", "two\n\nthree: end_turn"}, prompts); d != "" {
		t.Error(d)
	}
	if state.Draft != "typing" {
		t.Errorf("draft %q", state.Draft)
	}
}

func TestOutcomes(t *testing.T) {
	cut := calls("write", `{"path":"a","content":"x"}`)
	for _, test := range []struct {
		stop provider.StopReason
		want string
	}{
		{provider.StopMaxTokens, "The reply reached the model's length limit and was cut."},
		{provider.StopSequence, "The reply reached a stop sequence."},
		{provider.StopGuardrail, "A guardrail of the model service stopped the reply."},
		{provider.StopContentFiltered, "The model service's content filter stopped the reply."},
		{provider.StopMalformedOutput, "The model's reply was malformed."},
		{provider.StopMalformedTool, "The model made a tool call that cannot be understood."},
		{provider.StopContextExceeded, "The conversation no longer fits into the model."},
		{"brand_new", `The model stopped for a reason Keel does not know: "brand_new".`},
	} {
		t.Run(string(test.stop), func(t *testing.T) {
			reply := cut
			reply.events = append(cut.events[:len(cut.events)-1:len(cut.events)-1], stop(test.stop))
			b := newBench(t, setup{}, reply, says("again"))
			turn := b.turn("go")
			if turn.StopReason != string(test.stop) || turn.Outcome != test.want || turn.Hint == "" {
				t.Errorf("got %q, %q, %q", turn.StopReason, turn.Outcome, turn.Hint)
			}
			if d := cmp.Diff([]string{"write cancelled: " + resultCut}, callsOf(turn)); d != "" {
				t.Error(d)
			}
			if len(b.disk.now()) != 0 || turn.Before != "" {
				t.Error("it acted")
			}
			if next := b.turn("again"); next.StopReason != "end_turn" {
				t.Errorf("next turn ended with %q: %s", next.StopReason, next.Outcome)
			}
		})
	}
}

func TestStepLimit(t *testing.T) {
	again := calls("read", `{"path":"a"}`)
	b := newBench(t, setup{maxSteps: 2, headless: true}, again, again, again)
	turn := b.turn("go")
	if turn.StopReason != session.StopStepLimit || turn.Outcome != "The turn reached its limit of 2 steps." || len(callsOf(turn)) != 2 {
		t.Errorf("got %q, %q, %v", turn.StopReason, turn.Outcome, callsOf(turn))
	}
}

func TestEmptyPrompt(t *testing.T) {
	b := newBench(t, setup{})
	if _, err := b.Send(t.Context(), b.id, Prompt{Text: " \n"}); !errors.Is(err, ErrEmpty) {
		t.Error(err)
	}
}
