package agent

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// subSystem is a sub agent's system prompt, without the facts.
//
//go:embed sub_agent.md
var subSystem string

// Limits of a sub agent.
const (
	subSteps = 25
	subReply = 30 << 10 // bytes of its last reply
	subLines = 50       // calls that are shown
	subsMost = 50       // of a turn, until it asks whether to go on
)

// nameSubAgent is the tool whose calls are conversations of their own. They
// have no checkpoints around them: the calls inside have.
const nameSubAgent = "sub_agent"

// noSub are the tools that a sub agent has not, and noLook those that one which
// only looks has not either. Whatever a tool is called, a call that may change
// files is refused to the latter.
var (
	noSub  = []string{nameSubAgent, "ask_user", "todo"}
	noLook = []string{"edit_file", "write_file", "delete_file", "move_file", "run_command", "command_output", "stop_command"}
)

const textLastStep = "(You have no steps left. Answer now with what you know; calls will not be run.)"

// subAgent is a conversation inside a call. It belongs to the call's goroutine.
// Its calls go the same way as those of the turn: what may change files, or is
// asked about, is an item of the turn with the call as its parent, the rest a
// line in it.
type subAgent struct {
	turn     *turn
	lines    *subLog
	step     int    // of the call
	parent   string // the call's item
	title    string
	write    bool
	specs    []provider.ToolSpec
	messages []provider.Message
	gauge    gauge
}

// SubAgent has another conversation do a task; see [Host].
func (h host) SubAgent(ctx context.Context, task SubTask) (string, error) {
	if h.call.sub != nil {
		return "", errors.New("a sub agent has no sub agents of its own")
	}
	t, item := h.call.turn, h.call.item
	if t.subs.Add(1) > subsMost {
		return "", fmt.Errorf("this turn has had %d sub agents, which is as many as may be", subsMost)
	}
	s := &subAgent{
		turn: t, lines: h.call.log, step: item.Step, parent: item.ID,
		title: title(task.Prompt), write: task.Write,
		messages: []provider.Message{user(text(task.Prompt))},
	}
	for _, spec := range t.agent.specs(t.model) {
		if s.refuses(spec.Name) == nil {
			s.specs = append(s.specs, spec)
		}
	}
	reply, err := s.run(ctx)
	if err != nil && ctx.Err() == nil {
		return "", errors.New(sentence(err))
	}
	return reply, err
}

// refuses is why it may not use a tool.
func (s *subAgent) refuses(tool string) *refusal {
	if slices.Contains(noSub, tool) || !s.write && slices.Contains(noLook, tool) {
		return &refusal{session.CallFailed, fmt.Sprintf("You have no tool %q. Go on without it, and say what is missing.", tool)}
	}
	return nil
}

// refusesPlan is why it may not do what a call would do.
func (s *subAgent) refusesPlan(plan Plan) *refusal {
	if plan.Mutates && !s.write {
		return &refusal{session.CallFailed, "Nothing was done: you may only look, not change anything. Say in your answer what should be changed."}
	}
	return nil
}

func (s *subAgent) run(ctx context.Context) (string, error) {
	for step := 1; ; step++ {
		if step == subSteps {
			s.messages = append(s.messages, user(text(textLastStep)))
		}
		reply, err := s.ask(ctx)
		if err != nil {
			return "", err
		}
		s.messages = append(s.messages, reply.Message)
		if reply.StopReason != provider.StopToolUse || step == subSteps {
			return s.answer(reply, step), nil
		}
		calls := s.calls(reply.Message)
		runCalls(ctx, calls)
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		results := provider.Message{Role: provider.RoleUser}
		for _, c := range calls {
			results.Blocks = append(results.Blocks, answer(c.item.Tool, false)...)
		}
		s.messages = append(s.messages, results)
	}
}

