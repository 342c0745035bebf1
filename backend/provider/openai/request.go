package openai

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// shape is how a request has to look for one model of one service.
type shape struct {
	noUsage    bool // it refuses stream_options
	completion bool // it wants max_completion_tokens instead of max_tokens
	noLimit    bool // it takes neither
	reasoning  bool // it wants its reasoning back
}

// body is a request as it is sent.
type body struct {
	Model               string          `json:"model"`
	Messages            []message       `json:"messages"`
	Tools               []endpoint.Tool `json:"tools,omitempty"`
	Stream              bool            `json:"stream"`
	StreamOptions       *streamOptions  `json:"stream_options,omitempty"`
	MaxTokens           int             `json:"max_tokens,omitempty"`
	MaxCompletionTokens int             `json:"max_completion_tokens,omitempty"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

// message is one of a conversation. Content is a *string, which may be null, or
// a []part.
type message struct {
	Role       string  `json:"role"`
	Content    content `json:"content"`
	Reasoning  string  `json:"reasoning_content,omitempty"`
	ToolCalls  []call  `json:"tool_calls,omitempty"`
	ToolCallID string  `json:"tool_call_id,omitempty"`
}

// content is a text, or parts where there is a picture among them: not every
// service takes parts. Empty, it is null.
type content struct {
	text  string
	parts []part
}

func (c content) MarshalJSON() ([]byte, error) {
	switch {
	case len(c.parts) > 0:
		return json.Marshal(c.parts)
	case c.text == "":
		return []byte("null"), nil
	}
	return json.Marshal(c.text)
}

type part struct {
	Type     string    `json:"type"`
	Text     string    `json:"text,omitempty"`
	ImageURL *imageURL `json:"image_url,omitempty"`
}

type imageURL struct {
	URL string `json:"url"`
}

type call struct {
	ID       string       `json:"id"`
	Type     string       `json:"type"`
	Function callFunction `json:"function"`
}

type callFunction struct {
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

// encode returns the request as JSON. An error names the part that is not JSON.
func encode(request provider.Request, s shape) ([]byte, error) {
	b := body{Model: request.Model, Stream: true}
	if !s.noUsage {
		b.StreamOptions = &streamOptions{IncludeUsage: true}
	}
	switch {
	case s.noLimit:
	case s.completion:
		b.MaxCompletionTokens = request.MaxTokens
	default:
		b.MaxTokens = request.MaxTokens
	}
	if strings.TrimSpace(request.System) != "" {
		b.Messages = append(b.Messages, message{Role: "system", Content: content{text: request.System}})
	}
	for _, m := range request.Messages {
		if m.Role == provider.RoleAssistant {
			b.Messages = append(b.Messages, assistant(m, s)...)
		} else {
			b.Messages = append(b.Messages, user(m)...)
		}
	}
	var err error
	if b.Tools, err = endpoint.Tools(request.Tools); err != nil {
		return nil, err
	}
	return json.Marshal(b)
}

// assistant is what the model said, or nothing when no block of it can be sent.
// Its reasoning goes back only to services that ask for it: others refuse it.
func assistant(m provider.Message, s shape) []message {
	out := message{Role: "assistant"}
	var texts, thoughts []string
	for _, block := range m.Blocks {
		switch {
		case block.Kind == provider.BlockText && strings.TrimSpace(block.Text) != "":
			texts = append(texts, block.Text)
		case block.Kind == provider.BlockReasoning && block.Reasoning != nil && s.reasoning:
			thoughts = append(thoughts, block.Reasoning.Text)
		case block.Kind == provider.BlockToolCall && block.ToolCall != nil:
			arguments := string(block.ToolCall.Arguments)
			if strings.TrimSpace(arguments) == "" {
				arguments = "{}"
			}
			out.ToolCalls = append(out.ToolCalls, call{
				ID: block.ToolCall.ID, Type: "function", Function: callFunction{Name: block.ToolCall.Name, Arguments: arguments},
			})
		}
	}
	out.Content.text, out.Reasoning = strings.Join(texts, "\n\n"), strings.Join(thoughts, "\n\n")
	if out.Content.text == "" && len(out.ToolCalls) == 0 {
		return nil
	}
	return []message{out}
}

// user is the results of tools, each a message of its own right after the
// calls, and then what the user said.
func user(m provider.Message) []message {
	var out []message
	said := message{Role: "user"}
	pictures := false
	for _, block := range m.Blocks {
		switch {
		case block.Kind == provider.BlockToolResult && block.ToolResult != nil:
			out = append(out, message{Role: "tool", ToolCallID: block.ToolResult.ID, Content: content{text: endpoint.ResultText(*block.ToolResult)}})
		case block.Kind == provider.BlockText && strings.TrimSpace(block.Text) != "":
			said.Content.parts = append(said.Content.parts, part{Type: "text", Text: block.Text})
		case block.Kind == provider.BlockImage && block.Image != nil:
			pictures = true
			url := "data:" + block.Image.MediaType + ";base64," + base64.StdEncoding.EncodeToString(block.Image.Data)
			said.Content.parts = append(said.Content.parts, part{Type: "image_url", ImageURL: &imageURL{URL: url}})
		}
	}
	if len(said.Content.parts) == 0 {
		return out
	}
	if !pictures {
		var texts []string
		for _, p := range said.Content.parts {
			texts = append(texts, p.Text)
		}
		said.Content = content{text: strings.Join(texts, "\n\n")}
	}
	return append(out, said)
}
