package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// results returns the results in a request, shortened.
func results(request provider.Request) []string {
	found := []string{}
	for _, message := range request.Messages {
		for _, block := range message.Blocks {
			if block.ToolResult != nil {
				found = append(found, block.ToolResult.Content[:min(len(block.ToolResult.Content), 20)])
			}
		}
	}
	return found
}

func summaries(turn session.Turn) []string {
	found := []string{}
	for _, item := range turn.Items {
		if item.Kind == session.ItemSummary {
			found = append(found, item.Text)
		}
	}
	return found
}

func noticeText(turn session.Turn) string {
	found := ""
	for _, item := range turn.Items {
		if item.Kind == session.ItemNotice {
			found += item.Text + "\n"
		}
	}
	return found
}

func wantNotice(t *testing.T, turn session.Turn, want string) {
	t.Helper()
	if !strings.Contains(noticeText(turn), want) {
		t.Errorf("no notice with %q in %q", want, noticeText(turn))
	}
}

// counted makes a reply say how many tokens went in.
func counted(reply scriptedReply, tokens int64) scriptedReply {
	usage := provider.Event{Kind: provider.EventUsage, Usage: provider.Usage{InputTokens: tokens, OutputTokens: 10}}
	reply.events = append(slices.Clone(reply.events), usage)
	return reply
}

func isSummaryRequest(request provider.Request) bool {
	last := request.Messages[len(request.Messages)-1]
	return last.Blocks[len(last.Blocks)-1].Text == compactPrompt
}

// TestOldResultsGoFirst: what is left out stays left out, so that one request
// begins with the one before it, but for the moment when room is made.
func TestOldResultsGoFirst(t *testing.T) {
	var replies []scriptedReply
	files := map[string]string{}
	for i := range 12 {
		name := fmt.Sprintf("big%02d", i)
		files[name] = strings.Repeat("0123456789", 400)
		replies = append(replies, calls("read", `{"path":"`+name+`"}`))
	}
	replies = append(replies, says("Read."))
	b := newBench(t, setup{files: files}, replies...)
	b.model.context = 10_000
	turn := b.turn("read it often")
	if turn.StopReason != "end_turn" {
		t.Fatalf("ended with %q: %s", turn.StopReason, turn.Outcome)
	}
	wantNotice(t, turn, "no longer reads the long results of older tool calls")
	breaks := 0
	for i, request := range b.model.requests[1:] {
		before := b.model.requests[i].Messages
		if !cmp.Equal(before, request.Messages[:len(before)]) {
			breaks++
		}
		if size := requestTokens(request); size > 8_000 {
			t.Errorf("request %d is of about %d tokens", i+2, size)
		}
	}
	if breaks != 2 {
		t.Errorf("%d requests do not begin with the one before them, want 2 of 13", breaks)
	}
	last := results(b.model.requests[12])
	if last[0] != textElided[:20] || last[11] != "01234567890123456789" {
		t.Errorf("results of the last request: %q", last)
	}
	for _, line := range callsOf(turn) {
		if len(line) < 4000 {
			t.Errorf("the session lost a result: %q", line)
		}
	}
	if c := turn.Context; c.Limit != 10_000 || c.Tokens < 3_000 || c.Tokens > 8_000 || !c.Estimated {
		t.Errorf("context %+v", c)
	}
}

