package agent

import (
	"context"
	"fmt"

	"github.com/keel-ide/keel/backend/audit"
	"github.com/keel-ide/keel/backend/session"
)

// Audit keeps what was decided about every call, by whom, and what came of it, as
// an [audit.Log] does. It is called from any goroutine.
type Audit interface {
	// Record keeps an entry; when it returns without an error it is kept.
	Record(ctx context.Context, entry audit.Entry) error
}

// auditDecision keeps the policy's decision about the call, and returns why the call
// must not go on where it cannot.
func (c *call) auditDecision(ctx context.Context) *refusal {
	entry := c.auditEntry(audit.EventDecision)
	c.describe(&entry)
	d := c.decision
	entry.Mode, entry.Hash = string(c.turn.live.mode()), c.plan.Hash
	entry.Effect, entry.Rule, entry.Tier = string(d.Effect), d.Rule, string(d.Tier)
	entry.Pattern, entry.Reason = d.Pattern, d.Reason
	c.decided = true
	c.record(ctx, entry)
	return c.unaudited()
}

// auditAnswer keeps a person's answer about the call; where it cannot,
// [call.unaudited] says so before the call acts. An answer that changes the command
// is kept once more when it is known what would run.
func (c *call) auditAnswer(ctx context.Context) {
	entry := c.auditEntry(audit.EventAnswer)
	asked := c.item.Tool.Approval
	entry.Hash, entry.Answer, entry.Feedback, entry.Original = asked.Hash, asked.Answer, asked.Feedback, asked.Original
	if entry.Feedback == "" {
		entry.Feedback = taken(asked)
	}
	if asked.Original != "" {
		entry.Command = c.item.Tool.Command
	}
	c.record(context.WithoutCancel(ctx), entry) // also that it was stopped
}

// auditOutcome keeps how the call has ended. It has ended, whatever becomes of the
// entry.
func (c *call) auditOutcome() {
	entry := c.auditEntry(audit.EventOutcome)
	tool := c.item.Tool
	if !c.decided { // refused before there was anything to decide about
		c.describe(&entry)
		entry.Reason = tool.Result
	}
	entry.Status, entry.ExitCode, entry.HasExit, entry.DurationMs = string(tool.Status), tool.ExitCode, tool.HasExit, tool.DurationMs
	c.record(context.Background(), entry)
}

// auditEntry is an entry about the call with what joins it to the others.
func (c *call) auditEntry(event audit.Event) audit.Entry {
	return audit.Entry{
		Event: event, At: c.turn.agent.o.Now().UnixMilli(),
		SessionID: c.turn.live.id, TurnID: c.turn.head.ID, CallID: c.item.ID,
	}
}

// describe says what the call is.
func (c *call) describe(entry *audit.Entry) {
	tool := c.item.Tool
	entry.Tool, entry.Kind, entry.Title = tool.Name, string(tool.Kind), tool.Title
	entry.Paths, entry.Command, entry.Folder = tool.Paths, tool.Command, tool.Folder
}

func (c *call) record(ctx context.Context, entry audit.Entry) {
	o := c.turn.agent.o
	if o.Audit == nil {
		return
	}
	if err := o.Audit.Record(ctx, entry); err != nil {
		o.Log.Error("audit entry not kept", "session", entry.SessionID, "event", entry.Event, "error", err)
		c.unkept = err
	}
}

// unaudited returns why the call must not act: it does more than look, and what was
// decided about it could not be kept. That it is not, is forgotten with the next
// decision.
func (c *call) unaudited() *refusal {
	err := c.unkept
	c.unkept = nil
	if err == nil || c.looks() {
		return nil
	}
	return &refusal{session.CallFailed, fmt.Sprintf(
		"Nothing was done: what was decided about it could not be kept first (%v). Tell the user to make room on the disk.", err)}
}

// auditEnded keeps how a command that went on in the background has ended.
func (l *live) auditEnded(ctx context.Context, turnID, itemID string, code int, err error) {
	if l.agent.o.Audit == nil {
		return
	}
	entry := audit.Entry{
		Event: audit.EventOutcome, At: l.agent.o.Now().UnixMilli(), SessionID: l.id, TurnID: turnID, CallID: itemID,
		Status: string(session.CallCompleted), ExitCode: code, HasExit: err == nil,
	}
	if err := l.agent.o.Audit.Record(context.WithoutCancel(ctx), entry); err != nil {
		l.agent.o.Log.Error("audit entry not kept", "session", l.id, "event", entry.Event, "error", err)
	}
}
