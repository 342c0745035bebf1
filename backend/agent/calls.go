package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/session"
	"github.com/sourcegraph/conc/pool"
)

// parallelReads is how many calls that only look may run at once.
const parallelReads = 5

// call is one tool call on its way.
type call struct {
	turn      *turn
	item      *session.Item
	sub       *subAgent // whose call it is; nil for the turn's own
	line      int       // of sub's log
	log       *subLog   // of the sub agent that the call is
	prepared  Prepared
	plan      Plan
	decision  approval.Decision
	edited    json.RawMessage // the arguments as a person has changed them; nil for the model's
	original  string          // the command before a person changed it; empty when nobody has
	decided   bool            // the audit log has a decision about it
	explained string          // what a person has made of it, for the model; empty where it runs as it was asked for
	unkept    error           // why the audit log lacks something of it
}

// calls makes the turn's own calls.
func (t *turn) calls(items []*session.Item) []*call {
	var calls []*call
	for _, item := range items {
		calls = append(calls, &call{turn: t, item: item})
	}
	return calls
}

// runCalls runs a reply's calls: those that only look and need no answer, sub
// agents that only look among them, beside each other, all others one by one, in
// the model's order.
func runCalls(ctx context.Context, calls []*call) {
	var reads []*call
	flush := func() {
		runReads(ctx, reads)
		reads = nil
	}
	for _, c := range calls {
		// What a call would do is looked at when all changes before it are made.
		refused := c.look(ctx)
		if refused == nil && c.decision.Effect == approval.Allow && c.mayShare() {
			reads = append(reads, c)
			continue
		}
		if len(reads) > 0 {
			// They may be what this call has to wait for, a read before an edit
			// for example, and meanwhile a file, or the mode, may have changed.
			flush()
			refused = c.look(ctx)
		}
		if refused != nil {
			c.end(refused.status, refused.result)
			continue
		}
		c.alone(ctx)
	}
	flush()
}

// mayShare reports whether the call may run beside others. A plan, a question or
// the end of a command changes no file, but their order counts.
func (c *call) mayShare() bool {
	return !c.plan.Mutates && (c.plan.Kind != session.KindOther || c.item.Tool.Name == nameSubAgent)
}

// alone runs a call that acts or is asked about: of all sub agents one at a
// time.
func (c *call) alone(ctx context.Context) {
	if c.sub != nil {
		c.turn.solo.Lock()
		defer c.turn.solo.Unlock()
	}
	c.run(ctx)
}

func runReads(ctx context.Context, reads []*call) {
	workers := pool.New().WithMaxGoroutines(parallelReads)
	for _, c := range reads {
		workers.Go(func() { c.run(ctx) })
	}
	workers.Wait()
}

// prepare looks at the call, and returns false when it has ended here.
func (c *call) prepare(ctx context.Context) bool {
	if refused := c.look(ctx); refused != nil {
		return c.end(refused.status, refused.result)
	}
	return true
}

// refusal is why a call cannot run, in the words of its result.
type refusal struct {
	status session.CallStatus
	result string
}

// look finds out what the call would do and what the policy says to it. It
// does not end the call: what refuses it now may be gone after another one.
func (c *call) look(ctx context.Context) *refusal {
	if ctx.Err() != nil {
		return &refusal{session.CallCancelled, resultStopped}
	}
	t, tool := c.turn, c.item.Tool
	view := View{SessionID: t.live.id}
	if c.sub != nil {
		if refused := c.sub.refuses(tool.Name); refused != nil {
			return refused
		}
		view.SubAgent = c.sub.parent
	}
	var found call // of its own: what is left over of a stopped turn may still write to it
	var err error
	ended, panicked := t.await(ctx, func() {
		found.prepared, err = t.agent.o.Tools.Prepare(ctx, view, tool.Name, c.arguments())
		if err == nil {
			found.plan = found.prepared.Plan()
			found.decision = t.agent.o.Policy.Decide(ctx, c.request(found.plan))
		}
	})
	switch {
	case !ended || ctx.Err() != nil:
		return &refusal{session.CallCancelled, resultStopped}
	case panicked != nil:
		return &refusal{session.CallFailed, fmt.Sprintf("The tool failed by an error of its own and did nothing: %v", panicked)}
	case err != nil:
		return &refusal{session.CallFailed, err.Error()}
	}
	c.prepared, c.plan, c.decision = found.prepared, found.plan, found.decision
	c.explained = ""
	tool.Kind, tool.Title, tool.Paths = c.plan.Kind, c.plan.Title, c.plan.Paths
	tool.Command, tool.Folder, tool.Diff = c.plan.Command, c.plan.Folder, c.plan.Diff
	tool.Address = c.plan.Address
	tool.Rule = c.decision.Rule
	if c.sub != nil {
		if refused := c.sub.refusesPlan(c.plan); refused != nil {
			return refused
		}
	}
	c.show()
	return nil
}