// TestSummaryOfEarlierTurns: the conversation begins with it from then on, also
// in another process, and nothing is gone from the session.
func TestSummaryOfEarlierTurns(t *testing.T) {
	long := "first wish: " + strings.Repeat("words ", 2_500)
	b := newBench(t, setup{files: map[string]string{"a.go": "x"}},
		calls("read", `{"path":"a.go"}`, "write", `{"path":"b.go","content":"y"}`), says("Understood."), says("  All that was said.  "), says("Second."), says("Third."))
	b.model.context = 5_000
	b.turn(long)
	second := b.turn("and this")
	if d := cmp.Diff([]string{"[Keel made room"}, []string{summaries(second)[0][:15]}); d != "" {
		t.Fatal(d)
	}
	if !isSummaryRequest(b.model.requests[2]) || len(b.model.requests[2].Tools) == 0 {
		t.Errorf("the third request asks for no summary: %s", show(b.model.requests[2].Messages))
	}
	first := b.model.requests[3].Messages[0]
	if len(b.model.requests[3].Messages) != 1 || len(first.Blocks) != 2 || first.Blocks[1].Text != "and this" {
		t.Errorf("request after the summary: %s", show(b.model.requests[3].Messages))
	}
	for _, want := range []string{"All that was said.", "first wish: words words", "more bytes were left out", "- b.go (changed)", "- a.go\n", "read a file again before you edit it"} {
		if !strings.Contains(first.Blocks[0].Text+"\n", want) {
			t.Errorf("no %q in %s", want, first.Blocks[0].Text)
		}
	}
	third := b.turn("on")
	if len(summaries(third)) != 0 || len(b.model.requests) != 5 {
		t.Errorf("a summary again: %q", summaries(third))
	}
	if !cmp.Equal(b.model.requests[3].Messages, b.model.requests[4].Messages[:1]) {
		t.Error("the request after the summary does not begin the next one")
	}
	loaded, err := b.store.Load(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Turns[0].Prompt != long || len(loaded.Turns[0].Items) != 3 {
		t.Error("the session lost its first turn")
	}
	if d := cmp.Diff(b.model.requests[4].Messages, Normalise(history(loaded, "fake", "m1"))[:len(b.model.requests[4].Messages)]); d != "" {
		t.Errorf("after loading (-before +after):\n%s", d)
	}
}

// TestSummaryInOneTurn: in a turn that is too long by itself the last steps
// stay as they are.
func TestSummaryInOneTurn(t *testing.T) {
	content := strings.Repeat("0123456789", 300)
	var replies []scriptedReply
	for i := range 9 {
		replies = append(replies, calls("write", fmt.Sprintf(`{"path":"f%d","content":"%s"}`, i, content)))
	}
	// The tenth request asks for a summary; its call must not run.
	summary := calls("delete", `{"path":"f0"}`)
	summary.events = append(textEvents(7, "I wrote f0 to f8."), summary.events...)
	b := newBench(t, setup{}, append(replies, summary, says("Done."))...)
	b.model.context = 10_000
	turn := b.turn("write nine files")
	if turn.StopReason != "end_turn" || len(summaries(turn)) != 1 {
		t.Fatalf("ended with %q: %s; summaries %q", turn.StopReason, turn.Outcome, summaries(turn))
	}
	if _, ok := b.disk.now()["f0"]; !ok || len(callsOf(turn)) != 9 {
		t.Error("a call of the reply with the summary was run")
	}
	request := b.model.requests[10]
	if got := len(results(request)); got != 3 {
		t.Errorf("%d steps stayed, want 3", got)
	}
	first := request.Messages[0].Blocks
	if first[0].Text != "write nine files" || !strings.Contains(first[1].Text, "I wrote f0 to f8.") {
		t.Errorf("it begins with %s", show(request.Messages[:1]))
	}
	if problem := invalid(request.Messages); problem != "" {
		t.Error(problem)
	}
}

func TestContextErrors(t *testing.T) {
	tooLong := scriptedReply{refuse: &provider.Error{Class: provider.ClassContext, Message: "Too long."}}
	cut := scriptedReply{events: append(textEvents(0, "Half a reply"), stop(provider.StopContextExceeded))}
	for name, refusal := range map[string]scriptedReply{"error": tooLong, "stop reason": cut} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, setup{}, says("One."), refusal, says("The summary."), says("Two."))
			b.turn("first")
			turn := b.turn("second")
			if turn.StopReason != "end_turn" || !strings.Contains(strings.Join(summaries(turn), ""), "The summary.") {
				t.Errorf("ended with %q: %s; summaries %q", turn.StopReason, turn.Outcome, summaries(turn))
			}
			for _, item := range turn.Items {
				if strings.Contains(item.Text, "Half") {
					t.Errorf("left of the refused reply: %q", item.Text)
				}
			}
			if got := show(b.model.requests[3].Messages); strings.Contains(got, "Half") {
				t.Errorf("the refused reply is part of the next request: %s", got)
			}
		})
		t.Run(name+" twice", func(t *testing.T) {
			b := newBench(t, setup{}, says("One."), refusal, says("The summary."), refusal, says("never asked for"))
			b.turn("first")
			turn := b.turn("second")
			if turn.StopReason != string(provider.StopContextExceeded) || len(b.model.requests) != 4 {
				t.Errorf("ended with %q after %d requests", turn.StopReason, len(b.model.requests))
			}
		})
		t.Run(name+" with nothing to leave out", func(t *testing.T) {
			b := newBench(t, setup{}, refusal, says("never asked for"))
			turn := b.turn("only")
			if turn.StopReason != string(provider.StopContextExceeded) || len(b.model.requests) != 1 {
				t.Errorf("ended with %q after %d requests", turn.StopReason, len(b.model.requests))
			}
		})
	}
}

