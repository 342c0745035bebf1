package agent

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/session"
)

// commandPolicy asks about every command but those that are trusted, and denies
// one.
type commandPolicy struct {
	mu   sync.Mutex
	asks []approval.Request
}

func (p *commandPolicy) Decide(_ context.Context, r approval.Request) approval.Decision {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asks = append(p.asks, r)
	steps := []approval.Step{{Tier: approval.TierBuiltIn, Rule: "test", Effect: approval.Ask, Text: "It is a command."}}
	switch {
	case r.Command == "forbidden":
		return approval.Decision{Effect: approval.Deny, Rule: "test", Reason: "It is forbidden."}
	case slices.Contains(r.Session, r.Command):
		return approval.Decision{Effect: approval.Allow, Rule: approval.RuleTrusted, Tier: approval.TierSession, Pattern: r.Command}
	}
	return approval.Decision{Effect: approval.Ask, Rule: "test", Reason: "It is a command.", Steps: steps}
}

// commandBench has commands that say their name.
func commandBench(t *testing.T, answers ...scriptedReply) *bench {
	t.Helper()
	b := newBench(t, setup{}, answers...)
	b.o.Policy = &commandPolicy{}
	for _, name := range []string{"a", "b", "forbidden"} {
		b.disk.commands[name] = func(context.Context, func([]byte)) Result { return Result{Text: name + " ran", HasExit: true} }
	}
	return b
}

func (b *bench) answers(answer Answer) error {
	b.t.Helper()
	asked := b.question()
	answer.SessionID, answer.ApprovalID, answer.Hash = b.id, asked.ID, asked.Hash
	return b.Answer(b.t.Context(), answer)
}

