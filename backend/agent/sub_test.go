package agent

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// subCalls returns status and title of a call's lines.
func subCalls(item session.Item) []string {
	lines := []string{}
	for _, call := range item.Tool.Calls {
		lines = append(lines, fmt.Sprintf("%s: %s", call.Status, call.Title))
	}
	return lines
}

// answered waits until a question is no longer open.
func (b *bench) answered(approvalID string) {
	b.until(func(s session.Session) bool {
		for _, item := range s.Turns[len(s.Turns)-1].Items {
			if item.Tool != nil && item.Tool.Approval != nil && item.Tool.Approval.ID == approvalID {
				return item.Tool.Approval.Answer != ""
			}
		}
		return false
	})
}

func toolNames(request provider.Request) []string {
	names := []string{}
	for _, spec := range request.Tools {
		names = append(names, spec.Name)
	}
	return names
}

// TestSubAgent: it has a conversation, tools and a prompt of its own, and only
// its last reply comes back.
func TestSubAgent(t *testing.T) {
	b := newBench(t, setup{files: map[string]string{"a": "one"}},
		calls("sub_agent", `{"content":"look at a"}`), says("It holds one."))
	b.model.scripts = map[string][]scriptedReply{"look at a": {
		counted(calls("read", `{"path":"a"}`, "write", `{"path":"b","content":"x"}`, "sub_agent", `{"content":"deeper"}`, "run_command", `{}`), 100),
		counted(says("a holds one."), 200),
	}}
	turn := b.turn("what is in a?")
	if d := cmp.Diff([]string{"sub_agent completed: a holds one."}, callsOf(turn)[:1]); d != "" {
		t.Error(d)
	}
	want := []string{"completed: read a", "failed: write b", "failed: sub_agent", "failed: run_command"}
	if d := cmp.Diff(want, subCalls(turn.Items[0])); d != "" {
		t.Error(d)
	}
	if turn.Usage.InputTokens != 300 || turn.StopReason != "end_turn" {
		t.Errorf("turn %+v", turn)
	}
	if len(b.disk.labels) != 0 || len(b.disk.now()) != 1 {
		t.Error("it changed something")
	}
	inside := b.model.requests[1]
	if d := cmp.Diff([]string{"read", "write", "delete", "run"}, toolNames(inside)); d != "" {
		t.Errorf("tools of one that only looks (-want +got):\n%s", d)
	}
	if !strings.HasPrefix(inside.System, "You are a helper of Keel") || strings.Contains(show(inside.Messages), "what is in a?") {
		t.Errorf("request %+v", inside)
	}
	for _, request := range b.model.requests {
		if problem := invalid(request.Messages); problem != "" {
			t.Errorf("%s in %s", problem, show(request.Messages))
		}
	}
	if strings.Contains(show(b.model.requests[3].Messages), "read") {
		t.Errorf("its calls are part of the conversation: %s", show(b.model.requests[3].Messages))
	}
}

// TestSubAgentWrites: its changes go the way of all changes, and are the turn's.
func TestSubAgentWrites(t *testing.T) {
	b := newBench(t, setup{mode: session.Supervised}, calls("sub_agent", `{"content":"write b\nnow","write":true}`), says("Done."))
	b.model.scripts = map[string][]scriptedReply{"write b\nnow": {
		calls("write", `{"path":"b","content":"x"}`, "write", `{"path":"c","content":"y"}`), says("Written."),
	}}
	id := b.send("go")
	asked := b.answer(true, "")
	b.answered(asked.ID)
	if want := `Asked by the sub agent "write b". It is asked about.`; asked.Reason != want {
		t.Errorf("reason %q, want %q", asked.Reason, want)
	}
	b.answer(false, "not c")
	turn := b.ended(id)
	parent := turn.Items[0]
	if d := cmp.Diff([]string{"completed: write b", "rejected: write c"}, subCalls(parent)); d != "" {
		t.Error(d)
	}
	for _, item := range turn.Items[1:3] {
		if item.Tool.Parent != parent.ID || item.Tool.Approval == nil {
			t.Errorf("call %+v", item.Tool)
		}
	}
	if d := cmp.Diff([]string{ReasonTurnStart, ReasonPostTool, ReasonTurnEnd}, b.disk.labels); d != "" {
		t.Errorf("checkpoints (-want +got):\n%s", d)
	}
	if len(turn.Changes) != 1 || turn.Changes[0].Path != "b" || turn.Changes[0].By != session.ByTool {
		t.Errorf("changes %+v", turn.Changes)
	}
	if _, err := b.RevertTurn(t.Context(), b.id, turn.ID, nil); err != nil {
		t.Fatal(err)
	}
	if len(b.disk.now()) != 0 {
		t.Errorf("left after the revert: %v", b.disk.now())
	}
}

