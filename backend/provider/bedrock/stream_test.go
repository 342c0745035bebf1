package bedrock_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock"
	"github.com/keel-ide/keel/backend/provider/bedrock/bedrocktest"
	"github.com/keel-ide/keel/backend/provider/providertest"
)

const model = "us.anthropic.claude-sonnet-4-20250514-v1:0"

// isolate empties the process's AWS variables for the test.
func isolate(t *testing.T) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // so that it is put back
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("HOME", t.TempDir())
	setenv(t, "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
}

func setenv(t *testing.T, variables ...string) {
	t.Helper()
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
}

// newServer starts a server and leads the SDK to it.
func newServer(t *testing.T) *bedrocktest.Server {
	t.Helper()
	isolate(t)
	server, err := bedrocktest.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	setenv(t, server.Environment()...)
	return server
}

// newProvider has settings that a test can change, and no instance role.
func newProvider(settings *bedrock.Settings) *bedrock.Provider {
	if settings == nil {
		settings = &bedrock.Settings{}
	}
	return bedrock.New(bedrock.Options{
		Settings:   func() bedrock.Settings { return *settings },
		OnInstance: func() bool { return false },
	})
}

func question(text string) provider.Request {
	return provider.Request{Model: model, Messages: []provider.Message{{
		Role: provider.RoleUser, Blocks: []provider.Block{{Kind: provider.BlockText, Text: text}},
	}}}
}

func ask(ctx context.Context, p *bedrock.Provider, request provider.Request) (provider.Reply, error) {
	stream, err := p.Stream(ctx, request)
	if err != nil {
		return provider.Reply{}, err
	}
	reply, err := provider.Assemble(stream, nil)
	return reply, errors.Join(err, stream.Close())
}

// everything is a reply with every kind of block, as Bedrock streams it.
func everything() []bedrocktest.Frame {
	return []bedrocktest.Frame{
		bedrocktest.MessageStart(),
		bedrocktest.ReasoningDelta(0, "Let me "),
		bedrocktest.ReasoningDelta(0, "think."),
		bedrocktest.SignatureDelta(0, "c2ln"),
		bedrocktest.BlockStop(0),
		bedrocktest.RedactedDelta(1, []byte{0, 255}),
		bedrocktest.BlockStop(1),
		bedrocktest.TextDelta(2, "Grüß "),
		bedrocktest.TextDelta(2, "dich 🙂"),
		bedrocktest.BlockStop(2),
		bedrocktest.ToolStart(3, "tooluse_a", "write_file"),
		bedrocktest.ToolDelta(3, ""),
		bedrocktest.ToolDelta(3, `{"path":"a.go","n":90071992`),
		bedrocktest.ToolDelta(3, `54740993}`),
		bedrocktest.BlockStop(3),
		bedrocktest.ToolStart(4, "tooluse_b", "list_dir"),
		bedrocktest.BlockStop(4),
		bedrocktest.MessageStop("tool_use"),
		bedrocktest.Metadata(11, 22, 33, 44),
	}
}

func everythingReply() provider.Reply {
	return provider.Reply{
		Message: provider.Message{Role: provider.RoleAssistant, Blocks: []provider.Block{
			{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{Text: "Let me think.", Signature: "c2ln"}},
			{Kind: provider.BlockReasoning, Reasoning: &provider.Reasoning{Redacted: []byte{0, 255}}},
			{Kind: provider.BlockText, Text: "Grüß dich 🙂"},
			{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{ID: "tooluse_a", Name: "write_file", Arguments: json.RawMessage(`{"path":"a.go","n":9007199254740993}`)}},
			{Kind: provider.BlockToolCall, ToolCall: &provider.ToolCall{ID: "tooluse_b", Name: "list_dir", Arguments: json.RawMessage(`{}`)}},
		}},
		StopReason: provider.StopToolUse,
		Usage:      provider.Usage{InputTokens: 11, OutputTokens: 22, CacheReadTokens: 33, CacheWriteTokens: 44},
	}
}

