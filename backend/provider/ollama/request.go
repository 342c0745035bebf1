package ollama

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// body is a request as it is sent.
type body struct {
	Model    string          `json:"model"`
	Messages []message       `json:"messages"`
	Tools    []endpoint.Tool `json:"tools,omitempty"`
	Stream   bool            `json:"stream"`
	Think    *bool           `json:"think,omitempty"`
	// What does not fit is an error, and not cut; older versions do not know
	// these and cut.
	Truncate bool    `json:"truncate"`
	Shift    bool    `json:"shift"`
	Options  options `json:"options"`
}

type options struct {
	Context int `json:"num_ctx"`
	Predict int `json:"num_predict,omitempty"`
}

type message struct {
	Role       string   `json:"role"`
	Content    string   `json:"content"`
	Thinking   string   `json:"thinking,omitempty"`
	Images     [][]byte `json:"images,omitempty"` // base64 in JSON
	ToolCalls  []call   `json:"tool_calls,omitempty"`
	ToolName   string   `json:"tool_name,omitempty"`
	ToolCallID string   `json:"tool_call_id,omitempty"`
}

type call struct {
	ID       string       `json:"id,omitempty"`
	Function callFunction `json:"function"`
}

type callFunction struct {
	Index     *int            `json:"index,omitempty"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"` // an object
}

// encode returns the request as JSON. An error names the part that is not JSON.
func encode(request provider.Request, context int, think bool) ([]byte, error) {
	b := body{Model: request.Model, Stream: true, Options: options{Context: context, Predict: request.MaxTokens}}
	if think {
		b.Think = &think
	}
	if strings.TrimSpace(request.System) != "" {
		b.Messages = append(b.Messages, message{Role: "system", Content: request.System})
	}
	names := make(map[string]string) // of tools, by the ids of their calls
	for _, m := range request.Messages {
		if m.Role != provider.RoleAssistant {
			b.Messages = append(b.Messages, user(m, names)...)
			continue
		}
		said, err := assistant(m, names)
		if err != nil {
			return nil, err
		}
		b.Messages = append(b.Messages, said...)
	}
	var err error
	if b.Tools, err = endpoint.Tools(request.Tools); err != nil {
		return nil, err
	}
	return json.Marshal(b)
}

func assistant(m provider.Message, names map[string]string) ([]message, error) {
	out := message{Role: "assistant"}
	var texts []string
	for _, block := range m.Blocks {
		switch {
		case block.Kind == provider.BlockText && strings.TrimSpace(block.Text) != "":
			texts = append(texts, block.Text)
		case block.Kind == provider.BlockReasoning && block.Reasoning != nil:
			out.Thinking += block.Reasoning.Text
		case block.Kind == provider.BlockToolCall && block.ToolCall != nil:
			arguments := block.ToolCall.Arguments
			if len(bytes.TrimSpace(arguments)) == 0 {
				arguments = json.RawMessage("{}")
			}
			if !json.Valid(arguments) {
				return nil, fmt.Errorf("arguments of tool call %q are not JSON", block.ToolCall.ID)
			}
			names[block.ToolCall.ID] = block.ToolCall.Name
			out.ToolCalls = append(out.ToolCalls, call{ID: block.ToolCall.ID, Function: callFunction{Name: block.ToolCall.Name, Arguments: arguments}})
		}
	}
	out.Content = strings.Join(texts, "\n\n")
	if out.Content == "" && len(out.ToolCalls) == 0 {
		return nil, nil
	}
	return []message{out}, nil
}

// user is the results of tools, each a message of its own right after the
// calls, and then what the user said.
func user(m provider.Message, names map[string]string) []message {
	var out []message
	said := message{Role: "user"}
	var texts []string
	for _, block := range m.Blocks {
		switch {
		case block.Kind == provider.BlockToolResult && block.ToolResult != nil:
			out = append(out, message{
				Role: "tool", ToolName: names[block.ToolResult.ID], ToolCallID: block.ToolResult.ID, Content: endpoint.ResultText(*block.ToolResult),
			})
		case block.Kind == provider.BlockText && strings.TrimSpace(block.Text) != "":
			texts = append(texts, block.Text)
		case block.Kind == provider.BlockImage && block.Image != nil:
			said.Images = append(said.Images, block.Image.Data)
		}
	}
	said.Content = strings.Join(texts, "\n\n")
	if said.Content == "" && len(said.Images) == 0 {
		return out
	}
	return append(out, said)
}
