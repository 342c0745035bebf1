// Package provider says what a model service is to the agent: it lists models
// and streams replies.
//
// # Promises
//
// A reply is complete or it is an error. [Assemble] returns a message only
// after the stream said why it stopped and every block it opened was closed;
// anything else is [ClassInterrupted], and the partial tool calls of an
// interrupted reply are never handed on. Providers do not retry: retries are
// the agent's single layer, which reads [Error.Class].
package provider

import (
	"context"
	"encoding/json"
)

// Provider is a model service with its credentials.
type Provider interface {
	// Info names the provider and says, without asking another machine, whether
	// it can be used. A look at this machine takes 0.3 s at most.
	Info(ctx context.Context) Info
	// Models lists what can be asked for; it may ask the network.
	Models(ctx context.Context) ([]Model, error)
	// Stream starts one reply. The caller closes the stream.
	Stream(ctx context.Context, request Request) (Stream, error)
}

// Info describes a provider to a person.
type Info struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Practice bool   `json:"practice"` // a labelled stand-in, not a real model
	Ready    bool   `json:"ready"`
	Hint     string `json:"hint"` // what to do when not ready; empty when ready
	// NeedsKey is set for a service that takes a key from the keychain, also where
	// there are other ways in; HasKey when one is kept.
	NeedsKey bool `json:"needsKey"`
	HasKey   bool `json:"hasKey"`
	Local    bool `json:"local"` // it runs on this machine
	// Account is whose credentials are used, where they come from an account that is
	// signed in to Keel.
	Account string `json:"account,omitempty"`
}

// Model is one model that a provider serves.
type Model struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	ContextTokens int    `json:"contextTokens"` // 0 when not known
	Images        bool   `json:"images"`        // it takes pictures; false when not known
	NoImages      bool   `json:"noImages"`      // it is known to take no pictures
	NoTools       bool   `json:"noTools"`       // it is known to take no tools
	Price         *Price `json:"price,omitempty"`
}

// Price is what a million tokens cost, in millionths of a US dollar.
type Price struct {
	Input      int64 `json:"input"`
	Output     int64 `json:"output"`
	CacheRead  int64 `json:"cacheRead"`
	CacheWrite int64 `json:"cacheWrite"`
}

// Of returns what usage costs, in millionths of a US dollar.
func (p Price) Of(u Usage) int64 {
	return (p.Input*u.InputTokens + p.Output*u.OutputTokens + p.CacheRead*u.CacheReadTokens + p.CacheWrite*u.CacheWriteTokens) / 1e6
}

// Request is one question to a model: the whole conversation so far.
type Request struct {
	Model     string
	System    string
	Messages  []Message
	Tools     []ToolSpec
	MaxTokens int // 0 lets the provider choose
}

// ToolSpec declares a tool: Schema is a closed JSON Schema object.
type ToolSpec struct {
	Name        string
	Description string
	Schema      json.RawMessage
	Spare       bool // where there is little room it is left out
}

// Role is who speaks in a message.
type Role string

const (
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
)

// Message is one side's contribution; roles alternate in a valid request.
type Message struct {
	Role   Role    `json:"role"`
	Blocks []Block `json:"blocks"`
}

// BlockKind says which field of a [Block] is set.
type BlockKind string

const (
	BlockText       BlockKind = "text"
	BlockReasoning  BlockKind = "reasoning"
	BlockToolCall   BlockKind = "tool_call"
	BlockToolResult BlockKind = "tool_result"
	BlockImage      BlockKind = "image" // in messages of the user
)

// Block is one part of a message.
type Block struct {
	Kind       BlockKind   `json:"kind"`
	Text       string      `json:"text,omitempty"`
	Reasoning  *Reasoning  `json:"reasoning,omitempty"`
	ToolCall   *ToolCall   `json:"toolCall,omitempty"`
	ToolResult *ToolResult `json:"toolResult,omitempty"`
	Image      *Image      `json:"image,omitempty"`
}

// Image is a picture. MediaType is image/png, image/jpeg, image/gif or
// image/webp.
type Image struct {
	MediaType string `json:"mediaType"`
	Data      []byte `json:"data"`
}

// Reasoning is a model's own thinking. It goes back to the same model
// unmodified, and to no other model.
type Reasoning struct {
	Text      string `json:"text,omitempty"`
	Signature string `json:"signature,omitempty"`
	Redacted  []byte `json:"redacted,omitempty"`
}

// ToolCall is a model's request to use a tool. Arguments is a JSON object.
type ToolCall struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

// ToolResult answers the tool call with the same ID.
type ToolResult struct {
	ID      string `json:"id"`
	Content string `json:"content"`
	IsError bool   `json:"isError,omitempty"`
}

// StopReason is why a reply ended.
type StopReason string

const (
	StopEndTurn         StopReason = "end_turn"
	StopToolUse         StopReason = "tool_use"
	StopMaxTokens       StopReason = "max_tokens"
	StopSequence        StopReason = "stop_sequence"
	StopGuardrail       StopReason = "guardrail_intervened"
	StopContentFiltered StopReason = "content_filtered"
	StopMalformedOutput StopReason = "malformed_model_output"
	StopMalformedTool   StopReason = "malformed_tool_use"
	StopContextExceeded StopReason = "model_context_window_exceeded"
)

// Usage counts tokens; zero means not reported.
type Usage struct {
	InputTokens      int64 `json:"inputTokens"`
	OutputTokens     int64 `json:"outputTokens"`
	CacheReadTokens  int64 `json:"cacheReadTokens"`
	CacheWriteTokens int64 `json:"cacheWriteTokens"`
}

// Add returns the sum of both counts.
func (u Usage) Add(v Usage) Usage {
	return Usage{
		InputTokens:      u.InputTokens + v.InputTokens,
		OutputTokens:     u.OutputTokens + v.OutputTokens,
		CacheReadTokens:  u.CacheReadTokens + v.CacheReadTokens,
		CacheWriteTokens: u.CacheWriteTokens + v.CacheWriteTokens,
	}
}

// Stream yields the events of one reply. Next returns io.EOF after the last
// event, also when the reply was cut: only a [EventStop] makes it complete.
// Next is called from one goroutine; cancelling the context given to
// [Provider.Stream] ends a waiting Next with that context's error.
type Stream interface {
	Next() (Event, error)
	Close() error
}

// EventKind says which fields of an [Event] are set.
type EventKind string

const (
	EventBlockStart EventKind = "block_start" // Index, Block; for tool calls ID and Name
	EventDelta      EventKind = "delta"       // Index, Text (tool calls: a piece of the JSON)
	EventSignature  EventKind = "signature"   // Index, Text or Data: closes over a reasoning block
	EventBlockStop  EventKind = "block_stop"  // Index
	EventUsage      EventKind = "usage"       // Usage, cumulative for this reply
	EventStop       EventKind = "stop"        // StopReason
)

// Event is one step of a streamed reply.
type Event struct {
	Kind       EventKind
	Index      int
	Block      BlockKind
	ID         string
	Name       string
	Text       string
	Data       []byte
	Usage      Usage
	StopReason StopReason
}
