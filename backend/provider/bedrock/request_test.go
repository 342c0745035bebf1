package bedrock_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock/bedrocktest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// history is a request with everything that a request can hold.
func history(model string) provider.Request {
	text := func(s string) provider.Block { return provider.Block{Kind: provider.BlockText, Text: s} }
	call := func(id, name, arguments string) provider.Block {
		return provider.Block{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{ID: id, Name: name, Arguments: json.RawMessage(arguments)}}
	}
	return provider.Request{
		Model:     model,
		System:    "You are Keel's agent.",
		MaxTokens: 4096,
		Tools: []provider.ToolSpec{
			{Name: "write_file", Description: "Writes a file.", Schema: json.RawMessage(`{"type":"object","properties":{"path":{"type":"string"},"mode":{"type":"integer","maximum":9007199254740993}},"required":["path"],"additionalProperties":false}`)},
			{Name: "list_dir", Schema: json.RawMessage(`{"type":"object"}`)},
		},
		Messages: []provider.Message{
			{Role: provider.RoleUser, Blocks: []provider.Block{text("Add a file."), text(" \n")}},
			{Role: provider.RoleAssistant, Blocks: []provider.Block{
				{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{Text: "Let me think.", Signature: "c2ln"}},
				{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{Signature: "over nothing"}},
				{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{Text: "unsigned"}},
				{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{Redacted: []byte{0, 255}}},
				text("Writing."),
				call("a", "write_file", ` {"path": "a.go", "n": 9007199254740993, "f": 1.10, "none": null, "": [true, {}], "html": "<&>\u2028"} `),
				call("b", "list_dir", ""),
			}},
			{Role: provider.RoleUser, Blocks: []provider.Block{
				{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: "a", Content: "Written."}},
				{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: "b", Content: "No such folder.", IsError: true}},
			}},
			{Role: provider.RoleAssistant, Blocks: []provider.Block{call("c", "list_dir", "{}")}},
			{Role: provider.RoleUser, Blocks: []provider.Block{
				{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: "c", Content: ""}},
				text("Go on."),
			}},
		},
	}
}

func TestRequestBody(t *testing.T) {
	server := newServer(t)
	for name, model := range map[string]string{
		"claude": model,
		"nova":   "amazon.nova-pro-v1:0",
		"other":  "meta.llama3-3-70b-instruct-v1:0",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ask(t.Context(), newProvider(nil), history(model)); err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := json.Indent(&got, last(server).Body, "", "\t"); err != nil {
				t.Fatal(err)
			}
			got.WriteByte('\n')
			golden := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func last(server *bedrocktest.Server) bedrocktest.Request {
	requests := server.Requests()
	return requests[len(requests)-1]
}

func TestRequestThatIsNotJSON(t *testing.T) {
	server := newServer(t)
	for name, change := range map[string]func(*provider.Request){
		"arguments cut":            func(r *provider.Request) { r.Messages[1].Blocks[5].ToolCall.Arguments = json.RawMessage(`{"a":`) },
		"arguments are not object": func(r *provider.Request) { r.Messages[1].Blocks[5].ToolCall.Arguments = json.RawMessage(`null`) },
		"schema is not an object":  func(r *provider.Request) { r.Tools[0].Schema = json.RawMessage(`[]`) },
	} {
		request := history(model)
		change(&request)
		if _, err := ask(t.Context(), newProvider(nil), request); provider.ClassOf(err) != provider.ClassValidation {
			t.Errorf("%s: %v, want class %q", name, err, provider.ClassValidation)
		}
	}
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestCachePointsRefused(t *testing.T) {
	for name, refusal := range map[string]bedrocktest.Reply{
		"validation": bedrocktest.Refuse(400, "ValidationException", "Malformed input request: #/messages/0/content/1: extraneous key [cachePoint] is not permitted, please reformat your input and try again."),
		"access":     bedrocktest.Refuse(403, "AccessDeniedException", "You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information."),
	} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			p := newProvider(nil)
			points := func() []int {
				var counts []int
				for _, request := range server.Requests() {
					counts = append(counts, strings.Count(string(request.Body), "cachePoint"))
				}
				return counts
			}
			server.Script(refusal)
			for range 2 {
				if _, err := ask(t.Context(), p, history(model)); err != nil {
					t.Fatal(err)
				}
			}
			other := history("anthropic.claude-opus-4-20250514-v1:0")
			if _, err := ask(t.Context(), p, other); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]int{3, 0, 0, 3}, points()); diff != "" {
				t.Errorf("cache points by request (-want +got):\n%s", diff)
			}
		})
	}
}