func TestQuestionSaysHowItCameAbout(t *testing.T) {
	b := commandBench(t, calls("run", `{"command":"a"}`), says("ok"))
	id := b.send("go")
	got := b.answer(true, "")
	want := session.Approval{
		ID: got.ID, Hash: got.Hash, Reason: "It is a command.", Rule: "test", Patterns: []string{"a", "a *"},
		Steps: []session.ApprovalStep{{Tier: "built in", Rule: "test", Text: "It is a command.", Effect: "ask"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	b.ended(id)
}

func TestChangedCommand(t *testing.T) {
	tests := []struct {
		name, command, want, original string
	}{
		{"another one", "b", `run completed: The user changed this command before it ran. What ran is "b".` + "\nb ran", "a"},
		{"the same", "a", "run completed: a ran", ""},
		{"one that does not exist", "c", `run failed: The user changed this command before it ran. What ran is "c".` + "\ncommand not found", "a"},
		{"a denied one", "forbidden", `run rejected: The user changed this command to "forbidden"; it did not run.` + "\nNot allowed, and nothing was done: It is forbidden.", "a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := commandBench(t, calls("run", `{"command":"a"}`), says("ok"))
			id := b.send("go")
			if err := b.answers(Answer{Approved: true, Command: test.command}); err != nil {
				t.Fatal(err)
			}
			turn := b.ended(id)
			if d := cmp.Diff([]string{test.want}, callsOf(turn)); d != "" {
				t.Error(d)
			}
			tool := turn.Items[0].Tool
			if tool.Command != test.command || tool.Approval.Original != test.original || tool.Arguments != `{"command":"a"}` {
				t.Errorf("ran %q, original %q, the model's arguments %s", tool.Command, tool.Approval.Original, tool.Arguments)
			}
			if hash := b.disk.hash("run", arguments{Command: test.command}); tool.Approval.Hash != hash {
				t.Errorf("the hash is %q, want that of what ran: %q", tool.Approval.Hash, hash)
			}
			result := b.model.requests[1].Messages[2].Blocks[0].ToolResult.Content
			if !strings.HasSuffix(test.want, result) {
				t.Errorf("the model was told %q", result)
			}
		})
	}
}

func TestAnswersThatCannotBeTaken(t *testing.T) {
	b := commandBench(t, calls("run", `{"command":"a"}`), says("ok"))
	id := b.send("go")
	other, err := b.CreateSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	asked := b.question()
	good := Answer{SessionID: b.id, ApprovalID: asked.ID, Hash: asked.Hash, Approved: true}
	tests := []struct {
		name   string
		change func(*Answer)
		want   error
	}{
		{"blank", func(a *Answer) { a.Command = " \n" }, ErrCommand},
		{"null", func(a *Answer) { a.Command = "b\x00" }, ErrCommand},
		{"another hash", func(a *Answer) { a.Hash, a.Command = "x", "b" }, approval.ErrChanged},
		{"a pattern that was not offered", func(a *Answer) { a.Grant = "b *" }, approval.ErrChanged},
		{"everything", func(a *Answer) { a.Grant = "*" }, approval.ErrChanged},
		{"a pattern, with another hash", func(a *Answer) { a.Grant, a.Hash = "a", "x" }, approval.ErrChanged},
		{"a pattern with a changed command", func(a *Answer) { a.Grant, a.Command = "a", "b" }, ErrAnswer},
		{"a pattern with a no", func(a *Answer) { a.Grant, a.Approved = "a", false }, ErrAnswer},
		{"another session", func(a *Answer) { a.SessionID, a.Grant = other.ID, "a" }, approval.ErrGone},
		{"no session", func(a *Answer) { a.SessionID = "x" }, approval.ErrGone},
		{"another question", func(a *Answer) { a.ApprovalID, a.Grant = "x", "a" }, approval.ErrGone},
	}
	for _, test := range tests {
		answer := good
		test.change(&answer)
		if err := b.Answer(t.Context(), answer); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
	}
	if got := b.state().Grants; len(got) > 0 {
		t.Errorf("trusted %q", got)
	}
	if err := b.Answer(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	if err := b.Answer(t.Context(), good); !errors.Is(err, approval.ErrGone) {
		t.Errorf("second answer: %v", err)
	}
	if d := cmp.Diff([]string{"run completed: a ran"}, callsOf(b.ended(id))); d != "" {
		t.Error(d)
	}
}

func TestOnlyCommandsCanBeChanged(t *testing.T) {
	b := newBench(t, setup{mode: session.Supervised}, calls("write", `{"path":"a","content":"x"}`), says("ok"))
	id := b.send("go")
	if err := b.answers(Answer{Approved: true, Command: "b"}); !errors.Is(err, ErrAnswer) {
		t.Errorf("got %v", err)
	}
	b.answer(false, "")
	b.ended(id)
}

// A pattern that was trusted in a session counts at once, is told when it does,
// is in no export, and goes with the session, also where that is brought back.
func TestSessionGrants(t *testing.T) {
	b := commandBench(t, calls("run", `{"command":"a"}`), calls("run", `{"command":"a"}`), says("ok"))
	var used []string
	b.o.Used = func(sessionID string, d approval.Decision) {
		used = append(used, sessionID+" "+string(d.Tier)+" "+d.Pattern)
	}
	id := b.send("go")
	if err := b.answers(Answer{Approved: true, Grant: "a"}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"run completed: a ran", "run completed: a ran"}, callsOf(b.ended(id))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{b.id + " session a"}, used); d != "" {
		t.Errorf("used: %s", d)
	}
	if err := b.Grant(t.Context(), b.id, "trusted-by-hand", 0); err != nil {
		t.Fatal(err)
	}
	stored, err := b.store.Load(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	for name, grants := range map[string][]string{"shown": b.state().Grants, "stored": stored.Grants} {
		if d := cmp.Diff([]string{"trusted-by-hand", "a"}, grants); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if text, err := b.Export(t.Context(), b.id); err != nil || strings.Contains(text, "trusted-by-hand") {
		t.Errorf("the export holds it, or %v:\n%s", err, text)
	}
	if at, err := b.Revoke(t.Context(), b.id, "trusted-by-hand"); err != nil || at != 0 {
		t.Errorf("revoking: %d, %v", at, err)
	}
	if err := b.DeleteSession(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	if err := b.RestoreSession(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	if got := b.state().Grants; len(got) > 0 {
		t.Errorf("brought back with %q", got)
	}
}

// A session that is not open when it is deleted loses what is trusted in it too.
func TestSessionGrantsGoWithAClosedSession(t *testing.T) {
	b := newBench(t, setup{})
	if err := b.Grant(t.Context(), b.id, "a", -1); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Agent = New(b.o)
	if err := b.DeleteSession(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	if err := b.RestoreSession(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	if got := b.state().Grants; len(got) > 0 {
		t.Errorf("brought back with %q", got)
	}
}
