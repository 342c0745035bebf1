package agent

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/providertest"
	"pgregory.net/rapid"
)

func drawBlock(t *rapid.T) provider.Block {
	id := rapid.SampledFrom([]string{"", "a", "b", "a_2", "with space", strings.Repeat("x", 80), "é"})
	words := rapid.SampledFrom([]string{"", " \n", "hello", " padded "})
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return text(words.Draw(t, "text"))
	case 1:
		return provider.Block{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{
			Text: words.Draw(t, "thought"), Signature: "signed", Redacted: []byte{1, 2},
		}}
	case 2:
		return provider.Block{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{
			ID: id.Draw(t, "id"), Name: id.Draw(t, "name"),
			Arguments: json.RawMessage(rapid.SampledFrom([]string{"", "{}", `{"a":1}`, `{"a":`, "[]", "null"}).Draw(t, "arguments")),
		}}
	case 3:
		return provider.Block{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{
			ID: id.Draw(t, "id"), Content: words.Draw(t, "result"), IsError: rapid.Bool().Draw(t, "error"),
		}}
	case 4:
		return provider.Block{Kind: provider.BlockImage, Image: &provider.Image{
			MediaType: rapid.SampledFrom([]string{"image/png", "image/webp", "", "text/plain"}).Draw(t, "media type"),
			Data:      rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "data"),
		}}
	}
	return provider.Block{Kind: rapid.SampledFrom([]provider.BlockKind{
		"unknown", provider.BlockToolCall, provider.BlockToolResult, provider.BlockReasoning, provider.BlockImage,
	}).Draw(t, "bare")}
}

func drawMessages(t *rapid.T) []provider.Message {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) provider.Message {
		return provider.Message{
			Role:   rapid.SampledFrom([]provider.Role{provider.RoleUser, provider.RoleAssistant}).Draw(t, "role"),
			Blocks: rapid.SliceOfN(rapid.Custom(drawBlock), 0, 5).Draw(t, "blocks"),
		}
	}), 0, 8).Draw(t, "messages")
}

func TestNormaliseProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		messages := drawMessages(t)
		before, err := json.Marshal(messages)
		if err != nil {
			before = nil // arguments that are no JSON
		}
		got := Normalise(messages)
		if problem := invalid(got); problem != "" {
			t.Fatalf("%s in %s", problem, show(got))
		}
		if changed(got) {
			t.Fatalf("reasoning was changed in %s", show(got))
		}
		if d := cmp.Diff(got, Normalise(got)); d != "" {
			t.Fatalf("not idempotent (-once +twice):\n%s", d)
		}
		if after, err := json.Marshal(messages); err == nil && !bytes.Equal(before, after) {
			t.Fatal("it wrote to its argument")
		}
	})
}

// invalid says what is wrong with a conversation.
func invalid(messages []provider.Message) string {
	if err := providertest.CheckConverse(provider.Request{Messages: messages, Tools: declare(nil, messages)}); err != nil {
		return err.Error()
	}
	return ""
}

// changed reports whether any reasoning is not as [drawBlock] makes it.
func changed(messages []provider.Message) bool {
	for _, message := range messages {
		for _, block := range message.Blocks {
			if r := block.Reasoning; r != nil && (r.Signature != "signed" || !bytes.Equal(r.Redacted, []byte{1, 2})) {
				return true
			}
		}
	}
	return false
}

func show(messages []provider.Message) string {
	data, err := json.MarshalIndent(messages, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func TestNormalise(t *testing.T) {
	call := func(id, name, arguments string) provider.Block {
		return provider.Block{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{ID: id, Name: name, Arguments: json.RawMessage(arguments)}}
	}
	result := func(id, content string, isError bool) provider.Block {
		return provider.Block{Kind: provider.BlockToolResult, ToolResult: &provider.ToolResult{ID: id, Content: content, IsError: isError}}
	}
	model := func(blocks ...provider.Block) provider.Message {
		return provider.Message{Role: provider.RoleAssistant, Blocks: blocks}
	}
	picture := func(data string) provider.Block {
		return provider.Block{Kind: provider.BlockImage, Image: &provider.Image{MediaType: "image/png", Data: []byte(data)}}
	}
	for _, test := range []struct {
		name     string
		messages []provider.Message
		want     []provider.Message
	}{
		{"nothing", nil, []provider.Message{user(text("Continue."))}},
		{
			"a valid conversation stays",
			[]provider.Message{user(text("do")), model(text("so"), call("1", "read", `{"path": "a"}`)), user(result("1", "x", false), text("and"))},
			[]provider.Message{user(text("do")), model(text("so"), call("1", "read", `{"path": "a"}`)), user(result("1", "x", false), text("and"))},
		},
		{
			"missing answers, orphans, order and blanks",
			[]provider.Message{
				user(text("do"), text(" ")), model(call("1", "a.b", `{`), call("2", "", "{}"), call("3", "c", "{}")),
				user(result("9", "whose?", false), result("3", "", false), result("1", "one", true)), user(text("go on")),
			},
			[]provider.Message{
				user(text("do")), model(call("1", "a_b", `{}`), call("2", "unknown", "{}"), call("3", "c", "{}")),
				user(result("1", "one", true), result("2", "aborted", true), result("3", "(no output)", false), text("go on")),
			},
		},
		{
			"images stay where they are, but for the model's and those of nothing",
			[]provider.Message{
				user(picture("one"), text("do")), model(call("1", "a", "{}"), picture("two")),
				user(picture("three"), result("1", "one", false), picture(""), text("and")), user(picture("four")),
			},
			[]provider.Message{
				user(picture("one"), text("do")), model(call("1", "a", "{}")),
				user(result("1", "one", false), picture("three"), text("and"), picture("four")),
			},
		},
		{
			"an id used again, with its own answer",
			[]provider.Message{user(text("do")), model(call("1", "a", "{}")), user(result("1", "one", false)), model(call("1", "a", "{}")), user(result("1", "two", false))},
			[]provider.Message{user(text("do")), model(call("1", "a", "{}")), user(result("1", "one", false)), model(call("1_2", "a", "{}")), user(result("1_2", "two", false))},
		},
		{
			"a model that speaks first, twice and last",
			[]provider.Message{model(text("hi")), model(text("there"))},
			[]provider.Message{user(text("Continue.")), model(text("hi"), text("there")), user(text("Continue."))},
		},
	} {
		if d := cmp.Diff(test.want, Normalise(test.messages)); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, d)
		}
	}
}

func TestDeclare(t *testing.T) {
	messages := []provider.Message{{Role: provider.RoleAssistant, Blocks: []provider.Block{
		{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{Name: "old"}},
		{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{Name: "old"}},
	}}}
	specs := []provider.ToolSpec{{Name: "new"}}
	if d := cmp.Diff(specs, declare(specs, messages)); d != "" {
		t.Error(d)
	}
	if got := declare(nil, messages); len(got) != 1 || got[0].Name != "old" || !json.Valid(got[0].Schema) {
		t.Errorf("declared %+v", got)
	}
	if got := declare(nil, nil); got != nil {
		t.Errorf("declared %+v", got)
	}
}
