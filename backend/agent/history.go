package agent

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// What the model is told about the time between two turns.
const (
	noteStopped  = "(The user stopped the previous turn.)"
	noteCrashed  = "(Keel ended unexpectedly during the previous turn. Look at the present state before you repeat anything.)"
	noteReverted = "(The user reverted the file changes of the previous turn. Read files again before you change them.)"
)

// request is the whole conversation as the model's next question.
func (t *turn) request(m model) provider.Request {
	var messages []provider.Message
	t.live.read(func(s session.Session) { messages = t.talk.messages(s, m) })
	if t.noImages {
		messages = withoutImages(messages)
	}
	return provider.Request{
		Model:    m.id,
		System:   t.system,
		Messages: messages,
		Tools:    declare(t.agent.specs(m), messages),
	}
}

// history turns a session into messages, from its last summary on. Reasoning
// goes back only to the model that it came from; its provider knows whether the
// model wants it.
func history(s session.Session, providerID, modelID string) []provider.Message {
	var messages []provider.Message
	from, summary := lastSummary(s)
	note := ""
	if from > 0 {
		note = noteAfter(s.Turns[from-1])
	}
	for i, turn := range s.Turns[from:] {
		if i > 0 {
			summary = session.Item{}
		}
		before, after := around(summary)
		messages = append(messages, user(opening(turn, before, note, after)...))
		same := turn.Provider == providerID && turn.Model == modelID
		items := slices.DeleteFunc(slices.Clone(turn.Items), func(i session.Item) bool { return !said(&i) || summary.Step > 0 && i.Step <= summary.Step })
		for len(items) > 0 {
			end := 1
			for end < len(items) && items[end].Step == items[0].Step {
				end++
			}
			messages = append(messages, step(items[:end], same, items[0].Step <= turn.Elided, turn.ImagesRefused)...)
			items = items[end:]
		}
		note = noteAfter(turn)
	}
	return messages
}

// opening is what a turn begins with. What the user says himself comes last of
// what is his: what he points at is material for it.
func opening(turn session.Turn, before, note, after string) []provider.Block {
	said := withoutRefused(append(pictures(turn.Images), frames(turn.References, turn.ReferencesElided)...), turn.ImagesRefused)
	return slices.Concat([]provider.Block{text(before)}, said, []provider.Block{text(note), text(turn.Prompt), text(after)})
}

func noteAfter(turn session.Turn) string {
	note := ""
	switch turn.StopReason {
	case session.StopCancelled:
		note = noteStopped
	case session.StopInterrupted:
		if turn.Outcome == session.OutcomeCrashed {
			note = noteCrashed
		}
	}
	if turn.Reverted != "" {
		if note != "" {
			note += "\n"
		}
		note += noteReverted
	}
	if plan := unfinishedPlan(turn.Todo); plan != "" {
		if note != "" {
			note += "\n"
		}
		note += plan
	}
	return note
}

// step is one reply, and what came after it: the results of its calls and the
// messages that the user sent meanwhile.
func step(items []session.Item, sameModel, elided, refused bool) []provider.Message {
	reply := provider.Message{Role: provider.RoleAssistant}
	var answers []provider.Block
	var prompts []provider.Block
	for _, item := range items {
		switch {
		case item.Kind == session.ItemText:
			reply.Blocks = append(reply.Blocks, text(item.Text))
		case item.Kind == session.ItemReasoning && sameModel && (item.Text != "" || item.Signature != "" || len(item.Redacted) > 0):
			reply.Blocks = append(reply.Blocks, provider.Block{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{
				Text: item.Text, Signature: item.Signature, Redacted: item.Redacted,
			}})
		case item.Kind == session.ItemPrompt:
			said := append(pictures(item.Images), frames(item.References, elided)...)
			prompts = append(append(prompts, withoutRefused(said, refused)...), text(item.Text))
		case item.Kind == session.ItemNotice && item.Told:
			prompts = append(prompts, text("("+item.Text+")"))
		case item.Kind == session.ItemTool && !unfinished(item.Tool):
			reply.Blocks = append(reply.Blocks, provider.Block{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{
				ID: item.Tool.ID, Name: item.Tool.Name, Arguments: json.RawMessage(item.Tool.Arguments),
			}})
			answers = append(answers, answer(item.Tool, elided)...)
		}
	}
	return []provider.Message{reply, user(append(answers, prompts...)...)}
}

// unfinished reports whether a call's arguments never arrived whole.
func unfinished(call *session.ToolCall) bool {
	return call.Status == session.CallCancelled && !isObject([]byte(call.Arguments))
}

// answer is a call's result, or nothing while it has none.
func answer(call *session.ToolCall, elided bool) []provider.Block {
	switch call.Status {
	case session.CallPending, session.CallWaiting, session.CallInProgress:
		return nil
	}
	content := call.Result
	if elided && elidable(content) {
		content = textElided
	}
	return []provider.Block{{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{
		ID: call.ID, Content: content, IsError: call.Status != session.CallCompleted,
	}}}
}

func user(blocks ...provider.Block) provider.Message {
	return provider.Message{Role: provider.RoleUser, Blocks: blocks}
}

func text(s string) provider.Block { return provider.Block{Kind: provider.BlockText, Text: s} }

func isObject(data []byte) bool {
	data = bytes.TrimSpace(data)
	return len(data) > 0 && data[0] == '{' && json.Valid(data)
}