// TestFailedSummary: the older turns are left out all the same, visibly, and
// the turn goes on.
func TestFailedSummary(t *testing.T) {
	for name, failing := range map[string]scriptedReply{
		"error": {refuse: &provider.Error{Class: provider.ClassValidation, Message: "No."}},
		"empty": {events: []provider.Event{stop(provider.StopEndTurn)}},
		"long":  {refuse: &provider.Error{Class: provider.ClassContext, Message: "Still too long."}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, setup{}, says("One."), failing, says("Two."))
			b.model.context = 4_000
			b.turn(strings.Repeat("long ", 3_000))
			turn := b.turn("second")
			if turn.StopReason != "end_turn" {
				t.Fatalf("ended with %q: %s", turn.StopReason, turn.Outcome)
			}
			wantNotice(t, turn, "no summary of it could be made")
			if size := requestTokens(b.model.requests[2]); size > 2_000 {
				t.Errorf("the next request is of about %d tokens", size)
			}
		})
	}
	t.Run("signed out", func(t *testing.T) {
		refused := scriptedReply{refuse: &provider.Error{Class: provider.ClassQuota, Message: "Used up."}}
		b := newBench(t, setup{}, says("One."), refused, refused)
		b.model.context = 4_000
		b.turn(strings.Repeat("long ", 3_000))
		turn := b.turn("second")
		if turn.Outcome != "Used up." || len(summaries(turn)) != 0 {
			t.Errorf("outcome %q, summaries %q", turn.Outcome, summaries(turn))
		}
	})
}