func (c *call) request(plan Plan) approval.Request {
	t := c.turn
	return approval.Request{
		Kind: string(plan.Kind), Tool: c.item.Tool.Name, Paths: plan.Paths,
		Command: plan.Command, Folder: plan.Folder, Address: plan.Address, SignedIn: plan.SignedIn,
		Mode: string(t.live.mode()), Headless: t.agent.o.Headless, Grants: t.agent.o.Grants, Hosts: t.agent.o.Hosts,
		Session: t.live.grants(),
	}
}

func (l *live) mode() session.Mode {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.Mode
}

// run gets the call allowed and runs it. When what would happen changed on the
// way it starts again, so that what runs is what was allowed.
func (c *call) run(ctx context.Context) {
	const rounds = 5
	for round := 1; ; round++ {
		if !c.allow(ctx, round > 1) {
			return
		}
		if !c.act(ctx) {
			return
		}
		if round == rounds {
			c.fail("Nothing was done: the files this call is about keep changing. Look at them again and repeat it.")
			return
		}
		if !c.prepare(ctx) {
			return
		}
	}
}

// allow returns whether the call may run; otherwise it has ended.
func (c *call) allow(ctx context.Context, changed bool) bool {
	t, d := c.turn, c.decision
	if refused := c.auditDecision(ctx); refused != nil {
		return c.end(refused.status, refused.result)
	}
	switch {
	case d.Effect == approval.Allow:
		return true
	case d.Effect == approval.Ask && !t.agent.o.Headless:
		return c.ask(ctx, changed)
	}
	if t.agent.o.Headless {
		t.mu.Lock()
		t.denied = deniedEnd(c.item.Tool, d.Reason)
		t.mu.Unlock()
	}
	return c.end(session.CallRejected, fmt.Sprintf(
		"Not allowed, and nothing was done: %s Do not try to do the same in another way; go on without it or say what is missing.", d.Reason))
}

// ask waits for a person's answer.
func (c *call) ask(ctx context.Context, changed bool) bool {
	t, tool := c.turn, c.item.Tool
	tool.Approval = c.asks(changed)
	tool.Status = session.CallWaiting
	question := approval.Question{ID: tool.Approval.ID, SessionID: t.live.id, Hash: c.plan.Hash}
	asking, proposed := c.propose(ctx)
	t.wait(1)
	answer, err := t.agent.o.Approvals.Ask(asking, question)
	if proposed != nil {
		proposed.close(answer, err)
	}
	switch {
	case err != nil:
		tool.Approval.Answer = "cancelled"
	case answer.Approved:
		tool.Approval.Answer = "approved"
	default:
		tool.Approval.Answer, tool.Approval.Feedback = "rejected", answer.Feedback
	}
	tool.Status = session.CallPending
	c.auditAnswer(ctx)
	c.show()
	t.wait(-1)
	withdrawn, gone := errors.AsType[*withdrawal](context.Cause(asking))
	switch {
	case ctx.Err() != nil:
		return c.end(session.CallCancelled, resultStopped)
	case err != nil && gone:
		t.notice(withdrawn.notice(proposed.now.Path))
		return c.end(withdrawn.status, withdrawn.result)
	case err != nil:
		return c.end(session.CallCancelled, fmt.Sprintf("Not run: the question to the user could not be asked: %v.", err))
	case answer.Approved && answer.Command != "":
		return c.rewrite(ctx, answer.Command)
	case answer.Approved:
		return proposed == nil || proposed.take(ctx)
	case proposed != nil:
		return c.end(session.CallRejected, proposed.rejection(answer.Feedback))
	}
	return c.end(session.CallRejected, rejection(answer.Feedback))
}

// asks is the question before the call.
func (c *call) asks(changed bool) *session.Approval {
	asked := &session.Approval{
		ID: c.turn.agent.o.NewID(), Hash: c.plan.Hash, Reason: c.decision.Reason,
		Rule: c.decision.Rule, Steps: stepsOf(c.decision.Steps), Original: c.original,
	}
	if changed {
		asked.Reason = "What would happen has changed since it was shown. " + c.decision.Reason
	}
	if c.sub != nil {
		asked.Reason = fmt.Sprintf("Asked by the sub agent %q. %s", c.sub.title, asked.Reason)
	}
	switch {
	case c.plan.Kind == session.KindExecute:
		asked.Patterns = approval.Suggest(c.plan.Command)
	case c.plan.Kind == session.KindFetch && c.plan.SignedIn == "":
		asked.Patterns = approval.SuggestHosts(c.plan.Address)
	}
	return asked
}

func rejection(feedback string) string {
	if feedback == "" {
		return "The user rejected this call; nothing was done. Do not repeat it. Go on without it, or ask what they want."
	}
	return fmt.Sprintf("The user rejected this call; nothing was done. They said: %s", feedback)
}

func (c *call) show() {
	if c.sub != nil {
		c.sub.show(c)
		return
	}
	c.turn.add(*c.item)
}

func (c *call) fail(text string) bool { return c.end(session.CallFailed, text) }

// end ends the call; it returns false for its callers' convenience.
func (c *call) end(status session.CallStatus, result string) bool {
	c.item.Streaming = false
	c.item.Tool.Status, c.item.Tool.Result = status, c.told(result)
	c.auditOutcome()
	c.show()
	return false
}
