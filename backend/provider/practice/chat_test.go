package practice_test

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/practice"
	"github.com/keel-ide/keel/backend/search"
	"github.com/keel-ide/keel/backend/tool"
	"github.com/keel-ide/keel/backend/workspace"
)

// chat is a conversation with the practice model over the real tools.
type chat struct {
	t        *testing.T
	folder   string
	model    *practice.Provider
	tools    *tool.Set
	view     *tool.View
	messages []provider.Message
	calls    []string // tool and first argument of every call of the last turn
	// refuse returns the result that a call gets instead of being run, or "".
	refuse func(name string) string
	// told is what an edit's result says instead of its own; empty for its own.
	told string
}

func newChat(t *testing.T, files map[string]string) *chat {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := &chat{t: t, folder: folder, model: practice.New(practice.Options{}), view: &tool.View{}}
	for name, content := range files {
		c.write(name, content)
	}
	w, err := workspace.Open(t.Context(), folder, workspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	closeLater(t, w)
	runner := command.New(command.Options{})
	closeLater(t, runner)
	ripgrep, err := search.Locate(".")
	if err != nil {
		t.Fatal(err)
	}
	c.tools = tool.New(tool.Options{Workspace: w, Search: search.New(ripgrep), Command: runner})
	return c
}

func (c *chat) write(name, content string) {
	c.t.Helper()
	path := filepath.Join(c.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chat) read(name string) string {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(c.folder, name))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(data)
}

// reply asks for the next reply and adds it to the conversation.
func (c *chat) reply() provider.Reply {
	c.t.Helper()
	stream, err := c.model.Stream(c.t.Context(), provider.Request{Messages: c.messages, Tools: c.tools.Specs()})
	if err != nil {
		c.t.Fatal(err)
	}
	closeLater(c.t, stream)
	got, err := provider.Assemble(stream, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.messages = append(c.messages, got.Message)
	return got
}

// say sends a prompt and works the turn off; it returns all that was said.
func (c *chat) say(prompt string) string {
	c.t.Helper()
	c.messages = append(c.messages, userText(prompt))
	c.calls = nil
	return c.goOn()
}

func userText(text string) provider.Message {
	return provider.Message{Role: provider.RoleUser, Blocks: []provider.Block{{Kind: provider.BlockText, Text: text}}}
}

func (c *chat) goOn() string {
	c.t.Helper()
	said := ""
	for range 30 {
		reply := c.reply()
		results := provider.Message{Role: provider.RoleUser}
		for _, block := range reply.Message.Blocks {
			said += block.Text
			if block.ToolCall != nil {
				results.Blocks = append(results.Blocks, provider.Block{Kind: provider.BlockToolResult, ToolResult: c.call(*block.ToolCall)})
			}
		}
		if reply.StopReason == provider.StopEndTurn {
			return said
		}
		said += "\n"
		c.messages = append(c.messages, results)
	}
	c.t.Fatal("the turn does not end")
	return ""
}

// call runs a tool call as the agent does.
func (c *chat) call(call provider.ToolCall) *provider.ToolResult {
	c.t.Helper()
	var arguments map[string]any
	if err := json.Unmarshal(call.Arguments, &arguments); err != nil {
		c.t.Fatal(err)
	}
	first := ""
	for _, name := range []string{"pattern", "path", "from", "command"} {
		if value, ok := arguments[name].(string); ok && first == "" {
			first = value
		}
	}
	c.calls = append(c.calls, call.Name+" "+first)
	if c.refuse != nil {
		if text := c.refuse(call.Name); text != "" {
			return &provider.ToolResult{ID: call.ID, Content: text, IsError: true}
		}
	}
	p, err := c.tools.Prepare(c.t.Context(), c.view, call.Name, call.Arguments)
	if err != nil {
		return &provider.ToolResult{ID: call.ID, Content: err.Error(), IsError: true}
	}
	result := c.tools.Run(c.t.Context(), c.view, p, nil)
	if call.Name == "edit_file" && c.told != "" {
		result.Text = c.told
	}
	return &provider.ToolResult{ID: call.ID, Content: result.Text, IsError: result.IsError}
}

func (c *chat) wantCalls(want ...string) {
	c.t.Helper()
	if diff := cmp.Diff(want, c.calls); diff != "" {
		c.t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func wantText(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("reply lacks %q:\n%s", part, got)
		}
	}
}

// sample is the sample workspace that Keel is delivered with.
func sample(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	folder := filepath.Join("..", "..", "..", "build", "sample")
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(data)
	}
	return files
}

// tool runs a command in the workspace, which must succeed.
func (c *chat) tool(line string) string {
	c.t.Helper()
	result, err := command.New(command.Options{}).Run(c.t.Context(), command.Spec{Command: line, Folder: c.folder}, nil)
	if err != nil || result.ExitCode != 0 {
		c.t.Fatalf("%s: %v\n%s", line, err, result.Head+result.Tail)
	}
	return result.Head
}

// closeLater closes c when the test is over.
func closeLater(t *testing.T, c io.Closer) {
	t.Helper()
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
}