// answer is what the conversation reads of it.
func (s *subAgent) answer(reply provider.Reply, steps int) string {
	said := strings.TrimSpace(textOf(reply.Message))
	if said == "" {
		said = "(The sub agent gave no answer.)"
	}
	said, left := start(said, subReply)
	if left > 0 {
		said += fmt.Sprintf("\n[%d more bytes of the answer were left out]", left)
	}
	switch {
	case reply.StopReason == provider.StopToolUse:
		said += fmt.Sprintf("\n[It was stopped after %d steps and may not be done.]", steps)
	case reply.StopReason != provider.StopEndTurn:
		said += "\n[" + replyEnd(reply).outcome + "]"
	}
	return said
}

// ask gets the next reply, with retries. Where the context is full the older
// results go; where the service still refuses it, that is an error.
func (s *subAgent) ask(ctx context.Context) (provider.Reply, error) {
	t := s.turn
	wait := t.retries(t.model)
	defer wait.end()
	limit := t.agent.limit(t.model)
	request := s.request()
	if tokens := s.gauge.tokens(t.model, requestTokens(request)); limit > 0 && tokens*100 >= limit*fullPercent {
		s.elide(2 * keptSteps)
		request = s.request()
	}
	for shorter := false; ; {
		counting := &tally{}
		reply, err := t.attempt(ctx, t.model, request, counting)
		s.lines.spend(counting.usage)
		if err == nil {
			s.gauge.count(t.model, request, reply.Message, counting.usage)
		}
		switch {
		case ctx.Err() != nil:
			return provider.Reply{}, context.Cause(ctx)
		case tooLong(reply, err) && !shorter:
			shorter = true
			s.elide(2)
			request = s.request()
		case err == nil:
			return reply, nil
		case !wait.again(ctx, err):
			return provider.Reply{}, err
		}
	}
}

func (s *subAgent) request() provider.Request {
	messages := Normalise(s.messages)
	return provider.Request{
		Model: s.turn.model.id, System: promptOf(subSystem, s.turn.facts), Messages: messages, Tools: declare(s.specs, messages),
	}
}

// elide leaves out the long results of all messages but the last ones.
func (s *subAgent) elide(keep int) {
	for i := range s.messages[:max(0, len(s.messages)-keep)] {
		blocks := slices.Clone(s.messages[i].Blocks)
		for j, block := range blocks {
			if block.ToolResult != nil && elidable(block.ToolResult.Content) {
				result := *block.ToolResult
				result.Content = textElided
				blocks[j].ToolResult = &result
			}
		}
		s.messages[i].Blocks = blocks
	}
}

// calls makes the calls of a reply.
func (s *subAgent) calls(message provider.Message) []*call {
	var calls []*call
	for _, block := range message.Blocks {
		if block.ToolCall == nil {
			continue
		}
		calls = append(calls, &call{turn: s.turn, sub: s, line: s.lines.add(block.ToolCall.Name), item: &session.Item{
			ID: s.turn.agent.o.NewID(), Step: s.step, Kind: session.ItemTool, Tool: &session.ToolCall{
				ID: block.ToolCall.ID, Name: block.ToolCall.Name, Title: block.ToolCall.Name, Kind: session.KindOther,
				Status: session.CallPending, Arguments: string(block.ToolCall.Arguments), Parent: s.parent,
			},
		}})
	}
	return calls
}

// show shows a call of the sub agent.
func (s *subAgent) show(c *call) {
	s.lines.set(c.line, session.SubCall{Title: c.item.Tool.Title, Status: c.item.Tool.Status})
	if c.plan.Mutates || c.item.Tool.Approval != nil {
		s.turn.add(*c.item)
	}
}

// tally takes in nothing of a reply but its usage.
type tally struct {
	mu     sync.Mutex // guards what follows: a stream may outlive its turn
	closed bool
	usage  provider.Usage
}

func (c *tally) event(event provider.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if event.Kind == provider.EventUsage && !c.closed {
		c.usage = event.Usage
	}
}

func (c *tally) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
}