// A refusal that goes on without cache points is the user's to see.
func TestCachePointsRefusedTwice(t *testing.T) {
	server := newServer(t)
	refusal := bedrocktest.Refuse(400, "ValidationException", "cachePoint is not permitted")
	server.Script(refusal, refusal)
	if _, err := ask(t.Context(), newProvider(nil), question("Hello")); provider.ClassOf(err) != provider.ClassValidation {
		t.Errorf("got %v, want class %q", err, provider.ClassValidation)
	}
	if n := len(server.Requests()); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestModelThatCannotStreamTools(t *testing.T) {
	server := newServer(t)
	p := newProvider(nil)
	whole := bedrocktest.Reply{Whole: json.RawMessage(`{
		"output": {"message": {"role": "assistant", "content": [
			{"reasoningContent": {"reasoningText": {"text": "Let me think.", "signature": "c2ln"}}},
			{"reasoningContent": {"redactedContent": "AP8="}},
			{"text": "Grüß dich 🙂"},
			{"toolUse": {"toolUseId": "tooluse_a", "name": "write_file", "input": {"path":"a.go","n":9007199254740993}}},
			{"toolUse": {"toolUseId": "tooluse_b", "name": "list_dir", "input": {}}}
		]}},
		"stopReason": "tool_use",
		"usage": {"inputTokens": 11, "outputTokens": 22, "totalTokens": 33, "cacheReadInputTokens": 33, "cacheWriteInputTokens": 44},
		"metrics": {"latencyMs": 1}
	}`)}
	server.Script(bedrocktest.Refuse(400, "ValidationException", "This model doesn't support tool use in streaming mode."), whole, whole)
	for range 2 {
		got, err := ask(t.Context(), p, history(model))
		if err != nil {
			t.Fatal(err)
		}
		want := everythingReply()
		// The SDK decodes documents, and so sorts their keys.
		want.Message.Blocks[3].ToolCall.Arguments = json.RawMessage(`{"n":9007199254740993,"path":"a.go"}`)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("reply (-want +got):\n%s", diff)
		}
	}
	if _, err := ask(t.Context(), p, question("Without tools.")); err != nil {
		t.Fatal(err)
	}
	var operations []string
	for _, request := range server.Requests() {
		operations = append(operations, request.Operation)
	}
	if diff := cmp.Diff([]string{"converse-stream", "converse", "converse", "converse-stream"}, operations); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}

func TestWholeReplyThatIsNone(t *testing.T) {
	server := newServer(t)
	server.Script(
		bedrocktest.Refuse(400, "ValidationException", "This model doesn't support tool use in streaming mode."),
		bedrocktest.Reply{Whole: json.RawMessage(`{"stopReason":"end_turn"}`)},
	)
	reply, err := ask(t.Context(), newProvider(nil), history(model))
	if provider.ClassOf(err) != provider.ClassInterrupted {
		t.Errorf("got %+v, %v; want class %q", reply, err, provider.ClassInterrupted)
	}
}

func TestNoModel(t *testing.T) {
	newServer(t)
	request := question("Hello")
	request.Model = ""
	_, err := ask(t.Context(), newProvider(nil), request)
	if e, ok := errors.AsType[*provider.Error](err); !ok || e.Class != provider.ClassValidation {
		t.Errorf("got %v, want class %q", err, provider.ClassValidation)
	}
}

// A file in another encoding reaches the model as text, whatever it holds.
func TestRequestOfBrokenText(t *testing.T) {
	server := newServer(t)
	request := history(model)
	request.System = "a\xffb"
	request.Messages[0].Blocks[0].Text = "a\xffb"
	request.Messages[1].Blocks[5].ToolCall.Arguments = json.RawMessage("{\"a\":\"a\xffb\"}")
	request.Messages[2].Blocks[0].ToolResult.Content = "a\xffb\x00\x1b"
	if _, err := ask(t.Context(), newProvider(nil), request); err != nil {
		t.Fatal(err)
	}
	if body := last(server).Body; !utf8.Valid(body) || !json.Valid(body) {
		t.Errorf("body is not JSON in UTF-8: %q", body)
	}
}
