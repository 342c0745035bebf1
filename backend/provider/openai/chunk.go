package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
)

// chunk is a piece of a reply, or the whole of one that is not streamed.
type chunk struct {
	Object  string          `json:"object"`
	Choices []choice        `json:"choices"`
	Usage   *usage          `json:"usage"`
	Error   json.RawMessage `json:"error"`
	Detail  json.RawMessage `json:"detail"`
	Message json.RawMessage `json:"message"`
}

// isError reports whether a chunk is an error in one of its many shapes.
func (c chunk) isError() bool {
	if present(c.Error) || c.Object == "error" {
		return true
	}
	return c.Choices == nil && c.Usage == nil && (present(c.Detail) || present(c.Message))
}

func present(raw json.RawMessage) bool {
	text := string(bytes.TrimSpace(raw))
	return text != "" && text != "null" && text != `""` && text != "{}" && text != "false"
}

type choice struct {
	Index        int    `json:"index"`
	Delta        *piece `json:"delta"`
	Message      *piece `json:"message"` // of a reply that is not streamed
	FinishReason string `json:"finish_reason"`
}

type piece struct {
	Content          json.RawMessage `json:"content"` // text, parts, or null
	Refusal          string          `json:"refusal"`
	ReasoningContent json.RawMessage `json:"reasoning_content"`
	Reasoning        json.RawMessage `json:"reasoning"`
	ToolCalls        []callPiece     `json:"tool_calls"`
	FunctionCall     *callNaming     `json:"function_call"` // of older services
}

type callPiece struct {
	Index    *int       `json:"index"`
	ID       string     `json:"id"`
	Function callNaming `json:"function"`
}

type callNaming struct {
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"` // a string, or the object itself
}

type usage struct {
	Prompt     count `json:"prompt_tokens"`
	Completion count `json:"completion_tokens"`
	CacheHit   count `json:"prompt_cache_hit_tokens"`
	Details    struct {
		Cached count `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
}

// count is a number of tokens; what is none is 0.
type count int64

func (c *count) UnmarshalJSON(raw []byte) error {
	if n, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64); err == nil && n > 0 && n < math.MaxInt32 {
		*c = count(n)
	}
	return nil
}

// tokens counts what was read from a cache apart, as the rest of Keel does.
func (u usage) tokens() provider.Usage {
	cached := min(max(u.Details.Cached, u.CacheHit), u.Prompt)
	return provider.Usage{InputTokens: int64(u.Prompt - cached), OutputTokens: int64(u.Completion), CacheReadTokens: int64(cached)}
}

// translator makes events of chunks. The zero value is ready.
type translator struct {
	prefix int // makes the ids that it makes up unlike those of other replies
	finish string

	next  int // index of the next block
	open  bool
	kind  provider.BlockKind // of the open text or reasoning
	calls []*openCall
	ids   map[string]bool
}

// openCall is a tool call in the making.
type openCall struct {
	key     int    // the index that the service gave; -1 for none
	sent    string // the id that the service gave
	index   int    // of the block, once it is open
	name    string
	started bool
	early   string // arguments that came before the name
	text    strings.Builder
}

// add returns the events of a chunk.
func (t *translator) add(c chunk) []provider.Event {
	var events []provider.Event
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			continue
		}
		p := choice.Delta
		if p == nil {
			p = choice.Message
		}
		if p != nil {
			events = t.piece(events, *p)
		}
		if choice.FinishReason != "" {
			t.finish = choice.FinishReason
		}
	}
	if c.Usage != nil {
		events = append(events, provider.Event{Kind: provider.EventUsage, Usage: c.Usage.tokens()})
	}
	return events
}

func (t *translator) piece(events []provider.Event, p piece) []provider.Event {
	text, inline := contentOf(p.Content)
	thought, _ := contentOf(p.ReasoningContent)
	if thought == "" {
		thought, _ = contentOf(p.Reasoning)
	}
	events = t.text(events, provider.BlockReasoning, thought+inline)
	events = t.text(events, provider.BlockText, text+p.Refusal)
	for _, c := range p.ToolCalls {
		events = t.call(events, c)
	}
	if p.FunctionCall != nil {
		events = t.call(events, callPiece{Index: new(int), Function: *p.FunctionCall})
	}
	return events
}

// contentOf reads a text, or parts of which some may be reasoning.
func contentOf(raw json.RawMessage) (text, thought string) {
	if json.Unmarshal(raw, &text) == nil {
		return text, ""
	}
	var parts []struct {
		Type     string          `json:"type"`
		Text     string          `json:"text"`
		Thinking json.RawMessage `json:"thinking"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return "", ""
	}
	for _, p := range parts {
		if present(p.Thinking) {
			inner, _ := contentOf(p.Thinking)
			thought += inner
			continue
		}
		text += p.Text
	}
	return text, thought
}

