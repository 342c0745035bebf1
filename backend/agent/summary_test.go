package agent

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

func TestSummaryText(t *testing.T) {
	call := func(step int, kind session.ToolKind, status session.CallStatus, paths ...string) session.Item {
		return session.Item{Step: step, Kind: session.ItemTool, Tool: &session.ToolCall{Kind: kind, Status: status, Paths: paths}}
	}
	s := session.Session{Turns: []session.Turn{
		{
			ID: "a", Prompt: "build a parser", Todo: []session.Todo{{Text: "old plan", Status: session.TodoDone}},
			Items: []session.Item{call(1, session.KindRead, session.CallCompleted, "old.go"), call(1, session.KindEdit, session.CallFailed, "failed.go")},
		},
		{
			ID: "b", Prompt: "and a lexer",
			Todo: []session.Todo{{Text: "read", Status: session.TodoDone}, {Text: "write", Status: session.TodoInProgress}, {Text: "test", Status: session.TodoPending}},
			Items: []session.Item{
				call(1, session.KindRead, session.CallCompleted, "lexer.go"),
				call(1, session.KindExecute, session.CallCompleted),
				{Step: 1, Kind: session.ItemPrompt, Text: "without tables"},
				call(2, session.KindEdit, session.CallCompleted, "lexer.go", "new.go"),
				{Step: 3, Kind: session.ItemPrompt, Text: "said later"},
			},
		},
	}}
	want := `[Keel made room in your context: what came before this was replaced by a summary. You wrote it.]

The gist.

# The first request of the session, word for word
build a parser

# What the user said while you worked, word for word
without tables

# Your plan
[x] read
[>] write
[ ] test

# Files in work
You no longer have their content: read a file again before you edit it.
- lexer.go (changed)
- new.go (changed)
- old.go`
	if d := cmp.Diff(want, summaryText(s, 2, "The gist.", 0)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	without := summaryText(s, 0, "", 0)
	for _, want := range []string{"no summary of it could be made", "# What the user asked for, in short\n- build a parser\n\n", "# Your plan"} {
		if !strings.Contains(without, want) {
			t.Errorf("no %q in %s", want, without)
		}
	}
	if strings.Contains(without, "without tables") {
		t.Errorf("what was said after what is left out: %s", without)
	}
}

// TestSummaryOfASummary: the next one stands for the one before it too.
func TestSummaryOfASummary(t *testing.T) {
	long := strings.Repeat("long ", 3_000)
	b := newBench(t, setup{}, says("One."), says("Gist of one."), says("Two."), says("Gist of both."), says("Three."))
	b.model.context = 5_000
	b.turn("first wish")
	if err := b.Compact(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	b.turn(long)
	turn := b.turn("third")
	if got := summaries(turn); len(got) != 1 || !strings.Contains(got[0], "Gist of both.") || !strings.Contains(got[0], "first wish") {
		t.Fatalf("summaries %q", got)
	}
	if got := show(b.model.requests[3].Messages); !strings.Contains(got, "Gist of one.") || !isSummaryRequest(b.model.requests[3]) {
		t.Errorf("the second summary was made of %s", got)
	}
	if got := show(b.model.requests[4].Messages); strings.Contains(got, "Gist of one.") || strings.Contains(got, "long long") {
		t.Errorf("the request after it holds %s", got)
	}
}

// TestSummaryRequestFits: what is to be summarised may be too long itself.
func TestSummaryRequestFits(t *testing.T) {
	var replies []scriptedReply
	for range 40 {
		replies = append(replies, calls("read", `{"path":"big"}`, "write", `{"path":"b","content":"`+strings.Repeat("x", 20_000)+`"}`), says("Done."))
	}
	b := newBench(t, setup{files: map[string]string{"big": strings.Repeat("0123456789", 4_000)}}, replies...)
	for range 40 {
		b.turn(strings.Repeat("long ", 2_000))
	}
	l, err := b.live(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	m := model{info: provider.Info{ID: "fake"}, id: "m1"}
	tr := &turn{agent: b.Agent, live: l}
	for _, limit := range []int64{1_000_000, 100_000, 20_000, 3_000} {
		request := tr.summaryRequest(m, 2, limit)
		if size := requestTokens(request); size > limit*9/10 {
			t.Errorf("of %d tokens, limit %d", size, limit)
		}
		if problem := invalid(request.Messages); problem != "" || !isSummaryRequest(request) || !strings.HasPrefix(request.Messages[0].Blocks[0].Text, "long long") {
			t.Errorf("limit %d: %s in %s", limit, problem, show(request.Messages))
		}
	}
}
