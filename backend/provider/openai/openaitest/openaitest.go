// Package openaitest is a stand-in for services that speak OpenAI's Chat
// Completions, on the loopback interface, for tests and test tools.
//
// It refuses what OpenAI refuses for its shape: roles that are not known,
// results of tools that answer no call or come late, arguments that are not a
// string, and, when it is given a key, requests without it. What it answers is
// scripted as chunks of server-sent events.
package openaitest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/keel-ide/keel/backend/provider/endpoint/endpointtest"
)

// New starts a server, which answers "Hello from the stand-in." until told
// otherwise; its base for the provider is URL + "/v1". With a key it wants that.
func New(ctx context.Context, key string) (*endpointtest.Server, error) {
	protocol := endpointtest.Protocol{
		Chat: "/v1/chat/completions", ContentType: "text/event-stream",
		Refuse: func(r endpointtest.Request) *endpointtest.Reply {
			if key != "" && r.Header.Get("Authorization") != "Bearer "+key {
				sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
				fault := Error(http.StatusUnauthorized, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: "+sent)
				return &fault
			}
			if reason := invalid(r.Body); reason != "" {
				fault := Error(http.StatusBadRequest, "invalid_request_error", "", reason)
				return &fault
			}
			return nil
		},
	}
	return endpointtest.New(ctx, protocol, func(endpointtest.Request) endpointtest.Reply { return Answer("Hello from the stand-in.") })
}

// Event is one server-sent event.
func Event(data string) []byte { return []byte("data: " + data + "\n\n") }

// Done is the last event.
func Done() []byte { return Event("[DONE]") }

// Chunk is an event with a piece of the reply; finish is empty but in the last.
func Chunk(delta map[string]any, finish string) []byte {
	choice := map[string]any{"index": 0, "delta": delta, "logprobs": nil, "finish_reason": nil}
	if finish != "" {
		choice["finish_reason"] = finish
	}
	return Event(string(endpointtest.JSON(map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []any{choice}, "usage": nil,
	})))
}

// Text is a piece of text.
func Text(text string) []byte { return Chunk(map[string]any{"content": text}, "") }

// Reasoning is a piece of reasoning.
func Reasoning(text string) []byte { return Chunk(map[string]any{"reasoning_content": text}, "") }

// CallStart opens a tool call, CallPiece goes on with its arguments.
func CallStart(index int, id, name string) []byte {
	return Chunk(map[string]any{"tool_calls": []any{map[string]any{
		"index": index, "id": id, "type": "function", "function": map[string]any{"name": name, "arguments": ""},
	}}}, "")
}

// CallPiece is a piece of a call's arguments.
func CallPiece(index int, arguments string) []byte {
	return Chunk(map[string]any{"tool_calls": []any{map[string]any{"index": index, "function": map[string]any{"arguments": arguments}}}}, "")
}

// Finish is the last piece.
func Finish(reason string) []byte { return Chunk(map[string]any{}, reason) }

// Usage is the count of tokens, which has no choices.
func Usage(prompt, completion, cached int) []byte {
	return Event(string(endpointtest.JSON(map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": []any{},
		"usage": map[string]any{
			"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
			"prompt_tokens_details": map[string]any{"cached_tokens": cached},
		},
	})))
}

// Join puts events one after the other.
func Join(events ...[]byte) []byte {
	var stream []byte
	for _, event := range events {
		stream = append(stream, event...)
	}
	return stream
}

// Stream returns a complete reply of events.
func Stream(events ...[]byte) endpointtest.Reply { return endpointtest.Reply{Body: Join(events...)} }

// Answer returns a complete reply of one text.
func Answer(text string) endpointtest.Reply {
	return Stream(Chunk(map[string]any{"role": "assistant", "content": ""}, ""), Text(text), Finish("stop"), Usage(10, 5, 0), Done())
}

// Error returns an error in OpenAI's form.
func Error(status int, kind, code, message string) endpointtest.Reply {
	fault := map[string]any{"message": message, "type": kind, "param": nil, "code": nil}
	if code != "" {
		fault["code"] = code
	}
	return endpointtest.Reply{Status: status, Body: endpointtest.JSON(map[string]any{"error": fault})}
}

// request is as much of a request as is looked at.
type request struct {
	Model    string
	Messages []struct {
		Role       string
		Content    json.RawMessage
		ToolCallID string `json:"tool_call_id"`
		ToolCalls  []struct {
			ID, Type string
			Function struct{ Name, Arguments string }
		} `json:"tool_calls"`
	}
	Tools []struct {
		Type     string
		Function struct {
			Name       string
			Parameters struct{ Type string }
		}
	}
}

// invalid says what OpenAI would refuse, or nothing.
func invalid(body []byte) string {
	var r request
	if err := json.Unmarshal(body, &r); err != nil {
		return "We could not parse the JSON body of your request: " + err.Error()
	}
	switch {
	case r.Model == "":
		return "you must provide a model parameter"
	case len(r.Messages) == 0:
		return "[] is too short - 'messages'"
	}
	waiting := make(map[string]bool)
	for i, m := range r.Messages {
		if m.Role != "tool" && len(waiting) > 0 {
			return fmt.Sprintf("An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id' (messages[%d])", i)
		}
		empty := len(m.Content) == 0 || string(m.Content) == "null"
		switch m.Role {
		case "system", "user":
			if empty {
				return fmt.Sprintf("Invalid value for 'content': expected a string, got null (messages[%d])", i)
			}
		case "assistant":
			if empty && len(m.ToolCalls) == 0 {
				return fmt.Sprintf("Invalid value for 'content': expected a string, got null (messages[%d])", i)
			}
			for _, c := range m.ToolCalls {
				if c.ID == "" || c.Type != "function" || c.Function.Name == "" || !json.Valid([]byte(c.Function.Arguments)) {
					return fmt.Sprintf("Invalid tool call (messages[%d])", i)
				}
				waiting[c.ID] = true
			}
		case "tool":
			if !waiting[m.ToolCallID] {
				return fmt.Sprintf("messages with role 'tool' must be a response to a preceding message with 'tool_calls' (messages[%d])", i)
			}
			delete(waiting, m.ToolCallID)
		default:
			return fmt.Sprintf("Invalid value: '%s' (messages[%d].role)", m.Role, i)
		}
	}
	for _, t := range r.Tools {
		if t.Type != "function" || t.Function.Name == "" || t.Function.Parameters.Type != "object" {
			return fmt.Sprintf("Invalid schema for function '%s'", t.Function.Name)
		}
	}
	return ""
}
