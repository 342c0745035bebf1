package providertest_test

import (
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/providertest"
)

func TestCheckConverse(t *testing.T) {
	text := func(s string) provider.Block { return provider.Block{Kind: provider.BlockText, Text: s} }
	call := func(id, name, arguments string) provider.Block {
		return provider.Block{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{ID: id, Name: name, Arguments: []byte(arguments)}}
	}
	result := func(id, content string) provider.Block {
		return provider.Block{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: id, Content: content}}
	}
	image := func(mediaType, data string) provider.Block {
		return provider.Block{Kind: provider.BlockImage, Image: &provider.Image{MediaType: mediaType, Data: []byte(data)}}
	}
	thought := provider.Block{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{Text: "hm"}}
	user := func(blocks ...provider.Block) provider.Message {
		return provider.Message{Role: provider.RoleUser, Blocks: blocks}
	}
	model := func(blocks ...provider.Block) provider.Message {
		return provider.Message{Role: provider.RoleAssistant, Blocks: blocks}
	}
	tools := []provider.ToolSpec{{Name: "read"}}
	for _, test := range []struct {
		name     string
		tools    []provider.ToolSpec
		messages []provider.Message
		want     string // in the error; empty for a valid one
	}{
		{"a conversation", tools, []provider.Message{
			user(text("do"), image("image/png", "x")), model(thought, text("so"), call("1", "read", "{}"), call("2", "read", " {}")),
			user(result("2", "b"), result("1", "a"), text("and")),
		}, ""},
		{"text alone needs no tools", nil, []provider.Message{user(text("do"))}, ""},
		{"nothing", nil, nil, "last word"},
		{"the model last", nil, []provider.Message{user(text("a")), model(text("b"))}, "last word"},
		{"the model first", nil, []provider.Message{model(text("b"))}, "is by"},
		{"an empty message", nil, []provider.Message{user()}, "empty"},
		{"blank text", nil, []provider.Message{user(text(" \n"))}, "blank"},
		{"reasoning alone", nil, []provider.Message{user(text("a")), model(thought), user(text("b"))}, "says nothing"},
		{"the user's reasoning", nil, []provider.Message{user(thought)}, "may not be"},
		{"the user's call", tools, []provider.Message{user(call("1", "read", "{}"))}, "may not be"},
		{"the model's image", nil, []provider.Message{user(text("a")), model(image("image/png", "x")), user(text("b"))}, "may not be"},
		{"an image of nothing", nil, []provider.Message{user(image("image/png", ""))}, "blank"},
		{"an image of another kind", nil, []provider.Message{user(image("image/svg+xml", "x"))}, "may not be"},
		{"no answer", tools, []provider.Message{user(text("a")), model(call("1", "read", "{}")), user(text("b"))}, "not answered"},
		{"two answers", tools, []provider.Message{user(text("a")), model(call("1", "read", "{}")), user(result("1", "x"), result("1", "x"))}, "was answered"},
		{"an answer to nothing", tools, []provider.Message{user(result("1", "x"))}, "not called"},
		{"an answer after text", tools, []provider.Message{user(text("a")), model(call("1", "read", "{}")), user(text("b"), result("1", "x"))}, "come first"},
		{"a blank answer", tools, []provider.Message{user(text("a")), model(call("1", "read", "{}")), user(result("1", ""))}, "blank result"},
		{"an id used twice", tools, []provider.Message{user(text("a")), model(call("1", "read", "{}"), call("1", "read", "{}")), user(result("1", "x"))}, "twice"},
		{"a bad id", tools, []provider.Message{user(text("a")), model(call("a b", "read", "{}")), user(result("a b", "x"))}, "not a name"},
		{"a long name", tools, []provider.Message{user(text("a")), model(call("1", strings.Repeat("x", 65), "{}")), user(result("1", "x"))}, "not a name"},
		{"arguments that are a list", tools, []provider.Message{user(text("a")), model(call("1", "read", "[]")), user(result("1", "x"))}, "no object"},
		{"no arguments", tools, []provider.Message{user(text("a")), model(call("1", "read", "")), user(result("1", "x"))}, "no object"},
		{"calls without tools", nil, []provider.Message{user(text("a")), model(call("1", "read", "{}")), user(result("1", "x"))}, "no tools"},
		{"a tool twice", append(tools, tools...), []provider.Message{user(text("a"))}, "declared twice"},
	} {
		err := providertest.CheckConverse(provider.Request{Messages: test.messages, Tools: test.tools})
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: got %v, want an error with %q", test.name, err, test.want)
		}
	}
}
