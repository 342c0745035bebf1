package agent

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
)

// Stable texts for what a conversation lacks.
const (
	textContinue = "Continue."
	textAborted  = "aborted"
	textEmpty    = "(no output)"
	nameUnknown  = "unknown"
	nameLength   = 64
)

// Normalise makes messages valid for every model service. It is idempotent.
//
// Afterwards roles alternate, the first and the last message are the user's,
// no text is blank, every tool call has a name and an id of at most 64 letters,
// digits, "_" and "-", an id of its own and an object as its arguments, and is
// answered exactly once, in its order, at the start of the next message; a
// missing answer says "aborted", and an answer without a call is dropped.
// Images are passed on in messages of the user, and of nobody else. Reasoning is
// not touched, but a message of reasoning alone is dropped.
func Normalise(messages []provider.Message) []provider.Message {
	n := newNormaliser()
	n.add(messages)
	return n.whole()
}

func newNormaliser() normaliser {
	return normaliser{used: map[string]bool{}, count: map[string]int{}}
}

func (n *normaliser) add(messages []provider.Message) {
	for _, message := range messages {
		if message.Role == provider.RoleAssistant {
			n.assistant(message.Blocks)
		} else {
			n.user(message.Blocks)
		}
	}
}

// whole returns the conversation so far; it can go on.
func (n *normaliser) whole() []provider.Message {
	n.settle()
	messages := slices.Clone(n.messages)
	if len(messages) == 0 || n.last().Role == provider.RoleAssistant {
		messages = append(messages, user(text(textContinue)))
	}
	return messages
}

// normaliser builds a valid conversation from its start.
type normaliser struct {
	messages []provider.Message
	used     map[string]bool // ids of calls
	count    map[string]int  // how often an id was used already
	open     []openCall      // calls of the last assistant message
}

// openCall waits for its answer.
type openCall struct {
	was, id string
	result  *provider.ToolResult
}

func (n *normaliser) last() *provider.Message { return &n.messages[len(n.messages)-1] }

func (n *normaliser) put(role provider.Role, blocks ...provider.Block) {
	if len(blocks) == 0 {
		return
	}
	if len(n.messages) > 0 && n.last().Role == role {
		n.last().Blocks = append(n.last().Blocks, blocks...)
		return
	}
	if len(n.messages) == 0 && role == provider.RoleAssistant {
		n.put(provider.RoleUser, text(textContinue))
	}
	n.messages = append(n.messages, provider.Message{Role: role, Blocks: blocks})
}

func (n *normaliser) assistant(blocks []provider.Block) {
	var kept []provider.Block
	var calls []openCall
	speaks := false
	for _, block := range blocks {
		switch {
		case block.Kind == provider.BlockText && strings.TrimSpace(block.Text) != "":
			kept, speaks = append(kept, text(block.Text)), true
		case block.Kind == provider.BlockReasoning && block.Reasoning != nil:
			kept = append(kept, block)
		case block.Kind == provider.BlockToolCall && block.ToolCall != nil:
			call := n.call(*block.ToolCall)
			calls = append(calls, openCall{was: block.ToolCall.ID, id: call.ID})
			kept, speaks = append(kept, provider.Block{Kind: provider.BlockToolCall, ToolCall: &call}), true
		}
	}
	if !speaks {
		return
	}
	n.settle()
	n.put(provider.RoleAssistant, kept...)
	n.open = append(n.open, calls...)
}

func (n *normaliser) call(call provider.ToolCall) provider.ToolCall {
	if call.Name = plain(call.Name); call.Name == "" {
		call.Name = nameUnknown
	}
	call.ID = n.freshID(plain(call.ID))
	if !isObject(call.Arguments) {
		call.Arguments = json.RawMessage("{}")
	}
	return call
}

func (n *normaliser) freshID(id string) string {
	if id == "" {
		id = "call"
	}
	fresh := id
	for n.used[fresh] {
		n.count[id]++ // some services give the same id every time
		suffix := "_" + strconv.Itoa(n.count[id]+1)
		fresh = id[:min(len(id), nameLength-len(suffix))] + suffix
	}
	n.used[fresh] = true
	return fresh
}

// plain replaces what services refuse in names and cuts to their length.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		}
		return '_'
	}, name)
	return name[:min(len(name), nameLength)]
}

func (n *normaliser) user(blocks []provider.Block) {
	var said []provider.Block
	for _, block := range blocks {
		switch {
		case block.Kind == provider.BlockToolResult && block.ToolResult != nil:
			n.answer(*block.ToolResult)
		case block.Kind == provider.BlockText && strings.TrimSpace(block.Text) != "":
			said = append(said, text(block.Text))
		case block.Kind == provider.BlockImage && block.Image != nil && isPicture(*block.Image):
			said = append(said, block)
		}
	}
	if len(said) > 0 || n.answered() {
		n.settle()
	}
	n.put(provider.RoleUser, said...)
}

// isPicture reports whether services take an image.
func isPicture(image provider.Image) bool {
	switch image.MediaType {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return len(image.Data) > 0
	}
	return false
}

// answer keeps a result for the first call of its id that has none.
func (n *normaliser) answer(result provider.ToolResult) {
	for i := range n.open {
		if open := &n.open[i]; open.was == result.ID && open.result == nil {
			result.ID = open.id
			if strings.TrimSpace(result.Content) == "" {
				result.Content = textEmpty
			}
			open.result = &result
			return
		}
	}
}

func (n *normaliser) answered() bool {
	for _, open := range n.open {
		if open.result == nil {
			return false
		}
	}
	return true
}

// settle answers the open calls, the unanswered ones with "aborted".
func (n *normaliser) settle() {
	var blocks []provider.Block
	for _, open := range n.open {
		result := open.result
		if result == nil {
			result = &provider.ToolResult{ID: open.id, Content: textAborted, IsError: true}
		}
		blocks = append(blocks, provider.Block{Kind: provider.BlockToolResult, ToolResult: result})
	}
	n.open = nil
	n.put(provider.RoleUser, blocks...)
}

// declare returns specs, and makes sure that tools are declared while the
// history holds calls, which services require.
func declare(specs []provider.ToolSpec, messages []provider.Message) []provider.ToolSpec {
	if len(specs) > 0 {
		return specs
	}
	declared := map[string]bool{}
	for _, message := range messages {
		for _, block := range message.Blocks {
			if block.ToolCall != nil && !declared[block.ToolCall.Name] {
				declared[block.ToolCall.Name] = true
				specs = append(specs, provider.ToolSpec{
					Name: block.ToolCall.Name, Description: "No longer available.",
					Schema: json.RawMessage(`{"type":"object","properties":{}}`),
				})
			}
		}
	}
	return specs
}
