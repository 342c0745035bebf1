package tool_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/tool"
)

// host remembers what a call had of its turn.
type host struct {
	tool.Host
	todos     [][]session.Todo
	questions []session.Question
	tasks     []tool.SubTask
	answer    string
	err       error
}

func (h *host) Todo(list []session.Todo) { h.todos = append(h.todos, list) }

func (h *host) Ask(_ context.Context, q session.Question) (string, error) {
	h.questions = append(h.questions, q)
	return h.answer, h.err
}

func (h *host) SubAgent(_ context.Context, task tool.SubTask) (string, error) {
	h.tasks = append(h.tasks, task)
	return h.answer, h.err
}

func TestTodo(t *testing.T) {
	b, h := newBench(t, nil), &host{}
	step := func(text, status string) map[string]any { return map[string]any{"text": text, "status": status} }
	p := b.prepare("todo", "items", []any{step(" look ", "done"), step("change", "in_progress"), step("test", "pending")})
	if p.Kind != "other" || p.Mutates || p.Title != "Plan" {
		t.Errorf("prepared %+v", p)
	}
	got := b.set.Run(t.Context(), b.view, p, h)
	if got.IsError || got.Text != "The plan is shown: 1 of 3 done." {
		t.Errorf("got %+v", got)
	}
	if got = b.set.Run(t.Context(), b.view, b.prepare("todo", "items", []any{}), h); got.Text != "The plan is empty now." {
		t.Errorf("got %+v", got)
	}
	want := [][]session.Todo{
		{{Text: "look", Status: session.TodoDone}, {Text: "change", Status: session.TodoInProgress}, {Text: "test", Status: session.TodoPending}},
		{},
	}
	if d := cmp.Diff(want, h.todos); d != "" {
		t.Errorf("plans (-want +got):\n%s", d)
	}
	b.wantRefused("item 2 has no text", "todo", "items", []any{step("a", "done"), step(" ", "done")})
}

func TestAskUser(t *testing.T) {
	b, h := newBench(t, nil), &host{answer: "the second"}
	p := b.prepare("ask_user", "question", " Which?\nOne of them. ", "choices", []string{"one", " two "}, "free", false)
	if p.Kind != "other" || p.Mutates || p.Title != "Ask: Which? …" {
		t.Errorf("prepared %+v", p)
	}
	if got := b.set.Run(t.Context(), b.view, p, h); got.Text != "the second" || got.IsError {
		t.Errorf("got %+v", got)
	}
	b.set.Run(t.Context(), b.view, b.prepare("ask_user", "question", "Free?", "free", false), h)
	b.set.Run(t.Context(), b.view, b.prepare("ask_user", "question", "Both?", "choices", []string{"a", "b"}), h)
	want := []session.Question{
		{Kind: session.QuestionModel, Text: "Which?\nOne of them.", Choices: []string{"one", "two"}},
		{Kind: session.QuestionModel, Text: "Free?", Free: true}, // without choices it has to be
		{Kind: session.QuestionModel, Text: "Both?", Choices: []string{"a", "b"}, Free: true},
	}
	if d := cmp.Diff(want, h.questions); d != "" {
		t.Errorf("questions (-want +got):\n%s", d)
	}
	nobody := b.set.Run(t.Context(), b.view, p, nil)
	if nobody.IsError || !strings.Contains(nobody.Text, "nobody to ask") || !strings.Contains(nobody.Text, "own judgement, choose what is easiest to take back, and say") {
		t.Errorf("nobody: %+v", nobody)
	}
	h.err = errors.New("gone")
	if got := b.set.Run(t.Context(), b.view, p, h); !got.IsError || !strings.Contains(got.Text, "was not answered: gone") {
		t.Errorf("failed: %+v", got)
	}
	b.wantRefused("question is empty", "ask_user", "question", " ")
	b.wantRefused("at most 4000", "ask_user", "question", strings.Repeat("x", 5000))
	b.wantRefused("choice 2 is empty or stands there twice", "ask_user", "question", "q", "choices", []string{"a", "a "})
	b.wantRefused("choice 1 is empty", "ask_user", "question", "q", "choices", []string{" ", "a"})
}