// TestSubAgentsBesideEachOther: those that only look run at once; what they
// have to ask about, they ask one after the other.
func TestSubAgentsBesideEachOther(t *testing.T) {
	const count = 4
	var pairs []string
	scripts := map[string][]scriptedReply{}
	all := make(chan struct{})
	for i := range count {
		task := fmt.Sprintf("task %d", i)
		pairs = append(pairs, "sub_agent", fmt.Sprintf(`{"content":%q}`, task))
		scripts[task] = []scriptedReply{calls("read", `{"path":"a"}`), {events: counted(says(task+" done"), 10).events, wait: all}}
	}
	b := newBench(t, setup{policy: policy{asks: []string{"read"}}, files: map[string]string{"a": "1"}}, calls(pairs...), says("All done."))
	b.model.scripts = scripts
	id := b.send("go")
	for range count {
		b.answered(b.answer(true, "").ID)
	}
	for range 1 + 2*count { // each waits in its second request then
		<-b.model.asked
	}
	close(all)
	turn := b.ended(id)
	want := []string{}
	for i := range count {
		want = append(want, fmt.Sprintf("sub_agent completed: task %d done", i))
	}
	if d := cmp.Diff(want, callsOf(turn)[:count]); d != "" {
		t.Error(d)
	}
	if turn.Usage.InputTokens != 10*count {
		t.Errorf("usage %+v", turn.Usage)
	}
}

