// Package ollamatest is a stand-in for Ollama on the loopback interface, for
// tests and test tools.
//
// It refuses requests whose shape Ollama's decoder refuses, above all arguments
// of calls that are not an object. What it answers is scripted as lines of JSON.
package ollamatest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/keel-ide/keel/backend/provider/endpoint/endpointtest"
)

// New starts a server, which answers "Hello from the stand-in." until told
// otherwise, and has the models that [endpointtest.Server.Answer] gives it at
// /api/tags and /api/show.
func New(ctx context.Context) (*endpointtest.Server, error) {
	protocol := endpointtest.Protocol{
		Chat: "/api/chat", ContentType: "application/x-ndjson",
		Refuse: func(r endpointtest.Request) *endpointtest.Reply {
			if reason := invalid(r.Body); reason != "" {
				fault := Error(http.StatusBadRequest, reason)
				return &fault
			}
			return nil
		},
	}
	return endpointtest.New(ctx, protocol, func(endpointtest.Request) endpointtest.Reply { return Answer("Hello from the stand-in.") })
}

// Line is one piece of a reply.
func Line(message map[string]any) []byte {
	message["role"] = "assistant"
	return line(map[string]any{"model": "m", "created_at": "2025-01-01T00:00:00Z", "message": message, "done": false})
}

// Text is a piece of text.
func Text(text string) []byte { return Line(map[string]any{"content": text}) }

// Thinking is a piece of reasoning.
func Thinking(text string) []byte { return Line(map[string]any{"content": "", "thinking": text}) }

// Call is a tool call, which comes whole.
func Call(name string, arguments map[string]any) []byte {
	return Line(map[string]any{"content": "", "tool_calls": []any{
		map[string]any{"function": map[string]any{"name": name, "arguments": arguments}},
	}})
}

// Done is the last piece.
func Done(reason string, prompt, output int) []byte {
	return line(map[string]any{
		"model": "m", "created_at": "2025-01-01T00:00:00Z", "message": map[string]any{"role": "assistant", "content": ""},
		"done": true, "done_reason": reason, "total_duration": 1, "prompt_eval_count": prompt, "eval_count": output,
	})
}

func line(value map[string]any) []byte { return append(endpointtest.JSON(value), '\n') }

// Stream returns a complete reply of lines.
func Stream(lines ...[]byte) endpointtest.Reply {
	return endpointtest.Reply{Body: Join(lines...)}
}

// Join puts lines one after the other.
func Join(lines ...[]byte) []byte {
	var stream []byte
	for _, l := range lines {
		stream = append(stream, l...)
	}
	return stream
}

// Answer returns a complete reply of one text.
func Answer(text string) endpointtest.Reply { return Stream(Text(text), Done("stop", 10, 5)) }

// Error returns an error in Ollama's form.
func Error(status int, message string) endpointtest.Reply {
	return endpointtest.Reply{Status: status, Body: endpointtest.JSON(map[string]any{"error": message})}
}

// invalid says what Ollama's decoder would refuse, or nothing.
func invalid(body []byte) string {
	var r struct {
		Model    string
		Messages []struct {
			Role, Content string
			Images        [][]byte
			ToolCalls     []struct {
				Function struct {
					Name      string
					Arguments map[string]any
				}
			} `json:"tool_calls"`
		}
		Options struct {
			Context int `json:"num_ctx"`
		}
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return err.Error()
	}
	if r.Model == "" {
		return "model is required"
	}
	if r.Options.Context == 0 {
		return "the stand-in wants num_ctx"
	}
	for i, m := range r.Messages {
		switch m.Role {
		case "system", "user", "assistant", "tool":
		default:
			return fmt.Sprintf("invalid role %q in message %d", m.Role, i)
		}
	}
	return ""
}