func TestSubAgent(t *testing.T) {
	b, h := newBench(t, nil), &host{answer: "found it"}
	for _, write := range []bool{false, true} {
		p := b.prepare("sub_agent", "task", "Find it.\nNow.", "write", write)
		if p.Kind != "other" || p.Mutates != write || p.Title != "Sub agent: Find it. …" {
			t.Errorf("prepared %+v", p)
		}
		if got := b.set.Run(t.Context(), b.view, p, h); got.Text != "found it" || got.IsError {
			t.Errorf("got %+v", got)
		}
	}
	if d := cmp.Diff([]tool.SubTask{{Prompt: "Find it.\nNow."}, {Prompt: "Find it.\nNow.", Write: true}}, h.tasks); d != "" {
		t.Errorf("tasks (-want +got):\n%s", d)
	}
	p := b.prepare("sub_agent", "task", "x")
	h.answer = " "
	if got := b.set.Run(t.Context(), b.view, p, h); got.IsError || !strings.Contains(got.Text, "without an answer") {
		t.Errorf("no answer: %+v", got)
	}
	h.err = errors.New("too many steps")
	if got := b.set.Run(t.Context(), b.view, p, h); !got.IsError || !strings.Contains(got.Text, "did not finish: too many steps") {
		t.Errorf("failed: %+v", got)
	}
	if got := b.set.Run(t.Context(), b.view, p, nil); !got.IsError {
		t.Errorf("alone: %+v", got)
	}
	b.wantRefused("task is empty", "sub_agent", "task", "\n")
}

func TestDiagnostics(t *testing.T) {
	found, there := []tool.Diagnostic{
		{Path: "b.ts", Line: 2, Column: 1, Severity: tool.SeverityHint, Message: "unused"},
		{Path: "b.ts", Line: 9, Column: 4, Severity: tool.SeverityError, Source: "ts", Message: "wrong\n  type"},
		{Path: "b.ts", Line: 3, Column: 1, Severity: tool.SeverityWarning, Message: "old"},
		{Path: "src/a.ts", Line: 10, Column: 1, Severity: tool.SeverityError, Source: "ts", Message: "missing"},
		{Path: "src/a.ts", Line: 2, Column: 1, Severity: tool.SeverityError, Source: "ts", Message: "first"},
		{Path: "src2/c.ts", Line: 1, Column: 1, Severity: "odd", Message: "other"},
	}, true
	b := newBenchWith(t, nil, tool.Options{Diagnostics: func(context.Context) ([]tool.Diagnostic, bool) { return found, there }})
	want := "b.ts:9:4: error: wrong type (ts)\nsrc/a.ts:2:1: error: first (ts)\nsrc/a.ts:10:1: error: missing (ts)\n" +
		"b.ts:3:1: warning: old\nb.ts:2:1: hint: unused\nsrc2/c.ts:1:1: odd: other\n"
	if d := cmp.Diff(want, b.run("diagnostics")); d != "" {
		t.Errorf("all (-want +got):\n%s", d)
	}
	want = "src/a.ts:2:1: error: first (ts)\nsrc/a.ts:10:1: error: missing (ts)\n"
	for _, path := range []string{"src", "src/", "src/a.ts"} {
		if d := cmp.Diff(want, b.run("diagnostics", "path", path)); d != "" {
			t.Errorf("%s (-want +got):\n%s", path, d)
		}
	}
	if got := b.run("diagnostics", "path", "lib"); !strings.HasPrefix(got, "[the editor knows of no problems in lib;") {
		t.Errorf("none: %q", got)
	}
	b.wantRefused("outside the workspace", "diagnostics", "path", "..")
	found = nil
	for i := range 130 {
		found = append(found, tool.Diagnostic{Path: "a", Line: i + 1, Column: 1, Severity: tool.SeverityWarning, Message: "m"})
	}
	found = append(found, tool.Diagnostic{Path: "z", Line: 1, Column: 1, Severity: tool.SeverityError, Message: "m"})
	got := b.run("diagnostics")
	if strings.Count(got, "\n") != 100 || !strings.HasPrefix(got, "z:1:1: error: m\n") || !strings.HasSuffix(got, "[31 more; name a path to see those of it]") {
		t.Errorf("many: %q", got)
	}
	there = false
	for _, b := range []*bench{b, newBench(t, nil)} {
		if got := b.run("diagnostics"); !strings.Contains(got, "no language service runs here") || !strings.Contains(got, "build") {
			t.Errorf("no window: %q", got)
		}
	}
}
