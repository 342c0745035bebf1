package replay_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/providertest"
	"github.com/keel-ide/keel/backend/provider/replay"
)

// lines reads a script that must be right.
func lines(t *testing.T, script string) []replay.Line {
	t.Helper()
	read, err := replay.Read(strings.NewReader(script))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// events asks for the next reply and returns all its events.
func events(t *testing.T, p *replay.Provider) ([]provider.Event, error) {
	t.Helper()
	stream, err := p.Stream(t.Context(), provider.Request{})
	if err != nil {
		return nil, err
	}
	closeLater(t, stream)
	var all []provider.Event
	for {
		event, err := stream.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, event)
	}
}

func TestReplies(t *testing.T) {
	const script = `
{"text":"Hällo, wörld","chunk":5,"reasoning":"hm","toolCalls":[{"name":"read_file","arguments":{"path":"a"}},{"id":"x","name":"list_dir"}],"usage":{"inputTokens":3,"outputTokens":4}}

{"text":"ab","repeat":3,"chunk":1}
{"text":"long","stopReason":"max_tokens"}
{}`
	p := replay.New(lines(t, script))
	want := []provider.Reply{
		{
			Message: provider.Message{Role: provider.RoleAssistant, Blocks: []provider.Block{
				{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{Text: "hm"}},
				{Kind: provider.BlockText, Text: "Hällo, wörld"},
				{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{ID: "replay_1_1", Name: "read_file", Arguments: json.RawMessage(`{"path":"a"}`)}},
				{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{ID: "x", Name: "list_dir", Arguments: json.RawMessage(`{}`)}},
			}},
			StopReason: provider.StopToolUse,
			Usage:      provider.Usage{InputTokens: 3, OutputTokens: 4},
		},
		{
			Message:    provider.Message{Role: provider.RoleAssistant, Blocks: []provider.Block{{Kind: provider.BlockText, Text: "ababab"}}},
			StopReason: provider.StopEndTurn,
		},
		{
			Message:    provider.Message{Role: provider.RoleAssistant, Blocks: []provider.Block{{Kind: provider.BlockText, Text: "long"}}},
			StopReason: provider.StopMaxTokens,
		},
		{Message: provider.Message{Role: provider.RoleAssistant}, StopReason: provider.StopEndTurn},
	}
	for i, want := range want {
		all, err := events(t, p)
		if err != nil {
			t.Fatal(err)
		}
		got, err := provider.Assemble(providertest.Stream(nil, all...), nil)
		if err != nil {
			t.Fatalf("reply %d: %v", i+1, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("reply %d (-want +got):\n%s", i+1, diff)
		}
		if err := providertest.CheckPrefixes(all); err != nil {
			t.Errorf("reply %d: %v", i+1, err)
		}
	}
	_, err := events(t, p)
	if provider.ClassOf(err) != provider.ClassValidation || !strings.Contains(err.Error(), "used up: it has 4 replies") {
		t.Errorf("after the last reply: got %v", err)
	}
}

func TestDeltasAreSmallAndWhole(t *testing.T) {
	all, err := events(t, replay.New([]replay.Line{{Text: "aäöüb", Chunk: 2}}))
	if err != nil {
		t.Fatal(err)
	}
	var deltas []string
	for _, event := range all {
		if event.Kind == provider.EventDelta {
			deltas = append(deltas, event.Text)
		}
	}
	if diff := cmp.Diff([]string{"aä", "öü", "b"}, deltas); diff != "" {
		t.Errorf("deltas (-want +got):\n%s", diff)
	}
}

func TestErrors(t *testing.T) {
	const script = `{"error":{"class":"throttle","message":"slow down","hint":"wait","retryAfterMs":1500}}
{"text":"half","error":{"class":"bounded","message":"broke"}}
{"text":"some","toolCalls":[{"name":"write_file","arguments":{"path":"a","content":"b"}}],"cut":true}
{"text":"never ends","cut":true}`
	p := replay.New(lines(t, script))

	_, err := p.Stream(t.Context(), provider.Request{})
	want := &provider.Error{Class: provider.ClassThrottle, Message: "slow down", Hint: "wait", RetryAfter: 1500 * time.Millisecond}
	if diff := cmp.Diff(error(want), err); diff != "" {
		t.Errorf("error before the stream (-want +got):\n%s", diff)
	}

	all, err := events(t, p)
	if provider.ClassOf(err) != provider.ClassBounded || len(all) != 2 {
		t.Errorf("error in the stream: got %v after %d events", err, len(all))
	}

	for _, name := range []string{"cut tool call", "cut text"} {
		all, err = events(t, p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := provider.Assemble(providertest.Stream(nil, all...), nil); provider.ClassOf(err) != provider.ClassInterrupted {
			t.Errorf("%s: got %v, want interrupted", name, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct{ script, want string }{
		{`{"text":"a"}` + "\n\n" + `{"txt":"b"}`, `line 3: json: unknown field "txt"`},
		{`{"text":1}`, "line 1: json: cannot unmarshal number"},
		{`{"text":"a"} {"text":"b"}`, "line 1: text after the object"},
		{`{"text":"a"`, "line 1: unexpected EOF"},
		{`{"stopReason":"done"}`, `line 1: unknown stopReason "done"`},
		{`{"toolCalls":[{"arguments":{}}]}`, "line 1: tool call 1 has no name"},
		{`{"error":{"class":"x","message":"y"}}`, `line 1: unknown error class "x"`},
		{`{"chunk":-1}`, "line 1: delayMs, chunk and repeat may not be negative"},
		{`[]`, "line 1: json: cannot unmarshal array"},
	}
	for _, tt := range tests {
		_, err := replay.Read(strings.NewReader(tt.script))
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("Read(%s): got %v, want %s", tt.script, err, tt.want)
		}
	}
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "script.jsonl")
	if _, err := replay.Open(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing script: got %v", err)
	}
	if err := os.WriteFile(path, []byte(`{"text":"a"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := replay.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if all, err := events(t, p); err != nil || len(all) != 4 {
		t.Errorf("got %d events, %v", len(all), err)
	}
	if err := os.WriteFile(path, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := replay.Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("broken script: got %v, want an error that names it", err)
	}
}

func TestDelayAndCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := replay.New([]replay.Line{{Text: "ab", Chunk: 1, DelayMs: 100}, {Text: "ab", DelayMs: 60_000}})
		start := time.Now()
		if _, err := events(t, p); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != 200*time.Millisecond {
			t.Errorf("two deltas took %v", got)
		}

		ctx, cancel := context.WithCancel(t.Context())
		stream, err := p.Stream(ctx, provider.Request{})
		if err != nil {
			t.Fatal(err)
		}
		closeLater(t, stream)
		if _, err := stream.Next(); err != nil { // the block's start
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, cancel)
		start = time.Now()
		if _, err := stream.Next(); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled while waiting: got %v", err)
		}
		if got := time.Since(start); got != time.Second {
			t.Errorf("cancelling took %v", got)
		}
	})
}

func TestInfo(t *testing.T) {
	p := replay.New(nil)
	if diff := cmp.Diff(provider.Info{ID: "replay", Name: "Replay", Ready: true}, p.Info(t.Context())); diff != "" {
		t.Errorf("info (-want +got):\n%s", diff)
	}
	models, err := p.Models(t.Context())
	if diff := cmp.Diff([]provider.Model{{ID: "replay", Name: "Replay script"}}, models); err != nil || diff != "" {
		t.Errorf("models: %v (-want +got):\n%s", err, diff)
	}
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