func TestStream(t *testing.T) {
	text := func(reason provider.StopReason) provider.Reply {
		return provider.Reply{
			Message:    provider.Message{Role: provider.RoleAssistant, Blocks: []provider.Block{{Kind: provider.BlockText, Text: "Hi"}}},
			StopReason: reason,
		}
	}
	tests := map[string]struct {
		frames []bedrocktest.Frame
		want   provider.Reply
	}{
		"every kind of block": {everything(), everythingReply()},
		"events, blocks and pieces of newer versions": {
			[]bedrocktest.Frame{
				bedrocktest.MessageStart(),
				bedrocktest.Event("surprise", map[string]any{"a": 1}),
				bedrocktest.Event("contentBlockStart", map[string]any{"contentBlockIndex": 0, "start": map[string]any{}}),
				bedrocktest.Event("contentBlockDelta", map[string]any{"contentBlockIndex": 0, "delta": map[string]any{"hologram": "x"}}),
				bedrocktest.BlockStop(0),
				bedrocktest.Event("contentBlockStart", map[string]any{"contentBlockIndex": 1, "start": map[string]any{"hologram": map[string]any{}}}),
				bedrocktest.BlockStop(1),
				bedrocktest.TextDelta(2, "Hi"),
				bedrocktest.Event("contentBlockDelta", map[string]any{"contentBlockIndex": 2, "delta": map[string]any{"citation": map[string]any{"title": "x"}}}),
				bedrocktest.BlockStop(2),
				bedrocktest.MessageStop("end_turn"),
				bedrocktest.Event("metadata", nil),
			},
			text(provider.StopEndTurn),
		},
	}
	for _, reason := range []provider.StopReason{
		provider.StopEndTurn, provider.StopMaxTokens, provider.StopSequence, provider.StopGuardrail, provider.StopContentFiltered,
		provider.StopMalformedOutput, provider.StopMalformedTool, provider.StopContextExceeded, "a_newer_reason",
	} {
		tests["stop reason "+string(reason)] = struct {
			frames []bedrocktest.Frame
			want   provider.Reply
		}{
			[]bedrocktest.Frame{bedrocktest.MessageStart(), bedrocktest.TextDelta(0, "Hi"), bedrocktest.BlockStop(0), bedrocktest.MessageStop(string(reason))},
			text(reason),
		}
	}
	server := newServer(t)
	p := newProvider(nil)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server.Script(bedrocktest.Stream(test.frames...))
			got, err := ask(t.Context(), p, question("Hello"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStreamAddressesTheModel(t *testing.T) {
	server := newServer(t)
	for _, id := range []string{
		"amazon.nova-lite-v1:0",
		"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc 1",
	} {
		request := question("Hello")
		request.Model = id
		if _, err := ask(t.Context(), newProvider(nil), request); err != nil {
			t.Fatalf("model %q: %v", id, err)
		}
		requests := server.Requests()
		if got := requests[len(requests)-1]; got.Model != id || got.Operation != "converse-stream" {
			t.Errorf("asked %q of %q, want converse-stream of %q", got.Operation, got.Model, id)
		}
	}
}

func TestStreamsRunSideBySide(t *testing.T) {
	server := newServer(t)
	server.Handle(func(bedrocktest.Request) bedrocktest.Reply { return bedrocktest.Stream(everything()...) })
	p := newProvider(nil)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			got, err := ask(t.Context(), p, question("Hello"))
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(everythingReply(), got); diff != "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
		})
	}
	group.Wait()
}

