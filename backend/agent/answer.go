package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/session"
)

// ErrCommand is returned for a changed command that cannot be run; the question
// still waits.
var ErrCommand = errors.New("not a command that can be run")

// Answer is what a person says to the question that a tool call waits for.
type Answer struct {
	SessionID  string
	ApprovalID string
	Hash       string // of what was shown
	Approved   bool
	Feedback   string // why it was rejected, for the model
	// Command is the command as the person changed it; it runs instead of the one
	// that was shown, if the policy does not deny it. Empty for no change.
	Command string
	// Grant is a pattern to trust in the session, one that the question offers.
	// Empty for none.
	Grant string
}

// Offered reports whether the question that waits offers a pattern to be trusted.
// It is [approval.ErrGone] or [approval.ErrChanged] where it does not.
//
// The pattern is one of hosts where the kind is [session.KindFetch], else one of
// commands.
func (a *Agent) Offered(answer Answer, pattern string) (session.ToolKind, error) {
	l := a.opened(answer.SessionID)
	if l == nil {
		return "", fmt.Errorf("trusting %q: %w", pattern, approval.ErrGone)
	}
	asked, ok := l.asked(answer.ApprovalID)
	if !ok {
		return "", fmt.Errorf("trusting %q: %w", pattern, approval.ErrGone)
	}
	return asked.Kind, offers(asked, answer, pattern)
}

func offers(asked session.ToolCall, answer Answer, pattern string) error {
	switch {
	case asked.Approval.Hash != answer.Hash || !slices.Contains(asked.Approval.Patterns, pattern) || pattern == "*":
		return fmt.Errorf("trusting %q: %w", pattern, approval.ErrChanged)
	case answer.Command != "" && answer.Command != asked.Command:
		// What would be trusted is not what will run.
		return fmt.Errorf("trusting %q with a changed command: %w", pattern, ErrAnswer)
	case !answer.Approved:
		return fmt.Errorf("trusting %q in a rejection: %w", pattern, ErrAnswer)
	}
	return nil
}

// Answer answers the question that a tool call waits for. It is
// [approval.ErrGone] or [approval.ErrChanged], or says what of the answer cannot
// be taken: [ErrCommand], [ErrAnswer]. Then nothing has happened.
func (a *Agent) Answer(ctx context.Context, answer Answer) error {
	l := a.opened(answer.SessionID)
	if l == nil {
		return fmt.Errorf("answering question %q: %w", answer.ApprovalID, approval.ErrGone)
	}
	asked, ok := l.asked(answer.ApprovalID)
	if !ok { // or another session's
		return fmt.Errorf("answering question %q: %w", answer.ApprovalID, approval.ErrGone)
	}
	said := approval.Answer{Approved: answer.Approved, Feedback: answer.Feedback}
	if answer.Approved && answer.Command != "" && answer.Command != asked.Command {
		if err := editable(asked, answer.Command); err != nil {
			return fmt.Errorf("answering question %q: %w", answer.ApprovalID, err)
		}
		said.Command = answer.Command
	}
	if p := l.proposal(answer.ApprovalID); p != nil {
		return p.answer(ctx, answer.Hash, said)
	}
	if answer.Grant == "" {
		return a.answer(ctx, l, answer, said)
	}
	kind, err := a.Offered(answer, answer.Grant)
	if err == nil && kind != session.KindExecute { // only commands are trusted in a session
		err = fmt.Errorf("trusting %q in a session: %w", answer.Grant, ErrAnswer)
	}
	if err != nil {
		return err
	}
	added := l.grant(answer.Grant)
	err = a.answer(ctx, l, answer, said)
	if err != nil && added {
		l.revoke(answer.Grant)
	}
	return err
}

func editable(asked session.ToolCall, command string) error {
	switch {
	case asked.Kind != session.KindExecute:
		return fmt.Errorf("changing what is no command: %w", ErrAnswer)
	case strings.TrimSpace(command) == "" || strings.ContainsRune(command, 0):
		return ErrCommand
	}
	return nil
}

