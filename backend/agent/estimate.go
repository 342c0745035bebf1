package agent

import "github.com/keel-ide/keel/backend/provider"

// Estimates of what services count, where they have not done it yet: what a
// token is differs from model to model, and is about three and a half bytes of
// prose and code.
const (
	imageTokens   = 1600 // of a large picture; services shrink larger ones
	messageTokens = 4    // around each message
	callTokens    = 12   // around each call and result
)

// tokensOf estimates the tokens of a text.
func tokensOf(s string) int64 { return tokensIn(len(s)) }

func tokensIn(bytes int) int64 { return (2*int64(bytes) + 6) / 7 }

func blockTokens(block provider.Block) int64 {
	switch {
	case block.Kind == provider.BlockImage:
		return imageTokens
	case block.Reasoning != nil:
		return tokensIn(len(block.Reasoning.Text) + len(block.Reasoning.Signature) + len(block.Reasoning.Redacted))
	case block.ToolCall != nil:
		return callTokens + tokensIn(len(block.ToolCall.Name)+len(block.ToolCall.Arguments))
	case block.ToolResult != nil:
		return callTokens + tokensOf(block.ToolResult.Content)
	}
	return tokensOf(block.Text)
}

func messageSize(message provider.Message) int64 {
	tokens := int64(messageTokens)
	for _, block := range message.Blocks {
		tokens += blockTokens(block)
	}
	return tokens
}

func messagesSize(messages []provider.Message) int64 {
	var tokens int64
	for _, message := range messages {
		tokens += messageSize(message)
	}
	return tokens
}

// overheadTokens estimates what a request has beside its messages.
func overheadTokens(request provider.Request) int64 {
	tokens := tokensOf(request.System)
	for _, spec := range request.Tools {
		tokens += callTokens + tokensIn(len(spec.Name)+len(spec.Description)+len(spec.Schema))
	}
	return tokens
}

func requestTokens(request provider.Request) int64 {
	return overheadTokens(request) + messagesSize(request.Messages)
}

// gauge is how full a model's context is: what its service counted last, and
// the estimate of the same, by which later estimates are corrected. The zero
// value knows nothing.
type gauge struct {
	provider, model string
	counted         int64 // tokens of the last request and its reply
	guessed         int64 // the estimate of the same
}

// count takes in what a service counted.
func (g *gauge) count(m model, request provider.Request, reply provider.Message, usage provider.Usage) bool {
	counted := usage.InputTokens + usage.CacheReadTokens + usage.CacheWriteTokens
	if counted == 0 {
		return false
	}
	*g = gauge{m.info.ID, m.id, counted + usage.OutputTokens, requestTokens(request) + messageSize(reply)}
	return true
}

// tokens corrects an estimate. What was added since the last count is added to
// it; what became less was taken from all of it alike.
func (g *gauge) tokens(m model, guess int64) int64 {
	switch {
	case g.guessed == 0 || g.provider != m.info.ID || g.model != m.id:
		return guess
	case guess >= g.guessed:
		return g.counted + guess - g.guessed
	}
	return g.counted * guess / g.guessed
}