// TestSubAgentStops: a stop reaches what a sub agent does.
func TestSubAgentStops(t *testing.T) {
	b := newBench(t, setup{}, calls("sub_agent", `{"content":"run","write":true}`))
	b.model.scripts = map[string][]scriptedReply{"run": {calls("run", `{"command":"hang"}`)}}
	running := make(chan struct{})
	b.disk.commands["hang"] = func(ctx context.Context, _ func([]byte)) Result {
		close(running)
		<-ctx.Done()
		return Result{Text: "killed", IsError: true}
	}
	id := b.send("go")
	<-running
	if err := b.Stop(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	turn := b.ended(id)
	if turn.StopReason != session.StopCancelled {
		t.Errorf("ended with %q", turn.StopReason)
	}
	for _, item := range turn.Items {
		if item.Tool.Status != session.CallCancelled {
			t.Errorf("call %+v", item.Tool)
		}
	}
	if turn.Before == "" || turn.After == "" {
		t.Error("the turn has no checkpoints")
	}
}

func TestSubAgentLimits(t *testing.T) {
	var script []scriptedReply
	for range subSteps {
		script = append(script, calls("read", `{"path":"a"}`, "read", `{"path":"b"}`, "read", `{"path":"c"}`))
	}
	last := calls("read", `{"path":"a"}`)
	last.events = append(textEvents(7, strings.Repeat("é", subReply)), last.events...)
	script[subSteps-1] = last
	b := newBench(t, setup{}, calls("sub_agent", `{"content":"look"}`), says("Done."))
	b.model.scripts = map[string][]scriptedReply{"look": script}
	turn := b.turn("go")
	result := turn.Items[0].Tool.Result
	if !strings.Contains(result, "more bytes of the answer were left out") || !strings.Contains(result, "stopped after 25 steps") || len(result) > subReply+200 {
		t.Errorf("result of %d bytes ends with %q", len(result), result[len(result)-150:])
	}
	if len(turn.Items[0].Tool.Calls) != subLines || len(b.model.requests) != subSteps+2 {
		t.Errorf("%d lines, %d requests", len(turn.Items[0].Tool.Calls), len(b.model.requests))
	}
}

// TestSubAgentContext: what fills its context goes, the oldest first.
func TestSubAgentContext(t *testing.T) {
	var script []scriptedReply
	for range 12 {
		script = append(script, calls("read", `{"path":"big"}`))
	}
	refused := scriptedReply{refuse: &provider.Error{Class: provider.ClassContext, Message: "Too long."}}
	script = append(script, refused, says("Read."))
	b := newBench(t, setup{files: map[string]string{"big": strings.Repeat("0123456789", 400)}}, calls("sub_agent", `{"content":"look"}`), says("Done."))
	b.model.context = 10_000
	b.model.scripts = map[string][]scriptedReply{"look": script}
	turn := b.turn("go")
	if d := cmp.Diff([]string{"sub_agent completed: Read."}, callsOf(turn)); d != "" {
		t.Error(d)
	}
	for i, request := range b.model.requests {
		if size := requestTokens(request); size > 8_000 {
			t.Errorf("request %d is of about %d tokens", i, size)
		}
	}
	left := 0
	for _, result := range results(b.model.requests[14]) {
		if result != textElided[:20] {
			left++
		}
	}
	if left != 1 {
		t.Errorf("%d results after the refusal, want 1", left)
	}
}

// TestCrashInASubAgent cuts the journal of a sub agent's edits at every line:
// its call is of unknown outcome where it had begun, what it changed is in the
// turn, and nothing of it is in the conversation.
func TestCrashInASubAgent(t *testing.T) {
	b := newBench(t, setup{}, calls("sub_agent", `{"content":"write","write":true}`, "write", `{"path":"d","content":"z"}`), says("Done."))
	b.model.scripts = map[string][]scriptedReply{"write": {calls("write", `{"path":"b","content":"x"}`), calls("run", `{"command":"make"}`), says("Written.")}}
	b.disk.commands["make"] = func(context.Context, func([]byte)) Result { b.disk.set("c", "y"); return Result{Text: "made"} }
	b.turn("go")
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	journal, err := os.ReadFile(filepath.Join(b.dir, b.id+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(journal), "\n")
	seen := map[session.CallStatus]int{}
	for n := 2; n < len(lines); n++ {
		if err := os.WriteFile(filepath.Join(b.dir, "cut.jsonl"), []byte(strings.Join(lines[:n], "")), 0o600); err != nil {
			t.Fatal(err)
		}
		model := newScripted(says("Going on."))
		a := New(Options{Sessions: b.store, Providers: []provider.Provider{model}, Tools: b.disk, Policy: policy{}, Checkpoints: b.disk})
		again := &bench{Agent: a, t: t, disk: b.disk, model: model, store: b.store, id: "cut"}
		again.turn("go on")
		state := again.state()
		if len(state.Turns) > 1 {
			turn := state.Turns[0]
			if (turn.Before == "") != (turn.After == "") && len(bracketsOf(turn)) > 0 {
				t.Errorf("%d lines: turn %+v", n, turn)
			}
			for _, item := range turn.Items {
				if item.Tool == nil {
					continue
				}
				if item.Tool.Name == nameSubAgent {
					seen[item.Tool.Status]++
				}
				if slices.Contains([]session.CallStatus{session.CallPending, session.CallInProgress, session.CallWaiting}, item.Tool.Status) {
					t.Errorf("%d lines: call %+v", n, item.Tool)
				}
			}
		}
		if problem := invalid(model.requests[0].Messages); problem != "" {
			t.Errorf("%d lines: %s", n, problem)
		}
		if got := show(model.requests[0].Messages); strings.Contains(got, "make") {
			t.Errorf("%d lines: a sub agent's call is in the conversation: %s", n, got)
		}
		if err := a.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, status := range []session.CallStatus{session.CallCancelled, session.CallUnknown, session.CallCompleted} {
		if seen[status] == 0 {
			t.Errorf("no cut left the sub agent %s: %v", status, seen)
		}
	}
}

// TestSubLogAfterItsEnd: what a stopped call's sub agent still does shows
// nowhere.
func TestSubLogAfterItsEnd(t *testing.T) {
	b := newBench(t, setup{})
	l, err := b.live(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	tr := &turn{agent: b.Agent, live: l, head: session.Turn{ID: "t"}}
	l.emit(turnChange(tr.head), itemChange("t", session.Item{ID: "i", Kind: session.ItemTool, Tool: &session.ToolCall{}}))
	log := &subLog{turn: tr, item: "i"}
	line := log.add("read")
	if d := cmp.Diff([]session.SubCall{{Title: "read", Status: session.CallCancelled}}, log.close()); d != "" {
		t.Error(d)
	}
	var late sync.WaitGroup
	late.Go(func() { log.set(line, session.SubCall{Title: "late"}); log.spend(provider.Usage{InputTokens: 1}) })
	late.Wait()
	if turn := b.state().Turns[0]; len(turn.Items[0].Tool.Calls) != 0 || turn.Usage.InputTokens != 0 {
		t.Errorf("turn %+v", turn)
	}
}

// TestManySubAgents: one reply cannot start any number of conversations, of
// which nobody is asked whether they go on.
func TestManySubAgents(t *testing.T) {
	var pairs []string
	scripts := map[string][]scriptedReply{"look": nil}
	for range subsMost + 2 {
		pairs = append(pairs, "sub_agent", `{"content":"look"}`)
		scripts["look"] = append(scripts["look"], says("Seen."))
	}
	b := newBench(t, setup{}, calls(pairs...), says("Done."))
	b.model.scripts = scripts
	refused := 0
	for _, line := range callsOf(b.turn("go")) {
		if strings.HasPrefix(line, "sub_agent failed: this turn has had 50 sub agents") {
			refused++
		}
	}
	if refused != 2 {
		t.Errorf("%d were refused", refused)
	}
}