func (a *Agent) answer(ctx context.Context, l *live, answer Answer, said approval.Answer) error {
	for {
		err := a.o.Approvals.Answer(ctx, answer.ApprovalID, answer.Hash, said)
		if _, waits := l.asked(answer.ApprovalID); !errors.Is(err, approval.ErrGone) || !waits {
			return err
		}
		// The question is on the page an instant before the queue has it.
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// asked returns the call whose question has no answer yet.
func (l *live) asked(approvalID string) (session.ToolCall, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.run == nil {
		return session.ToolCall{}, false
	}
	for _, item := range l.state.Turns[len(l.state.Turns)-1].Items {
		if item.Tool != nil && item.Tool.Approval != nil && item.Tool.Approval.ID == approvalID && item.Tool.Approval.Answer == "" {
			return *item.Clone().Tool, true
		}
	}
	return session.ToolCall{}, false
}

// Grant trusts a pattern in a session. One that is trusted there stays where it
// is.
func (a *Agent) Grant(ctx context.Context, id, pattern string, index int) error {
	if strings.TrimSpace(pattern) == "" {
		return fmt.Errorf("trusting nothing: %w", ErrCommand)
	}
	return a.change(ctx, id, func(s *session.Session) {
		if slices.Contains(s.Grants, pattern) {
			return
		}
		if index < 0 || index > len(s.Grants) {
			index = len(s.Grants)
		}
		s.Grants = slices.Insert(s.Grants, index, pattern)
	})
}

// Revoke trusts a pattern in a session no longer, and returns where it stood; -1
// when it was not trusted there.
func (a *Agent) Revoke(ctx context.Context, id, pattern string) (index int, err error) {
	err = a.change(ctx, id, func(s *session.Session) {
		if index = slices.Index(s.Grants, pattern); index >= 0 {
			s.Grants = slices.Delete(s.Grants, index, index+1)
		}
	})
	return index, err
}

// grant trusts a pattern in the session, and reports whether it was not before.
func (l *live) grant(pattern string) (added bool) {
	l.header(func(s *session.Session) {
		if added = !slices.Contains(s.Grants, pattern); added {
			s.Grants = append(s.Grants, pattern)
		}
	})
	return added
}

func (l *live) revoke(pattern string) {
	l.header(func(s *session.Session) {
		s.Grants = slices.DeleteFunc(s.Grants, func(each string) bool { return each == pattern })
	})
}

func (l *live) grants() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.state.Grants)
}

// rewrite puts the person's command in the place of the model's: the call is
// prepared again, and the policy decides again. A question counts as answered,
// since the person has written the command; a no stays one.
func (c *call) rewrite(ctx context.Context, command string) bool {
	tool := c.item.Tool
	arguments, err := withCommand(c.arguments(), command)
	if err != nil {
		return c.fail(fmt.Sprintf("Nothing was run: the user changed the command, and that could not be taken over: %v.", err))
	}
	if c.original == "" {
		c.original = c.plan.Command
	}
	before := c.plan
	c.edited = arguments
	if refused := c.look(ctx); refused != nil {
		return c.end(refused.status, refused.result)
	}
	if c.plan.Command == c.original { // changed back, in a question that was asked again
		c.edited, c.original = nil, ""
	}
	tool.Approval.Original, tool.Approval.Hash = c.original, c.plan.Hash
	if refused := c.auditDecision(ctx); refused != nil {
		return c.end(refused.status, refused.result)
	}
	c.auditAnswer(ctx) // now with the command that the answer is about
	c.show()
	if c.plan.Command != command || c.plan.Kind != before.Kind || c.plan.Folder != before.Folder {
		return c.fail("Nothing was run: the user changed the command, and the tool would run another one.")
	}
	if c.decision.Effect == approval.Deny {
		return c.end(session.CallRejected, "Not allowed, and nothing was done: "+c.decision.Reason)
	}
	return true
}

// arguments are the model's, or what a person has made of them.
func (c *call) arguments() json.RawMessage {
	if c.edited != nil {
		return c.edited
	}
	return json.RawMessage(c.item.Tool.Arguments)
}

// withCommand returns a call's arguments with another command.
func withCommand(arguments json.RawMessage, command string) (json.RawMessage, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(arguments, &all); err != nil {
		return nil, err
	}
	if _, ok := all["command"]; !ok {
		return nil, errors.New("the call has no command")
	}
	written, err := json.Marshal(command)
	if err != nil {
		return nil, err
	}
	all["command"] = written
	return json.Marshal(all)
}

// told is a result with what the model has to know first: that not its own
// command ran.
func (c *call) told(result string) string {
	switch {
	case c.original == "":
		return result
	case c.item.Tool.StartedAt == 0:
		return fmt.Sprintf("The user changed this command to %q; it did not run.\n%s", c.plan.Command, result)
	}
	return fmt.Sprintf("The user changed this command before it ran. What ran is %q.\n%s", c.plan.Command, result)
}

func stepsOf(steps []approval.Step) []session.ApprovalStep {
	var all []session.ApprovalStep
	for _, step := range steps {
		all = append(all, session.ApprovalStep{Tier: string(step.Tier), Rule: step.Rule, Text: step.Text, Effect: string(step.Effect)})
	}
	return all
}