// text adds to the open block of a kind, or closes another and opens one.
func (t *translator) text(events []provider.Event, kind provider.BlockKind, text string) []provider.Event {
	if text == "" {
		return events
	}
	if t.open && t.kind != kind {
		events = t.closeText(events)
	}
	if !t.open {
		t.open, t.kind = true, kind
		t.next++
	}
	return append(events, provider.Event{Kind: provider.EventDelta, Index: t.next - 1, Block: kind, Text: text})
}

func (t *translator) closeText(events []provider.Event) []provider.Event {
	if !t.open {
		return events
	}
	t.open = false
	return append(events, provider.Event{Kind: provider.EventBlockStop, Index: t.next - 1})
}

func (t *translator) call(events []provider.Event, p callPiece) []provider.Event {
	arguments := argumentsOf(p.Function.Arguments)
	c := t.find(p, arguments)
	if c == nil {
		c = &openCall{key: -1}
		if p.Index != nil {
			c.key = *p.Index
		}
		t.calls = append(t.calls, c)
	}
	if c.sent == "" {
		c.sent = p.ID
	}
	if c.name == "" {
		c.name = p.Function.Name
	}
	if c.name == "" {
		c.early += arguments
		return events
	}
	if !c.started {
		events = t.start(t.closeText(events), c)
		arguments, c.early = c.early+arguments, ""
	}
	if arguments == "" {
		return events
	}
	// Text between two pieces of a call would take its place.
	events = t.closeText(events)
	c.text.WriteString(arguments)
	return append(events, provider.Event{Kind: provider.EventDelta, Index: c.index, Block: provider.BlockToolCall, Text: arguments})
}

// find returns the call that a piece goes on with, or nil when it begins one.
// Some services give every call the index 0, or none.
func (t *translator) find(p callPiece, arguments string) *openCall {
	var c *openCall
	for _, each := range t.calls {
		switch {
		case p.Index != nil && each.key == *p.Index, p.Index == nil && p.ID != "" && each.sent == p.ID:
			c = each // the last one
		}
	}
	if c == nil && p.Index == nil && p.ID == "" && p.Function.Name == "" && len(t.calls) > 0 {
		c = t.calls[len(t.calls)-1]
	}
	if c == nil || p.Function.Name == "" || c.name == "" {
		return c
	}
	another := p.ID != "" && c.sent != "" && p.ID != c.sent
	whole := strings.HasPrefix(strings.TrimSpace(arguments), "{") && json.Valid([]byte(c.text.String()))
	if another || whole {
		return nil
	}
	return c
}

// start opens a call's block, under an id that is there and given once.
func (t *translator) start(events []provider.Event, c *openCall) []provider.Event {
	if t.ids == nil {
		t.ids = make(map[string]bool)
	}
	id := strings.TrimSpace(c.sent)
	for n := len(t.ids); id == "" || t.ids[id]; n++ {
		id = fmt.Sprintf("call_%d_%d", t.prefix, n)
	}
	t.ids[id] = true
	c.started, c.index = true, t.next
	t.next++
	return append(events, provider.Event{Kind: provider.EventBlockStart, Index: c.index, Block: provider.BlockToolCall, ID: id, Name: c.name})
}

// stop closes what is open and says why the reply ended. A call without a name
// stays one, so that it is not taken for no call.
func (t *translator) stop() []provider.Event {
	events := t.closeText(nil)
	for _, c := range t.calls {
		if !c.started {
			events = t.start(events, c)
		}
		events = append(events, provider.Event{Kind: provider.EventBlockStop, Index: c.index})
	}
	return append(events, provider.Event{Kind: provider.EventStop, StopReason: stopReason(t.finish)})
}

// argumentsOf is a piece of arguments: a string, or an object as its text.
func argumentsOf(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}
