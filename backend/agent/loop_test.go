package agent

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

func TestLoopGuard(t *testing.T) {
	read := func(path string) scriptedReply { return calls("read", `{"path":"`+path+`"}`) }
	cycle := []scriptedReply{read("a"), read("b"), read("c"), read("d"), read("e")}
	six := append(slices.Clone(cycle), read("f"))
	poll := calls("run", `{"command":"poll"}`)
	quiet := calls("run", `{"command":"quiet"}`)
	many := calls("read", `{"path":"a"}`, "read", `{"path":"a"}`, "read", `{"path":"a"}`, "read", `{"path":"a"}`, "read", `{"path":"a"}`)
	for _, test := range []struct {
		name    string
		replies []scriptedReply
		stop    string
		asked   int   // requests
		told    []int // with which requests, from 0
	}{
		{"the same call", slices.Repeat([]scriptedReply{read("a")}, 9), session.StopLoop, 5, []int{3}},
		{"a cycle of five", slices.Repeat(cycle, 9), session.StopLoop, 25, []int{15}},
		{"a cycle of six is none", slices.Repeat(six, 5), "end_turn", 31, nil},
		{"twice is nothing", []scriptedReply{read("a"), read("a"), read("b"), read("b")}, "end_turn", 5, nil},
		{"told, then something else", append(slices.Repeat([]scriptedReply{read("a")}, 4), read("b"), read("a"), read("a")), "end_turn", 8, []int{3}},
		{"told of each", append(slices.Repeat([]scriptedReply{read("a")}, 3), slices.Repeat([]scriptedReply{read("b")}, 4)...), "end_turn", 8, []int{3, 6}},
		{"new output every time", slices.Repeat([]scriptedReply{poll}, 9), "end_turn", 10, nil},
		{"the same output, in another time", slices.Repeat([]scriptedReply{quiet}, 9), session.StopLoop, 5, []int{3}},
		{"at once in one reply", []scriptedReply{many, many}, "end_turn", 3, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, setup{}, append(slices.Clone(test.replies), says("ok"))...)
			n := 0
			b.disk.commands["poll"] = func(_ context.Context, output func([]byte)) Result {
				n++
				output(fmt.Append(nil, n))
				return Result{Text: "polled", HasExit: true}
			}
			b.disk.commands["quiet"] = func(context.Context, func([]byte)) Result {
				n++
				return Result{Text: fmt.Sprintf("after %ds", n), HasExit: true}
			}
			turn := b.turn("go")
			if turn.StopReason != test.stop || len(b.model.requests) != test.asked {
				t.Errorf("ended with %q after %d requests", turn.StopReason, len(b.model.requests))
			}
			if (test.stop == session.StopLoop) != (turn.Outcome != "" && turn.Hint != "") {
				t.Errorf("outcome %q, hint %q", turn.Outcome, turn.Hint)
			}
			notices := 0
			for _, item := range turn.Items {
				if item.Kind == session.ItemNotice && item.Text == loopNotice() {
					notices++
				}
			}
			var told []int
			for n, request := range b.model.requests {
				last := request.Messages[len(request.Messages)-1].Blocks
				if last[len(last)-1].Text == "("+loopNotice()+")" {
					told = append(told, n)
				}
			}
			if d := cmp.Diff(test.told, told); d != "" || notices != len(test.told) {
				t.Errorf("%d notices: %s", notices, d)
			}
		})
	}
}

// TestLoopGuardHearsTheUser: with a message of theirs the count begins anew.
func TestLoopGuardHearsTheUser(t *testing.T) {
	b := newBench(t, setup{}, slices.Repeat([]scriptedReply{calls("host", `{"command":"look"}`)}, 12)...)
	n := 0
	b.disk.hosted["look"] = func(context.Context, Host) Result {
		if n++; n == 3 {
			b.send("look elsewhere")
		}
		return Result{Text: "nothing"}
	}
	turn := b.turn("go")
	if turn.StopReason != session.StopLoop || len(b.model.requests) != 8 {
		t.Errorf("ended with %q after %d requests", turn.StopReason, len(b.model.requests))
	}
}

// TestTodo: the plan is shown, kept within limits, and told once more when it
// was not finished.
func TestTodo(t *testing.T) {
	long := make([]rune, session.MaxTodoText+1)
	for i := range long {
		long[i] = 'é'
	}
	plans := map[string][]session.Todo{
		"open":     {{Text: "one", Status: session.TodoDone}, {Text: "two", Status: session.TodoInProgress}, {Text: "three", Status: "odd"}},
		"finished": {{Text: "one", Status: session.TodoDone}},
		"long":     slices.Repeat([]session.Todo{{Text: string(long), Status: session.TodoDone}}, session.MaxTodos+1),
	}
	b := newBench(t, setup{}, calls("host", `{"command":"open"}`), says("ok"), says("second"),
		calls("host", `{"command":"finished"}`), says("third"), calls("host", `{"command":"long"}`), says("fourth"))
	for name, plan := range plans {
		b.disk.hosted[name] = func(_ context.Context, host Host) Result { host.Todo(plan); return Result{Text: "noted"} }
	}
	first := b.turn("first")
	want := []session.Todo{{Text: "one", Status: session.TodoDone}, {Text: "two", Status: session.TodoInProgress}, {Text: "three", Status: session.TodoPending}}
	if d := cmp.Diff(want, first.Todo); d != "" {
		t.Error(d)
	}
	b.turn("second")
	b.turn("third")
	fourth := b.turn("fourth")
	if len(fourth.Todo) != session.MaxTodos || len([]rune(fourth.Todo[0].Text)) != session.MaxTodoText {
		t.Errorf("%d entries of %d characters", len(fourth.Todo), len([]rune(fourth.Todo[0].Text)))
	}
	note := text("(Your plan is not finished; [x] is done, [>] was under way:\n[x] one\n[>] two\n[ ] three)")
	requests := b.model.requests
	told := 0
	for _, message := range requests[len(requests)-1].Messages {
		for _, block := range message.Blocks {
			if cmp.Equal(block, note) {
				told++
			}
		}
	}
	if d := cmp.Diff([]provider.Block{note, text("second")}, requests[2].Messages[4].Blocks); d != "" || told != 1 {
		t.Errorf("told %d times: %s", told, d)
	}
}