// TestStopInSummary: half a summary stands for nothing.
func TestStopInSummary(t *testing.T) {
	hanging := scriptedReply{events: textEvents(0, "Half a")[:2], hangs: true}
	b := newBench(t, setup{}, says("One."), hanging, says("Three."))
	b.model.context = 4_000
	b.turn(strings.Repeat("long ", 3_000))
	id := b.send("second")
	b.until(func(s session.Session) bool { return len(summaries(s.Turns[1])) == 1 })
	if err := b.Stop(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	turn := b.ended(id)
	if turn.StopReason != session.StopCancelled || len(summaries(turn)) != 0 {
		t.Errorf("ended with %q, summaries %q", turn.StopReason, summaries(turn))
	}
	b.model.context = 100_000
	b.catalogue.learn("fake", []provider.Model{{ID: "m1", ContextTokens: 100_000}})
	b.turn("third")
	if got := show(b.model.requests[2].Messages); !strings.Contains(got, "long long") {
		t.Errorf("the conversation is not whole: %s", got)
	}
}

func TestCompact(t *testing.T) {
	t.Run("when idle", func(t *testing.T) {
		b := newBench(t, setup{}, says("One."), counted(says("In short."), 50), says("Two."))
		b.turn("first")
		if err := b.Compact(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		turn := b.state().Turns[0]
		if len(summaries(turn)) != 1 || turn.Usage.InputTokens != 50 || turn.Status != session.Done {
			t.Errorf("turn %+v", turn)
		}
		if err := b.Compact(t.Context(), b.id); !errors.Is(err, ErrShort) {
			t.Errorf("again: %v", err)
		}
		b.turn("second")
		blocks := b.model.requests[2].Messages[0].Blocks
		if len(blocks) != 3 || blocks[0].Text != "first" || !strings.Contains(blocks[1].Text, "In short.") || blocks[2].Text != "second" {
			t.Errorf("next request: %s", show(b.model.requests[2].Messages))
		}
	})
	t.Run("stopped", func(t *testing.T) {
		b := newBench(t, setup{}, says("One."), scriptedReply{events: textEvents(0, "Half")[:2], hangs: true}, says("Two."))
		b.turn("first")
		failed := make(chan error)
		go func() { failed <- b.Compact(t.Context(), b.id) }()
		b.until(func(s session.Session) bool { return len(summaries(s.Turns[0])) == 1 })
		if err := b.Stop(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		if err := <-failed; err == nil || len(summaries(b.state().Turns[0])) != 0 {
			t.Errorf("compacting: %v; %q", err, summaries(b.state().Turns[0]))
		}
		if turn := b.turn("second"); turn.StopReason != "end_turn" {
			t.Errorf("next turn %+v", turn)
		}
	})
	t.Run("while a turn runs", func(t *testing.T) {
		b := newBench(t, setup{}, says("One."), calls("run", `{"command":"wait"}`), says("In short."), says("Two."))
		b.turn("first")
		b.disk.commands["wait"] = func(ctx context.Context, _ func([]byte)) Result {
			if err := b.Compact(ctx, b.id); err != nil {
				t.Error(err)
			}
			return Result{Text: "waited"}
		}
		turn := b.turn("second")
		if len(summaries(turn)) != 1 || turn.StopReason != "end_turn" || !isSummaryRequest(b.model.requests[2]) {
			t.Errorf("turn %+v", turn)
		}
	})
	t.Run("while a message is sent", func(t *testing.T) {
		summarised := make(chan struct{})
		slow := says("In short.")
		slow.wait = summarised
		b := newBench(t, setup{}, calls("run", `{"command":"wait"}`), says("One."), slow, says("Two."))
		b.disk.commands["wait"] = func(context.Context, func([]byte)) Result {
			b.send("and mind this")
			return Result{Text: "waited"}
		}
		b.turn("first")
		failed := make(chan error)
		go func() { failed <- b.Compact(t.Context(), b.id) }()
		b.until(func(s session.Session) bool { return len(summaries(s.Turns[0])) == 1 })
		id := b.send("second")
		close(summarised)
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
		if got := summaries(b.state().Turns[0]); len(got) != 1 || !strings.Contains(got[0], "word for word\nand mind this") {
			t.Errorf("summary %q", got)
		}
		if turn := b.ended(id); turn.StopReason != "end_turn" || strings.Count(show(b.model.requests[3].Messages), "second") != 1 {
			t.Errorf("next turn %+v with %s", turn, show(b.model.requests[3].Messages))
		}
	})
	t.Run("with an endless summary", func(t *testing.T) {
		b := newBench(t, setup{}, says("One."), says(strings.Repeat("word ", 10_000)), says("Two."))
		b.model.context = 10_000
		b.turn("first")
		if err := b.Compact(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		if got := summaries(b.state().Turns[0]); len(got) != 1 || len(got[0]) > 11_000 || !strings.Contains(got[0], "more bytes were left out") {
			t.Errorf("%d bytes", len(got[0]))
		}
		if turn := b.turn("second"); turn.StopReason != "end_turn" || len(summaries(turn)) != 0 {
			t.Errorf("next turn %+v", turn)
		}
	})
	t.Run("of nothing", func(t *testing.T) {
		b := newBench(t, setup{})
		if err := b.Compact(t.Context(), b.id); !errors.Is(err, ErrShort) {
			t.Error(err)
		}
	})
}

// TestBudgetFollowsTheService: what the service counted corrects the estimate.
func TestBudgetFollowsTheService(t *testing.T) {
	b := newBench(t, setup{}, counted(says("One."), 9_000), says("In short."), says("Two."))
	b.model.context = 10_000
	first := b.turn(strings.Repeat("first ", 1_000))
	if d := cmp.Diff(session.Context{Tokens: 9_010, Limit: 10_000}, first.Context); d != "" {
		t.Error(d)
	}
	if turn := b.turn("second"); len(summaries(turn)) != 1 {
		t.Errorf("turn %+v", turn)
	}
}

func TestGauge(t *testing.T) {
	m := model{info: provider.Info{ID: "p"}, id: "m"}
	request := provider.Request{Messages: []provider.Message{user(text(strings.Repeat("x", 3500)))}}
	for _, test := range []struct {
		name  string
		usage provider.Usage
		guess int64
		want  int64
	}{
		{"nothing counted", provider.Usage{OutputTokens: 5}, 1000, 1000},
		{"the same", provider.Usage{InputTokens: 1500, CacheReadTokens: 490, OutputTokens: 10}, 1008, 2000},
		{"more", provider.Usage{InputTokens: 1990, OutputTokens: 10}, 1508, 2500},
		{"less", provider.Usage{InputTokens: 1990, OutputTokens: 10}, 504, 1000},
	} {
		var g gauge
		g.count(m, request, provider.Message{}, test.usage)
		if got := g.tokens(m, test.guess); got != test.want {
			t.Errorf("%s: %d tokens, want %d", test.name, got, test.want)
		}
		if got := g.tokens(model{info: m.info, id: "other"}, test.guess); got != test.guess {
			t.Errorf("%s: %d tokens of another model, want %d", test.name, got, test.guess)
		}
	}
}

// TestDescribe: what a model takes is asked for until it is known, and of a
// server on this machine in each turn.
func TestDescribe(t *testing.T) {
	for name, test := range map[string]struct {
		first, then int
		local       bool
		want        int64
	}{
		"known":       {1000, 2000, false, 1000},
		"not known":   {0, 2000, false, 2000},
		"loaded anew": {1000, 2000, true, 2000},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, setup{}, says("one"), says("two"))
				b.model.context, b.model.local = test.first, test.local
				// Named, so that the first turn need not look for a model.
				if err := b.SetModel(t.Context(), b.id, "fake", "m1"); err != nil {
					t.Fatal(err)
				}
				b.turn("first")
				synctest.Wait()
				b.model.context = test.then
				b.turn("second")
				synctest.Wait()
				if got := b.limit(model{info: provider.Info{ID: "fake"}, id: "m1"}); got != test.want {
					t.Errorf("it takes %d, want %d", got, test.want)
				}
			})
		})
	}
}

// TestLittleRoom: a small context is not filled with tools.
func TestLittleRoom(t *testing.T) {
	for context, want := range map[int]bool{0: true, smallContext - 1: false, smallContext: true} {
		b := newBench(t, setup{}, says("ok"))
		b.model.context = context // told when the model is chosen
		b.turn("go")
		if got := slices.Contains(toolNames(b.model.requests[0]), "todo"); got != want {
			t.Errorf("%d tokens: todo is declared: %v", context, got)
		}
	}
}