func TestStreamStalls(t *testing.T) {
	server := newServer(t)
	for n := range len(everything()) {
		server.Script(bedrocktest.Reply{Stream: bedrocktest.Join(everything()[:n]...), End: bedrocktest.EndStall})
		ctx, cancel := context.WithCancel(t.Context())
		stream, err := newProvider(nil).Stream(ctx, question("Hello"))
		if err != nil {
			t.Fatal(err)
		}
		// Cancelled once everything that came has been read; what Assemble is
		// waiting for then never comes.
		events := len(translated(n))
		if events == 0 {
			cancel()
		}
		_, err = provider.Assemble(stream, func(event provider.Event) {
			if event.Kind == provider.EventBlockStart && event.Block != provider.BlockToolCall {
				return // made by Assemble
			}
			if events--; events == 0 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) || provider.ClassOf(err) != "" {
			t.Errorf("stalled after %d frames: %v, want %v", n, err, context.Canceled)
		}
		cancel()
		if err := stream.Close(); err != nil {
			t.Error(err)
		}
	}
}

// translated returns the frames, of the first n of everything, that are events
// to the agent: all but the start of the message.
func translated(n int) []bedrocktest.Frame { return everything()[min(1, n):n] }

func TestStreamCancelledBeforeItStarts(t *testing.T) {
	newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newProvider(nil).Stream(ctx, question("Hello"))
	if !errors.Is(err, context.Canceled) || provider.ClassOf(err) != "" {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestStreamCloseEndsIt(t *testing.T) {
	server := newServer(t)
	server.Script(bedrocktest.Reply{Stream: bedrocktest.Join(everything()[:3]...), End: bedrocktest.EndStall})
	stream, err := newProvider(nil).Stream(t.Context(), question("Hello"))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Close(); err != nil {
		t.Fatal(err)
	}
	reply, err := provider.Assemble(stream, nil)
	if err == nil {
		t.Errorf("a closed stream gave the reply %+v", reply)
	}
}

// TestStreamCut breaks a reply with reasoning, text and two tool calls, to a
// request with a picture, after every byte. Whatever comes before the
// stop is no reply, whatever comes after it is the whole one.
func TestStreamCut(t *testing.T) {
	frames := everything()
	recording := bedrocktest.Join(frames...)
	stopped := len(bedrocktest.Join(frames[:len(frames)-1]...)) // the last one is the usage
	server := newServer(t)
	server.Handle(func(request bedrocktest.Request) bedrocktest.Reply {
		var body struct {
			Messages []struct{ Content []struct{ Text string } }
		}
		if err := json.Unmarshal(request.Body, &body); err != nil {
			t.Error(err)
		}
		var cut struct{ At, End int }
		if err := json.Unmarshal([]byte(body.Messages[0].Content[0].Text), &cut); err != nil {
			t.Error(err)
		}
		return bedrocktest.Reply{Stream: recording[:cut.At], End: bedrocktest.End(cut.End)}
	})
	p := newProvider(nil)
	check := func(at int, end bedrocktest.End) {
		request := question(`{"at":` + itoa(at) + `,"end":` + itoa(int(end)) + `}`)
		request.Messages[0].Blocks = append(request.Messages[0].Blocks, picture("image/png", png))
		reply, err := ask(t.Context(), p, request)
		whole := everythingReply()
		if at < len(recording) {
			whole.Usage = provider.Usage{}
		}
		switch {
		case at >= stopped && err == nil:
			if diff := cmp.Diff(whole, reply); diff != "" {
				t.Errorf("cut at %d, after the stop, end %d: reply (-want +got):\n%s", at, end, diff)
			}
		case at >= stopped && end == bedrocktest.EndClean:
			t.Errorf("cut at %d, after the stop, ended cleanly: %v", at, err)
		default:
			if err := providertest.CheckCut(reply, err); err != nil {
				t.Errorf("cut at %d of %d, end %d: %v", at, len(recording), end, err)
			}
		}
	}
	type cut struct {
		at  int
		end bedrocktest.End
	}
	cuts := make(chan cut)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for c := range cuts {
				check(c.at, c.end)
			}
		})
	}
	for at := range len(recording) + 1 {
		cuts <- cut{at, bedrocktest.EndClean}
		if at%4 == 0 {
			cuts <- cut{at, bedrocktest.EndDropped}
		}
		if at%16 == 0 {
			cuts <- cut{at, bedrocktest.EndReset}
		}
	}
	close(cuts)
	group.Wait()
}

func itoa(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}

// TestStreamCorrupted flips one bit of each byte: the checksums of the frames
// find it wherever it is.
func TestStreamCorrupted(t *testing.T) {
	recording := bedrocktest.Join(everything()...)
	server := newServer(t)
	p := newProvider(nil)
	for at := 0; at < len(recording); at += 7 {
		damaged := bytes.Clone(recording)
		damaged[at] ^= 1 << (at % 8)
		server.Script(bedrocktest.Reply{Stream: damaged})
		reply, err := ask(t.Context(), p, question("Hello"))
		if err := providertest.CheckCut(reply, err); err != nil && !isAfterStop(at, reply) {
			t.Errorf("damaged at %d: %v", at, err)
		}
	}
}

// isAfterStop reports whether the damage at a byte could only cost the usage,
// and cost no more: a length made larger in the last frame looks like a cut.
func isAfterStop(at int, reply provider.Reply) bool {
	frames := everything()
	whole := everythingReply()
	whole.Usage = provider.Usage{}
	return at >= len(bedrocktest.Join(frames[:len(frames)-1]...)) && cmp.Equal(whole, reply)
}
